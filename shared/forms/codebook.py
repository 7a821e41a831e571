"""Codebooks: dated reference data (limits, check items, places) with source and confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from shared.canonical import JsonValue
from shared.errors import BadInput
from shared.forms.definition import Choice, Text

ROWS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class CodebookRow:
    """One entry: its key, its name in both languages, and its cells as text."""

    key: str
    label: Text
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Codebook:
    """One version of a codebook. A record keeps the version by which it was judged."""

    name: str
    version: str
    title: Text
    source: str
    rows: Mapping[str, CodebookRow]

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """The rows as options of a question, made once."""
        return tuple(Choice(row.key, row.label, row.cells) for row in self.rows.values())

    def cell(self, key: str, column: str) -> str | None:
        """A cell; the columns `key`, `label` (Thai), `label_en` are always there."""
        row = self.rows.get(key)
        if row is None:
            return None
        if column in ("key", "name"):
            return row.key
        if column in ("label", "label_th"):
            return row.label.th
        if column == "label_en":
            return row.label.en
        return row.cells.get(column)


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
    )
