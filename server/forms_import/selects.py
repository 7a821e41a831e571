"""What a select chooses from: a list of the form, a table beside it, or what a search() finds."""

from __future__ import annotations

import re
from typing import Any, Final

from server.forms_import.book import Book
from server.forms_import.choices import external_name
from server.forms_import.search_calls import SearchCall, read_search
from server.forms_import.sheets import Defects, SheetRow
from server.forms_import.type_names import Kind
from shared.canonical import JsonValue

FILE: Final = re.compile(r"([^/\\:\s]{1,100})\.(csv|geojson|xml)", re.IGNORECASE)
OTHER: Final = {"th": "อื่น ๆ (ระบุ)", "en": "Other (specify)"}
OTHER_CHOICE: Final = {"th": "อื่น ๆ", "en": "Other"}


class SelectReader:
    """Completes the selects of a form, and gathers which tables they need."""

    def __init__(self, book: Book, lists: dict[str, list[JsonValue]], defects: Defects) -> None:
        self.book, self.lists, self.defects = book, lists, defects
        # Tables that travel with the form, by file stem, each with the row that names it first;
        # and the questions that choose from one: node, stem, the column that is kept, row.
        self.files: dict[str, int] = {}
        self.endings: dict[str, str] = {}
        self.from_tables: list[tuple[dict[str, Any], str, str, int]] = []
        # Lists that a search() names, and lists that are chosen from.
        self.searched: set[str] = set()
        self.chosen: set[str] = set()

    def error(self, row: SheetRow, key: str, code: str, th: str, en: str) -> None:
        self.defects.error("survey", row.line, self.book.header("survey", key), code, th, en)

    def warn(self, row: SheetRow, key: str, code: str, th: str, en: str) -> None:
        self.defects.warning("survey", row.line, self.book.header("survey", key), code, th, en)

    def select(
        self, row: SheetRow, node: dict[str, Any], kind: Kind, parameters: dict[str, str]
    ) -> list[dict[str, Any]]:
        """What a select chooses from."""
        if kind.type in ("reference", "references"):
            self.from_file(row, node, kind, parameters)
            return []
        if "${" in kind.argument:
            self.error(
                row,
                "type",
                "form.unsupported",
                "เลือกจากคำตอบก่อนหน้า: เขียน select_one_from_file rows.csv "
                "และ refers_to เป็น rows <กลุ่มซ้ำ>",
                "choosing from earlier answers: write select_one_from_file rows.csv, with "
                "`rows <repeat>` in refers_to",
            )
            node["type"] = "text"
            return []
        node["choices"] = kind.argument
        if kind.select in ("select_one_external",):
            node["choices"] = external_name(kind.argument, self.lists)
        call = read_search(node.get("appearance", ""))
        if call is None:
            self.chosen.add(node["choices"])
        if call is not None:
            self.from_search(row, node, call, parameters)
        elif FILE.fullmatch(kind.argument) and kind.argument not in self.lists:
            # pyxform takes `select_one fruits.csv` as well as `select_one_from_file`.
            node["type"] = {"select_one": "reference"}.get(node["type"], "references")
            del node["choices"]
            self.from_file(row, node, kind, parameters)
        return self.other(node) if kind.or_other else []

    def from_file(
        self, row: SheetRow, node: dict[str, Any], kind: Kind, parameters: dict[str, str]
    ) -> None:
        """`select_one_from_file fruits.csv`: a table that travels with the form, or what the
        author's `refers_to` names."""
        match = FILE.fullmatch(kind.argument)
        if match is None:
            self.error(
                row,
                "type",
                "sheet.file_name",
                "เขียน select_one_from_file ชื่อ.csv (หรือ .geojson)",
                "write select_one_from_file name.csv (or .geojson)",
            )
            node["refers_to"] = node.get("refers_to", "codebook none")
            return
        if node.get("refers_to"):
            return
        self.files.setdefault(match[1], row.line)
        self.endings.setdefault(match[1], f".{match[2].lower()}")
        default = ("id", "title") if match[2].lower() == "geojson" else ("name", "label")
        parameters.setdefault("value", default[0])
        parameters.setdefault("label", default[1])
        self.from_tables.append((node, match[1], parameters["value"], row.line))

    def from_search(
        self, row: SheetRow, node: dict[str, Any], call: SearchCall, parameters: dict[str, str]
    ) -> None:
        """`search('fruits', ...)` in the appearance: a table, with a filter."""
        listed = str(node.pop("choices"))
        self.searched.add(listed)
        items = self.lists.get(listed, [])
        first = next((one for one in items if isinstance(one, dict)), {})
        label = first.get("label")
        shown = str(label.get("en") or label.get("th") or "") if isinstance(label, dict) else ""
        if call.problem or not first:
            self.error(
                row,
                "appearance",
                "form.unsupported",
                "search() อ่านไม่ได้ ใช้ select_one_from_file กับ choice_filter",
                "this search() is not understood; use select_one_from_file with a choice_filter",
            )
        if len(items) > 1:
            self.warn(
                row,
                "appearance",
                "form.unsupported",
                "search(): ใช้เฉพาะแถวแรกของรายการ ตัวเลือกคงที่ให้ใส่ในไฟล์ csv",
                "search(): only the first row of the list is used; put fixed choices into the csv",
            )
        node["type"] = {"select_one": "reference"}.get(node["type"], "references")
        node["appearance"] = call.rest
        if not call.rest:
            del node["appearance"]
        if call.condition:
            own = node.get("choice_filter", "")
            node["choice_filter"] = f"({own}) and ({call.condition})" if own else call.condition
        parameters["value"] = str(first.get("name", "name"))
        parameters["label"] = shown.partition(",")[0].strip() or "label"
        self.files.setdefault(call.table, row.line)
        self.from_tables.append((node, call.table, parameters["value"], row.line))

    def other(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """`or_other`: the choice `other` in the list, and a text that asks for it."""
        items = self.lists.get(str(node.get("choices", "")), [])
        if items and not any(isinstance(one, dict) and one.get("name") == "other" for one in items):
            items.append({"name": "other", "label": dict(OTHER_CHOICE)})
        asked: dict[str, Any] = {
            "kind": "question",
            "type": "text",
            "name": f"{node['name']}_other",
            "label": dict(OTHER),
            "relevant": f"selected(${{{node['name']}}}, 'other')",
        }
        if node.get("personal"):
            asked["personal"] = node["personal"]
        return [asked]
