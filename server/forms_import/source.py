"""Opens a form's file: what kind it is, and its grids. The bytes say what it is, not its name."""

from __future__ import annotations

from typing import Final, Literal

from server.forms_import.comma import read_comma
from server.forms_import.legacy import read_legacy
from server.forms_import.markdown import read_markdown
from server.forms_import.parts import Unreadable
from server.forms_import.sheets import Defects, Grid, check_characters
from server.forms_import.workbook import read_workbook
from shared.limits import FORM_SOURCE_BYTES_MAX

Kind = Literal["workbook", "legacy", "xml", "markdown", "csv"]
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0"
MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def kind_of_file(data: bytes, name: str) -> Kind:
    """What kind of file it is."""
    if data.startswith((ZIP, b"PK\x05\x06")):
        return "workbook"
    if data.startswith(OLE):
        return "legacy"
    start = data[:400]
    for mark in MARKS:
        start = start.removeprefix(mark)
    start = start.replace(b"\x00", b"").lstrip()
    if start.startswith(b"<"):
        return "xml"
    if name.lower().endswith(".md") or start.startswith((b"|", b"#")):
        return "markdown"
    if name.lower().endswith(".csv"):
        return "csv"
    return "csv" if data[:5_000].count(b"|") < 5 <= data[:5_000].count(b",") else "markdown"


def read_grids(data: bytes, name: str, defects: Defects) -> list[Grid]:
    """The grids of a form's file; what prevents reading it is a defect."""
    if len(data) > FORM_SOURCE_BYTES_MAX:
        most = FORM_SOURCE_BYTES_MAX // 2**20
        defects.error(
            "",
            0,
            "",
            "sheet.too_large",
            f"ไฟล์ใหญ่เกิน {most} MiB แยกรายการขนาดใหญ่เป็นไฟล์ csv",
            f"the file has more than {most} MiB; keep large lists as csv files beside it",
        )
        return []
    kind = kind_of_file(data, name)
    try:
        if kind == "workbook" and name.lower().endswith(".zip"):
            raise Unreadable(
                "sheet.unreadable",
                "ไฟล์ zip ต้องคลายก่อน แล้วส่งแบบฟอร์มกับไฟล์ที่มาด้วย",
                "a zip is unpacked first: give the form, and the files beside it",
            )
        if kind == "workbook":
            grids = read_workbook(data, defects)
        elif kind == "legacy":
            grids = read_legacy(data, defects)
        else:
            # An XLSForm written as text; what is no UTF-8 is told with its line.
            text = _text(data, defects)
            if text is None:
                return []
            grids = (
                read_markdown(text, defects) if kind == "markdown" else read_comma(text, defects)
            )
    except Unreadable as why:
        defects.error("", 0, "", why.code, why.th, why.en)
        return []
    return grids if check_characters(grids, defects) else []


def _text(data: bytes, defects: Defects) -> str | None:
    from server.forms_import.comma import read_text

    try:
        # Lone surrogates can only come from a program; the readers name their line.
        return data.decode("utf-8", "surrogatepass").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return read_text(data, "", defects)
