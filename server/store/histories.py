"""Steps of records' histories as rows, and whole histories rebuilt from them.

A record that was only created has no row here: its state tells all (`sync.histories`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import HistoryRow, RecordRow
from server.store.bulk import put_rows, select_in
from shared.canonical import JsonValue
from shared.records.state import Dot, RecordState, decode_own_state
from sync.histories import PLAIN, HistoryStep, Lineage, rebuilt, step_from, step_json
from sync.merge import Write, Writes

_COLUMNS: Final = ("record", "dot", "body")
_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
StoredSteps = dict[str, list[tuple[str, bytes]]]
"""By record the steps of its history as they are stored, each with the id of its change."""


def load_stored(session: Session, records: Collection[str]) -> StoredSteps:
    """What is stored of these records' histories."""
    found: StoredSteps = {}
    for record, dot, body in select_in(session, HistoryRow, _COLUMNS, "record", records):
        found.setdefault(record, []).append((dot, bytes(body)))
    return found


def read_steps(stored: Collection[tuple[str, bytes]], created: Dot | None) -> list[HistoryStep]:
    """Steps as they were stored, of a record that `created` began (None: not yet)."""
    return [step_from(dot, json.loads(body), created) for dot, body in stored]


def put_steps(session: Session, steps: Collection[tuple[str, HistoryStep]]) -> None:
    """Store steps, each with its record."""
    rows = [(record, s.dot.id, _write_json(step_json(s)).encode()) for record, s in steps]
    put_rows(session, HistoryRow, _COLUMNS, rows, ("record", "dot"))


def lineage_text(lineage: Lineage) -> str | None:
    """The lineage as a column: None for nearly every record."""
    if lineage == PLAIN:
        return None
    return _write_json([lineage.plain, dict(lineage.writers), lineage.apart])


def lineage_from(text: str | None) -> Lineage:
    """Read what `lineage_text` wrote."""
    if text is None:
        return PLAIN
    plain, writers, apart = json.loads(text)
    return Lineage(plain, writers, apart)


def histories_of(session: Session, records: Collection[str]) -> dict[str, Mapping[str, Writes]]:
    """By record and field every write that was ever received, also what is kept aside for a record
    that has not begun yet."""
    stored = load_stored(session, records)
    states = select_in(session, RecordRow, ("id", "state"), "id", records)
    known: dict[str, RecordState] = {row.id: decode_own_state(bytes(row.state)) for row in states}
    return {r: _writes(known.get(r), stored.get(r, [])) for r in records}


def _writes(
    state: RecordState | None, stored: Collection[tuple[str, bytes]]
) -> Mapping[str, Writes]:
    if state is not None:
        return rebuilt(state, read_steps(stored, state.created)).writes
    found: dict[str, dict[str, Write]] = {}
    for step in read_steps(stored, None):
        for write in step.writes:
            found.setdefault(write.field, {})[step.dot.id] = write
    return found


def writes_of(session: Session, records: Collection[str]) -> dict[str, list[Write]]:
    """The same, one list a record."""
    return {
        record: [write for of_field in fields.values() for write in of_field.values()]
        for record, fields in histories_of(session, records).items()
    }


def value_of(session: Session, record: str, field: str, dot: str) -> tuple[JsonValue] | None:
    """The value that a change wrote to a field, in a tuple; None when it wrote none."""
    for write in writes_of(session, [record])[record]:
        if write.field == field and write.dot.id == dot:
            return (write.value,)
    return None


def all_records(session: Session) -> list[str]:
    """Every record that exists or for which something is kept aside."""
    known = session.scalars(select(RecordRow.id).union(select(HistoryRow.record)))
    return sorted(known)
