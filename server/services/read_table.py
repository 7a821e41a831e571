"""A table from outside (csv, xlsx, json) as a codebook's document, with all that is wrong with it.

The first row names the columns: `key`, `th` (or `label`), `en`, then any others. Everything is
text. What is bounded is bounded before it is read whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from server.forms_import.comma import read_text, table_rows
from server.forms_import.parts import Unreadable
from server.forms_import.sheets import Defects, SheetDefect
from server.forms_import.workbook import read_workbook
from shared.canonical import JsonValue, read_json
from shared.errors import BadInput
from shared.forms.codebook import ROWS_MAX, load_codebook
from shared.forms.definition import Text
from shared.limits import CODEBOOK_BYTES_MAX

COLUMNS_MAX: Final = 200
CELL_LENGTH_MAX: Final = 10_000
DEFECTS_MAX: Final = 500
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_KEYS: Final = {"key": "key", "name": "key", "code": "key", "id": "key"}
_LABELS: Final = {
    "th": "th", "label": "th", "label_th": "th", "label::th": "th", "label::ไทย (th)": "th",
    "en": "en", "label_en": "en", "label::en": "en", "label::english (en)": "en",
}  # fmt: skip
Document = dict[str, JsonValue]
Rows = Sequence[tuple[int, list[str]]]
"""Rows of texts with the line on which each stands."""


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What a person says of a table that does not say it itself."""

    name: str
    version: str = ""
    title_th: str = ""
    title_en: str = ""
    source: str = ""
    source_url: str = ""
    confidence: str = ""
    valid_from: str = ""


@dataclass(slots=True)
class _Reading:
    """A table as it is read."""

    name: str
    defects: list[SheetDefect] = field(default_factory=list)

    def refuse(self, row: int, column: str, code: str, th: str, en: str) -> None:
        if len(self.defects) < DEFECTS_MAX:
            self.defects.append(SheetDefect(self.name, row, column, code, Text(th, en)))


def read_book(file_name: str, data: bytes, facts: BookFacts) -> Document | list[SheetDefect]:
    """The document of a codebook, or all defects. What `facts` says stands for what the file does
    not say itself."""
    reading = _Reading(file_name)
    if len(data) > CODEBOOK_BYTES_MAX:
        most = CODEBOOK_BYTES_MAX // 2**20
        reading.refuse(
            0, "", "book.too_large", f"ไฟล์ใหญ่เกิน {most} MB", f"the file is larger than {most} MB"
        )
        return reading.defects
    kind = file_name.casefold().rpartition(".")[2]
    if kind == "json":
        return _from_json(reading, data, facts)
    rows: Rows | None
    if kind == "xlsx":
        rows = _xlsx_rows(reading, data)
    elif kind == "csv":
        rows = _csv_rows(reading, data)
    else:
        reading.refuse(
            0, "", "book.kind", "ใช้ไฟล์ .csv .xlsx หรือ .json", "use a .csv, .xlsx or .json file"
        )
        return reading.defects
    found = _rows(reading, rows) if rows is not None else []
    _check_facts(reading, facts)
    if reading.defects:
        return reading.defects
    return _document(facts, found)


def _document(facts: BookFacts, rows: list[dict[str, str]]) -> Document:
    document: dict[str, Any] = {
        "codebook": facts.name,
        "version": facts.version,
        "title": {"th": facts.title_th or facts.name, "en": facts.title_en or facts.name},
        "source": facts.source,
        "rows": rows,
    }
    for name in ("source_url", "confidence", "valid_from"):
        if getattr(facts, name):
            document[name] = getattr(facts, name)
    return document


def _check_facts(reading: _Reading, facts: BookFacts) -> None:
    if not NAME.fullmatch(facts.name):
        reading.refuse(
            0, "codebook", "book.name",
            "ชื่อสมุดรหัสใช้ได้เฉพาะ a-z 0-9 _ . - และขึ้นต้นด้วยตัวอักษร",
            "the name of a codebook has only a-z, 0-9, _ . - and begins with a letter",
        )  # fmt: skip
    if facts.valid_from and not _is_day(facts.valid_from):
        reading.refuse(
            0, "valid_from", "book.day", "วันที่เริ่มใช้ให้เขียนแบบ 2568-10-01 หรือ 1/10/2568",
            "write the day from which it counts as 2025-10-01 or 1/10/2568",
        )  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _from_json(reading: _Reading, data: bytes, facts: BookFacts) -> Document | list[SheetDefect]:
    try:
        raw = read_json(data, bytes_max=CODEBOOK_BYTES_MAX)
        document = _filled(raw, facts) if isinstance(raw, dict) else {}
        book = load_codebook(document or raw)
    except BadInput as problem:
        place = str(problem.facts.get("place", ""))
        reading.refuse(
            0, place, "book.json", f"อ่านเป็นสมุดรหัสไม่ได้: {problem.detail}",
            f"this is no codebook: {problem.detail}",
        )  # fmt: skip
        return reading.defects
    _check_facts(reading, BookFacts(book.name, valid_from=book.valid_from))
    return reading.defects or document


