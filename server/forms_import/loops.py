"""`begin loop over list`: its rows once for every choice, each time in a group of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from server.forms_import.languages import CODES, Languages, code_of
from server.forms_import.sheets import SheetRow
from server.forms_import.type_names import kind_of
from shared.canonical import JsonValue

ROWS_MAX: Final = 10_000
MARKS: Final = ("name", "label")


def expanded(
    rows: Sequence[SheetRow], lists: Mapping[str, list[JsonValue]], languages: Languages
) -> Iterator[SheetRow]:
    """The rows of a survey with its loops written out. A loop that is not closed, or over no list,
    stays as it is, and so does what would be too long: it is named where it stands. A list is read
    when its loop begins: the rows above may have added the choice `other` to it."""
    place = written = 0
    while place < len(rows):
        row = rows[place]
        kind = kind_of(row.cells.get("type", ""))
        end = _end(rows, place) if kind.unsupported == "loop" and kind.control == "begin" else 0
        items = lists.get(kind.argument, [])
        more = len(items) * (end - place + 1)
        if not end or not items or written + more > ROWS_MAX:
            yield row
            place += 1
            continue
        written += more
        yield SheetRow(row.line, {**row.cells, "type": "begin_group"})
        inner = rows[place + 1 : end]
        for item in items:
            if isinstance(item, dict) and item.get("name") != "none":
                yield from _once(row.line, inner, item, languages)
        yield SheetRow(rows[end].line, {"type": "end_group"})
        place = end + 1


def _end(rows: Sequence[SheetRow], begin: int) -> int:
    """Where a loop is closed; 0 when it is not, or when another loop stands in it."""
    for place in range(begin + 1, len(rows)):
        kind = kind_of(rows[place].cells.get("type", ""))
        if kind.unsupported == "loop":
            return place if kind.control == "end" else 0
    return 0


def _once(
    line: int, inner: Sequence[SheetRow], item: Mapping[str, JsonValue], languages: Languages
) -> Iterator[SheetRow]:
    """A loop's rows for one choice."""
    label, name = item.get("label"), str(item.get("name", ""))
    texts = {code: str(label.get(code, "")) if isinstance(label, dict) else "" for code in CODES}
    labels = {languages.header("label", code): texts[code] for code in CODES if texts[code]}
    yield SheetRow(line, {"type": "begin_group", "name": name, **labels})
    for row in inner:
        cells = {
            key: cell.replace("%(name)s", name).replace("%(label)s", _text(texts, key, name))
            for key, cell in row.cells.items()
        }
        yield SheetRow(row.line, cells)
    yield SheetRow(line, {"type": "end_group"})


def _text(texts: Mapping[str, str], key: str, name: str) -> str:
    """A choice's label in the language of a column."""
    code = code_of(key.partition("::")[2]) or "en"
    return texts.get(code) or next((one for one in texts.values() if one), name)
