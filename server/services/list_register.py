"""The entries of a register (factories): searched, filtered by area, in dictionary order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from server.models import PersonRow, RecordRow
from server.services.list_review_queue import COUNT_MAX, RecordLine, Scopes, line_of, within
from server.store.scopes import PROGRAMME
from shared.thai.text import search_key

PAGE_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """What a person asked for; `after` is (sort key, id) of the last entry seen."""

    type: str
    text: str = ""
    area: str = ""
    after: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Some entries, how many there are in all (None: more than COUNT_MAX), and the next key."""

    lines: tuple[RecordLine, ...]
    total: int | None
    next: tuple[str, str] | None


def list_register(session: Session, query: RegisterQuery, scopes: Scopes) -> RegisterPage:
    """The entries that somebody may see."""
    wanted = _conditions(query, scopes)
    found = select(RecordRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == RecordRow.author)
    found = found.where(*wanted)
    if query.after is not None:
        key, last = query.after
        found = found.where(
            or_(RecordRow.sort_key > key, and_(RecordRow.sort_key == key, RecordRow.id > last))
        )
    rows = session.execute(
        found.order_by(RecordRow.sort_key, RecordRow.id).limit(PAGE_ROWS + 1)
    ).all()
    shown = rows[:PAGE_ROWS]
    more = (shown[-1][0].sort_key, shown[-1][0].id) if len(rows) > PAGE_ROWS else None
    some = select(RecordRow.id).where(*wanted).limit(COUNT_MAX + 1).subquery()
    count = session.scalar(select(func.count()).select_from(some)) or 0
    return RegisterPage(
        tuple(line_of(row[0], row[1]) for row in shown),
        None if count > COUNT_MAX else count,
        more,
    )


def _conditions(query: RegisterQuery, scopes: Scopes) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        RecordRow.type == query.type,
        RecordRow.scope != PROGRAMME,
        RecordRow.parent.is_(None),
        RecordRow.deleted.is_(False),
    ]
    limit = within(scopes)
    if limit is not None:
        wanted.append(limit)
    if query.area:
        wanted.append(RecordRow.scope == query.area)
    key = search_key(query.text)
    if key:
        wanted.append(RecordRow.search_key.contains(key, autoescape=True))
    return wanted
