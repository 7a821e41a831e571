"""The entries of a register (factories): searched, filtered by area, in dictionary order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from server.models import RecordRow
from server.services.list_review_queue import COUNT_MAX, RecordLine, Scopes, lines_of
from server.store.finding import having, not_by_index
from server.store.scopes import PROGRAMME

PAGE_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """What a person asked for; `after` is (sort key, id) of the last entry seen."""

    type: str
    text: str = ""
    area: str = ""
    after: tuple[bytes, str] | None = None


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Some entries, how many there are in all (None: more than COUNT_MAX), and the next key."""

    lines: tuple[RecordLine, ...]
    total: int | None
    next: tuple[bytes, str] | None


def list_register(session: Session, query: RegisterQuery, scopes: Scopes) -> RegisterPage:
    """The entries that somebody may see."""
    keys, total = _keys(session, _conditions(query, scopes), query.after)
    shown = keys[:PAGE_ROWS]
    return RegisterPage(
        lines_of(session, [record for _, record in shown]),
        total,
        shown[-1] if len(keys) > PAGE_ROWS else None,
    )


def _keys(
    session: Session, wanted: list[ColumnElement[bool]], after: tuple[bytes, str] | None
) -> tuple[list[tuple[bytes, str]], int | None]:
    """Order key and id of the first entries and how many there are, by one walk in the order of
    the index; what lies behind too many for that is found by a second one."""
    order = (RecordRow.sort_key, RecordRow.id)
    found = select(*order).where(*wanted).order_by(*order)
    some = found.limit(COUNT_MAX + 1).subquery()
    counted = select(some.c.sort_key, some.c.id, func.count().over()).subquery()
    key, record, _ = counted.c
    page: Select[Any] = select(*counted.c).order_by(key, record).limit(PAGE_ROWS + 1)
    if after is not None:
        page = page.where(_behind(key, record, after))
    rows = session.execute(page).all()
    total = rows[0][2] if rows else 0
    if after is not None and (total > COUNT_MAX or not rows):
        further = found.where(_behind(*order, after)).limit(PAGE_ROWS + 1)
        rows = session.execute(further).all()
        some = select(RecordRow.id).where(*wanted).limit(COUNT_MAX + 1).subquery()
        total = session.scalar(select(func.count()).select_from(some)) or 0
    return [(row[0], row[1]) for row in rows], None if total > COUNT_MAX else total


def _behind(key: Any, record: Any, after: tuple[bytes, str]) -> ColumnElement[bool]:
    at, last = after
    return and_(key >= at, or_(key > at, record > last))


def _conditions(query: RegisterQuery, scopes: Scopes) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        RecordRow.type == query.type,
        not_by_index(RecordRow.scope) != PROGRAMME,
        RecordRow.parent.is_(None),
        RecordRow.deleted.is_(False),
    ]
    if scopes is not None:
        wanted.append(not_by_index(RecordRow.scope).in_(sorted(scopes)) if scopes else false())
    if query.area:
        wanted.append(not_by_index(RecordRow.scope) == query.area)
    return [*wanted, *having(query.text)]
