"""Codebooks: dated reference data (limits, check items, places) with source and confidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from shared.canonical import JsonValue
from shared.errors import BadInput
from shared.forms.expressions.items import ItemTable, cell_of
from shared.forms.parts import Choice, Text
from shared.forms.searching import Haystack
from shared.thai.finding import find_key

ROWS_MAX = 100_000
FOUND_MAX = 100
DATED = ("confidence", "valid_from", "source_url")


@dataclass(frozen=True, slots=True)
class CodebookRow:
    """One entry: its key, its name in both languages, and its cells as text."""

    key: str
    label: Text
    cells: Mapping[str, str]


class Table(Protocol):
    """A codebook as forms use it: in memory (`Codebook`), or read row by row from a database."""

    @property
    def name(self) -> str:
        """The codebook's name."""

    @property
    def version(self) -> str:
        """The version by which records are judged."""

    @property
    def rows(self) -> Iterable[CodebookRow] | Mapping[str, CodebookRow]:
        """The entries in their order; a mapping goes from key to entry."""

    def row(self, key: str) -> CodebookRow | None:
        """The entry at a key, or None."""

    def cell(self, key: str, column: str) -> str | None:
        """A cell; the columns `key`, `label` (Thai), `label_en` are always there."""

    def matching(self, column: str, value: str) -> Sequence[CodebookRow]:
        """The entries whose cell has exactly this text, in their order, by an index."""

    def search(self, text: str, limit: int = FOUND_MAX) -> Sequence[CodebookRow]:
        """Entries that have every typed word in their key or name; those whose key or name begins
        with it first. All of them, up to the limit, when nothing is typed."""

    def __len__(self) -> int:
        """How many entries there are."""


@dataclass(frozen=True)
class Codebook:
    """One version of a codebook. A record keeps the version by which it was judged."""

    name: str
    version: str
    title: Text
    source: str
    rows: Mapping[str, CodebookRow]
    confidence: str = ""
    valid_from: str = ""
    source_url: str = ""

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """The rows as options of a question, made once."""
        return tuple(Choice(row.key, row.label, row.cells) for row in self.rows.values())

    @cached_property
    def _table(self) -> ItemTable:
        return ItemTable(tuple(self.rows.values()))

    @cached_property
    def _haystack(self) -> Haystack[CodebookRow]:
        return Haystack(
            (row, find_key(row.key, row.label.th, row.label.en)) for row in self.rows.values()
        )

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, key: str) -> CodebookRow | None:
        """The entry at a key, or None."""
        return self.rows.get(key)

    def cell(self, key: str, column: str) -> str | None:
        """A cell; the columns `key`, `label` (Thai), `label_en` are always there."""
        row = self.rows.get(key)
        if row is None:
            return None
        if column in ("key", "name", "label", "label_th", "label_en"):
            return cell_of(row, column, "th")
        return row.cells.get(column)

    def matching(self, column: str, value: str) -> Sequence[CodebookRow]:
        """The entries whose cell has exactly this text; the first look at a column indexes it."""
        return self._table.matching(column, value)  # type: ignore[return-value]

    def search(self, text: str, limit: int = FOUND_MAX) -> Sequence[CodebookRow]:
        """Entries that have every typed word; those that begin with it first."""
        return self._haystack.search(text, limit)


def load_codebook(document: JsonValue) -> Codebook:
    """A codebook from its JSON document; raises BadInput that names the place of the defect.

    The document is `{codebook, version, title: {th, en}, source, rows: [{key, th, en, ...}]}`;
    every further cell of a row is text.
    """
    if not isinstance(document, dict):
        raise BadInput("a codebook is a JSON object")
    rows: dict[str, CodebookRow] = {}
    listed = document.get("rows")
    if not isinstance(listed, list) or len(listed) > ROWS_MAX:
        raise BadInput("a codebook has a list of rows", place="rows")
    for index, item in enumerate(listed):
        if not isinstance(item, dict) or not all(isinstance(cell, str) for cell in item.values()):
            raise BadInput("a codebook row is an object of texts", place=f"rows[{index}]")
        cells = {name: str(cell) for name, cell in item.items() if name not in ("key", "th", "en")}
        key = str(item.get("key", ""))
        if not key or key in rows:
            raise BadInput("a codebook key is missing or used twice", place=f"rows[{index}]")
        rows[key] = CodebookRow(key, Text(str(item.get("th", "")), str(item.get("en", ""))), cells)
    title = document.get("title")
    if not isinstance(title, dict):
        raise BadInput("a codebook has a title in both languages", place="title")
    return Codebook(
        name=str(document.get("codebook", "")),
        version=str(document.get("version", "")),
        title=Text(str(title.get("th", "")), str(title.get("en", ""))),
        source=str(document.get("source", "")),
        rows=rows,
        **{
            name: str(document.get(name, "")) for name in ("confidence", "valid_from", "source_url")
        },
    )
