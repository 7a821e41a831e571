"""The choices of a form: its lists, with the columns that filters look at, and their media."""

from __future__ import annotations

import re
from typing import Final

from server.forms_import.book import Book
from server.forms_import.columns import MEDIA
from server.forms_import.settings import is_yes
from server.forms_import.sheets import Defects, SheetRow
from shared.canonical import JsonValue

COLUMN: Final = re.compile(r"[A-Za-z_][\w.-]{0,63}")
FILE_PREFIX: Final = re.compile(r"^jr://(?:images|audio|video|file)/")
FILE_NAME: Final = re.compile(r"[^/\\:*?\"<>|\x00-\x1f]{1,120}\.[A-Za-z0-9]{1,8}")

Lines = dict[str, tuple[str, int]]


def read_choices(book: Book, lines: Lines, defects: Defects) -> dict[str, list[JsonValue]]:
    """The lists of choices by name."""
    lists: dict[str, list[JsonValue]] = {}
    _sheet(book, "choices", lists, {}, lines, defects)
    taken = {name: f"{name}_external" for name in lists}
    _sheet(book, "external_choices", lists, taken, lines, defects)
    return lists


def external_name(name: str, lists: dict[str, list[JsonValue]]) -> str:
    """The list that `select_one_external` means."""
    return f"{name}_external" if f"{name}_external" in lists else name


def _sheet(
    book: Book,
    sheet: str,
    lists: dict[str, list[JsonValue]],
    renamed: dict[str, str],
    lines: Lines,
    defects: Defects,
) -> None:
    doubles = is_yes(book.settings.cells.get("allow_choice_duplicates", ""))
    seen: set[tuple[str, str]] = set()
    for row in book.rows.get(sheet, []):
        written = row.cells.get("list_name", "")
        if not written:
            if "name" in row.cells:
                defects.warning(
                    sheet,
                    row.line,
                    book.header(sheet, "list_name"),
                    "form.no_list",
                    "แถวนี้ไม่มี list_name จึงไม่ถูกอ่าน",
                    "this row has no list_name and is not read",
                )
            continue
        name = renamed.get(written, written)
        key = (name, row.cells.get("name", ""))
        if doubles and key in seen:
            defects.error(
                sheet,
                row.line,
                book.header(sheet, "name"),
                "form.unsupported",
                f"ไม่รองรับตัวเลือกชื่อซ้ำ ({key[1]!r}) ให้แต่ละตัวเลือกมีชื่อของตนเอง",
                f"two choices of one name ({key[1]!r}) are not supported; give each its own name",
            )
            continue
        seen.add(key)
        items = lists.setdefault(name, [])
        lines[f"choices/{name}/{len(items)}"] = (sheet, row.line)
        lines.setdefault(f"choices/{name}", (sheet, row.line))
        items.append(_choice(book, sheet, row, defects))


def _choice(book: Book, sheet: str, row: SheetRow, defects: Defects) -> dict[str, JsonValue]:
    item: dict[str, JsonValue] = {
        column: cell
        for column, cell in row.cells.items()
        if column != "list_name" and "::" not in column and column not in ("label", *MEDIA)
    }
    for column in [one for one in item if COLUMN.fullmatch(one) is None]:
        del item[column]
    label = book.languages.text(row.cells, "label")
    media = read_media(book, sheet, row, defects)
    if media:
        item["media"] = media
    if any(label.values()) or not media:
        item["label"] = label or {"th": "", "en": ""}
    return item


def read_media(book: Book, sheet: str, row: SheetRow, defects: Defects) -> dict[str, JsonValue]:
    """The files shown or played with a label, by kind and language."""
    found: dict[str, JsonValue] = {}
    for kind in MEDIA:
        names = book.languages.text(row.cells, kind)
        plain = {code: FILE_PREFIX.sub("", str(name)) for code, name in names.items()}
        if not any(plain.values()):
            continue
        if any("${" in name for name in plain.values()):
            defects.warning(
                sheet,
                row.line,
                kind,
                "form.unsupported",
                "ชื่อไฟล์ที่มาจากคำตอบไม่รองรับ ใช้ไฟล์ชื่อคงที่",
                "a file named by an answer is not supported; name one file",
            )
            continue
        if any(name and FILE_NAME.fullmatch(name) is None for name in plain.values()):
            defects.error(
                sheet,
                row.line,
                kind,
                "form.media_name",
                f"{kind} ต้องเป็นชื่อไฟล์ เช่น map.png ไม่มีโฟลเดอร์หรือลิงก์",
                f"{kind} is the name of a file, such as map.png, without folder or link",
            )
            continue
        found[kind] = dict(plain)
    return found
