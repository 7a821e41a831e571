"""The open records of a form, in batches: whatever a new version of it may still change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from server.models import RecordRow
from server.services.evaluate_record import values_of
from server.store.bulk import select_in
from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers, RowAnswers
from shared.ids import is_uuid
from shared.records.state import RecordState, decode_own_state
from shared.records.workflow import Status

OPEN: Final = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record that is not approved: the version it is filled with, and all its answers.
    `submitted`: nobody fills it any more, it waits for a review."""

    record: str
    version: int
    answers: RecordAnswers
    submitted: bool = False


@dataclass(frozen=True, slots=True)
class ReadTogether:
    """Records of a batch, and those that they name: read by two statements, however many."""

    records: tuple[OpenRecord, ...]
    named: Mapping[str, tuple[str, dict[str, JsonValue]]]

    def find(self, register: str, record_id: str) -> dict[str, JsonValue] | None:
        """The stored fields of a register's entry that a record of the batch names, or None."""
        kind, fields = self.named.get(record_id, ("", None))
        return fields if kind == register else None


def is_open() -> ColumnElement[bool]:
    """Not approved and not deleted; an entry of a register is open for ever."""
    return (
        RecordRow.deleted.is_(False)
        & RecordRow.parent.is_(None)
        & or_(RecordRow.status.is_(None), RecordRow.status.in_(OPEN))
    )


def count_open_records(session: Session, form_id: str, most: int) -> int:
    """How many open records a form has; not counted beyond `most`."""
    some = select(RecordRow.id).where(RecordRow.type == form_id, is_open()).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def open_record_ids(session: Session, form_id: str, most: int) -> list[str]:
    """The ids of a form's open records in their order, at most so many."""
    wanted = select(RecordRow.id).where(RecordRow.type == form_id, is_open())
    return list(session.scalars(wanted.order_by(RecordRow.id).limit(most)))


def read_open_records(session: Session, ids: Sequence[str]) -> ReadTogether:
    """These records with their live rows. Those that are gone meanwhile are left out."""
    columns = ("id", "root", "state", "deleted")
    trees: dict[str, dict[str, RecordState]] = {root: {} for root in ids}
    for record, root, state, deleted in select_in(session, RecordRow, columns, "root", ids):
        if not deleted:
            trees[root][record] = decode_own_state(bytes(state))
    found = tuple(_open(root, states) for root, states in trees.items() if root in states)
    named = {
        value
        for states in trees.values()
        for state in states.values()
        for value in values_of(state).values()
        if is_uuid(value)
    }
    rows = select_in(session, RecordRow, ("id", "type", "state"), "id", named)
    return ReadTogether(
        found, {row[0]: (row[1], values_of(decode_own_state(bytes(row[2])))) for row in rows}
    )


def _open(root: str, states: dict[str, RecordState]) -> OpenRecord:
    state = states[root]
    submitted = state.workflow is not None and state.workflow.status is Status.SUBMITTED
    return OpenRecord(root, state.version, _answers(root, states), submitted)


def _answers(root: str, states: dict[str, RecordState]) -> RecordAnswers:
    """Root and rows; a row below one that is deleted is left out."""
    rows: dict[str, list[RowAnswers]] = {}
    below = [state for record, state in states.items() if record != root]
    for state in sorted(below, key=lambda one: (one.order, one.record)):
        if _lives(state, root, states):
            parent = "" if state.parent == root else str(state.parent)
            row = RowAnswers(state.record, values_of(state), parent)
            rows.setdefault(state.type, []).append(row)
    return RecordAnswers(root, values_of(states[root]), rows)


def _lives(state: RecordState, root: str, states: dict[str, RecordState]) -> bool:
    here: RecordState | None = state
    for _ in range(len(states)):
        if here is None or here.record == root:
            return here is not None
        here = states.get(here.parent or "")
    return False
