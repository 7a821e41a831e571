"""Reads an old .xls workbook into grids, by xlrd, as pyxform does."""

from __future__ import annotations

import datetime
from io import StringIO
from typing import Any, Final

import xlrd

from server.forms_import.parts import Unreadable, damaged
from server.forms_import.sheets import SHEETS, Defects, Grid

SHEETS_MAX: Final = 64
CELLS_MAX: Final = 1_000_000
CHARACTERS_MAX: Final = 16_000_000


def read_legacy(data: bytes, defects: Defects) -> list[Grid]:
    """The grids of an .xls; raises Unreadable when it cannot be read."""
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=StringIO(), ragged_rows=True)
    except Exception as why:
        # xlrd meets damaged bytes with any kind of exception, assertions included.
        raise damaged(type(why).__name__) from None
    defects.warning(
        "",
        0,
        "",
        "sheet.old_format",
        "ไฟล์ .xls เป็นรูปแบบเก่า ครั้งต่อไปบันทึกเป็น .xlsx",
        ".xls is an old format; save it as .xlsx next time",
    )
    try:
        return _grids(book)
    except Unreadable:
        raise
    except Exception as why:
        raise damaged(type(why).__name__) from None
    finally:
        book.release_resources()


def _grids(book: Any) -> list[Grid]:
    grids: list[Grid] = []
    cells = characters = 0
    sheets = book.sheets()
    for sheet in sheets[:SHEETS_MAX]:
        grid = Grid(str(sheet.name), 1, workbook=True)
        grids.append(grid)
        if " ".join(grid.name.split()).lower() not in SHEETS and len(sheets) > 1:
            continue
        for number in range(sheet.nrows):
            row = [_value(cell, book.datemode) for cell in sheet.row(number)]
            cells += len(row)
            characters += sum(map(len, row))
            if cells > CELLS_MAX or characters > CHARACTERS_MAX:
                raise Unreadable("sheet.too_large", "ตารางใหญ่เกิน", "the sheets are too large")
            grid.rows.append((number + 1, row))
    return grids


def _value(cell: Any, datemode: int) -> str:
    """The text of a cell as pyxform would see it."""
    value = cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return str(int(value)) if float(value).is_integer() else str(value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            parts = xlrd.xldate_as_tuple(value, datemode)
            if parts[:3] == (0, 0, 0):
                return str(datetime.time(*parts[3:]))
            return str(datetime.datetime(*parts))  # noqa: DTZ001 - a cell has no time zone
        except (xlrd.XLDateError, ValueError, OverflowError):
            return str(value)
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
        return ""
    return str(value)
