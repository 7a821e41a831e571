"""A whole database as one file of lines, the same from SQLite and PostgreSQL, for either of them.

Gzipped JSON lines: first what it is, then for each table its columns and its rows as lists (bytes
as base64), last how many rows there were. Read in one transaction, so it shows one moment.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import LargeBinary, MetaData, Table, insert, select
from sqlalchemy.orm import Session

from server.models import Base
from server.store import schema
from server.store.database import Database
from shared.errors import StorageCorrupt

FORMAT: Final = 1
ROWS_AT_ONCE: Final = 500
LEVEL: Final = 4
LINE_BYTES_MAX: Final = 64 * 1024 * 1024


@dataclass(slots=True)
class Dumped:
    """How many rows of each table were written or read, and the version of the schema."""

    version: str = ""
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DumpedRow:
    """One row of a dump."""

    table: str
    values: dict[str, Any]


def dump_database(session: Session, path: Path) -> Dumped:
    """Write every table as this session's transaction sees it."""
    done = Dumped(schema.present_version(session.connection()) or "")
    with path.open("xb") as raw, gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as out:
        _say(out, {"dump": FORMAT, "version": done.version})
        for table in Base.metadata.sorted_tables:
            done.rows[table.name] = _dump_table(session, table, out)
        _say(out, {"end": sum(done.rows.values())})
    return done


def _dump_table(session: Session, table: Table, out: gzip.GzipFile) -> int:
    columns = list(table.columns)
    raw = [number for number, one in enumerate(columns) if isinstance(one.type, LargeBinary)]
    _say(out, {"table": table.name, "columns": [one.name for one in columns], "bytes": raw})
    count = 0
    rows = session.connection().execute(
        select(*columns), execution_options={"yield_per": ROWS_AT_ONCE}
    )
    for row in rows:
        values = list(row)
        for number in raw:
            if values[number] is not None:
                values[number] = base64.b64encode(values[number]).decode()
        _say(out, values)
        count += 1
    return count


def _say(out: gzip.GzipFile, value: Any) -> None:
    out.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def read_dump(path: Path, told: Dumped) -> Iterator[DumpedRow]:
    """Every row of a dump. Raises StorageCorrupt for one that is cut off or damaged."""
    table, columns, raw = "", list[str](), list[int]()
    for value in _lines(path):
        if isinstance(value, list):
            if len(value) != len(columns):
                raise StorageCorrupt("a row of the dump has other columns than its table")
            for number in raw:
                if value[number] is not None:
                    value[number] = base64.b64decode(value[number])
            told.rows[table] += 1
            yield DumpedRow(table, dict(zip(columns, value, strict=True)))
        elif "table" in value:
            table, columns, raw = value["table"], value["columns"], value["bytes"]
            told.rows[table] = 0
        elif "dump" in value:
            if value["dump"] != FORMAT:
                raise StorageCorrupt("a later version of this program wrote this dump")
            told.version = value["version"]
        elif value.get("end") == sum(told.rows.values()):
            return
        else:
            raise StorageCorrupt("the dump has fewer rows than it says")
    raise StorageCorrupt("the dump is cut off before its end")


def _lines(path: Path) -> Iterator[Any]:
    try:
        with gzip.open(path, "rb") as file:
            while line := file.readline(LINE_BYTES_MAX):
                yield json.loads(line)
    except (OSError, EOFError, ValueError, gzip.zlib.error) as reason:  # type: ignore[attr-defined]
        raise StorageCorrupt(f"the dump cannot be read: {reason}") from reason


def load_database(database: Database, path: Path) -> Dumped:
    """Fill an empty database with a dump, in one transaction, and bring it to today's shape."""
    told = Dumped()
    rows = read_dump(path, told)
    first = next(rows, None)
    schema.upgrade(database, told.version or schema.HEAD)
    with database.engine.begin() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        for table, part in _parts(() if first is None else _chained(first, rows)):
            connection.execute(insert(metadata.tables[table]), part)
    schema.upgrade(database)
    return told


def _chained(first: DumpedRow, rest: Iterable[DumpedRow]) -> Iterator[DumpedRow]:
    yield first
    yield from rest


def _parts(rows: Iterable[DumpedRow]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Rows of one table at a time, as many as one statement takes."""
    table, part = "", list[dict[str, Any]]()
    for row in rows:
        if part and (row.table != table or len(part) >= ROWS_AT_ONCE):
            yield table, part
            part = []
        table = row.table
        part.append(row.values)
    if part:
        yield table, part
