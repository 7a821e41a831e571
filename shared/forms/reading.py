"""The small parts of a form document: names, texts, counts, references, media."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from shared.forms.parts import (
    Group,
    Media,
    Question,
    Reference,
    Repeat,
    Text,
)
from shared.limits import (
    FIELD_KEY_LENGTH_MAX,
    FILE_NAME_LENGTH_MAX,
    NAME_LENGTH_MAX,
    RECORD_TYPE_LENGTH_MAX,
    ROWS_PER_REPEAT_MAX,
    TEXT_LENGTH_MAX,
)

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
REFERENCES: Final = ("register", "codebook", "rows", "record")
MEDIA_KINDS: Final = ("image", "big-image", "audio", "video")
LONGEST: Final = TEXT_LENGTH_MAX
REASON_ROOM: Final = len("?reason")

DefectSeverity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class FormDefect:
    """One thing wrong in a form: the node's path, the attribute, a code, and what to do.

    An error refuses the form; a warning names what its author should look at.
    """

    path: str
    attribute: str
    code: str
    message: Text
    severity: DefectSeverity = "error"


@dataclass
class Reading:
    """What is gathered while a document is read."""

    form_id: str
    defects: list[FormDefect] = field(default_factory=list)
    # The names of each group or record, with the path of what has it first.
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    paths: dict[tuple[str, str], str] = field(default_factory=dict)

    def defect(self, path: str, attribute: str, code: str, th: str, en: str) -> None:
        """Notes what refuses the form."""
        self.defects.append(FormDefect(path, attribute, code, Text(th, en)))

    def warning(self, path: str, attribute: str, code: str, th: str, en: str) -> None:
        """Notes what the author should look at."""
        self.defects.append(FormDefect(path, attribute, code, Text(th, en), "warning"))


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
    reading: Reading,
    node: Mapping[str, Any],
    key: str,
    path: str,
    *,
    required: bool = False,
    instead: str = "",
) -> Text:
    """A sentence in both languages; the other language stands in for one that is missing, and
    `instead` for a required sentence that is missing in both, each with a warning."""
    value = node.get(key, {})
    th, en = (value.get("th", ""), value.get("en", "")) if isinstance(value, dict) else (0, 0)
    if not isinstance(th, str) or not isinstance(en, str) or max(len(th), len(en)) > LONGEST:
        reading.defect(
            path, key, "form.shape", f"{key} ต้องมี th และ en", f"{key} is an object of th and en"
        )
        return Text()
    if bool(th) != bool(en) or (required and not th):
        missing_th, missing_en = ("ไทย", "Thai") if not th else ("อังกฤษ", "English")
        reading.warning(
            path,
            f"{key}::{'th' if not th else 'en'}",
            "form.translation",
            f"ขาดข้อความภาษา{missing_th}ของ {key} จะแสดงข้อความอีกภาษาแทน",
            f"the {missing_en} text of {key} is missing; what there is is shown instead",
        )
        spare = instead if required else ""
        return Text(th or en or spare, en or th or spare)
    return Text(th, en)


def read_media(reading: Reading, node: Mapping[str, Any], path: str) -> Media:
    """Files shown with a label: {image | big-image | audio | video: {th, en}}."""
    value = node.get("media", {})
    if not isinstance(value, dict):
        value = {"": value}
    found: dict[str, Text] = {}
    for kind, names in value.items():
        parts = names if isinstance(names, dict) else {"th": 0}
        th, en = parts.get("th", ""), parts.get("en", "")
        sound = all(
            isinstance(name, str) and len(name) <= FILE_NAME_LENGTH_MAX for name in (th, en)
        )
        if not sound or kind not in MEDIA_KINDS:
            reading.defect(
                path,
                "media",
                "form.media",
                "media เป็นชื่อไฟล์ของ image, big-image, audio หรือ video ในแต่ละภาษา",
                "media names files of image, big-image, audio or video in each language",
            )
        elif th or en:
            found[kind] = Text(str(th or en), str(en or th))
    return found


def read_name(reading: Reading, node: Mapping[str, Any], parent: str, siblings: str = "") -> str:
    """A node's name: well formed, and used once in its group. `siblings` names the group that an
    implicit section's questions share with the sections."""
    name = read_string(reading, node, "name", parent)
    path = f"{parent}/{name}" if parent else name
    if NAME.fullmatch(name) is None:
        reading.defect(
            path,
            "name",
            "form.name",
            f"ชื่อ {name!r} ต้องขึ้นต้นด้วยอักษรอังกฤษหรือ _ ตามด้วยอักษร ตัวเลข _ . - ไม่เกิน 64 ตัว",
            f"the name {name!r}: a letter or _, then letters, digits, _ . and -, at most 64",
        )
        return name
    first = reading.names.setdefault((siblings, name), path)
    if first is not path:
        reading.defect(
            path,
            "name",
            "form.name_twice",
            f"ชื่อ {name!r} ถูกใช้แล้วที่ {first}",
            f"the name {name!r} is already used at {first}",
        )
    return name


def check_lengths(reading: Reading, path: str, key: str, record_type: str) -> None:
    """A key and a type fit into what records and messages hold."""
    if len(key) + REASON_ROOM > FIELD_KEY_LENGTH_MAX or len(record_type) > RECORD_TYPE_LENGTH_MAX:
        reading.defect(
            path,
            "name",
            "form.name_long",
            "ชื่อนี้รวมกับชื่อกลุ่มที่ครอบอยู่ยาวเกินไป ให้ใช้ชื่อสั้นลง",
            "this name is too long together with the groups around it; use shorter names",
        )


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
