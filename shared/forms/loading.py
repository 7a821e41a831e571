"""A form document (JSON) becomes a FormDefinition, or the list of all its defects with their paths.

The document is what the office publishes and tablets receive::

    {"form": "insp", "version": 1, "title": {"th", "en"}, "workflow": "review",
     "sections": [{"kind": "group", "name", "label", "children": [...]}],
     "choices": {"yn": [{"name", "label", ...columns}]}}

A child is a `question`, a `group` or a `repeat`; what has its default value is left out. Beside
these: `version_text`, `languages`, `files` ({name: {sha256, size, type}}), and `entities` and
`audit`, which are kept as read and never executed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from shared.canonical import JsonValue
from shared.forms.checking import check_whole
from shared.forms.definition import FormDefinition, RecordShape, Summary
from shared.forms.parts import Text, Workflow
from shared.forms.reading import FormDefect, Reading, Shape, read_string, read_text
from shared.forms.reading_choices import read_choice_lists, read_files
from shared.forms.reading_nodes import read_sections
from shared.forms.rules import compile_rules
from shared.limits import NAME_LENGTH_MAX

__all__ = ["FormDefect", "Loaded", "load_form", "read_form"]

FORM_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
KEPT: Final = ("audit", "entities")
LANGUAGES_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document read: the form unless an error refuses it, and all errors and warnings."""

    definition: FormDefinition | None
    defects: tuple[FormDefect, ...]

    @property
    def errors(self) -> list[FormDefect]:
        """What refuses the form."""
        return [defect for defect in self.defects if defect.severity == "error"]

    @property
    def warnings(self) -> list[FormDefect]:
        """What its author should look at."""
        return [defect for defect in self.defects if defect.severity == "warning"]


def load_form(document: JsonValue) -> FormDefinition | list[FormDefect]:
    """The form of a document, ready to use; or every error that was found."""
    loaded = read_form(document)
    return loaded.errors if loaded.definition is None else loaded.definition


def read_form(document: JsonValue) -> Loaded:
    """The form of a document, and every error and warning. Raises nothing for any document."""
    if not isinstance(document, dict):
        message = Text("ไม่ใช่เอกสารแบบฟอร์ม", "Not a form document")
        return Loaded(None, (FormDefect("", "", "form.shape", message),))
    form_id = document.get("form")
    reading = Reading(form_id if isinstance(form_id, str) else "")
    version, workflow = _read_head(reading, document)
    title = read_text(
        reading, document, "title", "", required=True, instead=reading.form_id or "form"
    )
    choice_lists = read_choice_lists(reading, document.get("choices", {}))
    files = read_files(reading, document.get("files", {}))
    reading.shapes[reading.form_id] = Shape()
    sections = read_sections(reading, document.get("sections"))
    check_whole(reading, choice_lists)
    shapes = {name: finish_shape(name, shape) for name, shape in reading.shapes.items()}
    logic = compile_rules(reading, sections, shapes, choice_lists)
    if logic is None or any(one.severity == "error" for one in reading.defects):
        return Loaded(None, tuple(reading.defects))
    definition = FormDefinition(
        form_id=reading.form_id,
        version=version,
        title=title,
        workflow=workflow,
        sections=sections,
        choice_lists=choice_lists,
        shapes=shapes,
        logic=logic,
        version_text=read_string(reading, document, "version_text", "")[:NAME_LENGTH_MAX],
        languages=_read_languages(document.get("languages")),
        files=files,
        kept={name: document[name] for name in KEPT if name in document},
    )
    return Loaded(definition, tuple(reading.defects))


def _read_head(reading: Reading, document: dict[str, Any]) -> tuple[int, Workflow]:
    """The form's id (into `reading`), version and workflow."""
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
    return version, "register" if workflow == "register" else "review"


def _read_languages(value: object) -> tuple[str, ...]:
    """The languages of the source, for information."""
    names = value if isinstance(value, list) else []
    return tuple(str(name)[:NAME_LENGTH_MAX] for name in names[:LANGUAGES_MAX])


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
