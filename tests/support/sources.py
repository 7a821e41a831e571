"""Forms as authors write them, for tests of the door: Markdown, csv and workbooks from rows."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook

from server.xlsform import CompiledForm, SheetDefect, compile_source

Rows = Sequence[Sequence[object]]
Sheets = Mapping[str, Rows]


def markdown(sheets: Sheets) -> bytes:
    """Sheets as Markdown tables."""
    lines: list[str] = []
    for name, rows in sheets.items():
        lines.append(f"| {name} |")
        for row in rows:
            cells = (str(cell).replace("|", "\\|") for cell in row)
            lines.append("| | " + " | ".join(cells) + " |")
    return ("\n".join(lines) + "\n").encode()


def comma(sheets: Sheets) -> bytes:
    """Sheets as pyxform's csv."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    for name, rows in sheets.items():
        writer.writerow([name])
        writer.writerows([["", *row] for row in rows])
    return out.getvalue().encode()


def workbook(sheets: Sheets) -> bytes:
    """Sheets as an .xlsx."""
    book: Any = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes | None) -> bytes:
    """A zip with one part replaced, added, or (None) left out."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info), zipfile.ZIP_DEFLATED)
        if content is not None:
            new.writestr(name, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def form(
    survey: Rows,
    choices: Rows = (),
    settings: Rows = (("form_id", "version"), ("demo", "1")),
    **more: Rows,
) -> dict[str, Rows]:
    """The sheets of a form."""
    sheets: dict[str, Rows] = {"survey": survey}
    if choices:
        sheets["choices"] = choices
    return {**sheets, **more, "settings": settings}


def compiled(sheets: Sheets, **beside: bytes) -> CompiledForm:
    """A form that is expected to compile; `fruits_csv=b"..."` is the file `fruits.csv`."""
    given = {".".join(name.rsplit("_", 1)): data for name, data in beside.items()}
    found = compile_source(markdown(sheets), "demo.md", given)
    assert isinstance(found, CompiledForm), found
    return found


def errors(sheets: Sheets, **beside: bytes) -> list[tuple[str, int, str, str]]:
    """Sheet, row, column and code of the errors of a form that is expected to have some."""
    given = {".".join(name.rsplit("_", 1)): data for name, data in beside.items()}
    found = compile_source(markdown(sheets), "demo.md", given)
    assert isinstance(found, list), "errors were expected"
    return places([one for one in found if one.severity == "error"])


def places(found: Sequence[SheetDefect]) -> list[tuple[str, int, str, str]]:
    """Where defects are, and their codes; each says in both languages what to do."""
    assert all(one.message.th and one.message.en for one in found)
    return [(one.sheet, one.row, one.column, one.code) for one in found]


def questions(found: CompiledForm) -> dict[str, dict[str, Any]]:
    """Every node of the document by its name."""
    nodes: dict[str, dict[str, Any]] = {}
    document: Any = found.document
    pending = list(document["sections"])
    while pending:
        node = pending.pop(0)
        nodes[node["name"]] = node
        pending += node.get("children", [])
    return nodes
