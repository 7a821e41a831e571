"""What a form is: sections, questions, groups, repeats and choices, immutable once loaded.

Keys. A question's key is its path below its record: `visit/t_in`. The rows of a repeat are child
records with a type of their own, `insp/findings`, and their questions' keys begin at the row.
A *register* is what is stored and merged as one value: a question, or an atomic group, whose value
is an object {question name: value} under the group's key. Calculated questions and notes are
never stored.
"""

from __future__ import annotations

from collections.abc import KeysView, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from shared.canonical import JsonValue
from shared.forms.parts import (
    NOTHING_STORED,
    REASON_SUFFIX,
    Choice,
    ChoiceList,
    Group,
    Language,
    Media,
    MergeClass,
    Node,
    Question,
    Reference,
    Repeat,
    Section,
    Severity,
    Text,
    Workflow,
    stored_answer,
    walk,
)

if TYPE_CHECKING:
    from shared.forms.expressions.items import ItemTable
    from shared.forms.graph import FormLogic
    from shared.forms.searching import Haystack

__all__ = [
    "NOTHING_STORED",
    "REASON_SUFFIX",
    "Choice",
    "ChoiceList",
    "FormDefinition",
    "FormFile",
    "Group",
    "Language",
    "Media",
    "MergeClass",
    "Node",
    "Question",
    "RecordShape",
    "Reference",
    "Repeat",
    "Section",
    "Severity",
    "Summary",
    "Text",
    "Workflow",
    "stored_answer",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Summary:
    """Which questions make a record's line in a list."""

    title: tuple[Question, ...] = ()
    lines: tuple[Question, ...] = ()
    date: Question | None = None


@dataclass(frozen=True, slots=True)
class RecordShape:
    """What one record type holds, ready to look up."""

    record_type: str
    questions: Mapping[str, Question]
    registers: tuple[Question | Group, ...]
    register_keys: Mapping[str, Question | Group]
    repeats: tuple[Repeat, ...]
    summary: Summary


@dataclass(frozen=True, slots=True)
class FormFile:
    """A picture or sound that travels with a form: its hash is its name in the store."""

    name: str
    sha256: str
    size: int
    type: str

    def value(self) -> JsonValue:
        """The file as an answer would name it."""
        return {"sha256": self.sha256, "name": self.name, "size": self.size, "type": self.type}


PLACE_LISTS: Final = frozenset({"geotrace", "geoshape"})
"""Whose answer is a list of places, too long to be read in a list of records."""
_NO_KEYS: Final[Mapping[str, object]] = {}


@dataclass(frozen=True, eq=False)
class FormDefinition:
    """A published version of a form. `record_type` of its root records is the form's id."""

    form_id: str
    version: int
    title: Text
    workflow: Workflow
    sections: tuple[Section, ...] = field(repr=False)
    choice_lists: Mapping[str, ChoiceList] = field(repr=False)
    shapes: Mapping[str, RecordShape] = field(repr=False)
    logic: FormLogic = field(repr=False)
    # What the author wrote as version when it is no number; the languages of the source.
    version_text: str = ""
    languages: tuple[str, ...] = ()
    files: Mapping[str, FormFile] = field(default_factory=dict, repr=False)
    # Kept as read, and never executed: `entities`, `audit`.
    kept: Mapping[str, JsonValue] = field(default_factory=dict, repr=False)
    # Choice lists as tables and as what is searched, made when somebody first looks at one.
    tables: dict[str, ItemTable] = field(default_factory=dict, repr=False)
    haystacks: dict[str, Haystack[Choice]] = field(default_factory=dict, repr=False)

    @property
    def record_type(self) -> str:
        """The type of root records."""
        return self.form_id

    def record_types(self) -> tuple[str, ...]:
        """All record types of the form, the root's first."""
        return tuple(self.shapes)

    def has_type(self, record_type: str) -> bool:
        """Whether records of this type belong to the form."""
        return record_type in self.shapes

    def question(self, record_type: str, key: str) -> Question | None:
        """The question at a key, or None."""
        shape = self.shapes.get(record_type)
        return None if shape is None else shape.questions.get(key)

    def questions(self, record_type: str) -> tuple[Question, ...]:
        """All questions of a record type in the form's order."""
        shape = self.shapes.get(record_type)
        return () if shape is None else tuple(shape.questions.values())

    def fields(self, record_type: str) -> tuple[Question | Group, ...]:
        """The registers that may be stored for a record type, in the form's order."""
        shape = self.shapes.get(record_type)
        return () if shape is None else shape.registers

    @cached_property
    def _repeat_of(self) -> Mapping[str, Repeat]:
        shapes = self.shapes.values()
        return {repeat.record_type: repeat for shape in shapes for repeat in shape.repeats}

    def repeat(self, record_type: str) -> Repeat | None:
        """The repeat whose rows have this type, or None."""
        return self._repeat_of.get(record_type)

    def repeats(self, record_type: str) -> tuple[Repeat, ...]:
        """The repeats directly below records of a type."""
        shape = self.shapes.get(record_type)
        return () if shape is None else shape.repeats

    def register(self, record_type: str, key: str) -> Question | Group | None:
        """The question or atomic group stored at a field key; None for reasons and unknown keys."""
        shape = self.shapes.get(record_type)
        return None if shape is None else shape.register_keys.get(key)

    def field_of(self, record_type: str, question_key: str) -> str:
        """The register in which a question's answer is stored (an atomic group's, or its own)."""
        question = self.question(record_type, question_key)
        return question_key if question is None else question.field

    def stored_keys(self, record_type: str) -> KeysView[str]:
        """The field keys of a record type's registers."""
        shape = self.shapes.get(record_type)
        return (_NO_KEYS if shape is None else shape.register_keys).keys()

    def may_store(self, record_type: str, field_key: str) -> bool:
        """Whether a field key is one of the form's registers, or a reason beside a question."""
        shape = self.shapes.get(record_type)
        if shape is None:
            return False
        if field_key.endswith(REASON_SUFFIX):
            base = field_key.removesuffix(REASON_SUFFIX)
            return base in shape.questions or base in shape.register_keys
        return field_key in shape.register_keys

    def is_personal(self, record_type: str, field_key: str) -> bool:
        """Whether a field's value must be masked and can be erased; an unknown field is."""
        return self.personal_class(record_type, field_key) != ""

    def personal_class(self, record_type: str, field_key: str) -> str:
        """P personal, S sensitive, O named official, "" none; P for what the form does not know."""
        shape = self.shapes.get(record_type)
        if shape is None:
            return "P"
        base = field_key.removesuffix(REASON_SUFFIX)
        found = shape.register_keys.get(base) or shape.questions.get(base)
        if found is None:
            return "P"
        if isinstance(found, Question):
            return found.personal
        classes = {node.personal for node in found.children if isinstance(node, Question)}
        return next((letter for letter in "SPO" if letter in classes), "")

    def merge_class(self, record_type: str, field_key: str) -> MergeClass:
        """How two people's values of a field meet; evidence for what the form does not know."""
        shape = self.shapes.get(record_type)
        base = field_key.removesuffix(REASON_SUFFIX)
        if shape is None or base != field_key:
            return "evidence"
        found = shape.register_keys.get(field_key) or shape.questions.get(field_key)
        if isinstance(found, Group):
            return "atomic"
        return "evidence" if found is None else found.merge

    def label_of(self, record_type: str, field_key: str) -> Text:
        """What a field is called on a page."""
        shape = self.shapes.get(record_type)
        base = field_key.removesuffix(REASON_SUFFIX)
        found = None
        if shape is not None:
            found = shape.register_keys.get(base) or shape.questions.get(base)
        if found is None:
            return Text(field_key, field_key)
        if base != field_key:
            return Text(f"เหตุผล: {found.label.th}", f"Reason: {found.label.en}")
        return found.label

    def summary(self, record_type: str = "") -> Summary:
        """Which questions make a record's title, lines and date in lists."""
        shape = self.shapes.get(record_type or self.form_id)
        return Summary() if shape is None else shape.summary

    def section_of(self, record_type: str, key: str) -> Section | None:
        """The section in which a question or a repeat's rows are shown."""
        root_key = key
        while record_type != self.form_id:
            repeat = self.repeat(record_type)
            if repeat is None:
                return None
            record_type, root_key = repeat.parent_type, repeat.key
        return self._section_of.get(root_key.partition("/")[0])

    @cached_property
    def _section_of(self) -> Mapping[str, Section]:
        """The section by the first step of a key: its own name, or of what an implicit one has."""
        found = {section.key: section for section in self.sections}
        for section in self.sections:
            if section.implicit:
                found.update((child.name, section) for child in section.children)
        return found

    @cached_property
    def _labelled(self) -> Mapping[str, Section | Node]:
        """Every node by its path in XForms' way: `/insp/visit/t_in`."""
        found: dict[str, Section | Node] = {}
        for section in self.sections:
            above = f"/{self.form_id}"
            waiting: list[tuple[str, Section | Node]] = [(f"{above}/{section.name}", section)]
            if section.implicit:
                waiting = [(f"{above}/{child.name}", child) for child in section.children]
            while waiting:
                path, node = waiting.pop()
                found[path] = node
                if not isinstance(node, Question):
                    waiting += [(f"{path}/{child.name}", child) for child in node.children]
        return found

    def text_at(self, text_id: str) -> Text | None:
        """A label or hint by XForms' id for it (`/insp/visit/t_in:label`), or None."""
        path, _, part = text_id.rpartition(":")
        node = self._labelled.get(path)
        if node is None or part not in ("label", "hint"):
            return None
        return node.hint if part == "hint" else node.label

    def title_of(
        self, answers: Mapping[str, object], language: str = "th", record_type: str = ""
    ) -> str:
        """A record's title in lists, from its stored values by field key."""
        parts = (
            self.answer_text(question, answers, language)
            for question in self.summary(record_type).title
        )
        return " ".join(part for part in parts if part)

    def answer_text(
        self, question: Question, answers: Mapping[str, object], language: str = "th"
    ) -> str:
        """A stored answer as a person reads it in a list: choice labels, plain text otherwise."""
        value = stored_answer(question, answers)
        if isinstance(value, list) and question.type in PLACE_LISTS:
            return f"{len(value)} points" if language == "en" else f"{len(value)} จุด"
        if isinstance(value, list):
            return ", ".join(self.choice_text(question, str(name), language) for name in value)
        if value is None or isinstance(value, (dict, bool)):
            return ""
        return self.choice_text(question, str(value), language)

    def choice_text(self, question: Question, name: str, language: str) -> str:
        """The label of a choice; the name itself for other questions."""
        choices = self.choice_lists.get(question.choices)
        return name if choices is None else choices.label(name).get(language)
