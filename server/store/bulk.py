"""Rows written and read many at a time: one statement a table, on both databases.

The statements of merging are written once and given to the driver with plain parameters: composing,
compiling and converting them anew cost more than the database did. Names in them are those of our
models, never from outside.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, CursorResult, Row, Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from server.models import Base

Values = Mapping[str, Any]
IDS_AT_ONCE_MAX: Final = 1_000
MERGED: Final = frozenset({"change", "history", "membership", "received", "record", "root"})
"""Tables that merging alone writes, many rows at a time: these are written past the compiler. What
is written to any other table must be seen by the journal, which listens to composed statements."""


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


def put_rows(
    session: Session,
    model: type[Base],
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    keys: tuple[str, ...],
) -> None:
    """`put` for rows of `MERGED` that are tuples; without `keys`, rows that exist stay. Every
    column that must have a value is named."""
    if rows:
        _run(session, model, _upsert(model, columns, keys, _mark(session)), rows)


def update_rows(
    session: Session,
    model: type[Base],
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    key: str,
) -> None:
    """Set columns of rows of `MERGED` that exist; the key stands last in each tuple."""
    if rows:
        mark = _mark(session)
        pairs = ", ".join(f'"{name}" = {mark}' for name in columns)
        table = model.__tablename__
        update = f'UPDATE "{table}" SET {pairs} WHERE "{key}" = {mark}'  # noqa: S608
        _run(session, model, update, rows)


def select_in(
    session: Session,
    model: type[Base],
    columns: Sequence[str],
    column: str,
    ids: Collection[str],
    more: str = "",
) -> Sequence[Any]:
    """Columns of the rows whose `column` is one of many ids, by one statement; `more` ends it.

    Values come as the driver has them: on SQLite a bool is 0 or 1.
    """
    if not ids:
        return ()
    wanted = ", ".join(f'"{name}"' for name in columns)
    start = f'SELECT {wanted} FROM "{model.__tablename__}" WHERE "{column}"'  # noqa: S608
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        among = f"{start} IN (SELECT value FROM json_each(?)) {more}"  # noqa: S608
        return connection.exec_driver_sql(among, (json.dumps(sorted(ids)),)).all()
    return connection.exec_driver_sql(f"{start} = ANY(%s) {more}", (sorted(ids),)).all()


def plainly(
    session: Session, statement: str, values: tuple[Any, ...] = ()
) -> CursorResult[*tuple[Any, ...]]:
    """Run one small statement of every chunk, written once with `?` for its values. The journal
    does not see it: only for reading, and for tables that merging makes anew."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        statement = _marked(statement)
    return connection.exec_driver_sql(statement, values)


@cache
def _marked(statement: str) -> str:
    return statement.replace("?", "%s")


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


def _run(
    session: Session, model: type[Base], statement: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    assert model.__tablename__ in MERGED, "the journal does not see what is written like this"
    session.connection().exec_driver_sql(statement, list(rows))


def _mark(session: Session) -> str:
    """How the driver marks a parameter."""
    return "?" if session.connection().dialect.name == "sqlite" else "%s"


@cache
def defaults_of(model: type[Base]) -> dict[str, Any]:
    """What each column holds when a row does not name it; those that must be named are left out."""
    found: dict[str, Any] = {}
    for column in model.__table__.columns:
        if isinstance(column.default, ScalarElementColumnDefault):
            found[column.name] = column.default.arg
        elif column.nullable:
            found[column.name] = None
    return found


@cache
def _upsert(model: type[Base], columns: tuple[str, ...], keys: tuple[str, ...], mark: str) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join([mark] * len(columns))
    start = f'INSERT INTO "{model.__tablename__}" ({names}) VALUES ({marks}) ON CONFLICT'  # noqa: S608
    if not keys:
        return f"{start} DO NOTHING"
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
    among = ", ".join(f'"{key}"' for key in keys)
    return f"{start} ({among}) DO UPDATE SET {changed}"
