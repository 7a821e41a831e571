"""Which answers a record holds though its form does not ask for them now, and what hides them.

An irrelevant answer stays in the record; only what counts leaves it out. Whoever gave the answer
that hides it may never have seen it, which is judged elsewhere (`sync.relevance`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.canonical import JsonValue
from shared.forms.expressions.scope import Dependency
from shared.forms.graph import Formula
from shared.forms.logic import FormEngine
from shared.forms.tree import Node

Place = tuple[str, str]
"""A record and one of its fields (a register's key)."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """An answer that does not count now, and the answers that decide about it."""

    record: str
    field: str
    drivers: tuple[Place, ...]


def hidden_answers(engine: FormEngine) -> tuple[Hidden, ...]:
    """Every answer that is there and not asked for, in the order of records and fields."""
    found = [one for node in engine.nodes.values() for one in _of_node(engine, node)]
    return tuple(found)


def _of_node(engine: FormEngine, node: Node) -> Iterator[Hidden]:
    above = _hiding_rows(node)
    for register in engine.definition.fields(node.record_type):
        if is_empty(node.stored.get(register.key)):
            continue
        guards = node.logic.guards.get(register.key, ())
        own = [(node, key, "relevant") for key in guards if not node.relevance.get(key, True)]
        hiding = above + own
        if not hiding:
            continue
        drivers = _Drivers(engine)
        for place in hiding:
            drivers.follow(*place)
        drivers.found.pop((node.record_id, register.key), None)
        yield Hidden(node.record_id, register.key, tuple(sorted(drivers.found)))


def _hiding_rows(node: Node) -> list[tuple[Node, str, str]]:
    """The formulas above a row that make it count for nothing: a relevance, or a count."""
    found: list[tuple[Node, str, str]] = []
    here = node
    while here.parent is not None:
        parent, kind = here.parent, here.record_type
        guards = parent.logic.repeat_guards.get(kind, ())
        found += [
            (parent, key, "relevant") for key in guards if not parent.relevance.get(key, True)
        ]
        if kind in parent.logic.counted and here.position > parent.due.get(kind, 0):
            found.append((parent, kind, "count"))
        here = parent
    return found


def is_empty(value: JsonValue) -> bool:
    """Is there nothing that could be lost from sight?"""
    if isinstance(value, dict):
        return all(is_empty(part) for part in value.values())
    return value is None or value in ("", [])


class _Drivers:
    """Follows formulas back to the answers that they look at."""

    def __init__(self, engine: FormEngine) -> None:
        self.found: dict[Place, None] = {}
        self._engine = engine
        self._met: set[tuple[str, str, str]] = set()
        self._formulas: dict[tuple[str, str, str], Formula] = {
            (formula.kind, formula.record_type, formula.key): formula
            for formula in engine.definition.logic.formulas
        }

    def follow(self, node: Node, key: str, kind: str = "relevant") -> None:
        """All answers behind one formula at one record."""
        mark = (kind, node.record_id, key)
        formula = self._formulas.get((kind, node.record_type, key))
        if formula is None or mark in self._met:
            return
        self._met.add(mark)
        for dependency in formula.compiled.dependencies:
            if dependency.kind == "value":
                for other in self._seen_from(node, dependency):
                    self._look_at(other, dependency.key)

    def _look_at(self, node: Node, key: str) -> None:
        if ("calculate", node.record_type, key) in self._formulas:
            self.follow(node, key, "calculate")
            return
        field = self._engine.definition.field_of(node.record_type, key)
        self.found[node.record_id, field] = None
        for guard in node.logic.guards.get(key, ()):
            if not node.relevance.get(guard, True):
                self.follow(node, guard)

    def _seen_from(self, node: Node, dependency: Dependency) -> Iterator[Node]:
        """The records of the dependency's type below the ancestor that it looks across."""
        top: Node | None = node
        while top is not None and top.record_type != dependency.across:
            top = top.parent
        for other in self._engine.nodes.values():
            if other.record_type == dependency.record_type and (top is None or _below(other, top)):
                yield other


def _below(node: Node | None, top: Node) -> bool:
    while node is not None:
        if node is top:
            return True
        node = node.parent
    return False
