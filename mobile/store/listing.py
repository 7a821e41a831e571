"""One line a record for lists: title, status, keys to sort and search by; made again whenever the
record changes, in the same transaction.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from mobile.store import base
from mobile.store.changes import Waiting
from mobile.store.settings import read
from mobile.store.shown import all_shown, live_rows
from shared.records.siblings import live_dots
from shared.records.state import RecordState
from shared.thai.finding import Word, list_keys, words_of


@dataclass(frozen=True, slots=True)
class Line:
    """What the form says of a record: its title, a second line, words to find it by, its date."""

    title: str
    subtitle: str = ""
    words: str = ""
    occurred_on: str = ""


Value = str | int | bytes
Describe = Callable[[RecordState, Sequence[RecordState]], Line]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list. `mark`: "" | editing | pending | acknowledged | kept_aside."""

    root: str
    type: str
    scope: str
    title: str
    subtitle: str
    status: str
    occurred_on: str
    mark: str
    conflicts: int
    comments: int
    changed_at: int
    author: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records a list shows: of a type, a status, a mark, containing the words typed."""

    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    scope: str = ""
    author: str = ""
    in_conflict: bool = False
    search: str = ""
    newest_first: bool = False


ROOTS_AT_ONCE: Final = 100
WALK_FROM: Final = 20_000
NOT_SHOWN: Final = "@"
"""What begins so is between tablet and office, and no record of the survey."""
TITLE_FIELDS: Final = ("name_th", "name", "title", "title_th", "code")


def plain_line(state: RecordState, rows: Sequence[RecordState]) -> Line:
    """A line made without the form: a field with a usual name, else the kind of record."""
    found = (state.value(name) for name in TITLE_FIELDS)
    title = next((value for value in found if isinstance(value, str) and value), state.type)
    words = [v for v in map(state.value, state.fields) if isinstance(v, str)]
    return Line(title, "", " ".join([title, *words])[:2000])


def refresh(
    connection: sqlite3.Connection, roots: Sequence[str], describe: Describe = plain_line
) -> None:
    """Make the lines of these records anew; a record that is gone or deleted loses its line."""
    client = read(connection, "client")
    for start in range(0, len(roots), ROOTS_AT_ONCE):
        part = roots[start : start + ROOTS_AT_ONCE]
        held = base.trees_of(connection, part)
        own = _with_own_work(connection, part)
        lines: list[tuple[object, ...]] = []
        gone: list[tuple[str]] = []
        for root in part:
            states: Mapping[str, RecordState] = held.get(root, {})
            if root in own:
                states = all_shown(connection, root, client)
            top = states.get(root)
            if top is None or top.deleted or top.type.startswith(NOT_SHOWN):
                gone.append((root,))
            else:
                mark = _mark(connection, root) if root in own else ""
                lines.append(_line(top, live_rows(states, root), mark, describe))
        connection.executemany("DELETE FROM listing WHERE root = ?", gone)
        connection.executemany(_PUT, lines)


def _with_own_work(connection: sqlite3.Connection, roots: Sequence[str]) -> set[str]:
    """Those of these roots over which something of this tablet lies."""
    marks = ", ".join("?" * len(roots))
    rows = connection.execute(
        f"SELECT root FROM change WHERE root IN ({marks}) AND status != ? "  # noqa: S608
        f"UNION SELECT root FROM editing WHERE root IN ({marks})",
        [*roots, Waiting.DONE, *roots],
    )
    return {row["root"] for row in rows}


_COLUMNS: Final = (
    "type scope title subtitle status sort_key search_key occurred_on mark conflicts comments "
    "changed_at author"
).split()
_ALL_KINDS: Final = """
WITH RECURSIVE kind(name) AS (
    SELECT min(type) FROM listing
    UNION ALL SELECT (SELECT min(type) FROM listing WHERE type > name) FROM kind
    WHERE name IS NOT NULL
) SELECT name FROM kind"""
_PUT: Final = (
    f"INSERT INTO listing (root, {', '.join(_COLUMNS)}) "  # noqa: S608
    f"VALUES (?, {', '.join('?' * len(_COLUMNS))}) ON CONFLICT (root) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)
)


def _line(
    top: RecordState, rows: Sequence[RecordState], mark: str, describe: Describe
) -> tuple[object, ...]:
    line = describe(top, rows)
    flow = top.workflow
    dots = [dot.saved_at for dot in live_dots(top.fields)]
    sorted_by, found_by = list_keys(line.title, line.subtitle, line.words)
    return (
        top.record,
        top.type,
        top.scope,
        line.title,
        line.subtitle,
        "" if flow is None else str(flow.status),
        sorted_by,
        found_by,
        line.occurred_on,
        mark,
        sum(len(state.conflicts()) for state in (top, *rows)),
        0 if flow is None or flow.status != "returned" else len(flow.comments),
        max(dots, default=top.created.saved_at),
        top.created.author,
    )


def _mark(connection: sqlite3.Connection, root: str) -> str:
    if connection.execute("SELECT 1 FROM editing WHERE root = ? LIMIT 1", (root,)).fetchone():
        return "editing"
    rows = connection.execute("SELECT DISTINCT status FROM change WHERE root = ?", (root,))
    found = {row["status"] for row in rows}
    order = (Waiting.PENDING, Waiting.KEPT_ASIDE, Waiting.ACKNOWLEDGED)
    return next((str(status) for status in order if status in found), "")


def _holds(word: Word) -> str:
    """A line has this word, by `found_in`'s rule; a value for each of its ways."""
    return "(" + " OR ".join(["instr(search_key, ?) > 0"] * len(word.ways)) + ")"


