"""Large codebooks as tables of their own: cells by key, rows by a column, search while typing.

A book of 100,000 rows is taken in once, in slices, beside the version that is in use; when its
last row is in, one transaction puts it in the old one's place. What a kill left half taken in is
thrown away and begun anew. Nothing here holds more than a few rows in memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from mobile.store.book_reading import BookText, Row
from mobile.store.database import TabletDatabase
from shared.errors import BadInput
from shared.forms.codebook import FOUND_MAX, ROWS_MAX, CodebookRow
from shared.forms.definition import Text
from shared.limits import SEARCH_LENGTH_MAX
from shared.thai.finding import Word, beginning, find_key, words_of

SLICE_ROWS: Final = 400
PAGE_ROWS: Final = 500
COLUMNS_MAX: Final = 200
WORDS_MAX: Final = 8
FIXED: Final = {
    "key": "key",
    "name": "key",
    "th": "th",
    "label": "th",
    "label_th": "th",
    "en": "en",
    "label_en": "en",
}
"""Columns that every book has, by the names that forms use."""


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of a book that was taken in; `columns` are its own, in their order."""

    number: int
    name: str
    document: str
    version: str
    title: Text
    source: str
    columns: tuple[str, ...]
    rows: int

    @property
    def table(self) -> str:
        """The table of its rows."""
        return f"reference_{self.number}"


def books(connection: sqlite3.Connection) -> dict[str, Book]:
    """Every book that is whole, by its name."""
    found = connection.execute("SELECT * FROM reference_book WHERE ready = 1")
    return {row["name"]: _book(row) for row in found.fetchall()}


def _book(row: sqlite3.Row) -> Book:
    return Book(
        number=row["number"],
        name=row["name"],
        document=row["document"],
        version=row["version"],
        title=Text(row["title_th"], row["title_en"]),
        source=row["source"],
        columns=tuple(json.loads(row["columns"])),
        rows=row["rows"],
    )


def forget_books(connection: sqlite3.Connection, wanted: Sequence[str]) -> None:
    """Let go of whole books whose names are not among these."""
    for name, book in books(connection).items():
        if name not in wanted:
            _drop(connection, book.number)


def forget_halves(connection: sqlite3.Connection) -> None:
    """Throw away what a kill left half taken in."""
    rows = connection.execute("SELECT number FROM reference_book WHERE ready = 0").fetchall()
    for row in rows:
        _drop(connection, row["number"])


def _drop(connection: sqlite3.Connection, number: int) -> None:
    connection.execute(f"DROP TABLE IF EXISTS reference_{number}")
    connection.execute(f"DROP TABLE IF EXISTS reference_{number}_found")
    connection.execute("DELETE FROM reference_book WHERE number = ?", (number,))


