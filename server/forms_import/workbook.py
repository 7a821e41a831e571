"""Reads an .xlsx or .xlsm workbook into grids: bounded, without macros, links or formulas.

Cells become the texts that pyxform would see: 3.0 is `3`, a date is `2024-01-31 00:00:00`, a
formula is its last value. The parts are read one by one with expat; nothing is executed and
nothing outside the file is looked at.
"""

from __future__ import annotations

import posixpath
import re
from datetime import datetime, time
from typing import Final

from server.forms_import.parts import Parts, Unreadable, damaged, open_parts, walk_xml
from server.forms_import.sheets import SHEETS, Defects, Grid, letters

SHEETS_MAX: Final = 64
COLUMNS_MAX: Final = 1_000
ROWS_MAX: Final = 200_000
CELLS_MAX: Final = 1_000_000
CHARACTERS_MAX: Final = 16_000_000
STRINGS_MAX: Final = 400_000
REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


def read_workbook(data: bytes, defects: Defects) -> list[Grid]:
    """The grids of a workbook; raises Unreadable when it cannot or may not be read."""
    parts = open_parts(data)
    if "xl/workbook.xml" not in parts.names:
        raise damaged("xl/workbook.xml")
    names, old_calendar = _sheets(parts)
    _told(parts, defects)
    strings = _strings(parts)
    dates = _date_styles(parts)
    budget = _Budget()
    grids: list[Grid] = []
    for name, part in names:
        known = " ".join(name.split()).lower() in SHEETS or len(names) == 1
        grid = Grid(name, 1, workbook=True)
        if known and part in parts.names:
            reader = _SheetReader(grid, strings, dates, old_calendar, budget)
            walk_xml(parts.read(part), reader.start, reader.end, reader.text)
            _remarks(grid, reader, defects)
        grids.append(grid)
    return grids


def _sheets(parts: Parts) -> tuple[list[tuple[str, str]], bool]:
    """The sheets' names and parts in their order, and whether dates count from 1904."""
    targets: dict[str, str] = {}
    found: list[tuple[str, str]] = []
    old = False

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            targets[attributes.get("Id", "")] = posixpath.normpath(path)

    def book(name: str, attributes: dict[str, str]) -> None:
        nonlocal old
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        if name == "workbookPr":
            old = plain.get("date1904", "") in ("1", "true")
        elif name == "sheet":
            found.append((plain.get("name", ""), targets.get(plain.get("id", ""), "")))

    if "xl/_rels/workbook.xml.rels" in parts.names:
        walk_xml(parts.read("xl/_rels/workbook.xml.rels"), relation)
    walk_xml(parts.read("xl/workbook.xml"), book)
    if not 0 < len(found) <= SHEETS_MAX:
        raise Unreadable(
            "sheet.too_large",
            f"ไฟล์ต้องมี 1 ถึง {SHEETS_MAX} แผ่น",
            f"a workbook has 1 to {SHEETS_MAX} sheets",
        )
    return found, old


def _told(parts: Parts, defects: Defects) -> None:
    """What a workbook may carry and is never looked at."""
    if any(name.endswith("vbaProject.bin") for name in parts.names):
        defects.warning("", 0, "", "sheet.macros", "มาโครในไฟล์ไม่ถูกใช้", "the macros are not used")
    if any(name.startswith("xl/externalLinks/") for name in parts.names):
        defects.warning(
            "",
            0,
            "",
            "sheet.links",
            "ลิงก์ไปยังไฟล์อื่นไม่ถูกเปิด ใช้ค่าล่าสุดที่บันทึกไว้",
            "links to other files are not followed; the values saved last are used",
        )


def _strings(parts: Parts) -> list[str]:
    """The texts that cells share."""
    found: list[str] = []
    if "xl/sharedStrings.xml" not in parts.names:
        return found
    pieces: list[str] = []
    inside = phonetic = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, phonetic
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            phonetic = True
        elif name == "t":
            inside = not phonetic

    def end(name: str) -> None:
        nonlocal inside, phonetic
        if name == "t":
            inside = False
        elif name == "rPh":
            phonetic = False
        elif name == "si":
            found.append("".join(pieces))
            if len(found) > STRINGS_MAX:
                raise _too_large()

    def text(words: str) -> None:
        if inside:
            pieces.append(words)

    walk_xml(parts.read("xl/sharedStrings.xml"), start, end, text)
    return found


