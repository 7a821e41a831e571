"""The small parts of a form document: names, texts, counts, references, choices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.forms.definition import (
    Choice,
    ChoiceList,
    Group,
    Question,
    Reference,
    Repeat,
    Text,
)
from shared.forms.question_types import CHOICE_NAME
from shared.limits import (
    CHOICES_PER_LIST_MAX,
    NAME_LENGTH_MAX,
    ROWS_PER_REPEAT_MAX,
    TEXT_LENGTH_MAX,
)

NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,47}")
REFERENCES: Final = ("register", "codebook", "rows", "record")


@dataclass(frozen=True, slots=True)
class FormDefect:
    """One thing wrong in a form: the node's path, the attribute, a code, and what to do."""

    path: str
    attribute: str
    code: str
    message: Text


@dataclass
class Reading:
    """What is gathered while a document is read."""

    form_id: str
    defects: list[FormDefect] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    paths: dict[tuple[str, str], str] = field(default_factory=dict)

    def defect(self, path: str, attribute: str, code: str, th: str, en: str) -> None:
        self.defects.append(FormDefect(path, attribute, code, Text(th, en)))


@dataclass
class Shape:
    questions: dict[str, Question] = field(default_factory=dict)
    registers: list[Question | Group] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)


def read_string(reading: Reading, node: Mapping[str, Any], key: str, path: str) -> str:
    """A text attribute, empty when left out."""
    value = node.get(key, "")
    if not isinstance(value, str) or len(value) > TEXT_LENGTH_MAX:
        reading.defect(path, key, "form.shape", f"{key} ต้องเป็นข้อความ", f"{key} is a text")
        return ""
    return value


def read_text(
    reading: Reading, node: Mapping[str, Any], key: str, path: str, *, required: bool = False
) -> Text:
    """A sentence in both languages; one without the other is a defect."""
    value = node.get(key, {})
    th, en = (value.get("th", ""), value.get("en", "")) if isinstance(value, dict) else (0, 0)
    if not isinstance(th, str) or not isinstance(en, str):
        reading.defect(
            path, key, "form.shape", f"{key} ต้องมี th และ en", f"{key} is an object of th and en"
        )
        return Text()
    if bool(th) != bool(en) or (required and not th):
        missing_th, missing_en = ("ไทย", "Thai") if not th else ("อังกฤษ", "English")
        reading.defect(
            path,
            f"{key}::{'th' if not th else 'en'}",
            "form.translation",
            f"ขาดข้อความภาษา{missing_th}ของ {key}",
            f"the {missing_en} text of {key} is missing",
        )
    return Text(th, en)


def read_choice_lists(reading: Reading, document: object) -> dict[str, ChoiceList]:
    """The choice lists of a form."""
    lists: dict[str, ChoiceList] = {}
    if not isinstance(document, dict):
        reading.defect("choices", "", "form.shape", "choices ต้องเป็นรายการ", "choices is an object")
        return lists
    for name, items in document.items():
        path = f"choices/{name}"
        if not isinstance(items, list) or not 0 < len(items) <= CHOICES_PER_LIST_MAX:
            reading.defect(
                path,
                "",
                "form.choices",
                "รายการตัวเลือกว่างหรือยาวเกิน",
                "the list is empty or too long",
            )
            continue
        choices: dict[str, Choice] = {}
        for index, item in enumerate(items):
            read_choice(reading, choices, item, f"{path}/{index}")
        lists[str(name)] = ChoiceList(str(name), tuple(choices.values()))
    return lists


def read_choice(reading: Reading, choices: dict[str, Choice], item: object, path: str) -> None:
    """One option of a list."""
    node = item if isinstance(item, dict) else {}
    name = read_string(reading, node, "name", path)
    if CHOICE_NAME.fullmatch(name) is None:
        reading.defect(
            path,
            "name",
            "form.choice_name",
            "ชื่อตัวเลือกต้องไม่ว่าง ไม่มีช่องว่าง และไม่เกิน 64 ตัว",
            "a choice has a name without blanks, of at most 64 characters",
        )
    if name in choices:
        reading.defect(
            path,
            "name",
            "form.choice_twice",
            f"ตัวเลือก {name!r} ซ้ำในรายการเดียวกัน",
            f"the choice {name!r} is twice in one list",
        )
    extra = {str(key): str(value) for key, value in node.items() if key not in ("name", "label")}
    choices[name] = Choice(name, read_text(reading, node, "label", path, required=True), extra)


def read_name(reading: Reading, node: Mapping[str, Any], parent: str) -> str:
    """A node's name: well formed, and used once in the form."""
    name = read_string(reading, node, "name", parent)
    path = f"{parent}/{name}" if parent else name
    if NAME.fullmatch(name) is None:
        reading.defect(
            path,
            "name",
            "form.name",
            f"ชื่อ {name!r} ต้องเป็นอังกฤษตัวเล็ก ตัวเลข หรือ _ ไม่เกิน 48 ตัว",
            f"the name {name!r}: at most 48 lower-case letters, digits and _",
        )
    elif name in reading.names:
        reading.defect(
            path,
            "name",
            "form.name_twice",
            f"ชื่อ {name!r} ถูกใช้แล้วที่ {reading.names[name]}",
            f"the name {name!r} is already used at {reading.names[name]}",
        )
    reading.names.setdefault(name, path)
    return name


def read_count(reading: Reading, node: Mapping[str, Any], key: str, path: str, default: int) -> int:
    """How many rows a repeat may or must have."""
    value = node.get(key, default)
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or not 0 <= value <= ROWS_PER_REPEAT_MAX
    ):
        reading.defect(
            path,
            key,
            "form.count",
            f"{key} ต้องเป็นจำนวนเต็ม 0 ถึง {ROWS_PER_REPEAT_MAX}",
            f"{key} is a whole number from 0 to {ROWS_PER_REPEAT_MAX}",
        )
        return default
    return value


def read_reference(
    reading: Reading, node: Mapping[str, Any], key: str, path: str
) -> Reference | None:
    """`register factory`, `codebook check`, `rows roster` or `record issue`."""
    text = read_string(reading, node, key, path)
    if not text:
        return None
    kind, _, target = text.partition(" ")
    if kind not in REFERENCES or not target:
        reading.defect(
            path,
            key,
            "form.reference",
            f"{key} ต้องเขียนว่า register, codebook, rows หรือ record แล้วตามด้วยชื่อ",
            f"{key} is register, codebook, rows or record, and a name",
        )
        return None
    return Reference(kind, target)  # type: ignore[arg-type]


def read_parameters(reading: Reading, node: Mapping[str, Any], path: str) -> dict[str, str]:
    """`max-pixels=1600` and the like, as an object of texts."""
    value = node.get("parameters", {})
    if not isinstance(value, dict) or not all(
        isinstance(part, str) and len(part) <= NAME_LENGTH_MAX for part in value.values()
    ):
        reading.defect(
            path,
            "parameters",
            "form.shape",
            "parameters ไม่ถูกต้อง",
            "parameters is an object of texts",
        )
        return {}
    return {str(key): part for key, part in value.items()}
