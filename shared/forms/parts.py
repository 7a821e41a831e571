"""The parts of a form: texts, choices, questions, groups, repeats and sections, immutable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

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


Media: TypeAlias = Mapping[str, Text]
"""Files shown or played with a label: {image, big-image, audio, video: file name by language}."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option; `extra` are further columns that a choice filter may look at."""

    name: str
    label: Text
    extra: Mapping[str, str] = field(default_factory=dict)
    media: Media = field(default_factory=dict)


@dataclass(frozen=True)
class ChoiceList:
    """The options of a question, in the order in which answers are stored."""

    name: str
    choices: tuple[Choice, ...]

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each option stands, from 0; made once, as lists may have 10,000 options."""
        return {choice.name: index for index, choice in enumerate(self.choices)}

    def label(self, name: str) -> Text:
        """The label of an option; its name when it is not in the list."""
        index = self.positions.get(name)
        return Text(name, name) if index is None else self.choices[index].label

    def order(self, names: list[str]) -> list[str]:
        """Chosen names in the list's order, without doubles; unknown names go last."""
        found = self.positions
        return sorted(dict.fromkeys(names), key=lambda name: (found.get(name, 1_000_000), name))


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
    guidance_hint: Text = Text()
    media: Media = field(default_factory=dict)
    # The order of the options is shuffled; `seed` is an expression that decides how ("" = the
    # record's id does).
    randomize: bool = False
    seed: str = ""

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
    media: Media = field(default_factory=dict)


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
    media: Media = field(default_factory=dict)
    # An expression that says how many rows there are ("" = as many as people add).
    count: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A top-level group of the form: one page of the tablet, one heading of the office.

    An implicit section holds questions that its author put outside any group: the keys of what is
    in it do not begin with its name.
    """

    key: str
    name: str
    label: Text
    children: tuple[Node, ...]
    hint: Text = Text()
    relevant: str = ""
    appearance: str = ""
    media: Media = field(default_factory=dict)
    implicit: bool = False


Node: TypeAlias = Question | Group | Repeat


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
