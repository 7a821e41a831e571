"""Translates the rows of an XLSForm into a form document, remembering where each part came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from server.forms_import.columns import LANGUAGES, TRANSLATED
from server.forms_import.sheets import Sheet, SheetDefect, SheetRow
from shared.canonical import JsonValue
from shared.forms.definition import Text

YES = {"yes", "true", "true()"}
NO = {"no", "false", "false()"}
COUNTS = ("rows_min", "rows_max")
TEXTS = (
    "relevant",
    "constraint",
    "calculation",
    "trigger",
    "default",
    "choice_filter",
    "appearance",
    "merge",
    "personal",
    "unit",
    "limit",
    "severity",
    "warning",
    "answered_by",
    "refers_to",
    "shown_as",
    "rows_from",
)
OPENING = {"begin_group": "group", "begin_repeat": "repeat"}
CLOSING = {"end_group": "group", "end_repeat": "repeat"}
PARAMETER = re.compile(r"([A-Za-z][\w-]*)\s*=\s*([^\s;,]+)")


@dataclass
class Translation:
    """The document, the line of each of its paths, and the defects met on the way."""

    document: dict[str, JsonValue] = field(default_factory=dict)
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    defects: list[SheetDefect] = field(default_factory=list)

    def defect(self, sheet: str, row: int, column: str, code: str, th: str, en: str) -> None:
        self.defects.append(SheetDefect(sheet, row, column, code, Text(th, en)))


def translate(sheets: dict[str, Sheet]) -> Translation:
    """The form document of sheets whose columns are known."""
    found = Translation()
    settings = sheets["settings"].rows
    if len(settings) != 1:
        found.defect(
            "settings",
            sheets["settings"].line,
            "",
            "sheet.settings",
            "settings มีหนึ่งแถว",
            "settings has one row",
        )
    cells = settings[0].cells if settings else {}
    line = settings[0].line if settings else 0
    found.lines[""] = ("settings", line)
    version = cells.get("version", "")
    found.document.update(
        {
            "form": cells.get("form_id", ""),
            "version": int(version)
            if version.isascii() and version.isdecimal() and len(version) < 7
            else 0,
            "title": {"th": cells.get("form_title", ""), "en": cells.get("form_title_en", "")},
            "workflow": cells.get("workflow", ""),
            "sections": _tree(sheets["survey"], found),
            "choices": _choices(sheets["choices"], found) if "choices" in sheets else {},
        }
    )
    return found


def _choices(sheet: Sheet, found: Translation) -> dict[str, JsonValue]:
    lists: dict[str, list[JsonValue]] = {}
    for row in sheet.rows:
        name = row.cells.get("list_name", "")
        items = lists.setdefault(name, [])
        found.lines[f"choices/{name}/{len(items)}"] = ("choices", row.line)
        found.lines.setdefault(f"choices/{name}", ("choices", row.line))
        item: dict[str, JsonValue] = {
            column: cell
            for column, cell in row.cells.items()
            if column != "list_name" and "::" not in column
        }
        item["label"] = _translations(row, "label")
        items.append(item)
    return {name: list(items) for name, items in lists.items()}


def _translations(row: SheetRow, name: str) -> dict[str, JsonValue]:
    return {code: row.cells.get(f"{name}::{language}", "") for language, code in LANGUAGES.items()}


def _tree(sheet: Sheet, found: Translation) -> list[JsonValue]:
    """Nests the rows by their begin and end."""
    top: list[JsonValue] = []
    open_groups: list[tuple[str, int, list[JsonValue], str]] = [("", sheet.line, top, "")]
    for row in sheet.rows:
        kind = row.cells.get("type", "").replace("begin ", "begin_").replace("end ", "end_")
        if kind in CLOSING:
            if len(open_groups) == 1 or open_groups[-1][0] != CLOSING[kind]:
                found.defect(
                    "survey",
                    row.line,
                    "type",
                    "sheet.unmatched_end",
                    f"{kind} นี้ไม่มีคู่",
                    f"this {kind} closes nothing",
                )
            else:
                open_groups.pop()
            continue
        siblings, prefix = open_groups[-1][2], open_groups[-1][3]
        name = row.cells.get("name", "")
        path = f"{prefix}/{name}" if prefix else name
        if not prefix:
            found.lines[f"sections[{len(siblings)}]"] = ("survey", row.line)
        found.lines.setdefault(path, ("survey", row.line))
        if (path, row.line) and found.lines[path][1] != row.line:
            _twice(row, name, found)
        node = _node(row, kind, found)
        siblings.append(node)
        if kind in OPENING:
            children: list[JsonValue] = []
            node["children"] = children
            open_groups.append((OPENING[kind], row.line, children, path))
    for opened, line, _, _ in open_groups[1:]:
        found.defect(
            "survey",
            line,
            "type",
            "sheet.unmatched_begin",
            f"begin_{opened} นี้ไม่ได้ปิด",
            f"this begin_{opened} is never closed",
        )
    return top


def _twice(row: SheetRow, name: str, found: Translation) -> None:
    found.defect(
        "survey",
        row.line,
        "name",
        "form.name_twice",
        f"ชื่อ {name!r} ซ้ำในกลุ่มเดียวกัน",
        f"the name {name!r} is twice in one group",
    )


def _node(row: SheetRow, kind: str, found: Translation) -> dict[str, Any]:
    cells = row.cells
    node: dict[str, Any] = {"kind": OPENING.get(kind, "question"), "name": cells.get("name", "")}
    for name in TRANSLATED:
        texts = _translations(row, name)
        if any(texts.values()):
            node[name] = texts
    for name in TEXTS:
        if name in cells:
            node[name] = cells[name]
    for name in COUNTS:
        if name in cells:
            text = cells[name]
            node[name] = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else -1
    for name in ("required", "read_only"):
        text = cells.get(name, "")
        if text in YES:
            node[name] = "true()"
        elif text not in NO and text:
            node[name] = text
    if "parameters" in cells:
        node["parameters"] = dict(PARAMETER.findall(cells["parameters"]))
    if node["kind"] == "question":
        _question_type(node, kind, row, found)
    return node


def _question_type(node: dict[str, Any], kind: str, row: SheetRow, found: Translation) -> None:
    """Splits `select_one yn`; names what a referring or signing question is."""
    name, _, argument = kind.partition(" ")
    argument = argument.strip()
    if name in ("select_one", "select_multiple"):
        node["choices"] = argument
    elif name == "select_one_from_file":
        name = "reference"
        if re.fullmatch(r"[a-z_][a-z0-9_]*\.csv", argument) is None:
            found.defect(
                "survey",
                row.line,
                "type",
                "sheet.file_name",
                "เขียน select_one_from_file ชื่อ.csv",
                "write select_one_from_file name.csv",
            )
    elif argument:
        name = kind
    if name == "image" and "signature" in row.cells.get("appearance", "").split():
        name = "signature"
    if name == "reference" and not kind.startswith("select_one_from_file"):
        name = kind + "?"
    node["type"] = name
