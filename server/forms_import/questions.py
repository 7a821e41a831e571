"""One row of a survey becomes a question, group or repeat of the form document."""

from __future__ import annotations

import re
from typing import Any, Final

from server.forms_import.appearances import without_effect
from server.forms_import.book import Book
from server.forms_import.choices import read_media
from server.forms_import.columns import TRANSLATED
from server.forms_import.parameters import WITHOUT_EFFECT, problems, read_parameters, with_defaults
from server.forms_import.selects import SelectReader
from server.forms_import.sheets import Defects, SheetRow, near
from server.forms_import.type_names import KNOWN, UNSUPPORTED, Kind
from shared.canonical import JsonValue

YES: Final = frozenset({"yes", "true"})
NO: Final = frozenset({"no", "false"})
CONDITIONS: Final = ("relevant", "constraint", "calculation", "required", "read_only")
EXPRESSIONS: Final = (
    *CONDITIONS, "default", "choice_filter", "warning", "limit", "trigger", "repeat_count",
)  # fmt: skip
COUNTS: Final = ("rows_min", "rows_max")
TEXTS: Final = (
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
QUOTES: Final = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}
NAMED: Final = re.compile(r"\$\{[^{}]{1,80}\}")
KEPT_ONCE: Final = re.compile(r"\b(?:once|random|uuid)\s*\(")
SUGGESTIONS_MAX: Final = 50
RULE_MESSAGE: Final = {
    "th": "คำตอบนี้ไม่อยู่ในเกณฑ์ ตรวจอีกครั้ง",
    "en": "This answer is out of bounds; look again",
}


