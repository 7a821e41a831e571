"""Everything the page of one record shows: its states, who wrote them, its files, its changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import (
    ChangeRow,
    DeviceRow,
    PersonRow,
    RecordRow,
)
from server.services.list_review_queue import Scopes
from server.services.record_files import RecordFile, files_of_record
from server.store.contents import content_of_live
from server.store.histories import writes_of
from shared.canonical import JsonValue
from shared.errors import BadInput, NotFound, OutsideArea
from shared.ids import is_uuid
from shared.records.state import EXISTENCE, MOVED, NOTE, RecordState, decode_state
from sync.changes import Change, Operation, RecordEdit, frame, read_change

CHANGES_SHOWN_MAX: Final = 200

Values = dict[tuple[str, str, str], JsonValue]
"""Values by record, field and dot."""


@dataclass(frozen=True, slots=True)
class RecordTree:
    """A root record with its live rows. `content` is the hash that an approval names."""

    row: RecordRow
    state: RecordState
    rows: tuple[RecordState, ...]
    content: str
    held_files: frozenset[str]
    people: dict[str, str]
    devices: dict[str, str]
    files: dict[str, RecordFile]

    def states(self) -> tuple[RecordState, ...]:
        """The root first, then its rows in their order."""
        return (self.state, *self.rows)


@dataclass(frozen=True, slots=True)
class FieldStep:
    """What one change did to one field: the values its author had been shown, and the new one."""

    record: str
    type: str
    field: str
    old: tuple[JsonValue, ...]
    new: JsonValue


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of the record as it was received."""

    id: str
    author: str | None
    client: str | None
    source: str
    saved_at: int | None
    received_at: int
    outcome: str
    code: str | None
    operation: str
    transition: str | None
    message: str
    steps: tuple[FieldStep, ...]
    rows_added: int
    rows_removed: int


def read_record_tree(session: Session, record_id: str, scopes: Scopes) -> RecordTree:
    """The record and its rows. NotFound for no root of that id, OutsideArea for others' areas."""
    row = session.get(RecordRow, record_id) if is_uuid(record_id) else None
    if row is None or row.parent is not None:
        raise NotFound("there is no such record")
    if scopes is not None and row.scope not in scopes:
        raise OutsideArea("the record lies in another area")
    below = session.scalars(
        select(RecordRow)
        .where(RecordRow.root == row.id, RecordRow.parent.is_not(None))
        .where(RecordRow.deleted.is_(False))
        .order_by(RecordRow.order_accepted, RecordRow.order_local, RecordRow.id)
    ).all()
    state = decode_state(row.state)
    rows = tuple(decode_state(child.state) for child in below)
    dots = [
        d for s in (state, *rows) for found in s.fields.values() for d in (x.dot for x in found)
    ]
    authors = {d.author for d in dots} | {row.author, state.created.author}
    if state.workflow is not None:
        authors |= {dot.author for _, dot, _ in state.workflow.history}
    clients = {d.client for d in dots} | {state.created.client}
    files = files_of_record(session, row.id)
    return RecordTree(
        row=row,
        state=state,
        rows=rows,
        content=content_of_live((state, *rows)),
        held_files=frozenset(name for name, file in files.items() if file.held),
        people=people_named(session, authors),
        devices=devices_named(session, clients),
        files=files,
    )


def people_named(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The names of people by their ids."""
    found = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(sorted(set(ids))))
    return {row[0]: row[1] for row in session.execute(found)}


def devices_named(session: Session, clients: Iterable[str]) -> dict[str, str]:
    """The labels of tablets by the names of their clients (`<device>.<incarnation>`)."""
    named = {client: client.partition(".")[0] for client in clients}
    found = select(DeviceRow.id, DeviceRow.label).where(DeviceRow.id.in_(sorted(named.values())))
    labels = {row[0]: row[1] for row in session.execute(found)}
    return {client: labels[device] for client, device in named.items() if device in labels}


def read_history(session: Session, tree: RecordTree) -> tuple[HistoryEntry, ...]:
    """The changes of a record, the newest first, each with what it replaced."""
    rows = session.scalars(
        select(ChangeRow)
        .where(ChangeRow.root == tree.row.id)
        .order_by(ChangeRow.received_at.desc(), ChangeRow.id.desc())
        .limit(CHANGES_SHOWN_MAX)
    ).all()
    changes = [(row, _read(row.line)) for row in rows]
    shown = {
        (edit.record, dot)
        for _, change in changes
        for edit in (change.records if change is not None else ())
        if not _is_new_row(edit)
        for write in edit.writes.values()
        for dot in write.seen
    }
    old = _values(session, shown)
    return tuple(_entry(row, change, old) for row, change in changes)


def _read(line: bytes) -> Change | None:
    try:
        return read_change(frame(line))
    except BadInput:
        return None


def _is_new_row(edit: RecordEdit) -> bool:
    return edit.operation is Operation.CREATE and edit.parent is not None


def _entry(row: ChangeRow, change: Change | None, old: Values) -> HistoryEntry:
    steps: list[FieldStep] = []
    operation, transition, message, added, removed = "", None, "", 0, 0
    for edit in change.records if change is not None else ():
        added += _is_new_row(edit)
        removed += edit.operation is Operation.DELETE and edit.record != row.root
        if edit.record == row.root or not operation:
            operation = "rows" if _is_new_row(edit) else str(edit.operation)
        if edit.transition is not None:
            transition = edit.transition.target
        for name, write in edit.writes.items():
            if name == NOTE:
                message = _message(write.value)
            elif name not in (EXISTENCE, MOVED) and not _is_new_row(edit):
                before = tuple(
                    old[edit.record, name, dot]
                    for dot in write.seen
                    if (edit.record, name, dot) in old
                )
                steps.append(FieldStep(edit.record, edit.type, name, before, write.value))
    return HistoryEntry(
        id=row.id,
        author=row.author,
        client=row.client,
        source=row.source,
        saved_at=row.saved_at,
        received_at=row.received_at,
        outcome=row.outcome,
        code=row.code,
        operation=operation,
        transition=transition,
        message=message,
        steps=tuple(steps),
        rows_added=added,
        rows_removed=removed,
    )


def _message(value: JsonValue) -> str:
    found = value.get("message") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _values(session: Session, shown: set[tuple[str, str]]) -> Values:
    """The values that these (record, dot) wrote, by record, field and dot."""
    of_records = writes_of(session, {record for record, _ in shown})
    return {
        (record, write.field, write.dot.id): write.value
        for record, writes in of_records.items()
        for write in writes
        if (record, write.dot.id) in shown
    }


def titles_of(session: Session, ids: Iterable[str], scopes: Scopes) -> dict[str, str]:
    """The titles of records by their ids, of those that the reader may open."""
    found = select(RecordRow.id, RecordRow.title).where(RecordRow.id.in_(sorted(set(ids))))
    found = found.where(RecordRow.parent.is_(None))
    if scopes is not None:
        found = found.where(RecordRow.scope.in_(sorted(scopes)))
    return {row[0]: row[1] for row in session.execute(found)}
