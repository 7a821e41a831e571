"""Records of which only the titles matter, in an office's database and in a tablet's list."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.models import MembershipRow, RecordRow
from server.store.finding import FIND_BYTES_MAX
from server.store.saving import empty_columns
from shared.thai.finding import list_keys

Titled = Sequence[tuple[str, str]]
"""Title and second line of each."""
SCOPE = "area:20-1"
STATE = b'{"record":"a state is ten times as large as what lists show of it"}' * 40
AT_ONCE = 5_000


def record_id(number: int) -> str:
    """The id of the record of this number."""
    return f"01920000-0000-7000-8002-{number:012x}"


def fill_office(session: Session, titled: Titled, record_type: str = "factory") -> None:
    """A submitted record for each, changed in their order."""
    for start in range(0, len(titled), AT_ONCE):
        part = range(start, min(start + AT_ONCE, len(titled)))
        places = [
            {"scope": SCOPE, "record": record_id(n), "revision": n + 1, "seq": n + 1, "kind": "put"}
            for n in part
        ]
        session.execute(insert(MembershipRow), places)
        session.execute(insert(RecordRow), [_row(n, *titled[n], record_type) for n in part])


def _row(number: int, title: str, second: str, record_type: str) -> dict[str, object]:
    order, found = list_keys(title, second)
    record = record_id(number)
    return empty_columns() | {
        "id": record,
        "type": record_type,
        "form": record_type,
        "version": 1,
        "scope": SCOPE,
        "parent": None,
        "root": record,
        "revision": number + 1,
        "order_accepted": number,
        "order_local": 0,
        "state": STATE,
        "state_hash": "0" * 64,
        "lineage": None,
        "status": "submitted",
        "changed_since_approval": False,
        "author": record_id(0),
        "created_at": number,
        "changed_at": number,
        "title": title,
        "subtitle": second,
        "sort_key": order,
        "search_key": found[:FIND_BYTES_MAX],
    }


def fill_tablet(
    connection: sqlite3.Connection, titled: Titled, record_type: str = "factory"
) -> None:
    """A line for each."""
    connection.executemany(
        "INSERT INTO listing (root, type, scope, title, subtitle, status, sort_key, search_key, "
        "occurred_on, mark, conflicts, comments, changed_at, author) "
        "VALUES (?, ?, ?, ?, ?, 'submitted', ?, ?, '', '', 0, 0, ?, '')",
        (
            (record_id(n), record_type, SCOPE, title, second, *list_keys(title, second), n)
            for n, (title, second) in enumerate(titled)
        ),
    )
