"""Reads a large codebook document a few rows at a time: 100,000 rows are never one Python value.

The document is `{codebook, version, title: {th, en}, source, rows: [{key, th, en, ...}]}` as
`shared.forms.codebook` reads it whole; every cell of a row is text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.errors import BadInput
from shared.forms.definition import Text

Row = Mapping[str, str]

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(slots=True)
class BookText:
    """A document's text. `rows()` gives its rows one by one; `head` is what else it says, whole
    when the rows have been read. Raises BadInput for what is no codebook."""

    text: str
    head: dict[str, Any] = field(default_factory=dict)
    read: int = 0

    @property
    def share(self) -> float:
        """How much of the text has been read, 0 to 1."""
        return self.read / max(1, len(self.text))

    def rows(self) -> Iterator[Row]:
        """Each row as it stands in the document."""
        at = self._expect(0, "{")
        found_rows = False
        while True:
            name, at = self._value(at)
            if not isinstance(name, str):
                raise self._refused("a member has no name")
            at = self._expect(at, ":")
            if name == "rows":
                found_rows = True
                at = yield from self._rows(at)
            else:
                self.head[name], at = self._value(at)
            at = self._skip(at)
            if self.text[at : at + 1] == ",":
                at += 1
                continue
            self._expect(at, "}")
            break
        if not found_rows:
            raise self._refused("there are no rows")

    def _rows(self, at: int) -> Generator[Row, None, int]:
        at = self._skip(self._expect(at, "["))
        if self.text[at : at + 1] == "]":
            return at + 1
        while True:
            row, at = self._value(at)
            self.read = at
            yield self._row(row)
            at = self._skip(at)
            mark = self.text[at : at + 1]
            at += 1
            if mark == "]":
                return at
            if mark != ",":
                raise self._refused("the rows do not end")

    def _row(self, row: Any) -> Row:
        if not isinstance(row, dict) or not row.get("key"):
            raise self._refused("a row has no key")
        for name, cell in row.items():
            if not isinstance(cell, str) or _UNSTORABLE.search(cell) or _UNSTORABLE.search(name):
                raise self._refused("a cell is no text")
        return row

    def title(self) -> Text:
        """The book's title in both languages."""
        title = self.head.get("title")
        if not isinstance(title, dict):
            raise self._refused("a codebook has a title in both languages")
        return Text(str(title.get("th", "")), str(title.get("en", "")))

    def word(self, name: str) -> str:
        """A text of the head, or nothing."""
        found = self.head.get(name, "")
        return found if isinstance(found, str) else ""

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            return _DECODER.raw_decode(self.text, self._skip(at))
        except (json.JSONDecodeError, RecursionError):
            raise self._refused("not JSON") from None

    def _skip(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return at if found is None else found.end()

    def _expect(self, at: int, mark: str) -> int:
        at = self._skip(at)
        if self.text[at : at + 1] != mark:
            raise self._refused(f"{mark} was expected")
        return at + 1

    def _refused(self, why: str) -> BadInput:
        return BadInput(f"not a codebook: {why}", place=f"character {self.read}")
