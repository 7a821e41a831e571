"""One source, read: its sheets with every column understood, its languages and its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from server.forms_import.columns import (
    MEDIA,
    SETTINGS,
    SURVEY,
    TRANSLATED,
    UNUSED,
    Column,
    choice_column,
    settings_column,
    survey_column,
)
from server.forms_import.languages import Languages, code_of, languages_of
from server.forms_import.sheets import Defects, Sheet, SheetRow, near

READERS: Final[dict[str, Callable[[str, bool], Column]]] = {
    "survey": survey_column,
    "choices": choice_column,
    "external_choices": choice_column,
    "settings": settings_column,
}
SURVEY_WORDS: Final = SURVEY | frozenset(TRANSLATED) | frozenset(MEDIA)
NEEDED: Final = {
    "survey": ("type", "name"),
    "choices": ("list_name", "name"),
    "external_choices": ("list_name", "name"),
}
# Columns whose misspelling would silently change what is kept, shown or asked.
GUARDED: Final = 0.75


@dataclass
class Book:
    """A source's sheets by name, their rows under our keys, and the headers behind the keys."""

    sheets: Mapping[str, Sheet]
    rows: dict[str, list[SheetRow]] = field(default_factory=dict)
    headers: dict[tuple[str, str], str] = field(default_factory=dict)
    languages: Languages = field(default_factory=Languages)
    settings: SheetRow = field(default_factory=lambda: SheetRow(0, {}))

    def header(self, sheet: str, key: str) -> str:
        """The header that the author wrote for a key of ours."""
        return self.headers.get((sheet, key), key)


def read_book(sheets: Mapping[str, Sheet], defects: Defects) -> Book:
    """The book of a source; what is unknown, missing or unused is noted."""
    book = Book(sheets)
    languages: list[str] = []
    unnamed = False
    for name, sheet in sheets.items():
        reader = READERS.get(name)
        if reader is None:
            book.rows[name] = sheet.rows
            continue
        columns = _columns(sheet, reader, book, defects)
        book.rows[name] = [_keyed(row, columns) for row in sheet.rows]
        for column in columns.values():
            if column.name in TRANSLATED or column.name in MEDIA:
                languages += [column.language] if column.language else []
                unnamed = unnamed or not column.language
    _settings(book, defects)
    default = book.settings.cells.get("default_language", "")
    book.languages = languages_of(languages, unnamed, default)
    _tell_languages(book, defects)
    return book


def _columns(
    sheet: Sheet, reader: Callable[[str, bool], Column], book: Book, defects: Defects
) -> dict[str, Column]:
    """What each header of a sheet means."""
    double = any("::" in header for header in sheet.columns)
    found: dict[str, Column] = {}
    seen: dict[str, str] = {}
    for header in dict.fromkeys(sheet.columns):
        column = reader(header, double)
        other = seen.setdefault(column.key, header)
        if other != header and column.use == "used":
            defects.error(
                sheet.name,
                sheet.header_line,
                header,
                "sheet.column_twice",
                f"คอลัมน์ {other!r} และ {header!r} คือคอลัมน์เดียวกัน ลบหนึ่งคอลัมน์",
                f"the columns {other!r} and {header!r} are one and the same; remove one",
            )
            continue
        found[header] = column
        if column.use in ("used", "extra"):
            book.headers[sheet.name, column.key] = header
        else:
            _tell_column(sheet, column, defects)
    for name in NEEDED.get(sheet.name, ()):
        if sheet.columns and name not in seen:
            defects.error(
                sheet.name,
                sheet.header_line,
                name,
                "sheet.missing_column",
                f"ขาดคอลัมน์ {name!r}",
                f"the column {name!r} is missing",
            )
    return found


def _tell_column(sheet: Sheet, column: Column, defects: Defects) -> None:
    """An unknown column. A misspelt `personel` would otherwise unmask data silently."""
    header = column.header
    if column.use == "unused":
        th, en = UNUSED.get(column.name, ("ไม่มีผลในระบบนี้", "it has no effect here"))
        defects.warning(
            sheet.name,
            sheet.header_line,
            header,
            "form.unsupported",
            f"คอลัมน์ {header!r} ไม่ถูกใช้: {th}",
            f"the column {header!r} is not used: {en}",
        )
        return
    known = SETTINGS if sheet.name == "settings" else SURVEY_WORDS
    word = column.name.partition("::")[0].partition(":")[0]
    meant = near(word, known, GUARDED) if sheet.name in ("survey", "settings") else ""
    if meant and meant != word:
        defects.error(
            sheet.name,
            sheet.header_line,
            header,
            "sheet.unknown_column",
            f"ไม่รู้จักคอลัมน์ {header!r} หมายถึง {meant!r} หรือไม่",
            f"the column {header!r} is unknown; did you mean {meant!r}?",
        )
        return
    defects.warning(
        sheet.name,
        sheet.header_line,
        header,
        "sheet.unknown_column",
        f"ไม่รู้จักคอลัมน์ {header!r} จึงไม่ถูกอ่าน",
        f"the column {header!r} is unknown and is not read",
    )


def _keyed(row: SheetRow, columns: Mapping[str, Column]) -> SheetRow:
    """A row under our keys, without what is not used."""
    cells = {
        columns[header].key: cell
        for header, cell in row.cells.items()
        if header in columns and columns[header].use in ("used", "extra")
    }
    return SheetRow(row.line, cells)


def _settings(book: Book, defects: Defects) -> None:
    rows = book.rows.get("settings", [])
    if rows:
        book.settings = rows[0]
    elif "settings" in book.sheets:
        book.settings = SheetRow(book.sheets["settings"].line, {})
    if len(rows) > 1:
        defects.warning(
            "settings",
            rows[1].line,
            "",
            "sheet.settings",
            "settings มีหนึ่งแถวใต้หัวตาราง แถวอื่นไม่ถูกอ่าน",
            "settings has one row below its header; the others are not read",
        )


def _tell_languages(book: Book, defects: Defects) -> None:
    """Says once in which languages of ours the form has no texts, and which others it has."""
    languages = book.languages
    survey = book.sheets.get("survey")
    line = survey.header_line if survey else 0
    if len(languages.missing) == 2 or (languages.missing and languages.order):
        names = {"th": ("ไทย", "Thai"), "en": ("อังกฤษ", "English")}
        th = " และ ".join(names[code][0] for code in languages.missing)
        en = " and ".join(names[code][1] for code in languages.missing)
        default = languages.default or "default"
        defects.warning(
            "survey",
            line,
            "label",
            "form.one_language",
            f"แบบฟอร์มไม่มีข้อความภาษา{th} จะแสดงภาษา {default} แทน "
            "เพิ่มคอลัมน์ label::ไทย (th) และ label::English (en)",
            f"the form has no {en} texts; {default} is shown instead: "
            "add the columns label::ไทย (th) and label::English (en)",
        )
    others = [one for one in languages.written if not code_of(one) and one != languages.default]
    if others:
        defects.warning(
            "survey",
            line,
            "label",
            "form.other_language",
            f"ข้อความภาษาอื่น ({', '.join(others)}) ไม่ถูกแสดง ระบบมีภาษาไทยและอังกฤษ",
            f"texts in other languages ({', '.join(others)}) are not shown; "
            "there are Thai and English",
        )
