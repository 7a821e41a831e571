"""What a preview's page shows: one section's questions as a flat list, problems, what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any, Final

from server.web.preview_draft import Place, Trial
from server.web.preview_inputs import InputView, InputViews
from server.web.preview_reading import Typed
from shared.canonical import JsonValue, canonical_text
from shared.forms.definition import (
    REASON_SUFFIX,
    Group,
    Node,
    Question,
    Repeat,
    Section,
    Text,
)
from shared.forms.question_types import NEVER_SHOWN
from shared.forms.validation import Problem, effective, validate

ROWS_SHOWN_MAX: Final = 60
STORED_SHOWN_MAX: Final = 600
GIVEN_UP_SHOWN_MAX: Final = 300
"""Characters of a formula."""
LATE: Final = frozenset({"required", "rows.too_few"})
"""Problems of what is merely not answered yet: shown at their place once somebody asks."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something wrong with an answer, and how bad."""

    severity: str
    text: str


@dataclass(slots=True)
class Item:
    """One thing on the page: a question, a heading, a note, the head of a repeat or of a row."""

    kind: str
    id: str
    depth: int
    label: str
    hint: str = ""
    guidance: str = ""
    media: tuple[str, ...] = ()
    required: bool = False
    unit: str = ""
    personal: str = ""
    input: InputView | None = None
    marks: list[Mark] = field(default_factory=list)
    reason: str | None = None
    reason_name: str = ""
    limit: str = ""
    offered: str = ""
    act: str = ""
    act_off: bool = False
    count: int = 0
    hidden_rows: int = 0


@dataclass(frozen=True, slots=True)
class Tab:
    """A section: how much of it is answered, and how many problems it has."""

    key: str
    label: str
    answered: int
    asked: int
    problems: int
    current: bool


