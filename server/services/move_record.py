"""Staff move a root with all of its rows to another area, in one change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import (
    BlobReferenceRow,
    DeviceAreaRow,
    DeviceRow,
    RecordRow,
    ScopeRow,
)
from server.services.admit_change import AREAS
from server.services.merge_changes import Merged
from server.services.read_head import RecordHead, read_head
from server.services.record_staff_change import StaffChange, record_staff_change
from server.store.histories import writes_of
from server.store.office import Office
from shared.errors import ConflictingState, InvalidInput
from shared.limits import COMMENT_LENGTH_MAX
from shared.records.state import MOVED, NOTE
from sync.changes import FieldWrite, Operation, RecordEdit
from sync.merge import Write, siblings


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody decided on a page: `seen` are the dots of the moves it listed."""

    author: str
    record: str
    scope: str
    reason: str
    seen: tuple[str, ...] = ()
    base: int = 0
    change_id: str = ""
    opened_at: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What goes along, and which tablets lose sight of it (they hold the old area)."""

    rows: int
    files: int
    tablets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceSaid:
    """One of several areas that people moved a record to, none having seen the other's move."""

    dot: str
    scope: str
    author: str
    saved_at: int


def move_record(office: Office, move: Move) -> Merged:
    """Move a root. Raises InvalidInput, NotFound, OutsideArea, Forbidden, ConflictingState."""
    if not move.reason.strip() or len(move.reason) > COMMENT_LENGTH_MAX:
        raise InvalidInput("say why the record moves", fields=["reason"])
    with office.database.reading() as session:
        head = read_head(session, move.record)
        known = session.get(ScopeRow, move.scope) is not None
        settled = not move.seen or len(moves_of(session, move.record)) < 2
    if not known or not move.scope.startswith(AREAS):
        raise InvalidInput("an area that exists", fields=["scope"])
    if head.record != head.root or not head.scope.startswith(AREAS):
        raise ConflictingState("only whole records of an area are moved")
    if move.scope == head.scope and settled:
        raise InvalidInput("another area than the present one", fields=["scope"])
    return record_staff_change(
        office, StaffChange(move.author, (_edit(head, move),), move.change_id, move.opened_at)
    )


def _edit(head: RecordHead, move: Move) -> RecordEdit:
    return RecordEdit(
        head.record,
        head.type,
        head.form,
        head.version,
        Operation.MOVE,
        base=move.base or head.revision,
        writes={
            MOVED: FieldWrite(move.scope, move.seen),
            NOTE: FieldWrite({"message": move.reason}),
        },
    )


def moves_of(session: Session, record: str) -> tuple[PlaceSaid, ...]:
    """The moves of a record that nobody has superseded, the one that decides last."""
    moves = (write for write in writes_of(session, [record])[record] if write.field == MOVED)
    found: Sequence[Write] = siblings({move.dot.id: move for move in moves})
    return tuple(PlaceSaid(w.dot.id, str(w.value), w.dot.author, w.dot.saved_at) for w in found)


def preview_move(session: Session, head: RecordHead) -> Preview:
    """What a move takes along."""
    rows = session.scalar(
        select(func.count())
        .select_from(RecordRow)
        .where(RecordRow.root == head.record, RecordRow.parent.is_not(None))
    )
    files = session.scalar(
        select(func.count(BlobReferenceRow.sha256.distinct())).where(
            BlobReferenceRow.root == head.record
        )
    )
    tablets = session.scalars(
        select(DeviceRow.label)
        .join(DeviceAreaRow, DeviceAreaRow.device == DeviceRow.id)
        .where(
            DeviceAreaRow.scope == head.scope,
            DeviceAreaRow.until.is_(None),
            DeviceRow.revoked_at.is_(None),
        )
        .order_by(DeviceRow.label)
    )
    return Preview(rows or 0, files or 0, tuple(tablets))