def _filled(document: dict[str, JsonValue], facts: BookFacts) -> dict[str, JsonValue]:
    said = {
        "codebook": facts.name,
        "version": facts.version,
        "source": facts.source,
        "source_url": facts.source_url,
        "confidence": facts.confidence,
        "valid_from": facts.valid_from,
    }
    lacking = {name: value for name, value in said.items() if value and not document.get(name)}
    return {**document, **lacking}


def _csv_rows(reading: _Reading, data: bytes) -> Rows | None:
    defects = Defects()
    text = read_text(data, reading.name, defects)
    rows = [] if text is None else table_rows(text, reading.name, defects)
    reading.defects += defects.errors
    return None if defects.errors else rows


def _xlsx_rows(reading: _Reading, data: bytes) -> Rows | None:
    """The rows of the one sheet of a workbook."""
    try:
        grids = read_workbook(data, Defects())
    except Unreadable as problem:
        reading.refuse(0, "", problem.code, problem.th, problem.en)
        return None
    if len(grids) != 1:
        reading.refuse(
            0, "", "book.sheets", "ไฟล์ต้องมีแผ่นงานเดียว ให้บันทึกแผ่นที่ต้องการเป็นไฟล์ใหม่",
            "the workbook must have one sheet: save the one that is meant as a file of its own",
        )  # fmt: skip
        return None
    return grids[0].rows


def _rows(reading: _Reading, rows: Rows) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    seen: set[str] = set()
    columns: list[str] = []
    for number, raw in rows:
        cells = [_text(cell) for cell in raw[: COLUMNS_MAX + 1]]
        if not any(cells):
            continue
        if not columns:
            columns = _header(reading, number, cells)
            if reading.defects:
                break
            continue
        if len(found) >= ROWS_MAX:
            reading.refuse(
                number, "", "book.too_many", f"มีเกิน {ROWS_MAX} แถว",
                f"there are more than {ROWS_MAX} rows",
            )  # fmt: skip
            break
        found.append(_row(reading, number, columns, cells, seen))
    if not columns and not reading.defects:
        reading.refuse(
            1, "", "book.empty", "ตารางว่าง แถวแรกต้องเป็นชื่อคอลัมน์ เช่น key, th, en",
            "the table is empty: its first row names the columns, as key, th, en",
        )  # fmt: skip
    return found


def _header(reading: _Reading, number: int, cells: list[str]) -> list[str]:
    columns: list[str] = []
    for cell in cells:
        name = " ".join(cell.split())
        low = name.casefold()
        plain = _LABELS.get(low, name)
        if low in _KEYS and "key" not in columns:
            plain = "key"
        if plain and plain in columns:
            reading.refuse(
                number, name, "book.column_twice", f"มีคอลัมน์ {name!r} สองคอลัมน์",
                f"there are two columns {name!r}",
            )  # fmt: skip
        columns.append(plain)
    if len(cells) > COLUMNS_MAX:
        reading.refuse(
            number, "", "book.columns", f"มีเกิน {COLUMNS_MAX} คอลัมน์",
            f"there are more than {COLUMNS_MAX} columns",
        )  # fmt: skip
    if "key" not in columns:
        reading.refuse(
            number, "key", "book.no_key", "ไม่มีคอลัมน์ key (หรือ name, code, id) ที่ไม่ซ้ำกันในทุกแถว",
            "there is no column key (or name, code, id) that tells every row apart",
        )  # fmt: skip
    return columns


def _row(
    reading: _Reading, number: int, columns: list[str], cells: list[str], seen: set[str]
) -> dict[str, str]:
    row = {"key": "", "th": "", "en": ""}
    for name, cell in zip(columns, cells, strict=False):
        if len(cell) > CELL_LENGTH_MAX:
            reading.refuse(
                number, name, "book.cell", f"ยาวเกิน {CELL_LENGTH_MAX} ตัวอักษร",
                f"longer than {CELL_LENGTH_MAX} characters",
            )  # fmt: skip
        elif name and (cell or name in row):
            row[name] = cell
    row["th"] = row["th"] or row["en"] or row["key"]
    row["en"] = row["en"] or row["th"]
    key = row["key"]
    if not key:
        reading.refuse(number, "key", "book.key_missing", "ไม่มี key", "the key is missing")
    elif key in seen:
        reading.refuse(
            number, "key", "book.key_twice", f"key {key!r} ซ้ำกับแถวก่อน ให้ลบหรือเปลี่ยน",
            f"the key {key!r} stands in an earlier row, too: remove or change one",
        )  # fmt: skip
    seen.add(key)
    return row


def _text(cell: str) -> str:
    """A cell as it is kept: normal, trimmed, a day without the midnight that Excel gives it."""
    text = cell.replace("\x00", "").encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFC", text).strip().removesuffix(" 00:00:00")
