"""The reviewed records that staff look through: filtered, counted, and read page by page.

Pages are cut by keyset (the last row's time and id), so that the hundredth page costs as much as
the first and a record that arrives meanwhile shifts nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from server.models import PersonRow, RecordRow
from shared.thai.text import search_key

PAGE_ROWS: Final = 50
COUNT_MAX: Final = 10_000
"""Beyond this many the exact count is not worth its time: the page says "more than"."""

Lines = Select[RecordRow, str]
Order = Literal["oldest", "newest"]


@dataclass(frozen=True, slots=True)
class ReviewQuery:
    """What a person asked for. Empty means "all"; `after` is the key of the last row seen."""

    state: str = ""
    area: str = ""
    type: str = ""
    conflict: bool = False
    problems: bool = False
    text: str = ""
    day_from: str = ""
    day_to: str = ""
    order: Order = "oldest"
    after: tuple[int, str] | None = None
    rows_max: int = PAGE_ROWS


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record in a list."""

    id: str
    type: str
    title: str
    subtitle: str
    scope: str
    status: str | None
    occurred_on: str | None
    author: str
    changed_at: int
    submitted_at: int | None
    conflicts: int
    problems: int
    missing_files: int
    changed_since_approval: bool
    deleted: bool


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some lines, how many there are in all (None: more than COUNT_MAX), and the next key."""

    lines: tuple[RecordLine, ...]
    total: int | None
    next: tuple[int, str] | None
    counts: dict[str, int] = field(default_factory=dict)


Scopes = Collection[str] | None
"""The areas somebody may read; None is every area."""


def within(scopes: Scopes) -> ColumnElement[bool] | None:
    """The condition that a record lies in one of these scopes; None for no condition."""
    if scopes is None:
        return None
    return RecordRow.scope.in_(sorted(scopes)) if scopes else false()


def list_review_queue(session: Session, query: ReviewQuery, scopes: Scopes) -> ReviewPage:
    """The lines a person may see that fit the query, in its order."""
    wanted = _conditions(query, scopes)
    found = select(RecordRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == RecordRow.author)
    found = _ordered(found.where(*wanted), query).limit(query.rows_max + 1)
    rows = session.execute(found).all()
    lines = tuple(line_of(row[0], row[1]) for row in rows[: query.rows_max])
    more = (lines[-1].changed_at, lines[-1].id) if len(rows) > query.rows_max else None
    return ReviewPage(lines, _count(session, wanted), more, _by_state(session, query, scopes))


def line_of(row: RecordRow, author: str | None) -> RecordLine:
    """A record's row as a line of a list."""
    return RecordLine(
        id=row.id,
        type=row.type,
        title=row.title,
        subtitle=row.subtitle,
        scope=row.scope,
        status=row.status,
        occurred_on=row.occurred_on,
        author=author or "",
        changed_at=row.changed_at,
        submitted_at=row.submitted_at,
        conflicts=row.tree_conflicts,
        problems=row.problems,
        missing_files=row.missing_files,
        changed_since_approval=row.changed_since_approval,
        deleted=row.deleted,
    )


def _conditions(query: ReviewQuery, scopes: Scopes) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [RecordRow.parent.is_(None), RecordRow.deleted.is_(False)]
    if query.state:
        wanted.append(RecordRow.status == query.state)
    else:
        wanted.append(RecordRow.status.is_not(None))
    limit = within(scopes)
    if limit is not None:
        wanted.append(limit)
    if query.area:
        wanted.append(RecordRow.scope == query.area)
    if query.type:
        wanted.append(RecordRow.type == query.type)
    if query.conflict:
        wanted.append(RecordRow.tree_conflicts > 0)
    if query.problems:
        wanted.append(RecordRow.problems > 0)
    if query.day_from:
        wanted.append(RecordRow.occurred_on >= query.day_from)
    if query.day_to:
        wanted.append(RecordRow.occurred_on <= query.day_to)
    key = search_key(query.text)
    if key:
        wanted.append(RecordRow.search_key.contains(key, autoescape=True))
    return wanted


def _ordered(found: Lines, query: ReviewQuery) -> Lines:
    when, what = RecordRow.changed_at, RecordRow.id
    if query.order == "newest":
        if query.after is not None:
            at, last = query.after
            found = found.where(or_(when < at, and_(when == at, what < last)))
        return found.order_by(when.desc(), what.desc())
    if query.after is not None:
        at, last = query.after
        found = found.where(or_(when > at, and_(when == at, what > last)))
    return found.order_by(when, what)


def _count(session: Session, wanted: list[ColumnElement[bool]]) -> int | None:
    some = select(RecordRow.id).where(*wanted).limit(COUNT_MAX + 1).subquery()
    count = session.scalar(select(func.count()).select_from(some)) or 0
    return None if count > COUNT_MAX else count


def _by_state(session: Session, query: ReviewQuery, scopes: Scopes) -> dict[str, int]:
    """How many records there are in each state, whatever else is asked for."""
    found = select(RecordRow.status, func.count()).where(*_conditions(ReviewQuery(), scopes))
    return {
        str(status): count for status, count in session.execute(found.group_by(RecordRow.status))
    }
