"""What a form is: sections, questions, groups, repeats and choices, immutable once loaded.

Keys. A question's key is its path below its record: `visit/t_in`. The rows of a repeat are child
records with a type of their own, `insp/findings`, and their questions' keys begin at the row.
A *register* is what is stored and merged as one value: a question, or an atomic group, whose value
is an object {question name: value} under the group's key. Calculated questions and notes are
never stored.
"""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from shared.forms.graph import FormLogic

Language = Literal["th", "en"]
MergeClass = Literal["evidence", "atomic", "latest", "derived"]
Severity = Literal["hard", "soft"]
Workflow = Literal["review", "register"]

# A soft problem is answered with a reason, kept beside the answer as evidence of its own.
REASON_SUFFIX = "?reason"

# Types that show something, or compute it, and store nothing.
NOTHING_STORED = frozenset({"note", "calculate"})


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages."""

    th: str = ""
    en: str = ""

    def get(self, language: str) -> str:
        """The text in a language, or in the other one when it is missing there."""
        return (self.en or self.th) if language == "en" else (self.th or self.en)

    def __bool__(self) -> bool:
        return bool(self.th or self.en)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option; `extra` are further columns that a choice filter may look at."""

    name: str
    label: Text
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """The options of a question, in the order in which answers are stored."""

    name: str
    choices: tuple[Choice, ...]

    def label(self, name: str) -> Text:
        """The label of an option; its name when it is not in the list."""
        for choice in self.choices:
            if choice.name == name:
                return choice.label
        return Text(name, name)

    def order(self, names: list[str]) -> list[str]:
        """Chosen names in the list's order, without doubles; unknown names go last."""
        position = {choice.name: index for index, choice in enumerate(self.choices)}
        return sorted(dict.fromkeys(names), key=lambda name: (position.get(name, 1_000_000), name))


@dataclass(frozen=True, slots=True)
class Reference:
    """What the answer points at: a register (`factory`), a codebook (`check`), the rows of a repeat
    of the same record (`roster`), or another kind of record (`issue`)."""

    kind: Literal["register", "codebook", "rows", "record"]
    target: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Expressions are text here ("" = none); `FormLogic` holds them compiled."""

    key: str
    name: str
    record_type: str
    type: str
    label: Text
    hint: Text = Text()
    required: str = ""
    required_message: Text = Text()
    relevant: str = ""
    constraint: str = ""
    constraint_message: Text = Text()
    severity: Severity = "hard"
    warning: str = ""
    warning_message: Text = Text()
    calculation: str = ""
    trigger: str = ""
    default: str = ""
    read_only: str = ""
    choices: str = ""
    choice_filter: str = ""
    appearance: str = ""
    unit: str = ""
    limit: str = ""
    merge: MergeClass = "evidence"
    personal: str = ""
    answered_by: Literal["field", "office"] = "field"
    refers_to: Reference | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    shown_as: str = ""
    group: str = ""

    @property
    def stored(self) -> bool:
        """Whether an answer is kept; notes and calculations are not."""
        return self.type not in NOTHING_STORED

    @property
    def field(self) -> str:
        """The key of the register that holds the answer."""
        return self.group or self.key


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one heading; an atomic group is one register."""

    key: str
    name: str
    record_type: str
    label: Text
    children: tuple[Node, ...]
    hint: Text = Text()
    relevant: str = ""
    merge: Literal["", "atomic"] = ""
    appearance: str = ""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Rows of one kind: each is a child record of the type `record_type`."""

    key: str
    name: str
    record_type: str
    parent_type: str
    label: Text
    children: tuple[Node, ...]
    hint: Text = Text()
    relevant: str = ""
    rows_min: int = 0
    rows_max: int = 1000
    # Rows made by the form itself, one per key of a codebook; their first question holds the key.
    rows_from: Reference | None = None
    appearance: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A top-level group of the form: one page of the tablet, one heading of the office."""

    key: str
    name: str
    label: Text
    children: tuple[Node, ...]
    hint: Text = Text()
    relevant: str = ""


Node: TypeAlias = Question | Group | Repeat


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

    def repeat(self, record_type: str) -> Repeat | None:
        """The repeat whose rows have this type, or None."""
        for shape in self.shapes.values():
            for repeat in shape.repeats:
                if repeat.record_type == record_type:
                    return repeat
        return None

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
        head = root_key.partition("/")[0]
        return next((section for section in self.sections if section.key == head), None)

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
        if isinstance(value, list):
            return ", ".join(self.choice_text(question, str(name), language) for name in value)
        if value is None or isinstance(value, (dict, bool)):
            return ""
        return self.choice_text(question, str(value), language)

    def choice_text(self, question: Question, name: str, language: str) -> str:
        """The label of a choice; the name itself for other questions."""
        choices = self.choice_lists.get(question.choices)
        return name if choices is None else choices.label(name).get(language)


def stored_answer(question: Question, answers: Mapping[str, object]) -> object:
    """A question's answer among stored values: its own field, or its part of an atomic group."""
    if not question.group:
        return answers.get(question.key)
    whole = answers.get(question.group)
    return whole.get(question.name) if isinstance(whole, dict) else None


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """All nodes below, a parent before its children, rows of repeats included."""
    for node in nodes:
        yield node
        if not isinstance(node, Question):
            yield from walk(node.children)
