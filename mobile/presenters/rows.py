"""Rosters and statements: hundreds of rows as a fast list, one line to add the next.

The quick line asks only what every row needs; what people wrote in earlier records is offered
while typing. The list is virtual: `row(index)` makes the line that is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from mobile.presenters.answers_shown import AnswerWords
from mobile.presenters.earlier_rows import EarlierRows, Suggestion
from mobile.presenters.form_items import FAST, ItemMaker
from mobile.presenters.form_problems import Place
from mobile.presenters.form_saves import Save
from mobile.presenters.form_session import FormSession
from mobile.presenters.form_views import ChoiceView, QuestionView, RowLine
from mobile.presenters.observed import Observed, Sentence, Words
from mobile.services.tablet import Tablet
from mobile.store.listing import Filter
from shared.canonical import JsonValue
from shared.forms.choosing import option_of
from shared.forms.definition import FormDefinition, Question, Repeat, Text
from shared.forms.question_types import (
    FILE_TYPES,
    Unreadable,
    type_of,
    widget_of,
)
from shared.thai.text import search_key

FOUND_MAX = 20
ALWAYS = "true()"
QUICK_TYPES = frozenset(
    {"text", "integer", "decimal", "select_one", "select_multiple", "time", "reference"}
)


@dataclass(frozen=True, slots=True)
class RowsState:
    """The fast list. `quick` are the questions of the line to add; `counts` what the form counts
    (label, number); `version` rises whenever lines must be drawn anew. `wrong` counts the rows with
    something to be put right; `removed` are those to be taken back: (id, title)."""

    label: Text
    count: int = 0
    total: int = 0
    search: str = ""
    counts: tuple[tuple[Text, str], ...] = ()
    quick: tuple[QuestionView, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    can_add: bool = False
    can_delete: bool = False
    wrong: int = 0
    only_wrong: bool = False
    removed: tuple[tuple[str, Text], ...] = ()
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

    def add_row(self, record: str, repeat_key: str) -> str | None:
        """A new row."""

    def delete_row(self, row: str, reason: str = "") -> bool:
        """Delete a row."""

    def restore_row(self, row: str) -> bool:
        """Take a removed row back."""


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
        self.fast = FAST in repeat.appearance.split()
        """Whether rows are added in one line here; else each is opened to be filled."""
        self._questions = quick_questions(session.definition, repeat) if self.fast else ()
        self._values: dict[str, JsonValue] = {}
        self._typed: dict[str, tuple[str, Text]] = {}
        self._ids: list[str] = []
        self._lines: dict[str, tuple[RowLine, str]] = {}
        self._earlier = EarlierRows(session.definition, repeat.record_type, self._questions)
        self._search = ""
        self._suggestions: tuple[Suggestion, ...] = ()
        self._version = 0
        self._only_wrong = False
        self._refresh()
        if self.fast:
            self._earlier.read(form.tablet)

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

    def only_wrong(self, wanted: bool) -> None:
        """Show only the rows in which something is to be put right, or all."""
        self._only_wrong = wanted
        self._refresh()

    def add_and_enter(self) -> bool:
        """Add a row and show its questions in the form; False when rows are locked or full."""
        row = self._form.add_row(self._record, self._repeat.key)
        if row is None:
            self._refresh(Words("rows.locked"))
            return False
        self._form.enter(row)
        return True

    def restore(self, row: str) -> bool:
        """Take a removed row back."""
        done = self._form.restore_row(row)
        self._lines.pop(row, None)
        self._refresh()
        return done

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
        self._suggestions = self._earlier.like(text)
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
            rows = () if book is None else book.search(text, FOUND_MAX)
            named = [option_of(row, question) for row in rows if question is not None]
            return [ChoiceView(c.name, c.label, c.name == value) for c in named]
        parts = search_key(text).split()
        titles = (
            (node.record_id, engine.row_title(node.record_id))
            for node in engine.nodes.values()
            if node.record_type.rpartition("/")[2] == target.target
        )
        found = (
            ChoiceView(name, label, name == value)
            for name, label in titles
            if self._contains(search_key(f"{label.th} {label.en}"), parts)
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
        self._earlier.offer(session.engine.nodes[row].stored)
        self._refresh()
        return row

    # -- inside ------------------------------------------------------------------------------

    def _refresh(self, problem: Sentence | None = None) -> None:
        session, view = self._session, self._maker.rows(self._record, self._repeat)
        everything = session.rows(self._repeat.record_type, self._record)
        wrong = self._wrong(everything)
        self._only_wrong = self._only_wrong and bool(wrong)
        parts = search_key(self._search).split()
        self._ids = [
            row
            for row in everything
            if (not parts or self._contains(self._line(row)[1], parts))
            and (not self._only_wrong or row in wrong)
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
                can_add=view.can_add,
                can_delete=view.can_delete,
                wrong=len(wrong),
                only_wrong=self._only_wrong,
                removed=view.removed,
                problem=problem,
                version=self._version,
            )
        )

    def _wrong(self, rows: Sequence[str]) -> frozenset[str]:
        """The rows in which, or below which, something is to be put right."""
        session, here = self._session, frozenset(rows)
        wrong = {problem.record_id for problem in session.visible_problems()}
        around = (
            row
            for record in wrong
            for row in (record, *(parent for parent, _ in session.parents.above(record)))
        )
        return here.intersection(around)

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


def _together(saves: list[Save]) -> list[Save]:
    """The answers of one new row as one save: one transaction."""
    out: list[Save] = []
    for save in saves:
        if out and out[-1].record == save.record and save.begins is None:
            out[-1] = replace(out[-1], values={**out[-1].values, **save.values})
        else:
            out.append(save)
    return out
