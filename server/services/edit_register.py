"""An entry of the programme's registers, as an edit that had been shown all that is there."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import RecordRow
from server.store.scopes import PROGRAMME
from shared.canonical import JsonValue
from shared.records.state import decode_state
from sync.changes import FieldWrite, Operation, RecordEdit

VERSION = 1


def register_edit(
    session: Session, kind: str, record: str, values: Mapping[str, JsonValue]
) -> RecordEdit | None:
    """Create the entry, or set what differs in it; None when nothing does."""
    body = session.scalar(select(RecordRow.state).where(RecordRow.id == record))
    if body is None:
        writes = {name: FieldWrite(value) for name, value in values.items()}
        return RecordEdit(
            record, kind, kind, VERSION, Operation.CREATE, scope=PROGRAMME, writes=writes
        )
    state = decode_state(body)
    writes = {
        name: FieldWrite(value, tuple(s.dot.id for s in state.fields.get(name, ())))
        for name, value in values.items()
        if name in state.conflicts() or state.value(name) != value
    }
    if not writes:
        return None
    return RecordEdit(
        record, kind, kind, VERSION, Operation.SET, base=state.revision, writes=writes
    )