def _where(wanted: Filter) -> tuple[str, list[Value]]:
    parts: list[str] = []
    values: list[Value] = []
    for column, names in (
        ("type", wanted.types),
        ("status", wanted.statuses),
        ("mark", wanted.marks),
    ):
        if names:
            parts.append(f"{column} IN ({', '.join('?' * len(names))})")
            values.extend(names)
    for column, name in (("scope", wanted.scope), ("author", wanted.author)):
        if name:
            parts.append(f"{column} = ?")
            values.append(name)
    if wanted.in_conflict:
        parts.append("conflicts > 0")
    for word in words_of(wanted.search):
        parts.append(_holds(word))
        values.extend(word.ways)
    return (" WHERE " + " AND ".join(parts)) if parts else "", values


def _narrowed(wanted: Filter) -> tuple[str, list[Value]]:
    """Where something else is asked for, too, the index of types is the wrong one: a type holds
    most of the list, a status of one person, a mark or a conflict only a few."""
    where, values = _where(wanted)
    if wanted.marks or wanted.in_conflict or (wanted.statuses and wanted.newest_first):
        where = where.replace(" WHERE type IN", " WHERE +type IN")
        if wanted.author:
            where = where.replace("scope = ?", "+scope = ?")
    return where, values


def rows_of(connection: sqlite3.Connection, wanted: Filter) -> array[int]:
    """The numbers of all matching lines in their order: eight bytes a record, one query."""
    sql, values = _in_order(connection, wanted)
    cursor = connection.cursor()
    cursor.row_factory = None
    return array("q", chain.from_iterable(cursor.execute(sql, values)))


def _in_order(connection: sqlite3.Connection, wanted: Filter) -> tuple[str, list[Value]]:
    """The numbers of matching lines, and nothing sorted that an index has in order."""
    if wanted.newest_first:
        where, values = _narrowed(wanted)
        return f"SELECT row FROM listing{where} ORDER BY changed_at DESC, row DESC", values  # noqa: S608
    if not wanted.types and not wanted.search:
        where, values = _where(wanted)
        return f"SELECT row FROM listing{where} ORDER BY sort_key, row", values  # noqa: S608
    kinds = _with_lines(connection, wanted.types)
    if wanted == Filter(types=wanted.types) and _are_many(connection, kinds):
        marks = ", ".join("?" * len(kinds))
        return (
            f"SELECT row FROM listing INDEXED BY listing_ordered WHERE type IN ({marks}) "  # noqa: S608
            "ORDER BY sort_key, row",
            list(kinds),
        )
    return _merged(replace(wanted, types=kinds))


def _with_lines(connection: sqlite3.Connection, types: Sequence[str]) -> tuple[str, ...]:
    """Those of these types that have lines at all (the first when none has); of all, for none."""
    if not types:
        found = [row[0] for row in connection.execute(_ALL_KINDS) if row[0] is not None]
        return tuple(found) or ("",)
    names = tuple(sorted(set(types)))
    if len(names) == 1:
        return names
    one = "SELECT EXISTS (SELECT 1 FROM listing WHERE type = ?)"
    some = tuple(name for name in names if connection.execute(one, (name,)).fetchone()[0])
    return some or names[:1]


