"""The entries of a register (factories): searched, filtered by area, in dictionary order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, false, func, or_, select
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
    wanted = _conditions(query, scopes)
    keys = _keys(session, wanted, query.after, PAGE_ROWS + 1)
    if query.after is None and len(keys) <= PAGE_ROWS:
        count = len(keys)
    else:
        some = select(RecordRow.id).where(*wanted).limit(COUNT_MAX + 1).subquery()
        count = session.scalar(select(func.count()).select_from(some)) or 0
    shown = keys[:PAGE_ROWS]
    return RegisterPage(
        lines_of(session, [record for _, record in shown]),
        None if count > COUNT_MAX else count,
        shown[-1] if len(keys) > PAGE_ROWS else None,
    )


def _keys(
    session: Session, wanted: list[ColumnElement[bool]], after: tuple[bytes, str] | None, most: int
) -> list[tuple[bytes, str]]:
    """Order key and id of the first entries, from the index alone."""
    found = select(RecordRow.sort_key, RecordRow.id).where(*wanted)
    if after is not None:
        key, last = after
        found = found.where(
            RecordRow.sort_key >= key, or_(RecordRow.sort_key > key, RecordRow.id > last)
        )
    rows = session.execute(found.order_by(RecordRow.sort_key, RecordRow.id).limit(most))
    return [(row.sort_key, row.id) for row in rows]


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
