"""The columns that a form may use: XLSForm's that we support, and our own."""

from __future__ import annotations

import difflib
import re

from server.forms_import.sheets import Sheet, SheetDefect
from shared.forms.definition import Text

LANGUAGES = {"ไทย (th)": "th", "English (en)": "en"}

# Own columns: merge, personal, unit, limit, severity, warning, answered_by, refers_to, shown_as,
# rows_min, rows_max, rows_from, remark.
SURVEY = {
    "type",
    "name",
    "required",
    "relevant",
    "constraint",
    "calculation",
    "trigger",
    "default",
    "read_only",
    "choice_filter",
    "appearance",
    "parameters",
    "merge",
    "personal",
    "unit",
    "limit",
    "severity",
    "warning",
    "answered_by",
    "refers_to",
    "shown_as",
    "rows_min",
    "rows_max",
    "rows_from",
    "remark",
}
TRANSLATED = ("label", "hint", "required_message", "constraint_message", "warning_message")
CHOICES = {"list_name", "name"}
SETTINGS = {
    "form_id",
    "form_title",
    "form_title_en",
    "version",
    "default_language",
    "workflow",
}
CHOICE_COLUMN = re.compile(r"[a-z_][a-z0-9_]{0,31}")


def translated(names: tuple[str, ...]) -> set[str]:
    """The names of translated columns, one a language."""
    return {f"{name}::{language}" for name in names for language in LANGUAGES}


KNOWN = {
    "survey": SURVEY | translated(TRANSLATED),
    "choices": CHOICES | translated(("label",)),
    "settings": SETTINGS,
}
NEEDED = {
    "survey": {"type", "name"} | translated(("label",)),
    "choices": {"list_name", "name"} | translated(("label",)),
    "settings": {"form_id", "form_title", "form_title_en", "version", "workflow"},
}


def check_columns(sheet: Sheet) -> list[SheetDefect]:
    """Unknown and missing columns. A misspelt `personel` would otherwise unmask data silently."""
    defects: list[SheetDefect] = []
    known = KNOWN[sheet.name]
    for column in sheet.columns:
        if column in known or (sheet.name == "choices" and CHOICE_COLUMN.fullmatch(column)):
            continue
        near = difflib.get_close_matches(column, known, n=1)
        th = f" หมายถึง {near[0]!r} หรือไม่" if near else ""
        en = f"; did you mean {near[0]!r}?" if near else ""
        defects.append(
            SheetDefect(
                sheet.name,
                sheet.header_line,
                column,
                "sheet.unknown_column",
                Text(f"ไม่รู้จักคอลัมน์ {column!r}{th}", f"the column {column!r} is unknown{en}"),
            )
        )
    for column in sorted(NEEDED[sheet.name] - set(sheet.columns)):
        defects.append(
            SheetDefect(
                sheet.name,
                sheet.header_line or sheet.line,
                column,
                "sheet.missing_column",
                Text(f"ขาดคอลัมน์ {column!r}", f"the column {column!r} is missing"),
            )
        )
    return defects
