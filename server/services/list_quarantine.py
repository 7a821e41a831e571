"""What is kept aside, for the people who settle it: a page of entries, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from server.models import QuarantineRow
from server.services.list_review_queue import Scopes
from server.services.read_record_page import devices_named, people_named
from server.store.quarantine import OPEN, Kept, read_kept, visible_to

PAGE_ENTRIES: Final = 50


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry. `device` and `author` are names; `kept` has its change when it can be read."""

    id: str
    kept: Kept
    code: str
    device: str
    author: str
    scope: str | None
    received_at: int
    decided: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, how many there are in all, and the key to go on with."""

    lines: tuple[EntryLine, ...]
    total: int
    next: tuple[int, str] | None


def list_quarantine(
    session: Session, scopes: Scopes, *, decided: bool, after: tuple[int, str] | None = None
) -> EntryPage:
    """Entries that wait, the oldest first; or those that were decided, the newest first."""
    when = QuarantineRow.received_at
    wanted = [visible_to(scopes), ~OPEN if decided else OPEN]
    total = session.scalar(select(func.count()).select_from(QuarantineRow).where(*wanted)) or 0
    found = select(QuarantineRow.__table__).where(*wanted, *_behind(after, decided=decided))
    order = (when.desc(), QuarantineRow.id.desc()) if decided else (when, QuarantineRow.id)
    rows = session.execute(found.order_by(*order).limit(PAGE_ENTRIES + 1)).all()
    shown = [read_kept(row) for row in rows[:PAGE_ENTRIES]]
    devices = devices_named(session, {one.row.client for one in shown})
    people = people_named(session, {one.row.author for one in shown if one.row.author})
    lines = tuple(
        EntryLine(
            id=one.row.id,
            kept=one,
            code=one.row.code,
            device=devices.get(one.row.client, ""),
            author=people.get(one.row.author or "", ""),
            scope=one.row.scope,
            received_at=one.row.received_at,
            decided=_decided(one),
        )
        for one in shown
    )
    more = (lines[-1].received_at, lines[-1].id) if len(rows) > PAGE_ENTRIES else None
    return EntryPage(lines, total, more)


def _behind(after: tuple[int, str] | None, *, decided: bool) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    when, what = QuarantineRow.received_at, QuarantineRow.id
    at, last = after
    if decided:
        return [or_(when < at, and_(when == at, what < last))]
    return [or_(when > at, and_(when == at, what > last))]


def _decided(one: Kept) -> str:
    if one.row.released_at is not None:
        return "accepted"
    return "for_good" if one.row.closed_at is not None else ""
