"""The open records of a form, in batches: whatever a new version of it may still change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.models import RecordRow
from server.services.evaluate_record import values_of
from server.store.bulk import select_in
from shared.forms.answers import RecordAnswers, RowAnswers
from shared.records.state import RecordState, decode_own_state
from shared.records.workflow import Status

OPEN: Final = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record that is not approved: the version it is filled with, and all its answers."""

    record: str
    version: int
    answers: RecordAnswers


def is_open() -> ColumnElement[bool]:
    """Not approved and not deleted; an entry of a register is open for ever."""
    return (
        RecordRow.deleted.is_(False)
        & RecordRow.parent.is_(None)
        & or_(RecordRow.status.is_(None), RecordRow.status.in_(OPEN))
    )


def open_record_ids(session: Session, form_id: str, most: int) -> list[str]:
    """The ids of a form's open records in their order, at most so many."""
    wanted = select(RecordRow.id).where(RecordRow.type == form_id, is_open())
    return list(session.scalars(wanted.order_by(RecordRow.id).limit(most)))


def read_open_records(session: Session, ids: Sequence[str]) -> Iterator[OpenRecord]:
    """These records with their live rows, by one statement. Those that are gone are left out."""
    columns = ("id", "root", "state", "deleted")
    trees: dict[str, dict[str, RecordState]] = {root: {} for root in ids}
    for record, root, state, deleted in select_in(session, RecordRow, columns, "root", ids):
        if not deleted:
            trees[root][record] = decode_own_state(bytes(state))
    for root, states in trees.items():
        if root in states:
            yield OpenRecord(root, states[root].version, _answers(root, states))


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
