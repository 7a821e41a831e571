"""The settings sheet: the form's id, title and version, and what else it may say."""

from __future__ import annotations

import re
from typing import Final

from server.forms_import.book import Book
from server.forms_import.sheets import Defects
from shared.canonical import JsonValue, sha256_hex

FORM_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
VERSION: Final = re.compile(r"[1-9][0-9]{0,5}")
YES: Final = frozenset({"yes", "true", "true()"})
NO: Final = frozenset({"no", "false", "false()"})
NAMED: Final = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")
LENGTH_MAX: Final = 2_000
TITLE: Final = re.compile(
    r"\s*(?:concat\s*\(\s*)?(?:(?:\$\{[^{}]+\}|'[^']*'|\"[^\"]*\")\s*(?:,\s*)?)+\)?\s*"
)


def slug(text: str) -> str:
    """A form's id made of any name: lower-case letters, digits and `_`."""
    made = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:32].strip("_")
    if made and made[0].isdigit():
        made = f"form_{made}"[:32]
    return made or f"form_{sha256_hex(text.encode('utf-8', 'replace'))[:8]}"


def head_of(book: Book, file_stem: str, defects: Defects) -> dict[str, JsonValue]:
    """What the document says of the form as a whole."""
    cells, line = book.settings.cells, book.settings.line
    form_id = _form_id(book, file_stem, defects)
    title = book.languages.text(cells, "form_title")
    if "form_title_en" in cells or ("settings", "form_title_en") in book.headers:
        title = {"th": cells.get("form_title", ""), "en": cells.get("form_title_en", "")}
    elif not any(title.values()):
        title = {"th": cells.get("form_title", form_id), "en": cells.get("form_title", form_id)}
    head: dict[str, JsonValue] = {"form": form_id, "title": title}
    head["workflow"] = cells.get("workflow", "review")
    version = cells.get("version", "")
    head["version"] = int(version) if VERSION.fullmatch(version) else 1
    if not VERSION.fullmatch(version):
        if version:
            head["version_text"] = version[:200]
        said = ("version", version) if version else ("version", "")
        defects.warning(
            "settings",
            line,
            book.header("settings", "version"),
            "form.version",
            f"{said[0]} {said[1]!r} ไม่ใช่เลขจำนวนเต็ม เก็บไว้เป็นข้อความ สำนักงานนับรุ่นเป็น 1, 2, 3 เอง",
            f"the {said[0]} {said[1]!r} is no whole number; it is kept as text, "
            "the office counts versions 1, 2, 3",
        )
    written = book.languages.written
    if written and (len(written) != 2 or book.languages.missing):
        head["languages"] = list(written)
    return head


def _form_id(book: Book, file_stem: str, defects: Defects) -> str:
    given = book.settings.cells.get("form_id", "")
    if FORM_ID.fullmatch(given):
        return given
    made = slug(given or file_stem)
    why_th, why_en = (
        (f"form_id {given!r} มีอักขระที่ใช้ไม่ได้", f"the form_id {given!r} has other characters")
        if given
        else ("ไม่มี form_id", "there is no form_id")
    )
    defects.warning(
        "settings",
        book.settings.line,
        book.header("settings", "form_id"),
        "form.id",
        f"{why_th} จึงใช้ {made!r} (อังกฤษตัวเล็ก ตัวเลข _ ไม่เกิน 32 ตัว)",
        f"{why_en}; {made!r} is used (at most 32 lower-case letters, digits and _)",
    )
    return made


def is_yes(text: str) -> bool:
    """Whether a cell says yes."""
    return text.lower() in YES


def title_names(book: Book, defects: Defects) -> tuple[str, ...]:
    """The questions that `instance_name` makes a record's title of: they are shown as its title."""
    text = book.settings.cells.get("instance_name", "")
    if not text:
        return ()
    if len(text) <= LENGTH_MAX and TITLE.fullmatch(text) and NAMED.search(text):
        return tuple(dict.fromkeys(NAMED.findall(text)))
    defects.warning(
        "settings",
        book.settings.line,
        book.header("settings", "instance_name"),
        "form.unsupported",
        "instance_name ที่เป็นสูตรไม่ถูกใช้ ใส่ title ในคอลัมน์ shown_as ของคำถามที่เป็นชื่อบันทึก",
        "an instance_name that computes is not used; write title in the column shown_as of the "
        "questions that name a record",
    )
    return ()
