"""The door for forms: an XLSForm of any kind becomes a form document, and ODK's XForm.

Our own readers run first and report every defect at once, with sheet, row and column; only then
pyxform must accept the rows too. pyxform stops at its first defect and passes misspelt columns,
shifted cells and unknown functions in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from server.catalog import codebook_names
from server.forms_import.book import Book, read_book
from server.forms_import.languages import CODES
from server.forms_import.parts import Unreadable
from server.forms_import.sheets import (
    Defects,
    Grid,
    Sheet,
    SheetDefect,
    check_characters,
    sheets_of,
)
from server.forms_import.source import kind_of_file, read_grids
from server.forms_import.translating import Translation, translate
from server.forms_import.xform import read_xform
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from shared.forms.definition import FormDefinition, Text
from shared.forms.loading import FormDefect, read_form

__all__ = [
    "CompiledForm",
    "Examined",
    "SheetDefect",
    "check_xform",
    "compile_source",
    "compile_xlsform",
    "examine",
]

# Attributes of a document whose column has another name.
COLUMN_OF: Final = {"form": "form_id", "count": "repeat_count", "seed": "parameters"}
UNSUPPORTED: Final = {
    "form.unsupported",
    "expression.unsupported",
    "expression.unsupported_function",
}
DEFECTS_MAX: Final = 1_000
PLACE: Final = re.compile(r"\[row\s*:\s*(\d+)\]")
NAMED: Final = re.compile(r"named '?([\w.-]+?)'?[.,]?(?:\s|$)")
SHEET: Final = re.compile(r"'(survey|choices|settings|entities|external_choices|osm)' sheet")


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """A form ready to publish. `sha256` names the document's canonical bytes; `codebooks` are the
    documents of the tables that came with it, `media` the bytes of its `files` by name."""

    source_name: str
    document: JsonValue
    definition: FormDefinition
    xform_xml: str
    sha256: str
    warnings: tuple[SheetDefect, ...] = ()
    codebooks: tuple[JsonValue, ...] = ()
    media: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Examined:
    """What is said of a form that is only looked at: `loads`, `checked` (a sound XForm),
    `unsupported` (nothing is wrong but what is named as unsupported), or `refused`."""

    result: str
    definition: FormDefinition | None
    defects: tuple[SheetDefect, ...]


def examine(data: bytes, file_name: str, beside: Mapping[str, bytes]) -> Examined:
    """Looks at a form of any kind, XForms included, with the files that lie beside it."""
    xform = kind_of_file(data, file_name) == "xml"
    compiled = (check_xform if xform else compile_source)(data, file_name, beside)
    if isinstance(compiled, CompiledForm):
        # Beside a form in a folder lies much that is none of its business.
        told = tuple(one for one in compiled.warnings if one.code != "form.file_unused")
        return Examined("checked" if xform else "loads", compiled.definition, told)
    errors = {one.code for one in compiled if one.severity == "error"}
    result = "unsupported" if errors <= UNSUPPORTED else "refused"
    return Examined(result, None, tuple(compiled))


def compile_xlsform(text: str, source_name: str) -> CompiledForm | list[SheetDefect]:
    """The compiled form of a Markdown XLSForm, or all its defects in the order of the file."""
    return compile_source(text.encode("utf-8", "surrogatepass"), f"{source_name}.md")


def compile_source(
    data: bytes, file_name: str, companions: Mapping[str, bytes] | None = None
) -> CompiledForm | list[SheetDefect]:
    """The compiled form of a file (.xlsx, .xlsm, .xls, .md, .csv) and of the files given beside it
    (tables as csv or geojson, media); or all its defects, warnings among them, in the order of the
    file. Never raises for what is in the file."""
    defects = Defects()
    if kind_of_file(data, file_name) == "xml":
        defects.error(
            "",
            0,
            "",
            "form.xform",
            "XForm XML ตรวจได้ (form check) แต่ไม่ประกาศใช้ ส่งแบบฟอร์มต้นฉบับ .xlsx",
            "XForm XML is checked (form check) and not published; give the .xlsx it was made of",
        )
        return defects.found
    grids = read_grids(data, file_name, defects)
    return _compile(grids, file_name, companions or {}, defects)


def check_xform(
    data: bytes, file_name: str, companions: Mapping[str, bytes] | None = None
) -> CompiledForm | list[SheetDefect]:
    """What an XForm's XML would be as a form, for checking only: its expressions are compiled, its
    names, types and choices are read. `xform_xml` is the XML as given; it is never published."""
    defects = Defects()
    try:
        grids = read_xform(data, defects)
    except Unreadable as why:
        defects.error("", 0, "", why.code, why.th, why.en)
        return defects.found
    if not check_characters(grids, defects):
        return defects.found
    xml = data.decode("utf-8", "replace")
    return _compile(grids, file_name, companions or {}, defects, xform=xml)


def _compile(
    grids: list[Grid],
    file_name: str,
    companions: Mapping[str, bytes],
    defects: Defects,
    xform: str | None = None,
) -> CompiledForm | list[SheetDefect]:
    """The form of grids; pyxform makes its XForm, unless it is one."""
    sheets = sheets_of(grids, defects)
    if not _has_survey(sheets, defects):
        return _sorted(defects.found, sheets)
    book = read_book(sheets, defects)
    stem = PurePath(file_name.replace("\\", "/")).stem or "form"
    translation = translate(book, stem, companions, codebook_names(), defects)
    loaded = read_form(translation.document)
    defects.found += [_placed(one, book, translation) for one in loaded.defects]
    if loaded.definition is None or defects.errors:
        return _sorted(defects.found, sheets)
    if xform is None:
        xform = _convert(sheets, loaded.definition.form_id, defects)
    if xform is None:
        return _sorted(defects.found, sheets)
    return CompiledForm(
        file_name.removesuffix(".md"),
        translation.document,
        loaded.definition,
        xform,
        sha256_hex(canonical_bytes(translation.document)),
        tuple(_sorted(defects.found, sheets)),
        tuple(translation.codebooks),
        translation.media,
    )


def _has_survey(sheets: Mapping[str, Sheet], defects: Defects) -> bool:
    if "survey" in sheets and sheets["survey"].columns:
        return True
    if not defects.errors or any(one.code == "sheet.name" for one in defects.found):
        defects.error(
            "survey",
            0,
            "",
            "sheet.missing",
            "ไม่มีแผ่น survey ที่มีหัวตาราง type และ name",
            "there is no sheet survey with the columns type and name",
        )
    return False


def _sorted(defects: list[SheetDefect], sheets: Mapping[str, Sheet]) -> list[SheetDefect]:
    """Without doubles, in the order of the file; beyond a bound the warnings go first."""
    order = {name: place for place, name in enumerate(sheets)}
    once = list(dict.fromkeys(defects))
    if len(once) > DEFECTS_MAX:
        more = len(once) - DEFECTS_MAX
        once = sorted(once, key=lambda one: one.severity)[:DEFECTS_MAX]
        message = Text(f"และอีก {more} ข้อ แก้ข้อเหล่านี้ก่อน", f"and {more} more; mend these first")
        once.append(SheetDefect("", 0, "", "sheet.more", message, once[0].severity))
    return sorted(once, key=lambda one: (order.get(one.sheet, -1), one.row, one.column, one.code))


def _placed(defect: FormDefect, book: Book, translation: Translation) -> SheetDefect:
    """Where in the sheets a defect of the document lies: its node's row, or the nearest above."""
    path = defect.path
    while path and path not in translation.lines:
        path = path.rpartition("/")[0]
    sheet, line = translation.lines.get(path, ("survey", 0))
    name, _, code = defect.attribute.partition("::")
    if name == "title":
        column = "form_title_en" if code == "en" else "form_title"
    elif code in CODES:
        column = book.languages.header(name, code)
    else:
        column = COLUMN_OF.get(name, name)
    header = book.header(sheet, column)
    return SheetDefect(sheet, line, header, defect.code, defect.message, defect.severity)


