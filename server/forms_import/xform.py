"""An XForm becomes the sheets that it could have been made of, so that it is checked like them.

The instance gives names and order, binds give types and rules, the body gives controls, labels and
choices. Presentation without a name in the instance is left out: that is why an XForm is checked
here and not published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from server.forms_import.parts import Unreadable
from server.forms_import.sheets import Defects, Grid
from server.forms_import.xform_tree import Element, read_tree

Row = dict[str, str]
CONTROLS: Final = frozenset(
    {"input", "secret", "select1", "select", "rank", "upload", "trigger", "range", "textarea"}
)
BIND_TYPES: Final = {
    "int": "integer",
    "integer": "integer",
    "long": "integer",
    "short": "integer",
    "decimal": "decimal",
    "double": "decimal",
    "float": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "dateTime",
    "geopoint": "geopoint",
    "geotrace": "geotrace",
    "geoshape": "geoshape",
    "barcode": "barcode",
}
RULES: Final = {
    "relevant": "relevant",
    "required": "required",
    "constraint": "constraint",
    "readonly": "read_only",
    "calculate": "calculation",
}
ITEXT: Final = re.compile(r"\s*jr:itext\(\s*['\"]([^'\"]*)['\"]\s*\)\s*")
ITEMS: Final = re.compile(r"\s*instance\(\s*['\"]([^'\"]+)['\"]\s*\)/[\w.-]+/[\w.-]+")
SHUFFLED: Final = re.compile(r"\s*randomize\(\s*(.*)\)\s*", re.DOTALL)
PATH_LENGTH_MAX: Final = 4_000
FILE: Final = re.compile(r"jr://file(?:-csv)?/(.+)")


def read_xform(data: bytes, defects: Defects) -> list[Grid]:
    """The grids of an XForm; raises Unreadable when it cannot be read."""
    root = read_tree(data)
    head, body = root.first("head"), root.first("body")
    model = head.first("model") if head is not None else None
    instance = next(iter(model.every("instance")), None) if model is not None else None
    if head is None or body is None or model is None or instance is None or not instance.children:
        raise Unreadable(
            "form.xform",
            "ไม่ใช่ XForm: ขาด head, model, instance หรือ body",
            "this is no XForm: it has no head, model, instance or body",
        )
    return _Reader(head, model, body, instance.children[0], defects).grids()


@dataclass
class _Sheets:
    """Rows as they are gathered, and the columns that they need."""

    survey: list[tuple[int, Row]] = field(default_factory=list)
    choices: list[tuple[int, Row]] = field(default_factory=list)


class _Reader:
    """Reads one XForm."""

    def __init__(
        self, head: Element, model: Element, body: Element, main: Element, defects: Defects
    ) -> None:
        self.head, self.model, self.main, self.defects = head, model, main, defects
        self.root = f"/{main.name}"
        self.binds = {
            self.path(one.attributes.get("nodeset", one.attributes.get("ref", ""))): one
            for one in model.walk()
            if one.name == "bind"
        }
        self.bind_ids = {
            one.attributes["id"]: path for path, one in self.binds.items() if "id" in one.attributes
        }
        self.texts = self.translations()
        self.controls: dict[str, Element] = {}
        self.groups: dict[str, Element] = {}
        self.repeats: dict[str, Element] = {}
        self.set: dict[str, tuple[Element, str]] = {}
        self.look(body, self.root)
        self.lists: set[str] = set()
        self.sheets = _Sheets()

    def path(self, written: str, base: str = "") -> str:
        """A node's whole path without predicates."""
        if len(written) > PATH_LENGTH_MAX:
            return ""
        plain = re.sub(r"\[[^\]]*\]", "", written.strip()).rstrip("/")
        if not plain or plain.startswith("/"):
            return plain
        parts = (base or self.root).split("/")
        for step in plain.split("/"):
            if step == "..":
                parts = parts[:-1]
            elif step not in (".", "current()"):
                parts.append(step)
        return "/".join(parts)

    def look(self, node: Element, base: str) -> None:
        """Finds the controls, groups and repeats of the body by the nodes that they are for."""
        pending = [(node, base)]
        while pending:
            parent, above = pending.pop()
            for one in parent.children:
                given = one.attributes.get("ref", one.attributes.get("nodeset", ""))
                bound = self.bind_ids.get(one.attributes.get("bind", ""), "")
                path = bound or self.path(given, above)
                if one.name in CONTROLS and path:
                    self.controls.setdefault(path, one)
                elif one.name == "repeat" and path:
                    self.repeats.setdefault(path, one)
                    self.groups.setdefault(path, parent)
                elif one.name == "group" and path:
                    self.groups.setdefault(path, one)
                if one.name == "setvalue" and path:
                    self.set.setdefault(path, (one, above))
                pending.append((one, path or above))
        for one in self.model.every("setvalue"):
            self.set.setdefault(self.path(one.attributes.get("ref", "")), (one, ""))

    # -- texts ---------------------------------------------------------------------------------

    def translations(self) -> dict[str, dict[str, dict[str, str]]]:
        """The texts by id, language and form ("" plain, guidance, image, audio, video)."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        itext = self.model.first("itext")
        for language in itext.every("translation") if itext is not None else []:
            code = language.attributes.get("lang", "default")
            for text in language.every("text"):
                forms = found.setdefault(text.attributes.get("id", ""), {}).setdefault(code, {})
                for value in text.every("value"):
                    forms.setdefault(value.attributes.get("form", ""), self.words(value))
        return found

    def words(self, element: Element) -> str:
        """A text in which `<output value="/data/a"/>` is `${a}`."""
        parts: list[str] = []
        for one in element.words:
            if isinstance(one, str):
                parts.append(one)
            elif one.name == "output":
                value = one.attributes.get("value", one.attributes.get("ref", ""))
                name = value.strip().rpartition("/")[2]
                parts.append(f"${{{name}}}" if re.fullmatch(r"[\w.-]+", name) else "…")
            else:
                parts.append(self.words(one))
        return " ".join("".join(parts).split())

    def put(self, row: Row, column: str, element: Element | None) -> None:
        """A label or hint in all its languages."""
        if element is None:
            return
        match = ITEXT.fullmatch(element.attributes.get("ref", ""))
        if match is None:
            text = self.words(element)
            if text:
                row[column] = text
            return
        self.itext(row, column, match.group(1))

    def itext(self, row: Row, column: str, text_id: str) -> None:
        for language, forms in self.texts.get(text_id, {}).items():
            suffix = "" if language == "default" else f"::{language}"
            for form, text in forms.items():
                name = {"": column, "long": column, "guidance": "guidance_hint"}.get(form, form)
                if name in (column, "guidance_hint", "image", "big-image", "audio", "video"):
                    row.setdefault(f"{name}{suffix}", text)

    def message(self, row: Row, column: str, bind: Element, attribute: str) -> None:
        text = bind.attributes.get(attribute, "")
        match = ITEXT.fullmatch(text)
        if match is not None:
            self.itext(row, column, match.group(1))
        elif text:
            row[column] = text

    # -- rows ----------------------------------------------------------------------------------

    def grids(self) -> list[Grid]:
        seen: set[str] = set()
        for child in self.main.children:
            self.node(child, self.root, seen)
        title = self.head.first("title")
        settings: Row = {
            "form_id": self.main.attributes.get("id", self.main.name),
            "form_title": (title.text if title is not None else "") or self.main.name,
            "version": self.main.attributes.get("version", ""),
        }
        itext = self.model.first("itext")
        for one in itext.every("translation") if itext is not None else []:
            lang = one.attributes.get("lang", "")
            if "default" in one.attributes and lang != "default":
                settings["default_language"] = lang
        return [
            _grid("survey", self.sheets.survey, ["type", "name", "label"]),
            _grid("choices", self.sheets.choices, ["list_name", "name"]),
            _grid("settings", [(self.main.line, settings)], ["form_id"]),
        ]

    def node(self, element: Element, above: str, seen: set[str]) -> None:
        """A node of the instance, and all below it, as rows."""
        path = f"{above}/{element.name}"
        if path in seen or element.name == "meta":
            return
        seen.add(path)
        bind = self.binds.get(path)
        line = bind.line if bind is not None else element.line
        row: Row = {"name": element.name}
        if bind is not None:
            self.rules(row, bind)
        container = bool(element.children) or path in self.repeats
        if not container or (path in self.controls and not element.children):
            self.question(row, path, element, bind)
            self.sheets.survey.append((line, row))
            return
        kind = "repeat" if path in self.repeats else "group"
        shown = self.groups.get(path)
        if shown is not None:
            self.put(row, "label", shown.first("label"))
            row["appearance"] = shown.attributes.get("appearance", "")
        if kind == "repeat":
            repeat = self.repeats[path]
            row["repeat_count"] = repeat.attributes.get("count", "")
            row["appearance"] = repeat.attributes.get("appearance", row.get("appearance", ""))
        self.sheets.survey.append((line, {**row, "type": f"begin_{kind}"}))
        for child in element.children:
            self.node(child, path, seen)
        self.sheets.survey.append((line, {"type": f"end_{kind}"}))

    def rules(self, row: Row, bind: Element) -> None:
        for attribute, column in RULES.items():
            text = bind.attributes.get(attribute, "").strip()
            if text and text not in ("false()", "true()" if attribute == "relevant" else ""):
                row[column] = text
        self.message(row, "constraint_message", bind, "constraintMsg")
        self.message(row, "required_message", bind, "requiredMsg")
        if "saveto" in bind.attributes:
            row["save_to"] = bind.attributes["saveto"]

    def question(self, row: Row, path: str, element: Element, bind: Element | None) -> None:
        attributes = bind.attributes if bind is not None else {}
        control = self.controls.get(path)
        preload = attributes.get("preload", "")
        if element.text:
            row["default"] = element.text
        self.values(row, path)
        if control is None:
            if preload in ("timestamp", "date", "property"):
                row["type"] = attributes.get("preloadParams", "start")
                if row["type"] not in KNOWN_PROPERTIES:
                    row["type"] = "hidden"
            else:
                row["type"] = "calculate" if row.get("calculation") else "hidden"
            return
        self.put(row, "label", control.first("label"))
        self.put(row, "hint", control.first("hint"))
        appearance = control.attributes.get("appearance", "")
        row["appearance"] = appearance
        kind = BIND_TYPES.get(attributes.get("type", "").rpartition(":")[2], "text")
        if control.name in ("select1", "select", "rank"):
            self.select(row, path, control)
        elif control.name == "upload":
            row["type"] = _upload(control.attributes.get("mediatype", ""))
        elif control.name == "trigger":
            row["type"] = "acknowledge"
        elif control.name == "range":
            row["type"] = "range"
            row["parameters"] = " ".join(
                f"{name}={control.attributes[name]}"
                for name in ("start", "end", "step")
                if name in control.attributes
            )
        elif kind == "text" and row.get("read_only") == "true()" and not row.get("calculation"):
            row["type"] = "note"
        else:
            row["type"] = kind

    def values(self, row: Row, path: str) -> None:
        """`setvalue`: a default when the form opens, or a value that a question's answer sets."""
        found = self.set.get(path)
        if found is None:
            return
        action, source = found
        value = action.attributes.get("value", "") or (f"'{action.text}'" if action.text else "''")
        if "value-changed" in action.attributes.get("event", "") and source:
            row["calculation"] = value
            row["trigger"] = f"${{{source.rpartition('/')[2]}}}"
        elif value not in ("''", '""'):
            row["default"] = value

    # -- choices -------------------------------------------------------------------------------

    def select(self, row: Row, path: str, control: Element) -> None:
        word = {"select1": "select_one", "select": "select_multiple", "rank": "rank"}[control.name]
        itemset = control.first("itemset")
        if itemset is None:
            name = path.strip("/").replace("/", "_")
            self.inline(name, control)
            row["type"] = f"{word} {name}"
            return
        nodeset = itemset.attributes.get("nodeset", "")[:PATH_LENGTH_MAX]
        shuffled = SHUFFLED.fullmatch(nodeset)
        if shuffled is not None:
            nodeset, row["parameters"] = shuffled.group(1), "randomize=true"
        items = ITEMS.match(nodeset)
        if items is None:
            row["type"] = f"{word} ${{{nodeset.rpartition('/')[2] or 'x'}}}"
            return
        rest = nodeset[items.end() :].strip().rstrip(",").strip()
        if rest.startswith("[") and rest.endswith("]"):
            row["choice_filter"] = " and ".join(f"({one})" for one in rest[1:-1].split("]["))
        self.listed(row, word, items.group(1), itemset)

    def listed(self, row: Row, word: str, name: str, itemset: Element) -> None:
        """Choices from a secondary instance: in the form, or a file beside it."""
        value, label = itemset.first("value"), itemset.first("label")
        columns = [_column(one) for one in (value, label)]
        instance = next(
            (one for one in self.model.every("instance") if one.attributes.get("id") == name), None
        )
        source = (
            FILE.fullmatch(instance.attributes.get("src", "")) if instance is not None else None
        )
        if source is not None:
            file = source.group(1)
            file = file if "." in file else f"{file}.csv"
            many = word == "select_multiple"
            row["type"] = f"select_{'multiple' if many else 'one'}_from_file {file}"
            given = " ".join(
                f"{key}={column}" for key, column in zip(("value", "label"), columns, strict=True)
            )
            row["parameters"] = f"{row.get('parameters', '')} {given}".strip()
            return
        row["type"] = f"{word} {name}"
        if instance is None or name in self.lists or not instance.children:
            return
        self.lists.add(name)
        for item in instance.children[0].children:
            cells = {one.name: self.words(one) for one in item.children}
            choice: Row = {key: text for key, text in cells.items() if key not in TAKEN}
            choice |= {"list_name": name, "name": cells.get(columns[0] or "name", "")}
            shown = cells.get(columns[1] or "label", "")
            if shown in self.texts:
                self.itext(choice, "label", shown)
            elif shown:
                choice["label"] = shown
            self.sheets.choices.append((item.line, choice))

    def inline(self, name: str, control: Element) -> None:
        for item in control.every("item"):
            value = item.first("value")
            choice: Row = {"list_name": name, "name": value.text if value is not None else ""}
            self.put(choice, "label", item.first("label"))
            self.sheets.choices.append((item.line, choice))


# Names of cells that are something else in a list of choices.
TAKEN: Final = frozenset({"name", "label", "value", "caption", "list_name"})
KNOWN_PROPERTIES: Final = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "email"}
)


def _column(element: Element | None) -> str:
    """The cell of an item that is its value or label."""
    text = element.attributes.get("ref", "")[:200].strip() if element is not None else ""
    if text.startswith("jr:itext(") and text.endswith(")"):
        return text[len("jr:itext(") : -1].strip()
    return text


def _upload(mediatype: str) -> str:
    head = mediatype.partition("/")[0]
    return head if head in ("image", "audio", "video") else "file"


def _grid(name: str, rows: list[tuple[int, Row]], columns: list[str]) -> Grid:
    """A grid with every column that a row has."""
    columns = list(dict.fromkeys([*columns, *(column for _, row in rows for column in row)]))
    grid = Grid(name, 1, [(1, columns)] if rows or name == "survey" else [])
    grid.rows += [(line, [row.get(column, "") for column in columns]) for line, row in rows]
    return grid
