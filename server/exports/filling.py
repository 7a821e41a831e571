"""Turns record trees into lines of tables: what counts of each record, under its own form's rules.

The values are the record's effective content, as its own version of the form computes it: what is
not asked is left out, calculations are worked out. Where a field is in conflict the first accepted
value stands in its cell, the field is named under `conflicts`, and all its values are lines of the
table of conflicts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.exports.asking import ExportShape
from server.exports.cells import HIDDEN, Cell, as_json, cell_of, list_label, odd, plain
from server.exports.columns import MASKED, OTHER, Column, Table
from server.exports.reading import Names, ReadTree
from shared.canonical import JsonValue
from shared.clocks import bangkok_date, bangkok_datetime
from shared.errors import TimeUnreadable
from shared.forms.answers import Fields, RecordAnswers, RowAnswers
from shared.forms.codebook import Codebook
from shared.forms.definition import REASON_SUFFIX, FormDefinition, Question, stored_answer
from shared.forms.logic import FormEngine
from shared.forms.validation import effective
from shared.records.state import OFFICE, RecordState

_log = logging.getLogger(__name__)
Line = tuple[str, list[Cell]]
"""The record type whose table it belongs to, and its cells."""
CONFLICTS: Final = "conflicts"
CONFLICT_COLUMNS: Final = (
    "record_id", "root_id", "record_type", "field", "label", "form_version", "value", "in_table",
    "author", "saved_at", "device",
)  # fmt: skip


@dataclass(slots=True)
class Filling:
    """Everything that turns trees into lines."""

    forms: Mapping[int, FormDefinition]
    newest: FormDefinition
    tables: Mapping[str, Table]
    shape: ExportShape
    names: Names
    codebooks: Mapping[str, Codebook]
    areas: Mapping[str, tuple[str, str]]
    """Scope -> (code, name)."""
    masked_targets: frozenset[str] = frozenset()
    """Registers whose titles are personal."""
    masked: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def lines(self, tree: ReadTree) -> Iterator[Line]:
        """The lines of one tree: its root, its rows, its conflicts."""
        form = self.forms.get(tree.state.version, self.newest)
        values, engine = self._values(tree, form)
        yield tree.state.type, self._root_line(tree, form, values, engine)
        counts: dict[tuple[str, str | None], int] = {}
        for state in tree.rows:
            place = (state.type, state.parent)
            counts[place] = counts.get(place, 0) + 1
            if state.type in self.tables and state.record in values:
                first: list[Cell] = [
                    state.record, state.parent, state.root, counts[place], state.version,
                    ", ".join(state.conflicts()),
                ]  # fmt: skip
                yield state.type, self._line(state, form, values[state.record], engine, first)
        for state in (tree.state, *tree.rows):
            for name in state.conflicts():
                yield from self._conflict(state, form, name)

    # -- values ------------------------------------------------------------------------------

    def _values(
        self, tree: ReadTree, form: FormDefinition
    ) -> tuple[dict[str, Fields], FormEngine | None]:
        """What counts, by record; all that is stored where the rules cannot be worked out."""
        stored: dict[str, Fields] = {
            state.record: {name: state.value(name) for name in state.fields}
            for state in (tree.state, *tree.rows)
        }
        try:
            engine = self._engine(tree, form, stored)
            kept = effective(engine)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            _log.exception("the rules of %s could not be computed for an export", tree.facts.id)
            return stored, None
        found: dict[str, Fields] = {kept.record_id: kept.fields}
        for rows in kept.rows.values():
            for row in rows:
                found[row[0]] = row[1]
        for state in tree.rows:
            if state.record not in engine.nodes:
                found[state.record] = stored[state.record]
        for record, fields in found.items():
            if record not in engine.nodes:
                continue
            found[record] = {**fields, **self._beside(record, form, stored[record], engine)}
        return found, engine

    def _engine(
        self, tree: ReadTree, form: FormDefinition, stored: Mapping[str, Fields]
    ) -> FormEngine:
        rows: dict[str, list[RowAnswers]] = {}
        root = tree.state.record
        for state in tree.rows:
            parent = "" if state.parent == root else str(state.parent)
            row = RowAnswers(state.record, stored[state.record], parent)
            rows.setdefault(state.type, []).append(row)
        try:
            today = bangkok_date(tree.facts.changed_at)
        except TimeUnreadable:
            today = bangkok_date(0)
        return FormEngine(
            form,
            RecordAnswers(root, stored[root], rows),
            today=today,
            codebooks=self.codebooks,
            references=self.names,
            language=self.shape.language,
        )

    def _beside(
        self, record: str, form: FormDefinition, stored: Fields, engine: FormEngine
    ) -> Fields:
        """What is stored without being an answer of this version: reasons, and fields of others."""
        kind = engine.nodes[record].record_type
        return {
            name: value
            for name, value in stored.items()
            if name.endswith(REASON_SUFFIX) or form.register(kind, name) is None
        }

    # -- lines -------------------------------------------------------------------------------

    def _root_line(
        self,
        tree: ReadTree,
        form: FormDefinition,
        values: Mapping[str, Fields],
        engine: FormEngine | None,
    ) -> list[Cell]:
        facts, state = tree.facts, tree.state
        code, name = self.areas.get(facts.scope, (facts.scope, ""))
        first: list[Cell] = [
            state.record, state.version, code, name, facts.status, _moment(facts.created_at),
            self.names.people.get(facts.author, ""), _moment(facts.changed_at),
            _moment(facts.submitted_at), "yes" if facts.changed_since_approval else "",
            facts.problems, facts.missing_files, ", ".join(state.conflicts()),
        ]  # fmt: skip
        return self._line(state, form, values.get(state.record, {}), engine, first)

    def _line(
        self,
        state: RecordState,
        form: FormDefinition,
        fields: Fields,
        engine: FormEngine | None,
        first: list[Cell],
    ) -> list[Cell]:
        table = self.tables[state.type]
        label = _Labels(self, form, engine)
        cells = list(first)
        for column in table.columns[len(first) :]:
            value = self._value(column, state, form, fields, engine)
            cells.append(self._cell(column, value, label))
        return cells

    def _value(
        self,
        column: Column,
        state: RecordState,
        form: FormDefinition,
        fields: Fields,
        engine: FormEngine | None,
    ) -> JsonValue:
        question = column.question
        if question is None:
            known = self.tables[state.type].known
            others = {name: value for name, value in fields.items() if name not in known}
            return as_json(others) if others and column.heading == OTHER else None
        if column.reason:
            return fields.get(question.key + REASON_SUFFIX)
        if question.type != "calculate":
            found = stored_answer(question, fields)
            return found if isinstance(found, str | int | list | dict) else None
        if engine is None or form.question(state.type, question.key) is None:
            return None
        if not engine.relevant(state.record, question.key):
            return None
        return engine.value(state.record, question.key)

    def _cell(self, column: Column, value: JsonValue, label: _Labels) -> Cell:
        if value is None or value == "" or value == []:
            return None
        if column.masked or (column.part == "label" and self._hides(column.question)):
            return HIDDEN
        if column.question is None or column.reason:
            return odd(value)
        return cell_of(column.question, column.part, value, label)

    def _hides(self, question: Question | None) -> bool:
        target = None if question is None else question.refers_to
        return target is not None and target.target in self.masked_targets

    # -- conflicts ---------------------------------------------------------------------------

    def _conflict(self, state: RecordState, form: FormDefinition, name: str) -> Iterator[Line]:
        personal = not self.shape.personal and form.personal_class(state.type, name) in MASKED
        for position, sibling in enumerate(state.fields[name]):
            value = sibling.value
            text = HIDDEN if personal else plain(
                value if isinstance(value, str) else as_json(value)
            )  # fmt: skip
            dot = sibling.dot
            yield CONFLICTS, [
                state.record, state.root, state.type, name,
                plain(form.label_of(state.type, name).get(self.shape.language)),
                state.version, "" if value is None else text, "yes" if position == 0 else "",
                self.names.people.get(dot.author, dot.author), _moment(dot.saved_at),
                "" if dot.client == OFFICE else dot.client.partition(".")[0],
            ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Labels:
    """What a chosen name is called, under the version with which its record was filled."""

    filling: Filling
    form: FormDefinition
    engine: FormEngine | None

    def __call__(self, question: Question, name: str) -> str:
        language = self.filling.shape.language
        target = question.refers_to
        if target is None:
            found = list_label(self.form.choice_lists, question, name, language)
            if found != name:
                return found
            return list_label(self.filling.newest.choice_lists, question, name, language)
        if target.kind == "codebook":
            book = self.filling.codebooks.get(target.target)
            row = None if book is None else book.rows.get(name)
            return name if row is None else row.label.get(language)
        if target.kind == "rows":
            if self.engine is None or name not in self.engine.nodes:
                return ""
            return self.engine.row_title(name).get(language)
        return self.filling.names.titles.get(name, "")


def _moment(unix_ms: int | None) -> Cell:
    """A time in Thailand, ISO 8601 with its offset."""
    if unix_ms is None:
        return None
    try:
        return bangkok_datetime(unix_ms).isoformat(timespec="seconds")
    except TimeUnreadable:
        return None


def masked_registers(forms: Sequence[FormDefinition]) -> frozenset[str]:
    """The forms whose records have a title made of personal answers."""
    return frozenset(
        form.form_id
        for form in forms
        if any(question.personal in MASKED for question in form.summary(form.form_id).title)
    )