def _convert(sheets: Mapping[str, Sheet], form_id: str, defects: Defects) -> str | None:
    """ODK's XForm of the same rows, by pyxform; None when it refuses them."""
    source: dict[str, Any] = {"sheet_names": list(sheets), "fallback_form_name": form_id}
    for name, sheet in sheets.items():
        source[name] = [dict(row.cells) for row in sheet.rows]
        source[f"{name}_header"] = [dict.fromkeys(sheet.columns)] if sheet.columns else []
    _with_form_id(source, form_id)
    names = {row.cells.get("name") for row in sheets["survey"].rows}
    root = next(name for name in (form_id, "data", "_form") if name not in names)
    try:
        return str(convert(source, form_name=root).xform)
    except (PyXFormError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        message = " ".join(str(error).split())[:500]
    except RecursionError:
        message = "nested too deeply"
    sheet_match, place = SHEET.search(message), PLACE.search(message)
    at = sheets.get(sheet_match[1] if sheet_match else "survey", sheets["survey"])
    index = int(place[1]) - 2 if place and len(place[1]) < 7 else -1
    line = at.rows[index].line if 0 <= index < len(at.rows) else 0
    named = NAMED.search(message)
    if not line and named:
        line = next((row.line for row in at.rows if row.cells.get("name") == named[1]), 0)
    defects.found.append(
        SheetDefect(
            at.name,
            line,
            "",
            "pyxform.refused",
            Text(f"pyxform ไม่รับแบบฟอร์มนี้: {message}", f"pyxform refuses this form: {message}"),
        )
    )
    return None


def _with_form_id(source: dict[str, Any], form_id: str) -> None:
    """The XForm bears the id that the document has."""
    rows = source.get("settings") or [{}]
    given = {"form_id", "id_string", "set form id"}
    kept = {key: cell for key, cell in rows[0].items() if key.lower().strip() not in given}
    source["settings"] = [{**kept, "form_id": form_id}]
    header = [key for key in kept if key != "form_id"]
    source["settings_header"] = [dict.fromkeys(["form_id", *header])]
