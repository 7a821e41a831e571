"""A scope's base built anew beside the old one, and put in its place when the digests agree.

While it is built the old rows stay on the screen. It has a cursor and a digest of its own, so that
it goes on where it was cut. Own work is not touched: it lies over whichever base there is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from mobile.store import base
from mobile.store.base import Digests, HeldScope
from sync.digest import EMPTY, from_text, replaced, row_digest, to_text
from sync.messages import Page, Put

RECORDS_AT_ONCE: Final = 500


def begin(connection: sqlite3.Connection, name: str) -> None:
    """Build the base of a scope anew, from its beginning."""
    drop(connection, name)
    connection.execute(
        "INSERT INTO rebase_scope (id, cursor, head, digest) VALUES (?, 0, 0, ?)",
        (name, to_text(EMPTY)),
    )


def drop(connection: sqlite3.Connection, name: str) -> None:
    """Give up building: the old base stays."""
    connection.execute("DELETE FROM rebase WHERE scope = ?", (name,))
    connection.execute("DELETE FROM rebase_scope WHERE id = ?", (name,))


def all_begun(connection: sqlite3.Connection) -> dict[str, HeldScope]:
    """The scopes whose base is being built anew, and how far."""
    rows = connection.execute("SELECT id, cursor, head, digest FROM rebase_scope ORDER BY id")
    return {
        r["id"]: HeldScope(r["id"], r["cursor"], r["head"], from_text(r["digest"])) for r in rows
    }


def begun(connection: sqlite3.Connection, name: str) -> HeldScope | None:
    """How far the new base of a scope is, None when none is being built."""
    return all_begun(connection).get(name)


def take(connection: sqlite3.Connection, held: HeldScope, page: Page) -> HeldScope:
    """Take a page into the new base; where it stands then. No two rows are of one record."""
    puts = [base.known(row) for row in page.rows if isinstance(row, Put)]
    gone = [row.record for row in page.rows if not isinstance(row, Put)]
    total = held.digest
    for summand in _summands(connection, page.scope, [*gone, *(row.record for row in puts)]):
        total = replaced(total, summand, None)
    connection.executemany(
        "DELETE FROM rebase WHERE scope = ? AND record = ?",
        [(page.scope, record) for record in gone],
    )
    for row in puts:
        total = replaced(total, None, row_digest(row.record, row.revision, row.state))
    connection.executemany(
        "INSERT INTO rebase (scope, record, revision, type, root, state) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (scope, record) DO UPDATE SET revision = excluded.revision, "
        "type = excluded.type, root = excluded.root, state = excluded.state",
        [(page.scope, r.record, r.revision, r.type, r.root, r.state) for r in puts],
    )
    after = HeldScope(page.scope, page.cursor, max(page.head, page.cursor), total)
    note(connection, after)
    return after


def _summands(connection: sqlite3.Connection, name: str, records: Sequence[str]) -> Iterator[int]:
    """Row digests of those of these records that are in the new base already."""
    for start in range(0, len(records), RECORDS_AT_ONCE):
        part = records[start : start + RECORDS_AT_ONCE]
        marks = ", ".join("?" * len(part))
        rows = connection.execute(
            f"SELECT record, revision, state FROM rebase WHERE scope = ? AND record IN ({marks})",  # noqa: S608
            [name, *part],
        )
        for row in rows.fetchall():
            yield row_digest(row["record"], row["revision"], row["state"])


def note(connection: sqlite3.Connection, held: HeldScope) -> None:
    """Store how far the new base is, and its digest."""
    connection.execute(
        "UPDATE rebase_scope SET cursor = ?, head = ?, digest = ? WHERE id = ?",
        (held.cursor, held.head, to_text(held.digest), held.id),
    )


def swap(connection: sqlite3.Connection, held: HeldScope) -> set[str]:
    """Put the new base in the old one's place; returns the roots whose rows differ.

    Rows that the new base lacks are set aside: they go unless own work lies over them.
    """
    roots = _differing(connection, held.id)
    digests = Digests(connection)
    moved = connection.execute(
        "SELECT base.record, base.scope, base.revision, base.state FROM base "
        "JOIN rebase ON rebase.record = base.record "
        "WHERE rebase.scope = ? AND base.scope != rebase.scope AND base.current = 1",
        (held.id,),
    ).fetchall()
    for row in moved:
        old = row_digest(row["record"], row["revision"], row["state"])
        digests.change(row["scope"], old, None)
    digests.write()
    base.set_aside(connection, held.id)
    connection.execute(
        "INSERT INTO base (record, scope, revision, current, type, root, state) "
        "SELECT record, scope, revision, 1, type, root, state FROM rebase WHERE scope = ? "
        "ON CONFLICT (record) DO UPDATE SET scope = excluded.scope, revision = excluded.revision, "
        "current = 1, type = excluded.type, root = excluded.root, state = excluded.state",
        (held.id,),
    )
    connection.execute(
        "UPDATE scope SET cursor = ?, head = ?, digest = ? WHERE id = ?",
        (held.cursor, held.head, to_text(held.digest), held.id),
    )
    drop(connection, held.id)
    return roots


def _differing(connection: sqlite3.Connection, name: str) -> set[str]:
    same = (
        "base.record = rebase.record AND base.scope = rebase.scope "
        "AND base.revision = rebase.revision AND base.state = rebase.state"
    )
    rows = connection.execute(
        f"SELECT root FROM rebase WHERE scope = ? AND NOT EXISTS (SELECT 1 FROM base WHERE {same}) "  # noqa: S608
        "UNION SELECT root FROM base WHERE scope = ? "
        f"AND NOT EXISTS (SELECT 1 FROM rebase WHERE {same})",
        (name, name),
    )
    return {row["root"] for row in rows}