def _date_styles(parts: Parts) -> frozenset[int]:
    """The numbers of the cell styles that show a number as a date or time."""
    if "xl/styles.xml" not in parts.names:
        return frozenset()
    # 13 MiB that a server which reads no workbook does without; so below.
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

    formats: dict[int, str] = dict(BUILTIN_FORMATS)
    styles: list[int] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == "numFmt":
            formats[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            styles.append(_number(attributes.get("numFmtId")))

    def end(name: str) -> None:
        nonlocal inside
        if name == "cellXfs":
            inside = False

    walk_xml(parts.read("xl/styles.xml"), start, end)
    dates = {number for number, code in formats.items() if is_date_format(code)}
    return frozenset(place for place, number in enumerate(styles) if number in dates)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else -1


def _too_large() -> Unreadable:
    return Unreadable(
        "sheet.too_large",
        "ตารางใหญ่เกิน แยกรายการตัวเลือกขนาดใหญ่เป็นไฟล์ csv",
        "the sheets are too large; keep large lists of choices as csv files",
    )


class _Budget:
    """What all sheets together may hold."""

    def __init__(self) -> None:
        self.cells = self.characters = 0

    def take(self, text: str) -> None:
        self.cells += 1
        self.characters += len(text)
        if self.cells > CELLS_MAX or self.characters > CHARACTERS_MAX:
            raise _too_large()


class _SheetReader:
    """Gathers one sheet's rows while its XML is walked."""

    def __init__(
        self,
        grid: Grid,
        strings: list[str],
        dates: frozenset[int],
        old_calendar: bool,
        budget: _Budget,
    ) -> None:
        self.grid, self.strings, self.dates = grid, strings, dates
        self.old_calendar = old_calendar
        self.budget = budget
        self.line = self.place = 0
        self.kind = self.style = ""
        self.inside = self.has_formula = False
        self.pieces: list[str] = []
        self.cells: dict[int, str] = {}
        self.merged: list[str] = []
        self.formulas: list[str] = []
        self.errors: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            given = _number(attributes.get("r"))
            self.line = given if given > self.line else self.line + 1
            self.place = -1
            self.cells = {}
        elif name == "c":
            match = REFERENCE.fullmatch(attributes.get("r", ""))
            self.place = _place(match.group(1)) if match else self.place + 1
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
            self.pieces, self.has_formula = [], False
        elif name in ("v", "t"):
            self.inside = True
        elif name == "f":
            self.has_formula = True
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", "")[:20])

    def text(self, words: str) -> None:
        if self.inside:
            self.pieces.append(words)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.inside = False
        elif name == "c":
            self.cell()
        elif name == "row" and self.cells:
            if len(self.grid.rows) >= ROWS_MAX:
                raise _too_large()
            width = max(self.cells) + 1
            cells = [self.cells.get(place, "") for place in range(width)]
            self.grid.rows.append((self.line, cells))

    def cell(self) -> None:
        value = self.value("".join(self.pieces))
        where = f"{letters(max(self.place, 0))}{self.line}"
        if self.has_formula:
            self.formulas.append(where)
        if self.kind == "e":
            self.errors.append(where)
        if not value.strip() or self.place >= COLUMNS_MAX:
            return
        self.budget.take(value)
        self.cells[self.place] = value

    def value(self, raw: str) -> str:
        """The text of a cell as pyxform would see it."""
        if self.kind == "s":
            index = _number(raw.strip())
            return self.strings[index] if 0 <= index < len(self.strings) else ""
        if self.kind == "b":
            return "TRUE" if raw.strip() in ("1", "true") else "FALSE" if raw.strip() else ""
        if self.kind == "d":
            return raw.replace("T", " ")
        if self.kind != "n" or not raw.strip():
            return raw
        try:
            number = float(raw)
        except ValueError:
            return raw
        if _number(self.style) in self.dates:
            return self.moment(number)
        if "." not in raw and "e" not in raw.lower():
            return raw.strip()
        return str(int(number)) if number.is_integer() and abs(number) < 1e16 else str(number)

    def moment(self, number: float) -> str:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

        epoch = CALENDAR_MAC_1904 if self.old_calendar else CALENDAR_WINDOWS_1900
        try:
            found = from_excel(number, epoch)
        except (ValueError, OverflowError, TypeError):
            return str(number)
        if isinstance(found, (datetime, time)):
            return str(found)
        return str(found)


def _place(column: str) -> int:
    place = 0
    for letter in column.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


def _remarks(grid: Grid, reader: _SheetReader, defects: Defects) -> None:
    """Tells what the sheet holds that a form cannot."""
    name = " ".join(grid.name.split()).lower()
    if reader.merged:
        places = ", ".join(reader.merged[:5])
        defects.warning(
            name,
            1,
            "",
            "sheet.merged",
            f"เซลล์ที่ผสาน ({places}) มีค่าเฉพาะเซลล์ซ้ายบน ยกเลิกการผสาน",
            f"merged cells ({places}) have a value in their first cell only; unmerge them",
        )
    if reader.formulas:
        places = ", ".join(reader.formulas[:5])
        defects.warning(
            name,
            1,
            "",
            "sheet.formula",
            f"เซลล์สูตร ({places}) ถูกอ่านเป็นค่าล่าสุดที่บันทึกไว้",
            f"formulas of the spreadsheet ({places}) are read as the values saved last",
        )
    if reader.errors:
        places = ", ".join(reader.errors[:5])
        defects.error(
            name,
            1,
            "",
            "sheet.cell_error",
            f"เซลล์เหล่านี้มีค่าผิดพลาดของ Excel ({places}) แก้สูตรหรือพิมพ์ค่า",
            f"these cells hold an error of the spreadsheet ({places}); mend or type the value",
        )
