"""Recomputing what depends on a changed answer, in the order of the formulas, and nothing else."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from shared.forms.definition import FormDefinition
from shared.forms.expressions.values import Value, first, to_boolean, to_number
from shared.forms.expressions.world import WORK_MAX, Context, Work
from shared.forms.graph import Formula
from shared.forms.nodes import Node
from shared.forms.surroundings import AnswerWorld
from shared.limits import ROWS_PER_REPEAT_MAX

Place = tuple[str, str]  # record id, key
MANY: Final = 50
"""Below so many records of a type each evaluation has all the work that one may do."""
WORK_LEAST: Final = 2_500
Changed = frozenset[Place]


def rows_asked(value: Value) -> int:
    """How many rows a count asks for: a whole number that is not below zero, and bounded."""
    number = to_number(value)
    if number is None or number <= 0:
        return 0
    return int(min(number, Decimal(ROWS_PER_REPEAT_MAX)))


def work_of_one(many: int) -> int:
    """How much one of so many evaluations of a rule may do: together they do not take much longer
    than one that takes all it may. A look at every row beside it is always allowed."""
    return max(WORK_LEAST, WORK_MAX // many)


class Recomputing:
    """The part of a record tree that follows changes through the form's formulas."""

    definition: FormDefinition
    world: AnswerWorld
    nodes: dict[str, Node]

    def __init__(self) -> None:
        self._queue: list[tuple[int, str, Formula, Node]] = []
        self._queued: set[tuple[int, str]] = set()
        self._touched: set[Place] = set()
        # Stored questions whose calculation may give them another value.
        self._follow: dict[Place, None] = {}
        # How many records of each type there are.
        self._many: dict[str, int] = {}
        # While a whole tree is taken in, every formula is evaluated once, in order.
        self._loading = False

    def _compute_all(self) -> None:
        by_type: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            by_type.setdefault(node.record_type, []).append(node)
        self._loading = True
        for formula in self.definition.logic.formulas:
            for node in by_type.get(formula.record_type, ()):
                self._evaluate(formula, node)
        self._loading = False
        self._queue.clear()
        self._queued.clear()
        self._touched.clear()

    def context(self, node: Node, here: Value = None) -> Context:
        """Where a rule of a record runs, with its share of work."""
        found = Context(self.world, node, here)
        many = self._many.get(node.record_type, 1)
        if many > MANY:
            found.work = Work(work_of_one(many))
        return found

    def _evaluate(self, formula: Formula, node: Node) -> None:
        kind, key = formula.kind, formula.key
        if kind == "follow":
            self._evaluate_followed(formula, node)
            return
        result = formula.compiled.run(self.context(node))
        if kind == "calculate":
            node.computed[key] = first(result)
            self._refresh(node, key)
            return
        if kind == "count":
            due = rows_asked(result)
            if node.due.get(key, 0) != due:
                node.due[key] = due
                self._touched.add((node.record_id, node.logic.counted[key]))
                self._refresh_rows(node, key)
            return
        relevant = to_boolean(result)
        if node.relevance.get(key, True) == relevant:
            node.relevance[key] = relevant
            return
        node.relevance[key] = relevant
        self._touched.add((node.record_id, key))
        for guarded in node.logic.guarded.get(key, ()):
            self._refresh(node, guarded)
        for record_type in node.logic.guarded_repeats.get(key, ()):
            self._refresh_rows(node, record_type)

    def _evaluate_followed(self, formula: Formula, node: Node) -> None:
        """A stored answer's calculation: its result is offered to whoever saves answers."""
        key = formula.key
        value = first(formula.compiled.run(self.context(node, node.effective.get(key))))
        old = node.followed.get(key)
        if key in node.followed and value == old and type(value) is type(old):
            return
        node.followed[key] = value
        self._touched.add((node.record_id, key))
        self._follow[node.record_id, key] = None

    def _refresh(self, node: Node, key: str) -> None:
        """Brings the effective value of a question up to date, and tells what depends on it."""
        relevant = node.holds(node.logic.guards.get(key, ()))
        new = node.computed.get(key) if relevant else None
        old = node.effective.get(key)
        if relevant and key in node.followed:
            self._follow[node.record_id, key] = None
        if new == old and type(new) is type(old):
            self._touched.add((node.record_id, key))
            return
        node.effective[key] = new
        if self._loading:
            return
        self._touched.add((node.record_id, key))
        self._announce("value", node.record_type, key, node)

    def _refresh_rows(self, parent: Node, record_type: str) -> None:
        """Brings the rows of a repeat up to date when whether they count may have changed."""
        counting = parent.counting(record_type)
        parent.children[record_type] = counting
        self._announce("rows", record_type, "", parent)
        alive = {row.record_id for row in counting}
        for node in parent.rows.get(record_type, ()):
            counts = node.record_id in alive
            if node.alive != counts:
                node.alive = counts
                for key in node.logic.rules:
                    self._refresh(node, key)
                for inner in node.logic.repeat_guards:
                    self._refresh_rows(node, inner)

    def _announce(self, kind: str, record_type: str, key: str, node: Node) -> None:
        """Queues the formulas that depend on what changed, and notes the questions to redraw."""
        if self._loading:
            return
        logic = self.definition.logic
        for formula, across in logic.dependents.get((kind, record_type, key), ()):
            for found in _below(node, across, formula.record_type):
                mark = (formula.rank, found.record_id)
                if mark not in self._queued:
                    self._queued.add(mark)
                    heapq.heappush(self._queue, (*mark, formula, found))
        for watching_type, watching_key, across in logic.watchers.get((kind, record_type, key), ()):
            for found in _below(node, across, watching_type):
                self._touched.add((found.record_id, watching_key))

    def _settle(self) -> Changed:
        while self._queue:
            rank, record_id, formula, node = heapq.heappop(self._queue)
            self._queued.discard((rank, record_id))
            if self.nodes.get(record_id) is node:
                self._evaluate(formula, node)
        changed = frozenset(self._touched)
        self._touched.clear()
        return changed


def _below(node: Node, across: str, record_type: str) -> Iterator[Node]:
    """The records of a type below the ancestor of the type `across`; none when the change lies
    above that type, which is so for rows that were removed with their parent."""
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
