"""Reading what is kept aside, and noting what staff decided of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlalchemy.orm import Session

from server.models import ClientRow, DeviceAreaRow, QuarantineRow, RecordRow
from server.store.bulk import rows_in
from shared.errors import BadInput
from sync.accepting import Known
from sync.changes import Change, frame, read_change

TOGETHER_MAX: Final = 500
OPEN: Final = and_(QuarantineRow.released_at.is_(None), QuarantineRow.closed_at.is_(None))
"""The condition that nobody has decided yet."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the quarantine, and the change in it when it can be read."""

    row: Row[Any]
    change: Change | None
    line: bytes | None = None


def visible_to(scopes: Collection[str] | None) -> ColumnElement[bool]:
    """The condition that somebody may see an entry: it lies in an area of theirs, or in none that
    is known and its tablet holds one. None is every area."""
    if scopes is None:
        return QuarantineRow.id.is_not(None)
    mine = sorted(scopes)
    held = (
        select(ClientRow.id)
        .join(DeviceAreaRow, DeviceAreaRow.device == ClientRow.device)
        .where(DeviceAreaRow.scope.in_(mine))
    )
    nowhere = and_(QuarantineRow.scope.is_(None), QuarantineRow.client.in_(held))
    return or_(QuarantineRow.scope.in_(mine), nowhere)


def find(session: Session, entry: str, scopes: Collection[str] | None) -> Row[Any] | None:
    """One entry, if the reader may see it."""
    table = QuarantineRow.__table__
    return session.execute(
        select(table).where(QuarantineRow.id == entry, visible_to(scopes))
    ).one_or_none()


def open_of(session: Session, client: str) -> list[Row[Any]]:
    """What is kept aside of one client and undecided, by number."""
    table = QuarantineRow.__table__
    wanted = select(table).where(QuarantineRow.client == client, OPEN)
    found = session.execute(
        wanted.order_by(QuarantineRow.number, QuarantineRow.id).limit(TOGETHER_MAX)
    )
    return list(found)


def still_open(session: Session, ids: Collection[str]) -> set[str]:
    """Which of these nobody has decided meanwhile; they are locked until the transaction ends."""
    wanted = select(QuarantineRow.id).where(OPEN).order_by(QuarantineRow.id).with_for_update()
    return {row.id for row in rows_in(session, wanted, QuarantineRow.id, ids)}


def count_open(session: Session, scopes: Collection[str] | None) -> int:
    """How many entries wait for somebody; shown in the navigation."""
    found = select(func.count()).select_from(QuarantineRow).where(OPEN, visible_to(scopes))
    return session.scalar(found) or 0


def note_decision(
    session: Session, ids: Iterable[str], by: str, terms: str, *, closed_at: int | None, reason: str
) -> None:
    """Who decided, as what, or (with `closed_at`) why it is kept aside for good."""
    wanted = sorted(ids)
    if wanted:
        session.execute(
            update(QuarantineRow)
            .where(QuarantineRow.id.in_(wanted))
            .values(closed_by=by, terms=terms, closed_at=closed_at, reason=reason),
            execution_options={"synchronize_session": False},
        )


def known_records(session: Session, ids: Collection[str]) -> dict[str, Known]:
    """What the office has of these records."""
    wanted = select(
        RecordRow.id,
        RecordRow.type,
        RecordRow.form,
        RecordRow.version,
        RecordRow.parent,
        RecordRow.root,
    )
    return {
        row.id: Known(row.type, row.form, row.version, row.parent, row.root)
        for row in rows_in(session, wanted, RecordRow.id, ids)
    }


def read_kept(row: Row[Any], body: bytes | None = None) -> Kept:
    """The change of an entry; `body` is the file that brought a withheld one, when it is here."""
    line: bytes | None = row.line if row.line is not None else body
    if line is None:
        return Kept(row, None)
    try:
        framed = frame(line)
        if framed.head_hash.hex() != row.head_hash:
            return Kept(row, None, line)
        return Kept(row, read_change(framed), line)
    except BadInput:
        return Kept(row, None, line)


def named_in(change: Change) -> set[str]:
    """Every record that a change speaks of."""
    named = {edit.record for edit in change.records}
    return named | {edit.parent for edit in change.records if edit.parent is not None}
