"""A form being filled: engine, problems, rows that begin with their first answer, what to save.

No screen, no disk: acts return what must be saved (`Save`), and the presenter hands that on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from mobile.presenters.form_locks import FormLocks, Parents
from mobile.presenters.form_problems import Place, ProblemBook
from mobile.presenters.form_saves import PendingRow, Save
from mobile.presenters.form_undo import RemovedRow, Undo
from mobile.services.opened import OpenRecord
from mobile.store.shown import live_rows
from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers, ReferenceLookup, RowAnswers
from shared.forms.codebook import Table
from shared.forms.definition import FormDefinition, Question, Repeat
from shared.forms.logic import FormEngine
from shared.forms.nodes import MADE_VERSION
from shared.forms.surroundings import Surroundings
from shared.forms.validation import Problem, validate, validate_question, validate_record

Taken = tuple[list[Save], frozenset[Place]]


class FormSession:
    """One opening of one record."""

    def __init__(
        self,
        opened: OpenRecord,
        definition: FormDefinition,
        codebooks: Mapping[str, Table],
        references: ReferenceLookup,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        has_room: bool,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.opened = opened
        self.definition = definition
        self.root = opened.root
        self.states = opened.seen_states()
        self.locks = FormLocks(definition, self.root, self.states.get(self.root), has_room)
        self.tried = self.locks.status != "draft"
        self.touched: set[Place] = set()
        self.undo = Undo()
        self.stamp = 0
        """Rises with every change of what is answered, asked or judged."""
        self._visible: tuple[int, list[Problem]] = (-1, [])
        self._new_id = new_id
        self._pending: dict[str, PendingRow] = {}
        self._unsaved: dict[str, dict[str, JsonValue]] = {}
        self._parents: dict[str, tuple[str, str]] = {}
        self.engine = FormEngine(
            definition,
            self._answers(),
            today=now,
            codebooks=codebooks,
            references=references,
            surroundings=surroundings,
        )
        self._sections = {section.key: section for section in definition.sections}
        self._section_of: dict[Place, str] = {}
        self._makes_rows = any(
            repeat.rows_from is not None or repeat.count
            for record_type in definition.record_types()
            for repeat in definition.repeats(record_type)
        )
        if opened.is_new:
            self._take_defaults(self.root)
        self.problems = ProblemBook()
        self._make_rows()
        if self.locks.whole() is None:
            self._follow(now=False)
        self.problems = ProblemBook(validate(self.engine))

    def _answers(self) -> RecordAnswers:
        top = self.states.get(self.root)
        rows: dict[str, list[RowAnswers | tuple[str, Mapping[str, JsonValue]]]] = {}
        for state in live_rows(self.states, self.root):
            fields = {name: state.value(name) for name in state.fields}
            parent = state.parent or self.root
            rows.setdefault(state.type, []).append(RowAnswers(state.record, fields, parent))
            repeat = self.definition.repeat(state.type)
            if repeat is not None:
                self._parents[state.record] = (parent, repeat.key)
        fields = {} if top is None else {name: top.value(name) for name in top.fields}
        return RecordAnswers(self.root, fields, rows)

    # -- asking ------------------------------------------------------------------------------

    @property
    def parents(self) -> Parents:
        """What each row lies in."""
        return Parents(self._parents)

    def type_of(self, record: str) -> str:
        """The record type of the root or a row."""
        return self.engine.nodes[record].record_type

    def begun(self, record: str) -> bool:
        """Does the row exist already (or is it only offered)?"""
        return record not in self._pending

    def is_made(self, record: str) -> bool:
        """Is it a row that the form makes by itself?"""
        pending = self._pending.get(record)
        if pending is not None:
            return pending.made
        repeat = self.definition.repeat(self.type_of(record))
        if repeat is None:
            return False
        return repeat.rows_from is not None or (
            bool(repeat.count) and record[14:15] == MADE_VERSION
        )

    def rows(self, record_type: str, parent: str) -> list[str]:
        """The rows of a repeat that count, in their order."""
        return [n.record_id for n in self.engine.nodes[parent].children.get(record_type, ())]

    def visible_problems(self) -> list[Problem]:
        """Problems to show: what is merely unanswered only after a try to hand in."""
        if self._visible[0] != self.stamp:
            self._visible = (self.stamp, [p for p in self.problems if self._shows(p)])
        return self._visible[1]

    def touch(self, places: Iterable[Place]) -> None:
        """The person has been here: what is unanswered here is shown from now on."""
        self.touched.update(places)
        self.stamp += 1

    def problems_at(self, record: str, key: str) -> list[Problem]:
        """Problems to show at one question or repeat."""
        return [problem for problem in self.problems.at(record, key) if self._shows(problem)]

    def problems_of(self, record: str) -> int:
        """How many problems to show one record has, without the rows below it."""
        return sum(1 for problem in self.problems.of(record) if self._shows(problem))

    def has_hard(self, record: str, key: str) -> bool:
        """Is there a hard problem at a question, shown or not?"""
        return any(problem.severity == "hard" for problem in self.problems.at(record, key))

    def _shows(self, problem: Problem) -> bool:
        if problem.code == "field.unknown":
            return False  # shown as kept aside
        waits = problem.code in ("required", "rows.too_few")
        return self.tried or not waits or (problem.record_id, problem.key) in self.touched

    def section_of(self, record: str, key: str) -> str:
        """The section in which a question or repeat of a record is shown."""
        record_type = self.type_of(record) if record in self.engine.nodes else ""
        place = (record_type, key)
        if place not in self._section_of:
            found = self.definition.section_of(record_type, key) if record_type else None
            self._section_of[place] = "" if found is None else found.key
        return self._section_of[place]

    # -- changing ----------------------------------------------------------------------------

    def answer(
        self, record: str, key: str, value: JsonValue
    ) -> tuple[list[Save], frozenset[Place]]:
        """Take an answer; what to save, and the places to draw anew."""
        node = self.engine.nodes[record]
        self.touched.add((record, key))
        self.undo.answered((record, key), self.engine.value(record, key), value)
        changed = self.engine.set(record, key, value)
        name = self.definition.field_of(node.record_type, key)
        values: dict[str, JsonValue] = {name: self.engine.field_value(record, name)}
        for offered, other in self.engine.prefill(record, key).items():
            if self.engine.field_value(record, offered) != other:
                changed |= self.engine.set(record, offered, other)
                values[offered] = other
        changed |= {(record, key)} | self._make_rows()
        saves = self._saves(record, values)
        followed, places = self._follow()
        changed |= places | self._make_rows()
        self._judge(changed)
        return [*saves, *followed], frozenset(changed)

    def _follow(self, *, now: bool = True) -> Taken:
        """Take over what calculations of stored questions give; saved with the answer that led to
        it, or (not `now`, and in rows that do not exist yet) with the first one."""
        found, changed = self.engine.follow()
        saves: list[Save] = []
        for one in found:
            if now and one.record_id not in self._pending:
                saves += self._saves(one.record_id, {one.field: one.whole})
            else:
                self._unsaved.setdefault(one.record_id, {})[one.field] = one.whole
        return saves, changed | {(one.record_id, one.key) for one in found}

    def ending(self) -> list[Save]:
        """What the form fills in when it is handed in, and what waited for a first answer."""
        for name, value in self.engine.at_submit().items():
            self.engine.set(self.root, name, value)
            self._unsaved.setdefault(self.root, {})[name] = value
        records = [record for record in self._unsaved if record not in self._pending]
        return [save for record in records for save in self._saves(record, {})]

    def reason(self, record: str, key: str, text: str) -> Taken:
        """Keep the reason given for a soft problem."""
        name = f"{key}?reason"
        value = text.strip() or None
        self.engine.set(record, name, value)
        changed = frozenset({(record, key)})
        self._judge(changed)
        return self._saves(record, {name: value}), changed

    def add_row(self, parent: str, repeat: Repeat) -> str:
        """A new row with its defaults; it exists from its first answer on. Returns its id."""
        record = self._new_id()
        changed = self._attach(record, PendingRow(repeat.record_type, parent), repeat)
        self._take_defaults(record)
        self._judge(changed)
        self._judge_rows(parent, repeat.key)
        self._judge_record(record)
        return record

    def remove_row(self, record: str) -> bool:
        """Take a row out of the form; True when it was saved, so that its deletion must be, too."""
        parent, key = self._parents[record]
        gone = self._below(record)
        was_saved = record not in self._pending
        self.undo.removed.append(self._row_to_remove(record, gone, saved=was_saved))
        self._judge(self.engine.remove_row(record))
        for one in gone:
            self._pending.pop(one, None)
            self._unsaved.pop(one, None)
            self._parents.pop(one, None)
        for one in gone:
            self.problems.forget(one)
        self._judge_rows(parent, key)
        return was_saved

    def _row_to_remove(self, record: str, gone: set[str], *, saved: bool) -> RemovedRow:
        parent, key = self._parents[record]
        nodes = self.engine.nodes
        siblings = self.engine.rows(nodes[record].record_type, parent)
        order = sorted(gone, key=lambda row: nodes[row].record_type.count("/"))
        rows = (
            (
                nodes[row].record_type,
                RowAnswers(row, dict(nodes[row].stored), self._parents[row][0]),
            )
            for row in order
        )
        return RemovedRow(
            record,
            nodes[record].record_type,
            parent,
            key,
            siblings.index(record),
            tuple(rows),
            saved,
            {row: self._pending[row] for row in gone if row in self._pending},
            {row: self._unsaved[row] for row in gone if row in self._unsaved},
        )

    def restore_row(self, record: str) -> RemovedRow | None:
        """Take a removed row back to its place, with all that was in it; None when it cannot be."""
        removed = self.undo.take(record)
        if removed is None or removed.parent not in self.engine.nodes:
            return None
        rows = self._rows_now()
        for record_type, row in removed.rows:
            found = rows.setdefault(record_type, [])
            if row.record_id == record:
                ids = [each[0] for each in found]
                before = self.engine.rows(record_type, removed.parent)[: removed.place]
                place = ids.index(before[-1]) + 1 if before else 0
                found.insert(place, row)
            else:
                found.append(row)
            repeat = self.definition.repeat(record_type)
            assert repeat is not None
            self._parents[row.record_id] = (row.parent_id, repeat.key)
        self._pending.update(removed.pending)
        self._unsaved.update(removed.unsaved)
        self.engine.load(RecordAnswers(self.root, dict(self.engine.root.stored), rows))
        self.problems = ProblemBook(validate(self.engine))
        self.stamp += 1
        return removed

    def answers_now(self) -> RecordAnswers:
        """Every stored value as it stands, those that this version has no place for, too."""
        root = self.states.get(self.root)
        stored = {} if root is None else {name: root.value(name) for name in root.fields}
        rows = self._rows_now()
        known = {row[0] for found in rows.values() for row in found}
        for state in live_rows(self.states, self.root):
            if state.record not in known:
                fields = {name: state.value(name) for name in state.fields}
                rows.setdefault(state.type, []).append(
                    RowAnswers(state.record, fields, state.parent or self.root)
                )
        return RecordAnswers(self.root, {**stored, **self.engine.root.stored}, rows)

    def _rows_now(self) -> dict[str, list[RowAnswers | tuple[str, Mapping[str, JsonValue]]]]:
        """All rows as they stand, in their order."""
        rows: dict[str, list[RowAnswers | tuple[str, Mapping[str, JsonValue]]]] = {}
        for node in self.engine.nodes.values():
            for record_type, found in node.rows.items():
                rows.setdefault(record_type, []).extend(
                    RowAnswers(row.record_id, dict(row.stored), node.record_id) for row in found
                )
        return rows

    def _below(self, record: str) -> set[str]:
        gone = {record}
        while True:
            more = {row for row, (parent, _) in self._parents.items() if parent in gone} - gone
            if not more:
                return gone
            gone |= more

    def _saves(self, record: str, values: Mapping[str, JsonValue]) -> list[Save]:
        """What to save: rows above that do not exist yet come first."""
        saves: list[Save] = []
        pending = self._pending.pop(record, None)
        if pending is not None:
            if pending.parent in self._pending:
                saves.extend(self._saves(pending.parent, {}))
            merged = {**pending.values, **self._unsaved.pop(record, {}), **values}
            return [*saves, Save(record, merged, pending)]
        merged = {**self._unsaved.pop(record, {}), **values}
        return [Save(record, merged)]

    def _take_defaults(self, record: str) -> None:
        values = self.engine.defaults(record)
        for name, value in values.items():
            if value is not None:
                self.engine.set(record, name, value)
                self._unsaved.setdefault(record, {})[name] = value

    def _make_rows(self) -> frozenset[Place]:
        """Offer the rows that the form makes; a deleted one is not offered again."""
        changed: set[Place] = set()
        while self._makes_rows:
            missing = self.engine.missing_rows()
            made = [(kind, row) for kind, row in missing if row.record_id not in self.states]
            for kind, row in made:
                parent, repeat = row.parent_id or self.root, self.definition.repeat(kind)
                assert repeat is not None
                self._pending[row.record_id] = PendingRow(kind, parent, True, dict(row.fields))
                self._parents[row.record_id] = (parent, repeat.key)
                changed.add((parent, repeat.key))
            changed |= self.engine.add_rows(made)
            for _, row in made:
                self._take_defaults(row.record_id)
                self._judge_record(row.record_id)
            if not made:
                break
        return frozenset(changed)

    def _attach(self, record: str, pending: PendingRow, repeat: Repeat) -> frozenset[Place]:
        self._pending[record] = pending
        self._parents[record] = (pending.parent, repeat.key)
        return self.engine.add_row(pending.record_type, record, pending.values, pending.parent)

    # -- judging -----------------------------------------------------------------------------

    def judge_all(self) -> list[Problem]:
        """Before handing in: every problem, and from now on all are shown."""
        self.tried = True
        self.stamp += 1
        self.problems = ProblemBook(validate(self.engine))
        return list(self.problems)

    def _judge(self, changed: frozenset[Place] | set[Place]) -> None:
        self.stamp += 1
        for record, key in changed:
            node = self.engine.nodes.get(record)
            if node is None:
                self.problems.forget(record)
            elif self.definition.question(node.record_type, key) is not None:
                self.problems.put(record, key, validate_question(self.engine, record, key))
            elif isinstance(self._node_at(node.record_type, key), Repeat):
                self._judge_rows(record, key)

    def _node_at(self, record_type: str, key: str) -> Question | Repeat | None:
        found = (r for r in self.definition.repeats(record_type) if r.key == key)
        return next(found, None)

    def _judge_rows(self, record: str, key: str) -> None:
        self.stamp += 1
        if record in self.engine.nodes:
            found = validate_record(self.engine, record)
            self.problems.put(record, key, [p for p in found if p.key == key])

    def _judge_record(self, record: str) -> None:
        self.stamp += 1
        self.problems.forget(record)
        self.problems.add(validate_record(self.engine, record))
