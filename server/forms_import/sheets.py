"""The sheets of an XLSForm, whatever file they came in: rows of texts, and what is wrong with them.

Every reader (Markdown, csv, xlsx, xls) gives grids: rows of raw texts with their line in the
file. Here a grid becomes a sheet: its header is understood, empty rows and columns are left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from shared.forms.definition import Text

Severity = Literal["error", "warning"]

SHEETS: Final = ("survey", "choices", "settings", "external_choices", "entities", "osm")
EMPTY_ROWS_MAX: Final = 60
UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SheetDefect:
    """One thing wrong in a source: the sheet, the line of the file, the column, what to do.

    An `error` keeps the form from being published; a `warning` tells what was understood
    otherwise than the author may think.
    """

    sheet: str
    row: int
    column: str
    code: str
    message: Text
    severity: Severity = "error"


@dataclass
class Defects:
    """Where the readers and translators of one source put what they find."""

    found: list[SheetDefect] = field(default_factory=list)

    def error(self, sheet: str, row: int, column: str, code: str, th: str, en: str) -> None:
        """Notes what keeps the form from being published."""
        self.found.append(SheetDefect(sheet, row, column, code, Text(th, en)))

    def warning(self, sheet: str, row: int, column: str, code: str, th: str, en: str) -> None:
        """Notes what the author should know."""
        self.found.append(SheetDefect(sheet, row, column, code, Text(th, en), "warning"))

    @property
    def errors(self) -> list[SheetDefect]:
        """What keeps the form from being published."""
        return [one for one in self.found if one.severity == "error"]


@dataclass
class Grid:
    """One sheet as its file has it: its rows with their lines; the first one is the header."""

    name: str
    line: int
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    # In a workbook what stands far below the last row is no part of the table.
    workbook: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its line in the file, and its cells that are not empty, by column."""

    line: int
    cells: Mapping[str, str]


@dataclass
class Sheet:
    """One sheet: its columns as the author wrote them, and its rows by those columns."""

    name: str
    line: int
    columns: list[str] = field(default_factory=list)
    header_line: int = 0
    rows: list[SheetRow] = field(default_factory=list)


def sheets_of(grids: list[Grid], defects: Defects) -> dict[str, Sheet]:
    """The sheets that belong to an XLSForm, by their names; others are left out."""
    sheets: dict[str, Sheet] = {}
    for grid in grids:
        name = " ".join(grid.name.split()).lower()
        if name not in SHEETS and len(grids) == 1:
            name = "survey"
        if name not in SHEETS:
            _foreign(grid, name, defects)
        elif name in sheets:
            defects.error(
                grid.name,
                grid.line,
                "",
                "sheet.name",
                f"มีแผ่น {name!r} สองแผ่น รวมให้เหลือแผ่นเดียว",
                f"the sheet {name!r} is there twice; make it one",
            )
        else:
            sheets[name] = _sheet(grid, name, defects)
    return sheets


def _foreign(grid: Grid, name: str, defects: Defects) -> None:
    """A sheet that is none of an XLSForm's: its author may have misspelt one."""
    if name.startswith("_"):
        return
    meant = near(name, SHEETS)
    if not meant:
        return
    defects.warning(
        grid.name,
        grid.line,
        "",
        "sheet.name",
        f"แผ่น {grid.name!r} ไม่ถูกอ่าน หมายถึง {meant!r} หรือไม่ (ถ้าไม่ใช่ ขึ้นต้นชื่อด้วย _)",
        f"the sheet {grid.name!r} is not read; did you mean {meant!r}? (if not, begin it with _)",
    )


def _sheet(grid: Grid, name: str, defects: Defects) -> Sheet:
    sheet = Sheet(name, grid.line)
    rows = [(line, [tidy(cell) for cell in cells]) for line, cells in grid.rows]
    rows = [row for row in rows if any(row[1])]
    if not rows:
        return sheet
    sheet.header_line, header = rows[0]
    columns = [" ".join(cell.split()) for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    sheet.columns = [column for column in columns if column]
    _check_header(sheet, columns, rows[1:], defects)
    last = sheet.header_line
    for line, cells in rows[1:]:
        if grid.workbook and line - last > EMPTY_ROWS_MAX:
            defects.warning(
                name,
                line,
                "",
                "sheet.far_rows",
                f"แถวนี้อยู่หลังแถวว่างเกิน {EMPTY_ROWS_MAX} แถว จึงไม่ถูกอ่าน",
                f"more than {EMPTY_ROWS_MAX} empty rows stand above this one; it is not read",
            )
            break
        last = line
        pairs = zip(columns, cells, strict=False)
        found = {column: cell for column, cell in pairs if cell and column}
        if found:
            sheet.rows.append(SheetRow(line, found))
    return sheet


def _check_header(
    sheet: Sheet, columns: list[str], rows: list[tuple[int, list[str]]], defects: Defects
) -> None:
    for column in sorted({one for one in sheet.columns if sheet.columns.count(one) > 1}):
        defects.error(
            sheet.name,
            sheet.header_line,
            column,
            "sheet.column_twice",
            f"หัวคอลัมน์ {column!r} ซ้ำ ลบหรือเปลี่ยนชื่อคอลัมน์หนึ่ง",
            f"the column {column!r} is there twice; remove or rename one",
        )
    for place in range(max((len(cells) for _, cells in rows), default=0)):
        if place < len(columns) and columns[place]:
            continue
        line = next((line for line, cells in rows if place < len(cells) and cells[place]), 0)
        if line:
            defects.warning(
                sheet.name,
                line,
                letters(place),
                "sheet.no_header",
                f"คอลัมน์ที่ {place + 1} ({letters(place)}) ไม่มีหัว ข้อมูลในคอลัมน์นี้ไม่ถูกอ่าน",
                f"column {place + 1} ({letters(place)}) has no header; its cells are not read",
            )


def tidy(cell: str) -> str:
    """A cell without the blanks around it; a non-breaking space is a space."""
    return cell.replace("\xa0", " ").strip()


def letters(place: int) -> str:
    """The name of a column as spreadsheets show it: 0 is A, 26 is AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def near(word: str, known: tuple[str, ...] | set[str] | frozenset[str], cutoff: float = 0.6) -> str:
    """The known word that a misspelt one most likely means; "" when none is near."""
    return _near(word[:64], tuple(sorted(known)), cutoff)


@lru_cache(maxsize=512)
def _near(word: str, known: tuple[str, ...], cutoff: float) -> str:
    found = difflib.get_close_matches(word, known, n=1, cutoff=cutoff)
    return found[0] if found else ""


def check_characters(grids: list[Grid], defects: Defects) -> bool:
    """Whether every cell can be stored."""
    for grid in grids:
        for line, cells in grid.rows:
            if any(UNSTORABLE.search(cell) for cell in cells):
                defects.error(
                    grid.name,
                    line,
                    "",
                    "sheet.character",
                    "มีอักขระที่เก็บไม่ได้ในบรรทัดนี้ ลบแล้วพิมพ์ใหม่",
                    "this line holds a character that cannot be stored; type it anew",
                )
                return False
    return True
