"""Writes tables as csv in a zip, or as one xlsx; lines go to the disk as they come."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any, Final, Protocol

from server.exports.cells import Cell, Number, guarded

ROWS_OF_A_SHEET: Final = 1_048_576
CELL_LENGTH_MAX: Final = 32_767
SHEET_NAME_MAX: Final = 31
DIGITS_EXACT: Final = 15
"""A spreadsheet keeps so many digits of a number; what has more stays text."""
WIDTH: Final = 18
COPY_BYTES: Final = 256 * 1024


class Writer(Protocol):
    """One file in the making."""

    def table(self, name: str, heads: Sequence[Sequence[str]]) -> None:
        """Begin a table with one or two head lines; tables are filled in any order."""

    def line(self, name: str, cells: Sequence[Cell]) -> None:
        """Add a line to a table."""

    def close(self) -> None:
        """Finish the file."""


class CsvZip:
    """A csv for each table, as Excel reads it (UTF-8 with a mark, commas), in one zip."""

    def __init__(self, target: Path, folder: Path) -> None:
        self._target = target
        self._folder = folder
        self._files: dict[str, IO[str]] = {}
        self._writers: dict[str, Any] = {}

    def table(self, name: str, heads: Sequence[Sequence[str]]) -> None:
        """Begin a table."""
        file = (self._folder / f"{len(self._files)}.csv").open(
            "w", encoding="utf-8-sig", errors="replace", newline=""
        )
        self._files[name] = file
        self._writers[name] = csv.writer(file)
        for head in heads:
            self._writers[name].writerow([guarded(text) for text in head])

    def line(self, name: str, cells: Sequence[Cell]) -> None:
        """Add a line."""
        self._writers[name].writerow([_csv_cell(cell) for cell in cells])

    def close(self) -> None:
        """Zip the tables."""
        for file in self._files.values():
            file.close()
        with zipfile.ZipFile(self._target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
            for name, file in self._files.items():
                _pack(out, Path(file.name), f"{name}.csv")


def _pack(out: zipfile.ZipFile, source: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with source.open("rb") as file, out.open(entry, "w", force_zip64=True) as into:
        while chunk := file.read(COPY_BYTES):
            into.write(chunk)
    source.unlink()


def _csv_cell(cell: Cell) -> str | int:
    if cell is None:
        return ""
    return cell if isinstance(cell, int | Number) else guarded(cell)


class Workbook:
    """A sheet for each table, written past memory: a line is let go as soon as it is written."""

    def __init__(self, target: Path, folder: Path) -> None:
        import xlsxwriter

        self._book = xlsxwriter.Workbook(
            str(target),
            {
                "constant_memory": True,
                "tmpdir": str(folder),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._head = self._book.add_format({"bold": True, "bg_color": "#EEF2F0"})
        self._sheets: dict[str, Any] = {}
        self._lines: dict[str, int] = {}
        self._heads: dict[str, Sequence[Sequence[str]]] = {}
        self._parts: dict[str, int] = {}
        self._names: set[str] = set()

    def table(self, name: str, heads: Sequence[Sequence[str]]) -> None:
        """Begin a table, or its next sheet."""
        part = self._parts[name] = self._parts.get(name, 0) + 1
        sheet = self._book.add_worksheet(self._sheet_name(name, part))
        self._sheets[name], self._heads[name] = sheet, heads
        sheet.set_column(0, max(len(heads[0]) - 1, 0), WIDTH)
        for row, head in enumerate(heads):
            for column, text in enumerate(head):
                sheet.write_string(row, column, text[:CELL_LENGTH_MAX], self._head)
        sheet.freeze_panes(len(heads), 1)
        self._lines[name] = len(heads)

    def _sheet_name(self, name: str, part: int) -> str:
        end = f"~{part}" if part > 1 else ""
        found, number = name[: SHEET_NAME_MAX - len(end)] + end, 1
        while found.lower() in self._names:
            number += 1
            found = f"{name[: SHEET_NAME_MAX - 4]}~{number}{end}"[:SHEET_NAME_MAX]
        self._names.add(found.lower())
        return found

    def line(self, name: str, cells: Sequence[Cell]) -> None:
        """Add a line; a full sheet goes on in the next."""
        if self._lines[name] >= ROWS_OF_A_SHEET:
            self.table(name, self._heads[name])
        sheet, row = self._sheets[name], self._lines[name]
        for column, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            if isinstance(cell, int):
                sheet.write_number(row, column, cell)
            elif isinstance(cell, Number) and sum(map(str.isdigit, cell)) <= DIGITS_EXACT:
                sheet.write_number(row, column, float(cell))
            else:
                sheet.write_string(row, column, cell[:CELL_LENGTH_MAX])
        self._lines[name] = row + 1

    def close(self) -> None:
        """Write the file."""
        self._book.close()


def write_lines(writer: Writer, lines: Iterable[tuple[str, Sequence[Cell]]]) -> int:
    """Every line into its table; how many there were."""
    count = 0
    for name, cells in lines:
        writer.line(name, cells)
        count += 1
    return count
