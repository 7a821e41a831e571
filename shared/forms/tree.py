"""A record tree that keeps itself up to date: only what depends on a changed answer is recomputed.

Irrelevant answers stay in the record; they are empty for every other rule, and come back when the
question becomes relevant again.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from shared.canonical import JsonValue
from shared.forms.answers import (
    Fields,
    NoReferences,
    RecordAnswers,
    ReferenceLookup,
    RowAnswers,
    field_named,
)
from shared.forms.codebook import Codebook, CodebookRow
from shared.forms.definition import REASON_SUFFIX, FormDefinition, Group, Question
from shared.forms.expressions.items import ItemTable
from shared.forms.expressions.values import Value, first, to_boolean
from shared.forms.expressions.world import Context, Table
from shared.forms.graph import Formula, TypeLogic
from shared.forms.question_types import TYPES

Place = tuple[str, str]  # record id, key
Changed = frozenset[Place]


class Node:
    """One record of the tree, with everything the engine knows about it."""

    __slots__ = (
        "alive",
        "children",
        "computed",
        "effective",
        "logic",
        "parent",
        "position",
        "raw",
        "record_id",
        "record_type",
        "relevance",
        "rows",
        "stored",
    )

    def __init__(self, record_id: str, logic: TypeLogic, parent: Node | None) -> None:
        self.record_id = record_id
        self.record_type = logic.record_type
        self.logic = logic
        self.parent = parent
        self.position = 1
        self.stored: dict[str, JsonValue] = {}
        self.raw: dict[str, JsonValue] = {}
        self.computed: dict[str, Value] = {}
        self.effective: dict[str, Value] = {}
        self.relevance: dict[str, bool] = {}
        self.alive = True
        self.rows: dict[str, list[Node]] = {}
        self.children: dict[str, list[Node]] = {}

    def holds(self, guards: tuple[str, ...]) -> bool:
        """Whether this record counts and none of these relevance formulas says no."""
        return self.alive and all(self.relevance.get(guard, True) for guard in guards)


class AnswerWorld:
    """What expressions see beside answers."""

    def __init__(
        self,
        definition: FormDefinition,
        clock: Callable[[], datetime],
        codebooks: Mapping[str, Codebook],
        references: ReferenceLookup,
        language: str,
    ) -> None:
        self.definition = definition
        self.clock = clock
        self.codebooks = codebooks
        self.references = references
        self.language = language
        self.memo: dict[object, object] = {}
        self.overruns: set[str] = set()

    def today(self) -> date:
        return self.clock().date()

    def now(self) -> datetime:
        return self.clock()

    def codebook_value(self, codebook: str, key: str, column: str) -> str | None:
        found = self.codebooks.get(codebook)
        if found is not None:
            return found.cell(key, column)
        fields = self.references.find(codebook, key) if key else None
        if fields is None:
            return None
        value = field_named(fields, column)
        if isinstance(value, list):
            return " ".join(str(part) for part in value)
        return None if value is None or isinstance(value, (dict, bool)) else str(value)

    def choice_label(self, choices: str, name: str) -> str:
        found = self.definition.choice_lists.get(choices)
        return name if found is None else found.label(name).get(self.language)

    def table(self, name: str) -> Table | None:
        found = self.memo.get(name)
        if not isinstance(found, ItemTable):
            book, choices = self.codebooks.get(name), self.definition.choice_lists.get(name)
            if book is not None:
                found = ItemTable(tuple(book.rows.values()))
            elif choices is not None:
                rows = (CodebookRow(one.name, one.label, one.extra) for one in choices.choices)
                found = ItemTable(tuple(rows))
            else:
                return None
            self.memo[name] = found
        return found

    def last_saved(self, record_type: str, key: str) -> Value:
        return None

    def form_version(self) -> str:
        return str(self.definition.version)

    def itext(self, text_id: str) -> str | None:
        return None

    def random(self) -> Decimal:
        return Decimal("0.5")

    def uuid(self) -> str:
        return "00000000-0000-4000-8000-000000000000"

    def overran(self, expression: str) -> None:
        self.overruns.add(expression)

    def property(self, name: str) -> str | None:
        return None


def clock_of(today: Callable[[], date] | date) -> Callable[[], datetime]:
    def now() -> datetime:
        found = today if isinstance(today, date) else today()
        if isinstance(found, datetime):
            return found.replace(tzinfo=None)
        return datetime(found.year, found.month, found.day)  # noqa: DTZ001

    return now


class RecordTree:
    """A record being filled or judged.

    `today` is a day, a time stamp, or a function giving one of them. Keys are question keys; for
    an atomic group `set` also takes the group's key with the whole object.
    """

    def __init__(
        self,
        definition: FormDefinition,
        answers: RecordAnswers | None = None,
        *,
        today: Callable[[], date] | date,
        codebooks: Mapping[str, Codebook] | None = None,
        references: ReferenceLookup | None = None,
        language: str = "th",
    ) -> None:
        self.definition = definition
        self.world = AnswerWorld(
            definition,
            clock_of(today),
            codebooks or {},
            references or NoReferences(),
            language,
        )
        self.nodes: dict[str, Node] = {}
        self.root = Node("", definition.logic.types[definition.form_id], None)
        self._queue: list[tuple[int, str, Formula, Node]] = []
        self._queued: set[tuple[int, str]] = set()
        self._touched: set[Place] = set()
        self.load(answers or RecordAnswers("record"))

    # -- the tree ----------------------------------------------------------------------------

    def load(self, answers: RecordAnswers) -> None:
        """Takes a record tree in and computes everything once. Rows without a parent here are
        left aside; so are values of fields that the form does not have."""
        types = self.definition.logic.types
        self.root = Node(answers.record_id, types[self.definition.form_id], None)
        self.nodes = {answers.record_id: self.root}
        self._take(self.root, answers.fields)
        for record_type in self.definition.record_types():
            for given in answers.rows.get(record_type, ()):
                row = RowAnswers(*given)
                parent = self.nodes.get(row.parent_id or answers.record_id)
                if parent is None or row.record_id in self.nodes:
                    continue
                if record_type.rpartition("/")[0] == parent.record_type:
                    self._attach(parent, record_type, row.record_id, row.fields)
        self._compute_all()

    def _attach(self, parent: Node, record_type: str, record_id: str, fields: Fields) -> Node:
        node = Node(record_id, self.definition.logic.types[record_type], parent)
        rows = parent.rows.setdefault(record_type, [])
        rows.append(node)
        node.position = len(rows)
        self.nodes[record_id] = node
        guards = parent.logic.repeat_guards[record_type]
        node.alive = parent.holds(guards)
        if node.alive:
            parent.children[record_type] = rows
        self._take(node, fields)
        return node

    def _take(self, node: Node, fields: Fields) -> None:
        node.stored.update(fields)
        for register in self.definition.fields(node.record_type):
            value = fields.get(register.key)
            if isinstance(register, Group):
                parts = value if isinstance(value, dict) else {}
                for child in register.children:
                    if isinstance(child, Question) and child.stored:
                        self._take_answer(node, child, parts.get(child.name))
            elif value is not None:
                self._take_answer(node, register, value)

    def _take_answer(self, node: Node, question: Question, value: JsonValue) -> None:
        node.raw[question.key] = value
        computed = None if value is None else TYPES[question.type].computed(value)
        node.computed[question.key] = computed
        node.effective[question.key] = computed if node.alive else None

    def _compute_all(self) -> None:
        by_type: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            by_type.setdefault(node.record_type, []).append(node)
        for formula in self.definition.logic.formulas:
            for node in by_type.get(formula.record_type, ()):
                self._evaluate(formula, node)
        self._queue.clear()
        self._queued.clear()
        self._touched.clear()

    # -- recomputing -------------------------------------------------------------------------

    def _evaluate(self, formula: Formula, node: Node) -> None:
        result = formula.compiled.run(Context(self.world, node))
        if formula.kind == "calculate":
            value = first(result)
            node.computed[formula.key] = value
            self._refresh(node, formula.key)
            return
        relevant = to_boolean(result)
        if node.relevance.get(formula.key, True) == relevant:
            node.relevance[formula.key] = relevant
            return
        node.relevance[formula.key] = relevant
        self._touched.add((node.record_id, formula.key))
        for key in node.logic.guarded.get(formula.key, ()):
            self._refresh(node, key)
        for record_type in node.logic.guarded_repeats.get(formula.key, ()):
            self._refresh_rows(node, record_type)

    def _refresh(self, node: Node, key: str) -> None:
        """Brings the effective value of a question up to date, and tells what depends on it."""
        relevant = node.holds(node.logic.guards.get(key, ()))
        new = node.computed.get(key) if relevant else None
        old = node.effective.get(key)
        if new == old and type(new) is type(old):
            self._touched.add((node.record_id, key))
            return
        node.effective[key] = new
        self._touched.add((node.record_id, key))
        self._announce("value", node.record_type, key, node)

    def _refresh_rows(self, parent: Node, record_type: str) -> None:
        """Brings the rows of a repeat up to date when whether they count may have changed."""
        counts = parent.holds(parent.logic.repeat_guards[record_type])
        rows = parent.rows.get(record_type, [])
        parent.children[record_type] = rows if counts else []
        self._announce("rows", record_type, "", parent)
        for node in rows:
            if node.alive != counts:
                node.alive = counts
                for key in node.logic.rules:
                    self._refresh(node, key)
                for inner in node.logic.repeat_guards:
                    self._refresh_rows(node, inner)

    def _announce(self, kind: str, record_type: str, key: str, node: Node) -> None:
        """Queues the formulas that depend on what changed, and notes the questions to redraw."""
        logic = self.definition.logic
        for formula, across in logic.dependents.get((kind, record_type, key), ()):
            for found in self._below(node, across, formula.record_type):
                mark = (formula.rank, found.record_id)
                if mark not in self._queued:
                    self._queued.add(mark)
                    heapq.heappush(self._queue, (*mark, formula, found))
        for watching_type, watching_key, across in logic.watchers.get((kind, record_type, key), ()):
            for found in self._below(node, across, watching_type):
                self._touched.add((found.record_id, watching_key))

    def _below(self, node: Node, across: str, record_type: str) -> Iterator[Node]:
        """The records of a type below the ancestor of the type `across`; none when the change
        lies above that type, which is so for rows that were removed with their parent."""
        if node.record_type != across and not node.record_type.startswith(across + "/"):
            return
        while node.record_type != across:
            assert node.parent is not None
            node = node.parent
        if record_type == across:
            yield node
            return
        found = [node]
        depth = across.count("/") + 1
        steps = record_type.split("/")
        while depth < len(steps):
            step = "/".join(steps[: depth + 1])
            found = [row for parent in found for row in parent.rows.get(step, ())]
            depth += 1
        yield from found

    def _settle(self) -> Changed:
        while self._queue:
            rank, record_id, formula, node = heapq.heappop(self._queue)
            self._queued.discard((rank, record_id))
            if self.nodes.get(record_id) is node:
                self._evaluate(formula, node)
        changed = frozenset(self._touched)
        self._touched.clear()
        return changed

    # -- changing ----------------------------------------------------------------------------

    def set(self, record_id: str, key: str, value: JsonValue) -> Changed:
        """Takes an answer; gives the (record id, key) of every question to look at again.

        `key` is a question's, or an atomic group's with the whole object. A reason or an unknown
        field is kept, and changes nothing else.
        """
        node = self.nodes[record_id]
        register = self.definition.register(node.record_type, key)
        if isinstance(register, Group):
            node.stored[key] = value
            parts = value if isinstance(value, dict) else {}
            for child in register.children:
                if isinstance(child, Question) and child.stored:
                    self._answer(node, child, parts.get(child.name))
            return self._settle()
        question = self.definition.question(node.record_type, key)
        if question is None or not question.stored:
            node.stored[key] = value
            return frozenset({(record_id, key), (record_id, key.removesuffix(REASON_SUFFIX))})
        self._answer(node, question, value)
        node.stored[question.field] = self.field_value(record_id, question.field)
        return self._settle()

    def _answer(self, node: Node, question: Question, value: JsonValue) -> None:
        node.raw[question.key] = value
        computed = None if value is None else TYPES[question.type].computed(value)
        node.computed[question.key] = computed
        self._refresh(node, question.key)

    def add_row(
        self, record_type: str, record_id: str, fields: Fields | None = None, parent_id: str = ""
    ) -> Changed:
        """Adds a row at the end of its repeat."""
        parent = self.nodes[parent_id or self.root.record_id]
        assert record_id not in self.nodes, "a row is added once"
        node = self._attach(parent, record_type, record_id, fields or {})
        for formula in self.definition.logic.formulas:
            if formula.record_type == record_type:
                self._evaluate(formula, node)
        for key in node.computed:
            self._announce("value", record_type, key, node)
        self._announce("rows", record_type, "", parent)
        return self._settle()

    def remove_row(self, record_id: str) -> Changed:
        """Takes a row and all below it out of the tree."""
        node = self.nodes[record_id]
        parent = node.parent
        assert parent is not None, "the root cannot be removed"
        rows = parent.rows[node.record_type]
        rows.remove(node)
        for index, row in enumerate(rows, start=1):
            row.position = index
        forgotten = [node]
        while forgotten:
            gone = forgotten.pop()
            del self.nodes[gone.record_id]
            for below in gone.rows.values():
                forgotten.extend(below)
        for inner in self.definition.record_types():
            if inner == node.record_type or inner.startswith(node.record_type + "/"):
                self._announce("rows", inner, "", parent)
        return self._settle()

    def field_value(self, record_id: str, field: str) -> JsonValue:
        """The value to store for a register: an atomic group's is the object of its answers."""
        node = self.nodes[record_id]
        register = self.definition.register(node.record_type, field)
        if not isinstance(register, Group):
            return node.raw.get(field, node.stored.get(field))
        parts: dict[str, JsonValue] = {
            child.name: node.raw[child.key]
            for child in register.children
            if isinstance(child, Question) and node.raw.get(child.key) is not None
        }
        return parts or None
