"""Reads an XLSForm written as Markdown tables into grids, with all defects at once.

pyxform reads the same text, but silently: an unescaped `|` shifts or cuts a cell, a missing cell
is a bare IndexError. Here a row has as many cells as its header.
"""

from __future__ import annotations

import re
from typing import Final

from server.forms_import.sheets import UNSTORABLE, Defects, Grid

ROWS_MAX: Final = 20_000
PIPE: Final = re.compile(r"(?<!\\)\|")
SEPARATOR: Final = re.compile(r"[|:\s-]+")
REMARK: Final = re.compile(r"^(\s*\|.*\|)\s*#[^|]*$")


def read_markdown(source: str, defects: Defects) -> list[Grid]:
    """The grids of a Markdown XLSForm; what is wrong with their shape is noted."""
    grids: list[Grid] = []
    unstorable = UNSTORABLE.search(source)
    if unstorable is not None:
        defects.error(
            "",
            source.count("\n", 0, unstorable.start()) + 1,
            "",
            "sheet.character",
            "มีอักขระที่เก็บไม่ได้ในบรรทัดนี้",
            "this line holds a character that cannot be stored",
        )
        return grids
    for number, line in enumerate(source.split("\n"), start=1):
        remark = REMARK.match(line)
        text = (remark.group(1) if remark else line).strip()
        if not text or text.startswith("#") or _separates(text):
            continue
        sheet = grids[-1].name if grids else ""
        if number > ROWS_MAX:
            defects.error(
                sheet,
                number,
                "",
                "sheet.too_large",
                f"ไฟล์ยาวเกิน {ROWS_MAX} บรรทัด",
                f"the file has more than {ROWS_MAX} lines",
            )
            break
        if not (text.startswith("|") and text.endswith("|") and len(text) > 1):
            defects.error(
                sheet,
                number,
                "",
                "sheet.not_a_row",
                "บรรทัดนี้ไม่ใช่แถวของตาราง ต้องขึ้นต้นและลงท้ายด้วย |",
                "this line is no table row: it begins and ends with |",
            )
            continue
        cells = [cell.strip().replace(r"\|", "|") for cell in PIPE.split(text[1:-1])]
        if cells[0]:
            grids.append(Grid(cells[0], number))
            if any(cells[1:]):
                grids[-1].rows.append((number, cells[1:]))
        elif grids and any(cells):
            _row(grids[-1], cells[1:], number, defects)
    return grids


def _separates(text: str) -> bool:
    """Whether a line only rules off a table's header (`|---|---|`)."""
    return "-" in text and SEPARATOR.fullmatch(text) is not None


def _row(grid: Grid, cells: list[str], number: int, defects: Defects) -> None:
    """Keeps a row that has as many cells as its header."""
    if not grid.rows:
        grid.rows.append((number, cells))
        return
    wanted, found = len(grid.rows[0][1]), len(cells)
    if found > wanted:
        defects.error(
            grid.name.lower(),
            number,
            "",
            "sheet.cell_count",
            f"แถวนี้มี {found} เซลล์ แต่หัวตารางมี {wanted} คอลัมน์: ถ้าเซลล์มี | ให้เขียน \\|",
            f"this row has {found} cells and the header {wanted} columns: "
            "write a | inside a cell as \\|",
        )
        return
    if found < wanted:
        # Cells that end with an empty one were counted by their author: one of them is lost,
        # and all behind it stand under the wrong header.
        note = defects.warning if cells[-1] else defects.error
        note(
            grid.name.lower(),
            number,
            "",
            "sheet.cell_count",
            f"แถวนี้มี {found} เซลล์ แต่หัวตารางมี {wanted} คอลัมน์: เติมเซลล์ว่างให้ครบ",
            f"this row has {found} cells and the header {wanted} columns: "
            "add the missing empty cells",
        )
        if not cells[-1]:
            return
    grid.rows.append((number, cells))
