"""Translates the rows of a survey sheet into the tree of a form document, with their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from server.forms_import.book import Book
from server.forms_import.choices import Lines
from server.forms_import.loops import expanded
from server.forms_import.questions import QuestionReader
from server.forms_import.settings import is_yes
from server.forms_import.sheets import Defects, SheetRow
from server.forms_import.type_names import Kind, kind_of
from shared.canonical import JsonValue

ROWS_MAX: Final = 10_000
# Settings that old forms write as rows of the survey.
SETTING_TYPES: Final = frozenset(
    {"form_title", "set_form_title", "form_id", "set_form_id", "prefix"}
)


@dataclass
class _Open:
    """A group or repeat that is being read: its kind, first row, children and path."""

    kind: str
    line: int
    children: list[JsonValue]
    path: str
    node: dict[str, Any] = field(default_factory=dict)


class SurveyReader:
    """Nests the rows by their begin and end."""

    def __init__(
        self, book: Book, lists: dict[str, list[JsonValue]], lines: Lines, defects: Defects
    ) -> None:
        self.book, self.lines, self.defects = book, lines, defects
        self.questions = QuestionReader(book, lists, defects)
        self.title: dict[str, JsonValue] = {}
        self.audit: dict[str, JsonValue] | None = None
        self.names = {row.cells.get("name", "") for row in book.rows.get("survey", [])}
        self.top: list[JsonValue] = []
        self.stack = [_Open("", 0, self.top, "")]

    def sections(self, title: dict[str, JsonValue]) -> list[JsonValue]:
        """The sections of the form; questions outside any group get one of their own."""
        self.title = title
        rows = self.book.rows.get("survey", [])
        for row in expanded(rows[:ROWS_MAX], self.questions.lists, self.book.languages):
            self.row(row)
        if len(rows) > ROWS_MAX:
            self.defect(
                rows[ROWS_MAX].line,
                "",
                "form.too_large",
                f"แบบฟอร์มยาวเกิน {ROWS_MAX} แถว แบ่งเป็นหลายแบบฟอร์ม",
                f"a form has at most {ROWS_MAX} rows; make several forms of it",
            )
        for opened in self.stack[1:]:
            self.defect(
                opened.line,
                "type",
                "sheet.unmatched_begin",
                f"begin_{opened.kind} นี้ไม่ได้ปิด เพิ่ม end_{opened.kind}",
                f"this begin_{opened.kind} is never closed; add its end_{opened.kind}",
            )
        return self.top

    def defect(self, line: int, key: str, code: str, th: str, en: str) -> None:
        column = self.book.header("survey", key)
        self.defects.error("survey", line, column, code, th, en)

    def warn(self, line: int, key: str, code: str, th: str, en: str) -> None:
        column = self.book.header("survey", key)
        self.defects.warning("survey", line, column, code, th, en)

    def row(self, row: SheetRow) -> None:
        cells = row.cells
        if is_yes(cells.get("disabled", "")):
            return
        written = cells.get("type", "")
        if not written:
            self.untyped(row)
            return
        kind = kind_of(written)
        if written in SETTING_TYPES:
            self.warn(
                row.line,
                "type",
                "form.unsupported",
                "เขียนข้อนี้ในแผ่น settings",
                "this belongs in the settings sheet, and is not read here",
            )
        elif kind.control == "end":
            self.close(row, kind)
        elif kind.type == "audit":
            self.audit = self.questions.audit(row)
        elif kind.type == "csv-external":
            self.questions.external_file(row)
        elif kind.control:
            self.open(row, kind)
        else:
            self.question(row, kind, written)

    def untyped(self, row: SheetRow) -> None:
        """A row without a type is a remark, unless it looks like a question."""
        if any(key == "name" or key.partition("::")[0] == "label" for key in row.cells):
            self.defect(row.line, "type", "form.no_type", "แถวนี้ไม่มี type", "this row has no type")
        elif "remark" not in row.cells:
            self.warn(
                row.line,
                "type",
                "sheet.remark",
                "แถวนี้ไม่มี type และ name จึงไม่ถูกอ่าน",
                "this row has neither type nor name and is not read",
            )

    def close(self, row: SheetRow, kind: Kind) -> None:
        if len(self.stack) == 1 or self.stack[-1].kind != kind.type:
            end = row.cells["type"]
            self.defect(
                row.line,
                "type",
                "sheet.unmatched_end",
                f"{end} นี้ไม่มีคู่",
                f"this {end} closes nothing",
            )
            return
        closed = self.stack.pop()
        if closed.children:
            return
        self.warn(
            closed.line,
            "type",
            "form.empty_group",
            "กลุ่มนี้ไม่มีคำถาม จึงไม่ถูกอ่าน",
            "there is nothing in this group; it is not read",
        )
        siblings = self.place(closed)
        siblings[:] = [one for one in siblings if one is not closed.node]

    def place(self, closed: _Open) -> list[JsonValue]:
        """The children among which a group stands."""
        siblings = self.stack[-1].children
        for one in siblings:
            if isinstance(one, dict) and one.get("implicit") is True:
                inner = one["children"]
                if isinstance(inner, list) and any(child is closed.node for child in inner):
                    return inner
        return siblings

    def open(self, row: SheetRow, kind: Kind) -> None:
        if kind.unsupported:
            self.questions.unsupported(row, kind.unsupported)
        name = row.cells.get("name", "") or f"unnamed_{row.line}"
        siblings, path = self.siblings(row, kind, name)
        node = self.questions.container(row, kind)
        if not node["name"]:
            node["name"] = f"unnamed_{row.line}"
            self.defect(row.line, "name", "form.no_name", "กลุ่มนี้ไม่มี name", "this group has no name")
        self.keep(row, siblings, path, node)
        children: list[JsonValue] = []
        node["children"] = children
        self.stack.append(_Open(kind.type, row.line, children, path, node))

    def question(self, row: SheetRow, kind: Kind, written: str) -> None:
        nodes = self.questions.question(row, kind, written)
        for node in nodes:
            siblings, path = self.siblings(row, kind, str(node["name"]))
            self.keep(row, siblings, path, node)

    def siblings(
        self, row: SheetRow, kind: Kind, name: str | None = None
    ) -> tuple[list[JsonValue], str]:
        """Where a node goes, and its path. Outside any group only groups are sections."""
        name = row.cells.get("name", "") if name is None else name
        inner = self.stack[-1]
        if len(self.stack) > 1:
            return inner.children, f"{inner.path}/{name}"
        if kind.control and kind.type == "group":
            self.lines[f"sections[{len(self.top)}]"] = ("survey", row.line)
            return self.top, name
        page = self.top[-1] if self.top else None
        if not isinstance(page, dict) or page.get("implicit") is not True:
            page = self.page(row)
        children = page["children"]
        assert isinstance(children, list)
        return children, f"{page['name']}/{name}"

    def page(self, row: SheetRow) -> dict[str, JsonValue]:
        """A section for questions that stand outside any group."""
        number = 1 + sum(
            1 for one in self.top if isinstance(one, dict) and one.get("implicit") is True
        )
        while f"page_{number}" in self.names:
            number += 1
        self.names.add(f"page_{number}")
        page: dict[str, JsonValue] = {
            "kind": "group",
            "name": f"page_{number}",
            "label": dict(self.title),
            "implicit": True,
            "children": [],
        }
        self.lines[f"sections[{len(self.top)}]"] = ("survey", row.line)
        self.lines.setdefault(f"page_{number}", ("survey", row.line))
        self.top.append(page)
        return page

    def keep(
        self, row: SheetRow, siblings: list[JsonValue], path: str, node: dict[str, Any]
    ) -> None:
        """Adds a node; a name that its group has already is a defect."""
        name = str(node["name"])
        line = self.lines.setdefault(path, ("survey", row.line))[1]
        if name and line != row.line:
            self.defect(
                row.line,
                "name",
                "form.name_twice",
                f"ชื่อ {name!r} ซ้ำในกลุ่มเดียวกัน (แถว {line})",
                f"the name {name!r} is twice in one group (row {line})",
            )
        siblings.append(node)