class TakingIn:
    """One document on its way into a table: `step()` takes a slice in, in a transaction of its own.

    Raises BadInput when the document is no codebook; what was taken in of it is gone then.
    """

    def __init__(self, database: TabletDatabase, name: str, document: str, text: str) -> None:
        self.name, self.document = name, document
        self.rows = 0
        self._database = database
        self._text = BookText(text)
        self._rows = self._text.rows()
        self._columns: dict[str, int] = {}
        self._number = 0
        self._insert = ""

    @property
    def share(self) -> float:
        """How much of it is in, 0 to 1."""
        return self._text.share

    def step(self) -> bool:
        """Take the next slice in; False when the book has taken its place."""
        try:
            slice_ = list(islice(self._rows, SLICE_ROWS))
            with self._database.writing() as connection:
                if not self._number:
                    self._begin(connection)
                self._put(connection, slice_)
                if len(slice_) < SLICE_ROWS:
                    self._finish(connection)
                    return False
            return True
        except (sqlite3.IntegrityError, UnicodeEncodeError) as reason:
            self.give_up()
            raise BadInput("a codebook key is used twice, or is no text") from reason
        except BadInput:
            self.give_up()
            raise

    def give_up(self) -> None:
        """Let go of what is in."""
        if self._number:
            with self._database.writing() as connection:
                _drop(connection, self._number)

    def _begin(self, connection: sqlite3.Connection) -> None:
        cursor = connection.execute(
            "INSERT INTO reference_book (name, document, ready, version, title_th, title_en, "
            "source, columns, rows) VALUES (?, ?, 0, '', '', '', '', '[]', 0)",
            (self.name, self.document),
        )
        number = cursor.lastrowid
        assert number is not None
        self._number = number
        connection.execute(
            f"CREATE TABLE reference_{number} (place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
            " th TEXT NOT NULL, en TEXT NOT NULL)"
        )
        connection.execute(
            f"CREATE TABLE reference_{number}_found (place INTEGER PRIMARY KEY, key BLOB NOT NULL)"
        )

    def _put(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        for name in dict.fromkeys(name for row in rows for name in row):
            self._learn(connection, name)
        names = list(self._columns)
        marks = ", ".join("?" * (4 + len(names)))
        found = [(self.rows + place, row) for place, row in enumerate(rows, start=1)]
        connection.executemany(
            f"INSERT INTO reference_{self._number} VALUES ({marks})",  # noqa: S608
            (
                (place, row["key"], row.get("th", ""), row.get("en", ""), *map(row.get, names))
                for place, row in found
            ),
        )
        connection.executemany(
            f"INSERT INTO reference_{self._number}_found VALUES (?, ?)",  # noqa: S608
            ((place, found_by(row)) for place, row in found),
        )
        self.rows += len(rows)
        if self.rows > ROWS_MAX:
            raise BadInput(f"a codebook has at most {ROWS_MAX} rows", place="rows")

    def _learn(self, connection: sqlite3.Connection, name: str) -> None:
        if name in self._columns or name in ("key", "th", "en"):
            return
        if len(self._columns) == COLUMNS_MAX:
            raise BadInput(f"a codebook has at most {COLUMNS_MAX} columns", place="rows")
        number = self._columns[name] = len(self._columns)
        connection.execute(f"ALTER TABLE reference_{self._number} ADD COLUMN c{number} TEXT")

    def _finish(self, connection: sqlite3.Connection) -> None:
        title = self._text.title()
        for row in connection.execute(
            "SELECT number FROM reference_book WHERE name = ? AND number != ?",
            (self.name, self._number),
        ).fetchall():
            _drop(connection, row["number"])
        connection.execute(
            "UPDATE reference_book SET ready = 1, version = ?, title_th = ?, title_en = ?, "
            "source = ?, columns = ?, rows = ? WHERE number = ?",
            (
                self._text.word("version"),
                title.th,
                title.en,
                self._text.word("source"),
                json.dumps(list(self._columns)),
                self.rows,
                self._number,
            ),
        )


def found_by(row: Row) -> bytes:
    """What a row is found by: every cell, the key and the names first."""
    cells = [row["key"], row.get("th", ""), row.get("en", "")]
    cells += [cell for name, cell in row.items() if name not in ("key", "th", "en") and cell]
    return find_key(*dict.fromkeys(cells))


class ReferenceTable:
    """A book in the database, looked at row by row; may be asked on any thread."""

    def __init__(self, database: TabletDatabase, book: Book) -> None:
        self._database = database
        self.book = book
        self.name, self.version, self.title = book.name, book.version, book.title
        self.source = book.source
        self._names = {name: f"c{place}" for place, name in enumerate(book.columns)}
        self._row_of = lru_cache(maxsize=4096)(self._read_row)
        self._indexed: set[str] = {"key"}

    # -- one row -----------------------------------------------------------------------------

    def row(self, key: str) -> CodebookRow | None:
        """The row of a key, or None."""
        return self._row_of(key)

    def cell(self, key: str, column: str) -> str | None:
        """A cell; the columns `key`, `label` (Thai), `label_en` are always there."""
        row = self._row_of(key)
        return None if row is None else cell_of(row, column)

    def __len__(self) -> int:
        """How many rows there are."""
        return self.book.rows

    def __contains__(self, key: object) -> bool:
        """Is there a row of this key?"""
        return isinstance(key, str) and self._row_of(key) is not None

    def _read_row(self, key: str) -> CodebookRow | None:
        found = self._select(f"FROM {self.book.table} WHERE key = ?", (key,))
        return found[0] if found else None

    # -- many rows ---------------------------------------------------------------------------

    @property
    def rows(self) -> Iterator[CodebookRow]:
        """Every row in the book's order, a page at a time."""
        return self._pages()

    def _pages(self) -> Iterator[CodebookRow]:
        place = 0
        while True:
            end = place + PAGE_ROWS
            where = f"FROM {self.book.table} WHERE place > ? AND place <= ? ORDER BY place"
            yield from self._select(where, (place, end))
            place = end
            if place >= self.book.rows:
                return

    def matching(self, column: str, value: str) -> Sequence[CodebookRow]:
        """The rows whose cell is this value, in the book's order."""
        name = self._column(column)
        if name is None:
            return []
        return self._select(f"FROM {self.book.table} WHERE {name} = ? ORDER BY place", (value,))

    def matching_all(self, equal: Mapping[str, str]) -> Sequence[CodebookRow]:
        """The rows whose cells are all these values."""
        where, values = self._equal(equal)
        return self._select(f"FROM {self.book.table} WHERE {where} ORDER BY place", values)

    def search(
        self, text: str, limit: int = FOUND_MAX, equal: Mapping[str, str] | None = None
    ) -> Sequence[CodebookRow]:
        """At most `limit` rows that have every word typed, in any cell; those with a cell that
        begins with the text come first. `equal`: only rows with these cells."""
        typed = text[:SEARCH_LENGTH_MAX]
        words = words_of(typed)[:WORDS_MAX]
        where, values = self._equal(equal or {})
        if not words:
            return self._select(
                f"FROM {self.book.table} WHERE {where} ORDER BY place LIMIT ?", (*values, limit)
            )
        head = (beginning(typed),)
        places = self._places(equal, words, limit)
        if len(places) < limit:
            # These are all there are: two scans of a long book would be one too many.
            begins = self._places(equal, head, limit, places)
        else:
            begins = self._places(equal, head, limit)
        return self._at(list(dict.fromkeys([*begins, *places]))[:limit])

    def _places(
        self,
        equal: Mapping[str, str] | None,
        words: Sequence[Word],
        limit: int,
        among: Sequence[int] | None = None,
    ) -> list[int]:
        values: list[object] = [way for word in words for way in word.ways]
        sql = f"SELECT f.place FROM {self.book.table}_found AS f WHERE "  # noqa: S608
        sql += " AND ".join(
            f"({' OR '.join('instr(f.key, ?) > 0' for _ in word.ways)})" for word in words
        )
        if among is not None:
            sql += f" AND f.place IN ({', '.join('?' * len(among))})"
            values += among
        if equal:
            where, more = self._equal(equal)
            sql += f" AND f.place IN (SELECT place FROM {self.book.table} WHERE {where})"  # noqa: S608
            values += more
        rows = self._database.reader().execute(f"{sql} LIMIT ?", (*values, limit)).fetchall()
        return [row["place"] for row in rows]

    def _at(self, places: Sequence[int]) -> list[CodebookRow]:
        marks = ", ".join("?" * len(places))
        rows = self._database.reader().execute(
            f"SELECT * FROM {self.book.table} WHERE place IN ({marks})",  # noqa: S608
            list(places),
        )
        by_place = {row["place"]: self._made(row) for row in rows.fetchall()}
        return [by_place[place] for place in places if place in by_place]

    def _select(self, rest: str, values: Sequence[object]) -> list[CodebookRow]:
        reader = self._database.reader()
        return [self._made(row) for row in reader.execute(f"SELECT * {rest}", values).fetchall()]

    def _made(self, row: sqlite3.Row) -> CodebookRow:
        cells = {
            name: row[column] for name, column in self._names.items() if row[column] is not None
        }
        return CodebookRow(row["key"], Text(row["th"], row["en"]), cells)

    # -- columns -----------------------------------------------------------------------------

    def _column(self, name: str) -> str | None:
        return self._names.get(name) or FIXED.get(name)

    def _equal(self, equal: Mapping[str, str]) -> tuple[str, list[str]]:
        parts: list[str] = []
        for name in equal:
            column = self._column(name)
            parts.append("0" if column is None else f"{column} = ?")
        values = [value for name, value in equal.items() if self._column(name) is not None]
        return " AND ".join(parts) or "1", values

    def index(self, column: str) -> bool:
        """Make rows of a column be found at once; runs where the database is written. True when
        an index was made now."""
        name = self._column(column)
        if name is None or name in self._indexed:
            return False
        table = self.book.table
        with self._database.writing() as connection:
            connection.execute(f"CREATE INDEX IF NOT EXISTS {table}_{name} ON {table} ({name})")
        self._indexed.add(name)
        return True


def cell_of(row: CodebookRow, column: str) -> str | None:
    """A cell of a row by the names that forms use for columns."""
    if column in row.cells:
        return row.cells[column]
    fixed = FIXED.get(column)
    if fixed is None:
        return None
    return row.key if fixed == "key" else row.label.th if fixed == "th" else row.label.en
