"""Reads an XLSForm written as Markdown tables into sheets of rows, with all defects at once.

pyxform reads the same text, but silently: an unescaped `|` shifts or cuts a cell, a missing cell is
a bare IndexError. Here each row must have exactly as many cells as its header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.forms.definition import Text
from shared.limits import FORM_SOURCE_BYTES_MAX

SHEETS = ("survey", "choices", "settings")
SHEETS_NEEDED = ("survey", "settings")
ROWS_MAX = 20_000
PIPE = re.compile(r"(?<!\\)\|")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
SEPARATOR = re.compile(r"[|-]+")


@dataclass(frozen=True, slots=True)
class SheetDefect:
    """One thing wrong in a source: the sheet, the line of the file, the column, what to do."""

    sheet: str
    row: int
    column: str
    code: str
    message: Text


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its line in the file, and its cells that are not empty, by column."""

    line: int
    cells: Mapping[str, str]


@dataclass
class Sheet:
    """One sheet with its columns and rows."""

    name: str
    line: int
    columns: list[str] = field(default_factory=list)
    header_line: int = 0
    rows: list[SheetRow] = field(default_factory=list)


def read_markdown(source: str) -> tuple[dict[str, Sheet], list[SheetDefect]]:
    """The sheets of a Markdown XLSForm and what is wrong with their shape."""
    sheets: dict[str, Sheet] = {}
    defects: list[SheetDefect] = []
    if len(source.encode("utf-8", "replace")) > FORM_SOURCE_BYTES_MAX:
        return sheets, [_defect("", 0, "", "sheet.too_large", "ไฟล์ใหญ่เกิน", "the file is too large")]
    unstorable = UNSTORABLE.search(source)
    if unstorable is not None:
        place = source.count("\n", 0, unstorable.start()) + 1
        th, en = "มีอักขระที่เก็บไม่ได้ในบรรทัดนี้", "this line holds a character that cannot be stored"
        return sheets, [_defect("", place, "", "sheet.character", th, en)]
    current: Sheet | None = None
    for number, line in enumerate(source.split("\n"), start=1):
        text = line.strip()
        if not text or text.startswith("#") or SEPARATOR.fullmatch(text):
            continue
        if number > ROWS_MAX or not (text.startswith("|") and text.endswith("|") and len(text) > 1):
            defects.append(
                _defect(
                    current.name if current else "",
                    number,
                    "",
                    "sheet.not_a_row",
                    "บรรทัดนี้ไม่ใช่แถวของตาราง ต้องขึ้นต้นและลงท้ายด้วย |",
                    "this line is no table row: it begins and ends with |",
                )
            )
            continue
        cells = [cell.strip().replace(r"\|", "|") for cell in PIPE.split(text[1:-1])]
        if cells[0]:
            current = _new_sheet(cells, number, sheets, defects)
        elif current is not None:
            _row(current, cells[1:], number, defects)
    defects += [
        _defect(name, 0, "", "sheet.missing", f"ไม่มีแผ่น {name}", f"the sheet {name} is missing")
        for name in SHEETS_NEEDED
        if name not in sheets
    ]
    return sheets, defects


def _defect(sheet: str, row: int, column: str, code: str, th: str, en: str) -> SheetDefect:
    return SheetDefect(sheet, row, column, code, Text(th, en))


def _new_sheet(
    cells: list[str], number: int, sheets: dict[str, Sheet], defects: list[SheetDefect]
) -> Sheet | None:
    name = cells[0]
    if name not in SHEETS or name in sheets or any(cells[1:]):
        defects.append(
            _defect(
                name,
                number,
                "",
                "sheet.name",
                f"{name!r} ไม่ใช่ชื่อแผ่น หรือซ้ำ (มี survey, choices, settings)",
                f"{name!r} is no sheet, or is there twice (survey, choices, settings)",
            )
        )
        return None
    sheets[name] = Sheet(name, number)
    return sheets[name]


def _row(sheet: Sheet, cells: list[str], number: int, defects: list[SheetDefect]) -> None:
    if not sheet.columns:
        sheet.columns, sheet.header_line = cells, number
        doubles = sorted({cell for cell in cells if cells.count(cell) > 1 or not cell})
        for column in doubles:
            defects.append(
                _defect(
                    sheet.name,
                    number,
                    column,
                    "sheet.column_twice",
                    f"หัวคอลัมน์ {column!r} ว่างหรือซ้ำ",
                    f"the column {column!r} has no name or is there twice",
                )
            )
        return
    if len(cells) != len(sheet.columns):
        wanted, found = len(sheet.columns), len(cells)
        th_more, en_more = (
            ("ถ้าเซลล์มี | ให้เขียน \\|", "write a | inside a cell as \\|")
            if found > wanted
            else ("เติมเซลล์ว่างให้ครบ", "add the missing empty cells")
        )
        defects.append(
            _defect(
                sheet.name,
                number,
                "",
                "sheet.cell_count",
                f"แถวนี้มี {found} เซลล์ แต่หัวตารางมี {wanted} คอลัมน์: {th_more}",
                f"this row has {found} cells and the header {wanted} columns: {en_more}",
            )
        )
        return
    pairs = zip(sheet.columns, cells, strict=True)
    sheet.rows.append(SheetRow(number, {column: cell for column, cell in pairs if cell}))
