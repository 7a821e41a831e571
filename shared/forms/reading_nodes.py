"""The tree of a form document: its sections, groups, repeats and questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from shared.forms.parts import (
    Group,
    Node,
    Question,
    Repeat,
    Section,
)
from shared.forms.question_types import NEVER_SHOWN, TYPES
from shared.forms.reading import (
    Reading,
    Shape,
    check_lengths,
    read_count,
    read_media,
    read_name,
    read_parameters,
    read_reference,
    read_string,
    read_text,
)
from shared.limits import QUESTIONS_PER_FORM_MAX

NESTING_MAX: Final = 8
EXPRESSION_KEYS: Final = (
    "required",
    "relevant",
    "constraint",
    "warning",
    "calculation",
    "trigger",
    "default",
    "read_only",
    "choice_filter",
    "limit",
)
ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "merge": ("evidence", "latest", "derived"),
    "severity": ("hard", "soft"),
    "answered_by": ("field", "office"),
    "personal": ("", "P", "S", "O"),
    "shown_as": ("", "title", "line", "date"),
}


def read_sections(reading: Reading, document: object) -> tuple[Section, ...]:
    """The top-level groups."""
    sections: list[Section] = []
    if not isinstance(document, list) or not document:
        reading.defect("", "sections", "form.empty", "แบบฟอร์มไม่มีหมวด", "the form has no sections")
        return ()
    for index, node in enumerate(document):
        if not isinstance(node, dict) or node.get("kind") != "group":
            reading.defect(
                f"sections[{index}]",
                "type",
                "form.outside_section",
                "ทุกคำถามต้องอยู่ในหมวด (begin_group ชั้นนอกสุด)",
                "every question belongs in a section (a top-level begin_group)",
            )
            continue
        name = read_name(reading, node, "")
        implicit = node.get("implicit") is True
        key = "" if implicit else name
        children = read_children(reading, node, name, reading.form_id, "", depth=1, key=key)
        section = Section(
            key=name,
            name=name,
            label=read_text(reading, node, "label", name, required=True, instead=name),
            hint=read_text(reading, node, "hint", name),
            relevant=read_string(reading, node, "relevant", name),
            appearance=read_string(reading, node, "appearance", name),
            media=read_media(reading, node, name),
            implicit=implicit,
            children=children,
        )
        sections.append(section)
    return tuple(sections)


def read_children(
    reading: Reading,
    node: Mapping[str, Any],
    path: str,
    record_type: str,
    atomic: str,
    *,
    depth: int,
    key: str,
) -> tuple[Node, ...]:
    """The nodes in a section, group or repeat. `key` is where they are below their record."""
    items = node.get("children")
    if not isinstance(items, list) or not items:
        reading.defect(
            path, "", "form.empty_group", "กลุ่มนี้ว่างเปล่า", "there is nothing in this group"
        )
        return ()
    room = QUESTIONS_PER_FORM_MAX + 1 - len(reading.names)
    if depth > NESTING_MAX or len(items) > room:
        reading.defect(
            path, "", "form.too_large", "แบบฟอร์มใหญ่หรือซ้อนลึกเกิน", "too many or too deeply nested"
        )
        return ()
    # Names are unique among siblings: of a group, of a row, or of the form itself.
    siblings = f"{record_type} {key}" if key or record_type != reading.form_id else ""
    children: list[Node] = []
    for item in items:
        child = item if isinstance(item, dict) else {}
        kind = child.get("kind")
        name = read_name(reading, child, path, siblings)
        place = _Place(f"{path}/{name}", f"{key}/{name}".lstrip("/"), name, record_type, depth)
        check_lengths(reading, place.path, place.key, record_type)
        if kind == "question":
            children.append(read_question(reading, child, place, atomic))
        elif kind == "group" and not atomic:
            children.append(read_group(reading, child, place))
        elif kind == "repeat" and not atomic:
            children.append(read_repeat(reading, child, place))
        else:
            reading.defect(
                place.path,
                "type",
                "form.kind",
                "กลุ่ม atomic มีได้เฉพาะคำถาม" if atomic else "ไม่รู้จักชนิดของรายการนี้",
                "an atomic group holds questions only" if atomic else "unknown kind of node",
            )
    return tuple(children)


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    key: str
    name: str
    record_type: str
    depth: int


def read_group(reading: Reading, node: Mapping[str, Any], place: _Place) -> Group:
    """A group; an atomic one is a register of its own."""
    merge = read_string(reading, node, "merge", place.path)
    if merge not in ("", "atomic"):
        reading.defect(
            place.path,
            "merge",
            "form.merge",
            "กลุ่มมี merge ได้เฉพาะ atomic",
            "a group merges as atomic",
        )
    atomic = place.key if merge == "atomic" else ""
    children = read_children(
        reading,
        node,
        place.path,
        place.record_type,
        atomic,
        depth=place.depth + 1,
        key=place.key,
    )
    group = Group(
        key=place.key,
        name=place.name,
        record_type=place.record_type,
        label=read_text(reading, node, "label", place.path),
        hint=read_text(reading, node, "hint", place.path),
        relevant=read_string(reading, node, "relevant", place.path),
        merge="atomic" if atomic else "",
        appearance=read_string(reading, node, "appearance", place.path),
        media=read_media(reading, node, place.path),
        children=children,
    )
    if atomic:
        reading.shapes[place.record_type].registers.append(group)
    return group


def read_repeat(reading: Reading, node: Mapping[str, Any], place: _Place) -> Repeat:
    """A repeat; its rows are records of their own type, and their keys begin anew."""
    record_type = f"{place.record_type}/{place.name}"
    if record_type in reading.shapes:
        reading.defect(
            place.path,
            "name",
            "form.name_twice",
            f"มีกลุ่มซ้ำชื่อ {place.name!r} แล้วในระดับเดียวกัน",
            f"there is another repeat named {place.name!r} in the same record",
        )
    reading.shapes.setdefault(record_type, Shape())
    children = read_children(
        reading, node, place.path, record_type, "", depth=place.depth + 1, key=""
    )
    least, most = (
        read_count(reading, node, name, place.path, default)
        for name, default in (("rows_min", 0), ("rows_max", 1000))
    )
    repeat = Repeat(
        key=place.key,
        name=place.name,
        record_type=record_type,
        parent_type=place.record_type,
        label=read_text(reading, node, "label", place.path, required=True, instead=place.name),
        hint=read_text(reading, node, "hint", place.path),
        relevant=read_string(reading, node, "relevant", place.path),
        media=read_media(reading, node, place.path),
        count=read_string(reading, node, "count", place.path),
        rows_min=least,
        rows_max=most,
        rows_from=read_reference(reading, node, "rows_from", place.path),
        appearance=read_string(reading, node, "appearance", place.path),
        children=children,
    )
    reading.shapes[place.record_type].repeats.append(repeat)
    return repeat


def read_question(
    reading: Reading, node: Mapping[str, Any], place: _Place, atomic: str
) -> Question:
    """One question; defects of its own attributes are noted here, of its rules later."""
    path = place.path
    kind = read_string(reading, node, "type", path)
    if kind not in TYPES:
        reading.defect(
            path,
            "type",
            "form.type",
            f"ไม่รองรับคำถามชนิด {kind!r}",
            f"questions of type {kind!r} are not supported",
        )
    values: dict[str, Any] = {}
    for key in (*EXPRESSION_KEYS, "choices", "appearance", "unit", "seed"):
        values[key] = read_string(reading, node, key, path)
    for key, allowed in ALLOWED.items():
        values[key] = read_string(reading, node, key, path) or allowed[0]
        if values[key] not in allowed:
            choices = ", ".join(one for one in allowed if one)
            reading.defect(
                path, key, f"form.{key}", f"{key} เป็นได้: {choices}", f"{key} is one of: {choices}"
            )
    media = read_media(reading, node, path)
    shown = kind not in NEVER_SHOWN and not media
    question = Question(
        key=place.key,
        name=place.name,
        record_type=place.record_type,
        type=kind,
        label=read_text(reading, node, "label", path, required=shown, instead=place.name),
        guidance_hint=read_text(reading, node, "guidance_hint", path),
        media=media,
        randomize=node.get("randomize") is True,
        hint=read_text(reading, node, "hint", path),
        required_message=read_text(reading, node, "required_message", path),
        constraint_message=read_text(reading, node, "constraint_message", path),
        warning_message=read_text(reading, node, "warning_message", path),
        refers_to=read_reference(reading, node, "refers_to", path),
        parameters=read_parameters(reading, node, path),
        group=atomic,
        **values,
    )
    if kind == "calculate":
        # A calculation is never stored, and belongs to no register.
        question = replace(question, merge="derived", group="")
    reading.paths[place.record_type, place.key] = path
    shape = reading.shapes[place.record_type]
    shape.questions[place.key] = question
    if question.stored and not atomic:
        shape.registers.append(question)
    return question
