"""A form document (JSON) becomes a FormDefinition, or the list of all its defects with their paths.

The document is what the office publishes and tablets receive::

    {"form": "insp", "version": 1, "title": {"th", "en"}, "workflow": "review",
     "sections": [{"kind": "group", "name", "label", "children": [...]}],
     "choices": {"yn": [{"name", "label", ...columns}]}}

A child is a `question`, a `group` or a `repeat`; what has its default value is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from shared.canonical import JsonValue
from shared.forms.definition import (
    ChoiceList,
    FormDefinition,
    Group,
    Node,
    Question,
    RecordShape,
    Repeat,
    Section,
    Summary,
    Text,
)
from shared.forms.question_types import CHOICE_TYPES, TYPES
from shared.forms.reading import (
    FormDefect,
    Reading,
    Shape,
    read_choice_lists,
    read_count,
    read_name,
    read_parameters,
    read_reference,
    read_string,
    read_text,
)
from shared.forms.rules import compile_rules
from shared.limits import QUESTIONS_PER_FORM_MAX

__all__ = ["FormDefect", "load_form"]

NESTING_MAX: Final = 8
FORM_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")

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


def load_form(document: JsonValue) -> FormDefinition | list[FormDefect]:
    """The form of a document, ready to use; or every defect that was found."""
    if not isinstance(document, dict):
        return [FormDefect("", "", "form.shape", Text("ไม่ใช่เอกสารแบบฟอร์ม", "Not a form document"))]
    form_id = document.get("form")
    reading = Reading(form_id if isinstance(form_id, str) else "")
    if FORM_ID.fullmatch(reading.form_id) is None:
        reading.defect(
            "",
            "form_id",
            "form.id",
            "form_id ต้องเป็นตัวอักษรอังกฤษเล็ก ตัวเลข หรือ _ ไม่เกิน 32 ตัว",
            "form_id is made of at most 32 lower-case letters, digits and _",
        )
        reading.form_id = "form"
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or not 0 < version < 1_000_000:
        reading.defect(
            "", "version", "form.version", "version ต้องเป็นเลข 1 ขึ้นไป", "version is 1 or more"
        )
        version = 1
    workflow = document.get("workflow", "review")
    if workflow not in ("review", "register"):
        reading.defect(
            "",
            "workflow",
            "form.workflow",
            "workflow ต้องเป็น review หรือ register",
            "workflow is review or register",
        )
        workflow = "review"
    title = read_text(reading, document, "title", "", required=True)
    choice_lists = read_choice_lists(reading, document.get("choices", {}))
    reading.shapes[reading.form_id] = Shape()
    sections = read_sections(reading, document.get("sections"))
    check_names_and_choices(reading, choice_lists)
    shapes = {name: finish_shape(name, shape) for name, shape in reading.shapes.items()}
    logic = compile_rules(reading, sections, shapes, choice_lists)
    if reading.defects or logic is None:
        return reading.defects
    return FormDefinition(
        form_id=reading.form_id,
        version=version,
        title=title,
        workflow="register" if workflow == "register" else "review",
        sections=sections,
        choice_lists=choice_lists,
        shapes=shapes,
        logic=logic,
    )


def finish_shape(record_type: str, shape: Shape) -> RecordShape:
    """The look-up tables of a record type."""
    questions = shape.questions.values()
    return RecordShape(
        record_type=record_type,
        questions=shape.questions,
        registers=tuple(shape.registers),
        register_keys={register.key: register for register in shape.registers},
        repeats=tuple(shape.repeats),
        summary=Summary(
            title=tuple(one for one in questions if one.shown_as == "title"),
            lines=tuple(one for one in questions if one.shown_as == "line"),
            date=next((one for one in questions if one.shown_as == "date"), None),
        ),
    )


# -- the tree --------------------------------------------------------------------------------


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
        children = read_children(reading, node, name, reading.form_id, "", depth=1)
        section = Section(
            key=name,
            name=name,
            label=read_text(reading, node, "label", name, required=True),
            hint=read_text(reading, node, "hint", name),
            relevant=read_string(reading, node, "relevant", name),
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
    key: str | None = None,
) -> tuple[Node, ...]:
    """The nodes in a section, group or repeat. `key` is where they are below their record."""
    items = node.get("children")
    if not isinstance(items, list) or not items:
        reading.defect(
            path, "", "form.empty_group", "กลุ่มนี้ว่างเปล่า", "there is nothing in this group"
        )
        return ()
    if depth > NESTING_MAX or len(reading.names) > QUESTIONS_PER_FORM_MAX:
        reading.defect(
            path, "", "form.too_large", "แบบฟอร์มใหญ่หรือซ้อนลึกเกิน", "too many or too deeply nested"
        )
        return ()
    prefix = path if key is None else key
    children: list[Node] = []
    for item in items:
        child = item if isinstance(item, dict) else {}
        kind = child.get("kind")
        name = read_name(reading, child, path)
        place = _Place(f"{path}/{name}", f"{prefix}/{name}".lstrip("/"), name, record_type, depth)
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
        label=read_text(reading, node, "label", place.path, required=True),
        hint=read_text(reading, node, "hint", place.path),
        relevant=read_string(reading, node, "relevant", place.path),
        merge="atomic" if atomic else "",
        appearance=read_string(reading, node, "appearance", place.path),
        children=children,
    )
    if atomic:
        reading.shapes[place.record_type].registers.append(group)
    return group


def read_repeat(reading: Reading, node: Mapping[str, Any], place: _Place) -> Repeat:
    """A repeat; its rows are records of their own type, and their keys begin anew."""
    record_type = f"{place.record_type}/{place.name}"
    reading.shapes[record_type] = Shape()
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
        label=read_text(reading, node, "label", place.path, required=True),
        hint=read_text(reading, node, "hint", place.path),
        relevant=read_string(reading, node, "relevant", place.path),
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
    for key in (*EXPRESSION_KEYS, "choices", "appearance", "unit"):
        values[key] = read_string(reading, node, key, path)
    for key, allowed in ALLOWED.items():
        values[key] = read_string(reading, node, key, path) or allowed[0]
        if values[key] not in allowed:
            choices = ", ".join(one for one in allowed if one)
            reading.defect(
                path, key, f"form.{key}", f"{key} เป็นได้: {choices}", f"{key} is one of: {choices}"
            )
    hidden = kind in ("calculate", "hidden")
    question = Question(
        key=place.key,
        name=place.name,
        record_type=place.record_type,
        type=kind,
        label=read_text(reading, node, "label", path, required=not hidden),
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
        question = as_derived(question)
    reading.paths[place.record_type, place.key] = path
    shape = reading.shapes[place.record_type]
    shape.questions[place.key] = question
    if question.stored and not atomic:
        shape.registers.append(question)
    return question


def as_derived(question: Question) -> Question:
    """A calculation is never stored, and belongs to no register."""
    values = {one.name: getattr(question, one.name) for one in fields(question)}
    return Question(**{**values, "merge": "derived", "group": ""})


def check_names_and_choices(reading: Reading, choice_lists: Mapping[str, ChoiceList]) -> None:
    """What can only be said when the whole form is read."""
    repeats = {repeat.name for shape in reading.shapes.values() for repeat in shape.repeats}
    for (record_type, key), path in reading.paths.items():
        question = reading.shapes[record_type].questions[key]
        if question.type in CHOICE_TYPES and question.choices not in choice_lists:
            reading.defect(
                path,
                "type",
                "form.no_list",
                f"ไม่มีรายการตัวเลือกชื่อ {question.choices!r}",
                f"there is no list of choices named {question.choices!r}",
            )
        if question.type == "reference" and question.refers_to is None:
            reading.defect(
                path,
                "refers_to",
                "form.no_reference",
                "ต้องระบุ refers_to ว่าอ้างถึงอะไร",
                "refers_to must say what the answer points at",
            )
        target = question.refers_to
        if target is not None and target.kind == "rows" and target.target not in repeats:
            reading.defect(
                path,
                "refers_to",
                "form.reference",
                f"ไม่มีกลุ่มซ้ำชื่อ {target.target!r}",
                f"there is no repeat named {target.target!r}",
            )
