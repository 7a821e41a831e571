"""Rows written and read many at a time: one statement a table, on both databases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.models import Base

Values = Mapping[str, Any]
IDS_AT_ONCE_MAX: Final = 1_000


def insert_new(session: Session, model: type[Base], rows: Iterable[Values]) -> None:
    """Insert rows; those whose key exists already are left as they are."""
    wanted = [dict(row) for row in rows]
    if wanted:
        session.connection().execute(_insert(session, model).on_conflict_do_nothing(), wanted)


def put(session: Session, model: type[Base], rows: Iterable[Values], keys: Sequence[str]) -> None:
    """Insert rows, or overwrite those that have the same key; all rows name the same columns."""
    wanted = [dict(row) for row in rows]
    if not wanted:
        return
    statement = _insert(session, model)
    changed = {name: statement.excluded[name] for name in wanted[0] if name not in keys}
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=list(keys), set_=changed), wanted
    )


def rows_in(
    session: Session,
    wanted: Select[*tuple[Any, ...]],
    column: InstrumentedAttribute[Any] | ColumnElement[Any],
    ids: Collection[str],
) -> Iterator[Row[Any]]:
    """Rows of `wanted` whose column is one of many ids, a thousand ids a statement."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), IDS_AT_ONCE_MAX):
        part = ordered[start : start + IDS_AT_ONCE_MAX]
        yield from session.execute(wanted.where(column.in_(part)))


def _insert(session: Session, model: type[Base]) -> Any:
    if session.connection().dialect.name == "sqlite":
        return sqlite.insert(model)
    return postgresql.insert(model)
