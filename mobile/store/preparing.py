"""Lines that are still to be made: what a download brings is held at once, and listed soon after.

A root waits here from the transaction that changed its record until its line is made; a kill in
between loses nothing. Lines are made in small batches, so that a person's answer never waits long.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Final

from mobile.store import listing

AT_ONCE: Final = 20
"""So few lines are made in the transaction that changes their records."""
BATCH: Final = 64


def renew(
    connection: sqlite3.Connection, roots: Collection[str], describe: listing.Describe
) -> None:
    """The lines of these records are out of date: make them anew, now if they are few."""
    if len(roots) <= AT_ONCE:
        listing.refresh(connection, sorted(roots), describe)
    else:
        connection.executemany(
            "INSERT OR IGNORE INTO unlisted (root) VALUES (?)", [(root,) for root in sorted(roots)]
        )


def renew_types(
    connection: sqlite3.Connection, types: Collection[str], describe: listing.Describe
) -> None:
    """A form has come that describes all records of these types better."""
    renew(connection, listing.roots_of_types(connection, types), describe)


def waiting(connection: sqlite3.Connection) -> int:
    """How many records are held and not listed yet, or listed as they were before."""
    row = connection.execute("SELECT count(*) AS n FROM unlisted").fetchone()
    return int(row["n"])


def prepare(connection: sqlite3.Connection, describe: listing.Describe, count: int = BATCH) -> int:
    """Make a batch of lines, the newest records first; how many were made."""
    rows = connection.execute("SELECT root FROM unlisted ORDER BY root DESC LIMIT ?", (count,))
    roots = [row["root"] for row in rows.fetchall()]
    listing.refresh(connection, roots, describe)
    connection.executemany("DELETE FROM unlisted WHERE root = ?", [(root,) for root in roots])
    return len(roots)