def _are_many(connection: sqlite3.Connection, kinds: Sequence[str]) -> bool:
    """Whether several kinds have so many lines that a walk through all lines is the short way."""
    if len(kinds) < 2:
        return False
    one = "SELECT count(*) FROM (SELECT 1 FROM listing WHERE type = ? LIMIT ?)"
    found = (connection.execute(one, (name, WALK_FROM)).fetchone()[0] for name in kinds)
    return sum(map(int, found)) >= WALK_FROM


def _merged(wanted: Filter) -> tuple[str, list[Value]]:
    """The lines of each type in the order of its index, merged: nothing is sorted anew."""
    parts: list[str] = []
    values: list[Value] = []
    # What is found by lies in this index: a word is looked for without touching the lines.
    index = " INDEXED BY listing_found" if wanted.search else ""
    for name in wanted.types:
        where, found = _where(replace(wanted, types=(name,)))
        parts.append(f" FROM listing{index}{where.replace('type IN (?)', 'type = ?')}")
        values.extend(found)
    if len(parts) == 1:
        return f"SELECT row{parts[0]} ORDER BY sort_key, row", values
    merged = " UNION ALL ".join(f"SELECT row, sort_key{part}" for part in parts)
    return f"SELECT row FROM ({merged} ORDER BY sort_key, row)", values  # noqa: S608


def lines(connection: sqlite3.Connection, rows: Sequence[int]) -> list[Listed | None]:
    """The lines of these numbers, in their order; None for one that has gone meanwhile."""
    marks = ", ".join("?" * len(rows))
    found = connection.execute(
        f"SELECT * FROM listing WHERE row IN ({marks})",  # noqa: S608
        list(rows),
    )
    by_row = {row["row"]: _listed(row) for row in found}
    return [by_row.get(number) for number in rows]


def line_of(connection: sqlite3.Connection, root: str) -> Listed | None:
    """The line of one record."""
    row = connection.execute("SELECT * FROM listing WHERE root = ?", (root,)).fetchone()
    return None if row is None else _listed(row)


def count(connection: sqlite3.Connection, wanted: Filter) -> int:
    """How many lines match."""
    where, values = _narrowed(wanted)
    sql = f"SELECT count(*) FROM listing{where}"  # noqa: S608
    if wanted.search:
        some, values = _merged(replace(wanted, types=_with_lines(connection, wanted.types)))
        sql = f"SELECT count(*) FROM ({some})"  # noqa: S608
    return int(connection.execute(sql, values).fetchone()[0])


def first_lines(connection: sqlite3.Connection, wanted: Filter, most: int) -> list[Listed]:
    """The first few matching lines: type-ahead and the short lists of the home screen."""
    if wanted.search and not wanted.newest_first:
        sql, values = _in_order(connection, wanted)
        rows = [row[0] for row in connection.execute(f"{sql} LIMIT ?", [*values, most])]
        return [line for line in lines(connection, rows) if line is not None]
    where, values = _narrowed(wanted)
    order = "changed_at DESC, row DESC" if wanted.newest_first else "sort_key, row"
    sql = f"SELECT * FROM listing{where} ORDER BY {order} LIMIT ?"  # noqa: S608
    return [_listed(row) for row in connection.execute(sql, [*values, most])]


def roots_of_types(connection: sqlite3.Connection, types: Iterable[str]) -> list[str]:
    """Records whose lines a newly arrived form may describe better."""
    found: list[str] = []
    for name in types:
        rows = connection.execute("SELECT root FROM listing WHERE type = ?", (name,))
        found.extend(row["root"] for row in rows)
    return found


def _listed(row: sqlite3.Row) -> Listed:
    return Listed(
        root=row["root"],
        type=row["type"],
        scope=row["scope"],
        title=row["title"],
        subtitle=row["subtitle"],
        status=row["status"],
        occurred_on=row["occurred_on"],
        mark=row["mark"],
        conflicts=row["conflicts"],
        comments=row["comments"],
        changed_at=row["changed_at"],
        author=row["author"],
    )
