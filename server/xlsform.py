"""XLSForm (written as Markdown tables) becomes a form document, and ODK's XForm.

Our own reader runs first and reports every defect at once, with sheet, line and column; only then
pyxform must accept the text too. pyxform stops at its first defect and passes misspelt columns,
shifted cells and unknown functions in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from server.forms_import.columns import LANGUAGES, check_columns
from server.forms_import.rows import translate
from server.forms_import.sheets import SheetDefect, read_markdown
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from shared.forms.definition import FormDefinition, Text
from shared.forms.loading import FormDefect, load_form

__all__ = ["CompiledForm", "SheetDefect", "compile_xlsform"]

SUFFIX = {code: language for language, code in LANGUAGES.items()}
# Attributes of a document whose column has another name.
COLUMN_OF = {"title::th": "form_title", "title::en": "form_title_en", "form": "form_id"}


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """A form ready to publish. `sha256` names the document's canonical bytes."""

    source_name: str
    document: JsonValue
    definition: FormDefinition
    xform_xml: str
    sha256: str


def compile_xlsform(text: str, source_name: str) -> CompiledForm | list[SheetDefect]:
    """The compiled form of a Markdown XLSForm, or all its defects in the order of the file."""
    sheets, defects = read_markdown(text)
    for sheet in sheets.values():
        defects += check_columns(sheet)
    if "survey" not in sheets or "settings" not in sheets:
        return _sorted(defects)
    translation = translate(sheets)
    defects += translation.defects
    loaded = load_form(translation.document)
    if isinstance(loaded, list):
        defects += [_sheet_defect(defect, translation.lines) for defect in loaded]
        return _sorted(defects)
    if defects:
        return _sorted(defects)
    try:
        converted = convert(text, file_type=".md", form_name=loaded.form_id)
    except (PyXFormError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        message = " ".join(str(error).split())[:500]
        return [
            SheetDefect(
                "survey",
                0,
                "",
                "pyxform.refused",
                Text(f"pyxform ไม่รับแบบฟอร์มนี้: {message}", f"pyxform refuses this form: {message}"),
            )
        ]
    return CompiledForm(
        source_name,
        translation.document,
        loaded,
        converted.xform,
        sha256_hex(canonical_bytes(translation.document)),
    )


def _sorted(defects: list[SheetDefect]) -> list[SheetDefect]:
    """Without doubles, in the order of the file."""
    return sorted(dict.fromkeys(defects), key=lambda one: (one.row, one.column, one.code))


def _sheet_defect(defect: FormDefect, lines: dict[str, tuple[str, int]]) -> SheetDefect:
    """Where in the sheets a defect of the document lies: its node's row, or the nearest above."""
    path = defect.path
    while path and path not in lines:
        path = path.rpartition("/")[0]
    sheet, line = lines.get(path, ("survey", 0))
    name, _, language = defect.attribute.partition("::")
    column = COLUMN_OF.get(defect.attribute, defect.attribute)
    if language and column == defect.attribute:
        column = f"{name}::{SUFFIX[language]}"
    return SheetDefect(sheet, line, column, defect.code, defect.message)
