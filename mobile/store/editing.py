"""Answers that are saved but not yet sealed into a change: durable from the moment of saving.

One row a field of a record; the later answer overwrites the earlier, `seen` stays what was shown
when the form opened. A row with the empty field creates its record.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.canonical import JsonValue, canonical_text

CREATION: Final = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """One saved answer. `creates` when its record begins with it; times in Unix ms."""

    record: str
    field: str
    root: str
    type: str
    form: str
    version: int
    parent: str | None
    scope: str
    local_order: int
    base: int
    creates: bool
    value: JsonValue
    seen: tuple[str, ...]
    author: str
    opened_at: int
    saved_at: int
    monotonic_ms: int
    boot: str
    place: Mapping[str, str] | None = None


_COLUMNS: Final = (
    "record, field, root, type, form, version, parent, scope, local_order, base, creates, value, "
    "seen, author, opened_at, saved_at, monotonic_ms, boot, place"
)
_MARKS: Final = ", ".join("?" * 19)


def put(connection: sqlite3.Connection, one: Edited) -> None:
    """Save an answer, over an earlier unsealed one of the same field."""
    connection.execute(
        f"INSERT INTO editing ({_COLUMNS}) VALUES ({_MARKS}) "  # noqa: S608
        "ON CONFLICT (record, field) DO UPDATE SET value = excluded.value, "
        "saved_at = excluded.saved_at, monotonic_ms = excluded.monotonic_ms, "
        "boot = excluded.boot, place = coalesce(excluded.place, place)",
        (
            one.record,
            one.field,
            one.root,
            one.type,
            one.form,
            one.version,
            one.parent,
            one.scope,
            one.local_order,
            one.base,
            int(one.creates),
            canonical_text(one.value),
            json.dumps(list(one.seen)),
            one.author,
            one.opened_at,
            one.saved_at,
            one.monotonic_ms,
            one.boot,
            None if one.place is None else canonical_text(dict(one.place)),
        ),
    )


def of_root(connection: sqlite3.Connection, root: str) -> list[Edited]:
    """All unsealed answers of a record and its rows, in the order in which they began."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM editing WHERE root = ? ORDER BY rowid",  # noqa: S608
        (root,),
    )
    return [_edited(row) for row in rows]


def _edited(row: sqlite3.Row) -> Edited:
    return Edited(
        record=row["record"],
        field=row["field"],
        root=row["root"],
        type=row["type"],
        form=row["form"],
        version=row["version"],
        parent=row["parent"],
        scope=row["scope"],
        local_order=row["local_order"],
        base=row["base"],
        creates=bool(row["creates"]),
        value=json.loads(row["value"]),
        seen=tuple(json.loads(row["seen"])),
        author=row["author"],
        opened_at=row["opened_at"],
        saved_at=row["saved_at"],
        monotonic_ms=row["monotonic_ms"],
        boot=row["boot"],
        place=None if row["place"] is None else json.loads(row["place"]),
    )


def roots(connection: sqlite3.Connection) -> list[str]:
    """Records with unsealed answers, oldest first."""
    rows = connection.execute("SELECT root FROM editing GROUP BY root ORDER BY min(rowid)")
    return [row["root"] for row in rows]


def forget(connection: sqlite3.Connection, sealed: Sequence[Edited]) -> None:
    """Remove what a change of the same transaction now holds."""
    connection.executemany(
        "DELETE FROM editing WHERE record = ? AND field = ?",
        [(one.record, one.field) for one in sealed],
    )