class QuestionReader:
    """Makes nodes of rows, and gathers what they need from outside the form."""

    def __init__(self, book: Book, lists: dict[str, list[JsonValue]], defects: Defects) -> None:
        self.book, self.lists, self.defects = book, lists, defects
        self.selects = SelectReader(book, lists, defects)
        self.saved_to: dict[str, JsonValue] = {}
        self.suggested = 0

    def error(self, row: SheetRow, key: str, code: str, th: str, en: str) -> None:
        self.defects.error("survey", row.line, self.book.header("survey", key), code, th, en)

    def warn(self, row: SheetRow, key: str, code: str, th: str, en: str) -> None:
        self.defects.warning("survey", row.line, self.book.header("survey", key), code, th, en)

    def unsupported(self, row: SheetRow, name: str) -> None:
        th, en = UNSUPPORTED[name]
        self.error(
            row, "type", "form.unsupported", f"ไม่รองรับ {name}: {th}", f"{name} is unsupported: {en}"
        )

    # -- what every node has -------------------------------------------------------------------

    def cell(self, row: SheetRow, key: str) -> str:
        """A cell; an expression has straight quotation marks, whatever was typed."""
        text = row.cells.get(key, "")
        if key in EXPRESSIONS and any(mark in text for mark in QUOTES):
            for mark, plain in QUOTES.items():
                text = text.replace(mark, plain)
            self.warn(
                row,
                key,
                "sheet.smart_quotes",
                "เครื่องหมายคำพูดโค้งในสูตรถูกอ่านเป็น ' และ \" พิมพ์แบบตรงจะแน่นอนกว่า",
                "curly quotation marks in an expression are read as ' and \"; type straight ones",
            )
        if key in CONDITIONS and text.lower() in YES | NO:
            return "true()" if text.lower() in YES else "false()"
        return text

    def base(self, row: SheetRow, kind: str) -> dict[str, Any]:
        """The attributes that questions, groups and repeats share."""
        node: dict[str, Any] = {"kind": kind, "name": row.cells.get("name", "")}
        for name in TRANSLATED:
            texts = self.book.languages.text(row.cells, name)
            if any(texts.values()):
                node[name] = texts
        for name in TEXTS:
            text = self.cell(row, name)
            if text:
                node[name] = text
        for name in COUNTS:
            if name in row.cells:
                text = row.cells[name]
                whole = text.isascii() and text.isdecimal() and len(text) < 7
                node[name] = int(text) if whole else -1
        for name in ("required", "read_only"):
            text = self.cell(row, name)
            if text and text != "false()":
                node[name] = text
        media = read_media(self.book, "survey", row, self.defects)
        if media:
            node["media"] = media
        return node

    def container(self, row: SheetRow, kind: Kind) -> dict[str, Any]:
        """A group or repeat; its children are read after it."""
        node = self.base(row, kind.type)
        for name in ("calculation", "default", "constraint", "trigger", "choice_filter"):
            if node.pop(name, None) is not None:
                self.warn(
                    row,
                    name,
                    "form.no_effect",
                    f"{name} ไม่มีผลกับกลุ่ม",
                    f"{name} has no effect on a group",
                )
        node.pop("required", None)
        node.pop("read_only", None)
        count = self.cell(row, "repeat_count")
        if count and kind.type == "repeat":
            node["count"] = count
        if "save_to" in row.cells:
            self.saved_to[node["name"]] = row.cells["save_to"]
        return node

    def audit(self, row: SheetRow) -> dict[str, JsonValue]:
        """An audit row: every save is kept with its author and time anyhow."""
        found = self.parameters(row, "audit")
        self.warn(
            row,
            "type",
            "form.audit",
            "ระบบเก็บทุกการบันทึกพร้อมผู้บันทึกและเวลาอยู่แล้ว แถว audit ไม่เปลี่ยนอะไร",
            "every save is kept with its author and time anyhow; an audit row changes nothing",
        )
        return dict(found)

    def external_file(self, row: SheetRow) -> None:
        """`csv-external`, `xml-external`: a table that expressions look into."""
        stem = re.sub(r"\.(csv|xml)$", "", row.cells.get("name", ""))
        self.selects.files.setdefault(stem, row.line)

    # -- questions -----------------------------------------------------------------------------

    def question(self, row: SheetRow, kind: Kind, written: str) -> list[dict[str, Any]]:
        """The question of a row, and the text beside it that `or_other` asks for."""
        node = self.base(row, "question")
        node["type"] = kind.type or "text"
        if not kind.type:
            self.unknown(row, written)
        elif kind.unsupported:
            self.unsupported(row, kind.unsupported)
        if node["type"] == "note" and not node["name"]:
            node["name"] = f"generated_note_name_{row.line}"
        if not node["name"]:
            self.error(row, "name", "form.no_name", "คำถามนี้ไม่มี name", "this question has no name")
            return []
        self.special(row, node, kind)
        known = bool(kind.type) and not kind.unsupported
        parameters = self.parameters(row, node["type"], unsupported=not known)
        if "rows" in row.cells:
            parameters.setdefault("rows", row.cells["rows"])
        self.shuffle(node, parameters)
        if kind.meta and kind.meta != "gone":
            node["type"] = "metadata"
            parameters = {"meta": kind.meta}
        more = self.selects.select(row, node, kind, parameters) if kind.select else []
        self.appearance(row, node)
        if parameters:
            node["parameters"] = parameters
        if "save_to" in row.cells:
            self.saved_to[node["name"]] = row.cells["save_to"]
        return [node, *more]

    def appearance(self, row: SheetRow, node: dict[str, Any]) -> None:
        """Tells what an appearance would do elsewhere. The row of labels above a table of selects
        (`label`) is never answered: it is a note."""
        appearance = node.get("appearance", "")
        if node["type"] in ("select_one", "select_multiple") and "label" in appearance.split():
            node["type"] = "note"
            for name in ("choices", "choice_filter", "required", "appearance"):
                node.pop(name, None)
        for word, th, en in without_effect(appearance):
            self.warn(
                row, "appearance", "form.appearance", f"appearance {word}: {th}", f"{word}: {en}"
            )

    def unknown(self, row: SheetRow, written: str) -> None:
        # Looking for what was meant costs a millisecond: nobody reads the hundredth suggestion.
        self.suggested += 1
        first, meant = written.partition(" ")[0], ""
        if self.suggested <= SUGGESTIONS_MAX:
            meant = near(written, KNOWN) or near(first, KNOWN)
        th = f" หมายถึง {meant!r} หรือไม่" if meant else ""
        en = f"; did you mean {meant!r}?" if meant else ""
        self.error(
            row,
            "type",
            "form.type",
            f"ไม่รู้จักคำถามชนิด {written[:80]!r}{th}",
            f"questions of type {written[:80]!r} are unknown{en}",
        )

    def special(self, row: SheetRow, node: dict[str, Any], kind: Kind) -> None:
        """What a type brings along, and what makes another type of a question."""
        if node["type"] == "image" and "signature" in node.get("appearance", "").split():
            node["type"] = "signature"
        if kind.constraint:
            own = node.get("constraint", "")
            node["constraint"] = f"({kind.constraint}) and ({own})" if own else kind.constraint
            node.setdefault("constraint_message", dict(RULE_MESSAGE))
            node.setdefault("hint", {"th": kind.hint, "en": kind.hint})
        if kind.meta == "gone":
            self.warn(
                row,
                "type",
                "form.unsupported",
                "แท็บเล็ตไม่บอกหมายเลขซิมแล้ว ข้อนี้จะว่าง",
                "tablets no longer tell the number of their SIM card; this stays empty",
            )
        if node["type"] == "calculate" and (
            "trigger" in node
            or KEPT_ONCE.search(node.get("calculation", ""))
            or ("default" in node and "calculation" not in node)
        ):
            # What must not be computed anew is kept as an answer.
            node["type"] = "hidden"
        if "choice_filter" in node and node["type"].startswith("geo"):
            del node["choice_filter"]
            self.warn(
                row,
                "choice_filter",
                "form.no_effect",
                "choice_filter ไม่มีผลกับคำถามตำแหน่ง",
                "a choice_filter has no effect on a question for a place",
            )
        if node["type"] in ("image", "signature") and "default" in node:
            del node["default"]
            self.warn(
                row,
                "default",
                "form.unsupported",
                "ภาพตั้งต้นไม่รองรับ ใส่ภาพในคอลัมน์ image ให้เห็นคู่กับคำถาม",
                "a picture to begin with is not supported; show it beside the question, "
                "in the column image",
            )
        if "trigger" in node:
            names = NAMED.findall(node["trigger"])
            node["trigger"] = ", ".join(names) or node["trigger"]
        if "trigger" in node and "calculation" not in node:
            del node["trigger"]
            self.warn(
                row,
                "trigger",
                "form.no_effect",
                "trigger ไม่มีผลเพราะไม่มี calculation",
                "a trigger without a calculation has no effect",
            )

    def parameters(self, row: SheetRow, kind: str, *, unsupported: bool = False) -> dict[str, str]:
        """The parameters of a question; what is not understood is a defect."""
        found, rest = read_parameters(row.cells.get("parameters", ""))
        told = problems(kind, found)
        if unsupported:
            return {}
        if rest:
            told.append((f"{rest!r} อ่านไม่ได้ เขียน ชื่อ=ค่า", f"{rest!r} is no name=value"))
        for th, en in told:
            self.error(row, "parameters", "form.parameters", th, en)
        for key, (th, en) in WITHOUT_EFFECT.items():
            if found.pop(key, None) is not None:
                self.warn(row, "parameters", "form.no_effect", f"{key}: {th}", f"{key}: {en}")
        return with_defaults(kind, found) if not told else {}

    def shuffle(self, node: dict[str, Any], parameters: dict[str, str]) -> None:
        if parameters.pop("randomize", "") == "true":
            node["randomize"] = True
        seed = parameters.pop("seed", "")
        if seed:
            node["seed"] = seed
