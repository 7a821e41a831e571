"""The reviewed records that staff look through: filtered, counted, and read page by page.

Pages are cut by keyset (the last row's time and id), so that the hundredth page costs as much as
the first and a record that arrives meanwhile shifts nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from server.models import PersonRow, RecordRow
from server.store.finding import having, not_by_index

PAGE_ROWS: Final = 50
COUNT_MAX: Final = 10_000
"""Beyond this many the exact count is not worth its time: the page says "more than"."""

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
    if having(query.text):
        keys, total = _with_words(session, query, wanted)
    else:
        keys, total = _keys(session, query, wanted), _count(session, wanted)
    shown = keys[: query.rows_max]
    return ReviewPage(
        lines_of(session, [record for _, record in shown]),
        total,
        shown[-1] if len(keys) > query.rows_max else None,
        _by_state(session, query, scopes),
    )


def _keys(
    session: Session, query: ReviewQuery, wanted: list[ColumnElement[bool]]
) -> list[tuple[int, str]]:
    """Time and id of the first lines, from an index alone."""
    found = select(RecordRow.changed_at, RecordRow.id).where(*wanted)
    first = _ordered(found, RecordRow.changed_at, RecordRow.id, query)
    return [(row[0], row[1]) for row in session.execute(first)]


def _with_words(
    session: Session, query: ReviewQuery, wanted: list[ColumnElement[bool]]
) -> tuple[list[tuple[int, str]], int | None]:
    """The same where words are looked for: one walk in the order of the index that holds what
    records are found by, which finds what is shown and counts. What too many have is met soon on
    the way through all records in the order that was asked for."""
    found = select(RecordRow.changed_at, RecordRow.id).where(*wanted)
    found = found.order_by(RecordRow.type, RecordRow.sort_key, RecordRow.id)
    some = found.limit(COUNT_MAX + 1).subquery()
    counted = select(some.c.changed_at, some.c.id, func.count().over().label("all")).subquery()
    first = _ordered(select(*counted.c), counted.c.changed_at, counted.c.id, query)
    rows = session.execute(first).all()
    total = rows[0][2] if rows else 0
    if total <= COUNT_MAX and (rows or query.after is None):
        return [(row[0], row[1]) for row in rows], total
    return _keys(session, query, wanted), _count(session, wanted)


def lines_of(session: Session, ids: Sequence[str]) -> tuple[RecordLine, ...]:
    """The lines of these records, in their order."""
    found = select(RecordRow, PersonRow.name).outerjoin(PersonRow, PersonRow.id == RecordRow.author)
    rows = session.execute(found.where(RecordRow.id.in_(ids))).all() if ids else []
    lines = {row[0].id: line_of(row[0], row[1]) for row in rows}
    return tuple(lines[record] for record in ids if record in lines)


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
    words = having(query.text)
    wanted: list[ColumnElement[bool]] = [RecordRow.parent.is_(None), RecordRow.deleted.is_(False)]
    status = not_by_index(RecordRow.status) if words else RecordRow.status
    scope = not_by_index(RecordRow.scope) if words else RecordRow.scope
    wanted.append(status == query.state if query.state else status > "")
    if scopes is not None:
        wanted.append(scope.in_(sorted(scopes)) if scopes else false())
    if query.area:
        wanted.append(scope == query.area)
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
    return [*wanted, *words]


def _ordered(
    found: Select[*tuple[Any, ...]], when: Any, what: Any, query: ReviewQuery
) -> Select[*tuple[Any, ...]]:
    """The first of what was found, in the order that was asked for, by its time and its id."""
    if query.order == "newest":
        if query.after is not None:
            at, last = query.after
            found = found.where(or_(when < at, and_(when == at, what < last)))
        return found.order_by(when.desc(), what.desc()).limit(query.rows_max + 1)
    if query.after is not None:
        at, last = query.after
        found = found.where(or_(when > at, and_(when == at, what > last)))
    return found.order_by(when, what).limit(query.rows_max + 1)


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
