"""Rosters and statements: hundreds of rows as a fast list, one line to add the next.

The quick line asks only what every row needs; what people wrote in earlier records is offered
while typing. The list is virtual: `row(index)` makes the line that is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from mobile.presenters.answers_shown import AnswerWords
from mobile.presenters.form_items import ItemMaker
from mobile.presenters.form_problems import Place
from mobile.presenters.form_saves import Save
from mobile.presenters.form_session import FormSession
from mobile.presenters.form_views import ChoiceView, QuestionView, RowLine
from mobile.presenters.observed import Observed, Sentence, Words
from mobile.services.tablet import Tablet
from mobile.store.listing import Filter
from shared.canonical import JsonValue, canonical_text
from shared.forms.definition import FormDefinition, Question, Repeat, Text
from shared.forms.question_types import (
    FILE_TYPES,
    Unreadable,
    type_of,
    widget_of,
)
from shared.thai.text import search_key

SUGGESTIONS_MAX = 8
FOUND_MAX = 20
ALWAYS = "true()"
EARLIER_AT_ONCE = 300
EARLIER_MAX = 5_000
QUICK_TYPES = frozenset(
    {"text", "integer", "decimal", "select_one", "select_multiple", "time", "reference"}
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody of an earlier record: what the line would be filled with."""

    title: str
    second: str
    values: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class RowsState:
    """The fast list. `quick` are the questions of the line to add; `counts` what the form counts
    (label, number); `version` rises whenever lines must be drawn anew."""

    label: Text
    count: int = 0
    total: int = 0
    search: str = ""
    counts: tuple[tuple[Text, str], ...] = ()
    quick: tuple[QuestionView, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    can_add: bool = False
    problem: Sentence | None = None
    version: int = 0


class FormActs(Protocol):
    """What the list needs of the form it belongs to."""

    @property
    def tablet(self) -> Tablet:
        """The tablet's services."""

    def save_rows(self, saves: list[Save], changed: frozenset[Place]) -> None:
        """Save behind, and draw."""

    def enter(self, row: str) -> None:
        """Show a row's questions."""

    def delete_row(self, row: str, reason: str = "") -> bool:
        """Delete a row."""


class RowsPresenter(Observed[RowsState]):
    """The rows of one repeat of an open form."""

    def __init__(
        self,
        form: FormActs,
        session: FormSession,
        maker: ItemMaker,
        words: AnswerWords,
        record: str,
        repeat: Repeat,
    ) -> None:
        super().__init__(RowsState(repeat.label))
        self._form = form
        self._session = session
        self._maker = maker
        self._words = words
        self._record = record
        self._repeat = repeat
        self._questions = quick_questions(session.definition, repeat)
        self._values: dict[str, JsonValue] = {}
        self._typed: dict[str, tuple[str, Text]] = {}
        self._ids: list[str] = []
        self._lines: dict[str, tuple[RowLine, str]] = {}
        self._earlier: list[tuple[str, Suggestion]] = []
        self._known: set[str] = set()
        self._search = ""
        self._suggestions: tuple[Suggestion, ...] = ()
        self._version = 0
        self._refresh()
        self._read_earlier(0)

    # -- the list ----------------------------------------------------------------------------

    def __len__(self) -> int:
        """How many rows are shown."""
        return len(self._ids)

    def row(self, index: int) -> RowLine:
        """The line at a place of the list."""
        return self._line(self._ids[index])[0]

    def find(self, text: str) -> None:
        """Show the rows that contain every word typed."""
        self._search = text
        self._refresh()

    def changed(self) -> None:
        """The form changed rows: make the lines anew."""
        self._lines.clear()
        self._refresh()

    def enter(self, row: str) -> None:
        """Show a row's questions in the form."""
        self._form.enter(row)

    def delete(self, row: str, reason: str = "") -> bool:
        """Delete a row."""
        done = self._form.delete_row(row, reason)
        self._lines.pop(row, None)
        self._refresh()
        return done

    # -- the quick line ----------------------------------------------------------------------

    def set(self, key: str, value: JsonValue) -> None:
        """Answer a question of the quick line; it is saved when the row is added."""
        self._typed.pop(key, None)
        self._values[key] = value
        self._refresh()

    def type_text(self, key: str, text: str) -> bool:
        """Type an answer of the quick line; False when it cannot be read."""
        question = next((q for q in self._questions if q.key == key), None)
        if question is None:
            return False
        read = type_of(question).read(text)
        if isinstance(read, Unreadable):
            self._typed[key] = (text, read.message)
            self._refresh()
            return False
        self.set(key, read.value)
        return True

    def suggest(self, text: str) -> None:
        """Offer people (or texts) of earlier records that contain every word typed."""
        parts = search_key(text).split()
        found = [s for key, s in self._earlier if all(p in key for p in parts)] if parts else []
        self._suggestions = tuple(found[:SUGGESTIONS_MAX])
        self._refresh()

    def take(self, suggestion: Suggestion) -> None:
        """Fill the quick line with a suggestion."""
        self._values.update(suggestion.values)
        self._suggestions = ()
        self._refresh()

    def search_choices(self, key: str, text: str) -> list[ChoiceView]:
        """Options of a reference in the quick line that contain every word typed."""
        question = next((q for q in self._questions if q.key == key), None)
        target = None if question is None else question.refers_to
        if target is None:
            return []
        value, engine = self._values.get(key), self._session.engine
        if target.kind in ("register", "record"):
            scope = self._session.opened.scope
            wanted = Filter(types=(target.target,), scope=scope, search=text)
            lines = self._form.tablet.browser.first(wanted, FOUND_MAX)
            return [ChoiceView(x.root, Text(x.title, x.title), x.root == value) for x in lines]
        if target.kind == "codebook":
            book = engine.world.codebooks.get(target.target)
            options = [] if book is None else [(c.name, c.label) for c in book.choices]
        else:
            options = [
                (node.record_id, engine.row_title(node.record_id))
                for node in engine.nodes.values()
                if node.record_type.rpartition("/")[2] == target.target
            ]
        parts = search_key(text).split()
        found = (
            ChoiceView(name, label, name == value)
            for name, label in options
            if self._contains(search_key(f"{name} {label.th} {label.en}"), parts)
        )
        return list(islice(found, FOUND_MAX))

    def add(self) -> str | None:
        """Add the quick line as a row; its id, or None with a sentence when it is empty."""
        values = {key: value for key, value in self._values.items() if value is not None}
        view = self._maker.rows(self._record, self._repeat)
        if not view.can_add or not values or self._typed:
            key = "rows.locked" if not view.can_add else "rows.empty"
            self._refresh(Words(key))
            return None
        session = self._session
        row = session.add_row(self._record, self._repeat)
        saves: list[Save] = []
        changed: set[Place] = {(self._record, self._repeat.key)}
        for key, value in values.items():
            more, places = session.answer(row, key, value)
            saves.extend(more)
            changed |= places
        self._values, self._typed, self._suggestions = {}, {}, ()
        self._form.save_rows(_together(saves), frozenset(changed))
        self._remember(row)
        self._refresh()
        return row

    # -- inside ------------------------------------------------------------------------------

    def _refresh(self, problem: Sentence | None = None) -> None:
        engine = self._session.engine
        everything = engine.rows(self._repeat.record_type, self._record)
        parts = search_key(self._search).split()
        self._ids = [
            row for row in everything if not parts or self._contains(self._line(row)[1], parts)
        ]
        self._version += 1
        self._show(
            RowsState(
                label=self._repeat.label,
                count=len(self._ids),
                total=len(everything),
                search=self._search,
                counts=self._counts(),
                quick=tuple(self._quick(question) for question in self._questions),
                suggestions=self._suggestions,
                can_add=self._maker.rows(self._record, self._repeat).can_add,
                problem=problem,
                version=self._version,
            )
        )

    @staticmethod
    def _contains(key: str, parts: Sequence[str]) -> bool:
        return all(part in key for part in parts)

    def _line(self, row: str) -> tuple[RowLine, str]:
        found = self._lines.get(row)
        if found is None:
            line = self._maker.row_line(row)
            found = (line, search_key(f"{line.title.th} {line.second.th} {line.second.en}"))
            self._lines[row] = found
        return found

    def _counts(self) -> tuple[tuple[Text, str], ...]:
        """What the form computes beside the rows: men, women, all; and the manual head count."""
        session = self._session
        form = session.definition
        section = session.section_of(self._record, self._repeat.key)
        found: list[tuple[Text, str]] = []
        for question in form.questions(form.form_id):
            if question.type not in ("calculate", "integer") or question.trigger:
                continue
            if session.section_of(session.root, question.key) == section:
                value = session.engine.value(session.root, question.key)
                found.append((question.label, "" if value is None else str(value)))
        return tuple(found)

    def _quick(self, question: Question) -> QuestionView:
        value = self._values.get(question.key)
        typed, unreadable = self._typed.get(question.key, ("", None))
        options = self._options(question)
        chosen = set(value) if isinstance(value, list) else {value}
        return QuestionView(
            record="",
            key=question.key,
            widget=widget_of(question),
            label=question.label,
            hint=question.hint,
            value=value,
            shown=self._words.answer(question, value),
            typed=typed,
            choices=tuple(ChoiceView(n, label, n in chosen) for n, label in options),
            searchable=question.type == "reference",
            required=bool(question.required),
            problem=unreadable,
            unit=question.unit,
            appearance=question.appearance,
        )

    def _options(self, question: Question) -> list[tuple[str, Text]]:
        found = self._session.definition.choice_lists.get(question.choices)
        return [] if found is None else [(c.name, c.label) for c in found.choices]

    # -- earlier records ---------------------------------------------------------------------

    def _read_earlier(self, after: int) -> None:
        """Read rows of other records a few at a time, so that saving never waits for long."""
        tablet, record_type = self._form.tablet, self._repeat.record_type

        def done(found: tuple[list[Mapping[str, JsonValue]], int]) -> None:
            rows, reached = found
            for fields in rows:
                self._offer(fields)
            if rows and len(self._earlier) < EARLIER_MAX:
                self._read_earlier(reached)

        tablet.run(lambda: tablet.browser.earlier_rows(record_type, after, EARLIER_AT_ONCE), done)

    def _remember(self, row: str) -> None:
        self._offer(self._session.engine.nodes[row].stored)

    def _offer(self, fields: Mapping[str, JsonValue]) -> None:
        form, record_type = self._session.definition, self._repeat.record_type
        title = form.title_of(fields, "th", record_type)
        values = {q.key: _stored(q, fields) for q in self._questions}
        values = {key: value for key, value in values.items() if value is not None}
        mark = canonical_text(values) if values else ""
        if not title or not values or mark in self._known:
            return
        self._known.add(mark)
        second = " · ".join(
            text
            for question in form.summary(record_type).lines
            if (text := form.answer_text(question, fields))
        )
        self._earlier.append((search_key(f"{title} {second}"), Suggestion(title, second, values)))


def quick_questions(form: FormDefinition, repeat: Repeat) -> tuple[Question, ...]:
    """What the quick line asks: the row's title and lines, and what every row must answer."""
    summary = form.summary(repeat.record_type)
    shown = {question.key for question in (*summary.title, *summary.lines)}
    return tuple(
        question
        for question in form.questions(repeat.record_type)
        if question.type in QUICK_TYPES
        and question.type not in FILE_TYPES
        and not question.default
        and question.answered_by == "field"
        and (question.key in shown or (question.required == ALWAYS and not question.relevant))
    )


def _stored(question: Question, fields: Mapping[str, JsonValue]) -> JsonValue:
    if not question.group:
        return fields.get(question.key)
    whole = fields.get(question.group)
    return whole.get(question.name) if isinstance(whole, dict) else None


def _together(saves: list[Save]) -> list[Save]:
    """The answers of one new row as one save: one transaction."""
    out: list[Save] = []
    for save in saves:
        if out and out[-1].record == save.record and save.begins is None:
            out[-1] = replace(out[-1], values={**out[-1].values, **save.values})
        else:
            out.append(save)
    return out