@dataclass(frozen=True, slots=True)
class ListedProblem:
    """A problem with the way to its question."""

    severity: str
    text: str
    label: str
    section: str
    anchor: str
    here: bool


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One field as it would be stored."""

    record_type: str
    row: str
    field: str
    label: str
    value: str


@dataclass(slots=True)
class PreviewPage:
    """Everything of the page."""

    title: str
    section: str
    label: str
    hint: str
    tabs: list[Tab]
    items: list[Item]
    problems: list[ListedProblem]
    waiting: int
    stored: list[StoredLine]
    before: str = ""
    after: str = ""
    given_up: tuple[str, ...] = ()


def anchor(record: str, key: str) -> str:
    """The place of a question in the page."""
    return f"q-{record}-{key}"


class PreviewBuilder:
    """Walks the form over a trial; `shown` collects the questions that the page asks."""

    def __init__(self, trial: Trial, typed: Typed, language: str, inputs: InputViews) -> None:
        self.trial = trial
        self.engine = trial.engine
        self.form = trial.subject.form
        self.typed = typed
        self.language = language
        self.inputs = inputs
        self.shown: list[Place] = []
        self._problems: dict[Place, list[Problem]] = {}
        for problem in validate(self.engine):
            self._problems.setdefault((problem.record_id, problem.key), []).append(problem)
        self._counts: dict[str, int] = {}
        for (record, key), found in self._problems.items():
            section = self._section_of(record, key)
            self._counts[section] = self._counts.get(section, 0) + len(found)

    def page(self) -> PreviewPage:
        """The page of the draft's section; the first one that is asked where that is not."""
        root, draft = self.trial.root, self.trial.draft
        sections = [one for one in self.form.sections if self.engine.relevant(root, one.key)]
        current = next((one for one in sections if one.key == draft.section), None)
        if current is None and sections:
            current = sections[0]
        draft.section = "" if current is None else current.key
        items = [] if current is None else list(self._items(current.children, root, 0))
        at = 0 if current is None else sections.index(current)
        return PreviewPage(
            title=self._said(self.form.title),
            section=draft.section,
            label="" if current is None else self._said(current.label),
            hint="" if current is None else self._said(current.hint),
            tabs=[self._tab(one, current) for one in sections],
            items=items,
            problems=list(self._listed()),
            waiting=0 if draft.tried else self._waiting(),
            stored=list(self._stored()),
            before=sections[at - 1].key if at else "",
            after=sections[at + 1].key if at + 1 < len(sections) else "",
            given_up=tuple(
                shorten(one, GIVEN_UP_SHOWN_MAX, placeholder=" …")
                for one in sorted(self.engine.world.overruns)
            ),
        )

    def _said(self, text: Text, record: str = "") -> str:
        return self.engine.text(record or self.trial.root, text, self.language)

    def _section_of(self, record: str, key: str) -> str:
        node = self.engine.nodes.get(record)
        found = None if node is None else self.form.section_of(node.record_type, key)
        return "" if found is None else found.key

    # -- sections ----------------------------------------------------------------------------

    def _tab(self, section: Section, current: Section | None) -> Tab:
        asked = answered = 0
        for question in self._asked(section.children):
            asked += 1
            answered += self.engine.value(self.trial.root, question.key) is not None
        count = self._counts.get(section.key, 0) if self.trial.draft.tried else self._early(section)
        here = current is not None and current.key == section.key
        return Tab(section.key, self._said(section.label), answered, asked, count, here)

    def _early(self, section: Section) -> int:
        return sum(
            1
            for (record, key), found in self._problems.items()
            if self._section_of(record, key) == section.key
            for problem in found
            if problem.code not in LATE
        )

    def _asked(self, nodes: tuple[Node, ...]) -> Iterator[Question]:
        for node in nodes:
            if not self.engine.relevant(self.trial.root, node.key):
                continue
            if isinstance(node, Group):
                yield from self._asked(node.children)
            elif isinstance(node, Question) and node.stored and node.type not in NEVER_SHOWN:
                yield node

    # -- items -------------------------------------------------------------------------------

    def _items(self, nodes: tuple[Node, ...], record: str, depth: int) -> Iterator[Item]:
        for node in nodes:
            if not self.engine.relevant(record, node.key):
                continue
            if isinstance(node, Group):
                yield self._head(node, record, depth)
                yield from self._items(node.children, record, depth + 1)
            elif isinstance(node, Repeat):
                yield from self._rows(node, record, depth)
            elif node.type not in NEVER_SHOWN or (node.type == "calculate" and node.label):
                yield self._question(node, record, depth)

    def _head(self, group: Group, record: str, depth: int) -> Item:
        label, hint = self._said(group.label, record), self._said(group.hint, record)
        return Item(
            "heading", anchor(record, group.key), depth, label, hint, media=tuple(group.media)
        )

    def _rows(self, repeat: Repeat, parent: str, depth: int) -> Iterator[Item]:
        rows = self.engine.rows(repeat.record_type, parent)
        due = self.engine.rows_due(repeat.record_type, parent)
        if due is not None:
            rows = rows[:due]
        head = Item(
            "rows",
            anchor(parent, repeat.key),
            depth,
            self._said(repeat.label, parent),
            self._said(repeat.hint, parent),
            count=len(rows),
            hidden_rows=max(0, len(rows) - ROWS_SHOWN_MAX),
        )
        head.marks = self._marks(parent, repeat.key, answered=bool(rows))
        yield head
        made = repeat.rows_from is not None or due is not None
        for number, row in enumerate(rows[:ROWS_SHOWN_MAX], start=1):
            title = self.engine.row_title(row).get(self.language)
            act = "" if made else f"remove:{row}"
            yield Item("row", anchor(row, ""), depth + 1, title, act=act, count=number)
            yield from self._items(repeat.children, row, depth + 1)
        if not made:
            yield Item(
                "add",
                anchor(parent, repeat.key + "+"),
                depth,
                self._said(repeat.label, parent),
                act=f"add:{repeat.record_type}:{parent}",
                act_off=len(rows) >= repeat.rows_max,
            )

    def _question(self, question: Question, record: str, depth: int) -> Item:
        key = question.key
        item = Item(
            "note" if question.type == "note" else "question",
            anchor(record, key),
            depth,
            self._said(question.label, record),
            self._said(question.hint, record),
            self._said(question.guidance_hint, record),
            media=tuple(question.media),
            required=question.stored and self.engine.required(record, key),
            personal=question.personal,
        )
        if question.type == "note":
            return item
        item.unit = self.inputs.texts.unit(question.unit)
        item.input = self.inputs.of(question, record, self.typed)
        if item.input.asks:
            self.shown.append((record, key))
        value = self.engine.value(record, key)
        item.marks = self._marks(record, key, answered=value is not None)
        self._add_reason(item, question, record)
        item.limit = self.inputs.limit(question, record)
        offered = self.engine.offered(record).get(key)
        item.offered = "" if offered is None else self.inputs.texts.text(question, offered)
        return item

    def _add_reason(self, item: Item, question: Question, record: str) -> None:
        given = self.engine.nodes[record].stored.get(question.key + REASON_SUFFIX)
        soft = any(mark.severity == "soft" for mark in item.marks)
        if (soft or given) and item.input is not None and item.input.asks:
            item.reason = given if isinstance(given, str) else ""
            item.reason_name = f"{item.input.name}:reason"

    def _marks(self, record: str, key: str, *, answered: bool) -> list[Mark]:
        marks = []
        unreadable = self.typed.problems.get((record, key))
        if unreadable is not None:
            marks.append(Mark("hard", self._said(unreadable, record)))
        for problem in self._problems.get((record, key), ()):
            if problem.code not in LATE or self.trial.draft.tried:
                marks.append(Mark(problem.severity, self._said(problem.message, record)))
        return marks

    # -- panels ------------------------------------------------------------------------------

    def _listed(self) -> Iterator[ListedProblem]:
        current = self.trial.draft.section
        for (record, key), found in self._problems.items():
            section = self._section_of(record, key)
            for problem in found:
                if problem.code in LATE and not self.trial.draft.tried:
                    continue
                yield ListedProblem(
                    problem.severity,
                    self._said(problem.message, record),
                    self._place(record, key),
                    section,
                    anchor(record, key),
                    section == current,
                )

    def _place(self, record: str, key: str) -> str:
        """What a person calls the place of a problem: its question, and the row it stands in."""
        node = self.engine.nodes[record]
        repeats = self.form.repeats(node.record_type)
        repeat = next((one for one in repeats if one.key == key), None)
        label = repeat.label if repeat else self.form.label_of(node.record_type, key)
        text = self._said(label, record)
        if record == self.trial.root:
            return text
        above = self.form.repeat(node.record_type)
        title = self.engine.row_title(record).get(self.language)
        where = "" if above is None else self._said(above.label, record)
        return f"{where} {node.position}{f' {title}' if title else ''}: {text}"

    def _waiting(self) -> int:
        return sum(problem.code in LATE for found in self._problems.values() for problem in found)

    def _stored(self) -> Iterator[StoredLine]:
        kept = effective(self.engine)
        count = 0
        root = dict(kept.fields)
        if self.trial.draft.tried:
            root |= self.engine.at_submit()
        lists: list[tuple[str, str, dict[str, Any]]] = [(self.form.form_id, kept.record_id, root)]
        for record_type, rows in kept.rows.items():
            lists += [
                (record_type, row[0], dict(row[1]))
                for row in rows
                if not self._untouched(record_type, row[0])
            ]
        for record_type, record, fields in lists:
            stored = self.engine.nodes[record].stored
            fields |= {name: v for name, v in stored.items() if name.endswith(REASON_SUFFIX)}
            for name, value in fields.items():
                if value is None or value == {}:
                    continue
                count += 1
                if count > STORED_SHOWN_MAX:
                    return
                yield self._line(record_type, record, name, value)

    def _untouched(self, record_type: str, record: str) -> bool:
        """A row that the form made and nobody answered yet does not exist."""
        repeat = self.form.repeat(record_type)
        if repeat is None or repeat.rows_from is None:
            return False
        given = [one for one in self.engine.nodes[record].stored.values() if one is not None]
        return len(given) <= 1

    def _line(self, record_type: str, record: str, name: str, value: JsonValue) -> StoredLine:
        row = "" if record == self.trial.root else str(self.engine.nodes[record].position)
        label = self._said(self.form.label_of(record_type, name), record)
        return StoredLine(record_type, row, name, label, canonical_text(value))
