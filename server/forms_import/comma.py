"""Reads an XLSForm written as csv into grids: a sheet's name in the first column, its rows below.

The same reading serves plain tables that travel with a form (`fruits.csv`).
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import Final

from server.forms_import.sheets import Defects, Grid

ROWS_MAX: Final = 200_000
CELL_LENGTH_MAX: Final = 65_536


def read_text(data: bytes, name: str, defects: Defects) -> str | None:
    """The text of a file in UTF-8 (with or without a mark); None, and why, when it is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        defects.error(
            name,
            line,
            "",
            "sheet.encoding",
            "ไฟล์นี้ไม่ใช่ UTF-8 ใน Excel ให้บันทึกเป็น 'CSV UTF-8'",
            "this file is not UTF-8; in Excel save it as 'CSV UTF-8'",
        )
        return None


def table_rows(text: str, name: str, defects: Defects) -> list[tuple[int, list[str]]]:
    """The rows of a csv text with the line on which each ends; comma, semicolon or tab."""
    head = text[:5_000]
    delimiter = max(",;\t", key=head.count)
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if len(rows) >= ROWS_MAX or any(len(cell) > CELL_LENGTH_MAX for cell in cells):
                defects.error(
                    name,
                    reader.line_num,
                    "",
                    "sheet.too_large",
                    f"ตารางยาวเกิน {ROWS_MAX} แถว หรือเซลล์ยาวเกิน {CELL_LENGTH_MAX} ตัวอักษร",
                    f"more than {ROWS_MAX} rows, "
                    f"or a cell of more than {CELL_LENGTH_MAX} characters",
                )
                break
            rows.append((reader.line_num, cells))
    except csv.Error as reason:
        defects.error(
            name,
            reader.line_num,
            "",
            "sheet.not_a_row",
            f"อ่านบรรทัดนี้เป็น csv ไม่ได้ ({reason}) ตรวจเครื่องหมายคำพูด",
            f"this line cannot be read as csv ({reason}); look at its quotation marks",
        )
    return rows


def read_comma(text: str, defects: Defects) -> list[Grid]:
    """The grids of a csv XLSForm."""
    grids: list[Grid] = []
    for line, cells in table_rows(text, "", defects):
        if not any(cell.strip() for cell in cells):
            continue
        name, content = cells[0].strip(), cells[1:]
        if name.startswith("#"):
            continue
        if name:
            grids.append(Grid(name, line))
        if any(cell.strip() for cell in content):
            if not grids:
                defects.error(
                    "",
                    line,
                    "",
                    "sheet.not_a_row",
                    "ขาดชื่อแผ่น (survey) ในคอลัมน์แรกเหนือแถวนี้",
                    "the name of the sheet (survey) is missing in the first column above this row",
                )
                return []
            grids[-1].rows.append((line, content))
    return grids
