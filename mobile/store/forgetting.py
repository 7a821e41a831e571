"""What a tablet without room may let go of, in its order; nothing that is only here is among it.

Sent changes and their files go only as far as the office said (`forgettable_to`: in a verified
backup, and old by the server's clock). The tablet's own clock has no say.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from mobile.store import settings
from mobile.store.blobs import MADE_HERE, RECEIVED
from mobile.store.changes import Waiting
from shared.limits import FILE_NAMES_ASKED_MAX


def others_thumbnails(connection: sqlite3.Connection) -> list[str]:
    """Originals made elsewhere whose small picture may be here; it is made or fetched again."""
    rows = connection.execute(
        "SELECT original FROM thumbnail WHERE origin = ? ORDER BY noted_at", (RECEIVED,)
    )
    return [row["original"] for row in rows]


def others_pictures(connection: sqlite3.Connection) -> list[str]:
    """Whole pictures made elsewhere that somebody looked at here; fetched again when asked for."""
    rows = connection.execute(
        "SELECT sha256 FROM blob WHERE origin = ? AND media_type LIKE 'image/%' "
        "AND NOT EXISTS (SELECT 1 FROM change_blob WHERE change_blob.sha256 = blob.sha256) "
        "ORDER BY created_at",
        (RECEIVED,),
    )
    return [row["sha256"] for row in rows]


def forgettable(connection: sqlite3.Connection) -> tuple[str, int]:
    """Of which client and up to which number what was sent may be forgotten."""
    client = settings.read(connection, "forgettable_client")
    number = settings.read_int(connection, "forgettable_to") or 0
    # The line goes on from the last one: its chain is needed.
    acknowledged = settings.read_int(connection, "number") or 0
    if client == settings.read(connection, "client"):
        number = min(number, acknowledged - 1)
    return client, max(number, 0)


_SENT_LONG_AGO: Final = (
    "SELECT sha256 FROM blob WHERE origin = :here AND confirmed = 1 AND forgettable = :said "
    "AND NOT EXISTS ("
    "SELECT 1 FROM change_blob JOIN change ON change.id = change_blob.change "
    "WHERE change_blob.sha256 = blob.sha256 AND NOT (change.client = :client "
    "AND change.number <= :number AND status = :done)) "
    "ORDER BY created_at LIMIT :most"
)


def _sent_long_ago(connection: sqlite3.Connection, said: int, most: int) -> list[str]:
    client, number = forgettable(connection)
    facts = {"client": client, "number": number, "done": Waiting.DONE}
    facts |= {"here": MADE_HERE, "said": said, "most": most}
    return [row["sha256"] for row in connection.execute(_SENT_LONG_AGO, facts)]


def backed_up_files(connection: sqlite3.Connection) -> list[str]:
    """Files made here that the office named as forgettable, by forgettable changes only."""
    return _sent_long_ago(connection, 1, -1)


def files_to_ask_about(connection: sqlite3.Connection) -> list[str]:
    """Files named by forgettable changes only. A file may have come after the backup that holds
    its change, so the office is asked about each before it goes."""
    return _sent_long_ago(connection, 0, FILE_NAMES_ASKED_MAX)


def forget_sent(connection: sqlite3.Connection) -> int:
    """Let go of changes that the office has in a verified backup; how many."""
    client, number = forgettable(connection)
    facts = {"client": client, "number": number, "done": Waiting.DONE}
    connection.execute(
        "DELETE FROM change_blob WHERE change IN (SELECT id FROM change "
        "WHERE client = :client AND number <= :number AND status = :done)",
        facts,
    )
    gone = connection.execute(
        "DELETE FROM change WHERE client = :client AND number <= :number AND status = :done", facts
    )
    return gone.rowcount
