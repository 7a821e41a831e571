"""A record tree that keeps itself up to date: only what depends on a changed answer is recomputed.

Irrelevant answers stay in the record; they are empty for every other rule, and come back when the
question becomes relevant again. So do rows beyond the number that a repeat's count asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from shared.canonical import JsonValue
from shared.forms.answers import Fields, RecordAnswers, ReferenceLookup, RowAnswers
from shared.forms.codebook import Table
from shared.forms.definition import REASON_SUFFIX, FormDefinition, Group, Question
from shared.forms.nodes import Node
from shared.forms.question_types import NEVER_SHOWN, TYPES
from shared.forms.recomputing import Changed, Place, Recomputing
from shared.forms.results import stored_value
from shared.forms.surroundings import AnswerWorld, Surroundings, clock_of

__all__ = ["Changed", "Node", "Place", "RecordTree"]


class RecordTree(Recomputing):
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
        codebooks: Mapping[str, Table] | None = None,
        references: ReferenceLookup | None = None,
        language: str = "th",
        surroundings: Surroundings | None = None,
    ) -> None:
        super().__init__()
        self.definition = definition
        self.world = AnswerWorld(
            definition, clock_of(today), codebooks or {}, references, language, surroundings
        )
        self.nodes: dict[str, Node] = {}
        self.root = Node("", definition.logic.types[definition.form_id], None)
        self.load(answers or RecordAnswers("record"))

    # -- the tree ----------------------------------------------------------------------------

    def load(self, answers: RecordAnswers) -> None:
        """Takes a record tree in and computes everything once. Rows without a parent here are
        left aside; so are values of fields that the form does not have."""
        types = self.definition.logic.types
        self.root = Node(answers.record_id, types[self.definition.form_id], None)
        self.nodes = {answers.record_id: self.root}
        self._follow.clear()
        self._many = {self.definition.form_id: 1}
        self._take(self.root, answers.fields)
        for record_type in self.definition.record_types():
            for given in answers.rows.get(record_type, ()):
                row = RowAnswers(*given)
                parent = self.nodes.get(row.parent_id or answers.record_id)
                if parent is None or row.record_id in self.nodes:
                    continue
                if record_type.rpartition("/")[0] == parent.record_type:
                    self._attach(parent, record_type, row.record_id, row.fields)
        for node in self.nodes.values():
            for counted in node.logic.counted:
                node.number_rows(counted)
        self._compute_all()
        for node in self.nodes.values():
            for key in node.logic.follows:
                self._judge_typed(node, key)

    def _judge_typed(self, node: Node, key: str) -> None:
        """At opening: an answer that differs from its calculation counts as a person's own, and
        one whose calculation gives another result each time stays as it is."""
        question = self.definition.shapes[node.record_type].questions[key]
        value = node.raw.get(key)
        if value is None:
            return
        rule = node.logic.follows[key]
        if rule.once or rule.varies:
            self._follow.pop((node.record_id, key), None)
        elif question.type in NEVER_SHOWN or question.read_only:
            return
        elif value != stored_value(question, node.followed.get(key)):
            node.typed.add(key)

    def _attach(self, parent: Node, record_type: str, record_id: str, fields: Fields) -> Node:
        node = Node(record_id, self.definition.logic.types[record_type], parent)
        rows = parent.rows.setdefault(record_type, [])
        rows.append(node)
        node.position = len(rows)
        self.nodes[record_id] = node
        self._many[record_type] = self._many.get(record_type, 0) + 1
        counted = record_type in parent.logic.counted
        node.alive = not counted and parent.holds(parent.logic.repeat_guards[record_type])
        if node.alive:
            parent.children[record_type] = rows
        self._take(node, fields)
        return node

    def _take(self, node: Node, fields: Fields) -> None:
        node.stored.update(fields)
        raw, computed, effective, alive = node.raw, node.computed, node.effective, node.alive
        for field, name, key, compute in self.definition.logic.types[node.record_type].answers:
            value = fields.get(field)
            if name:
                value = value.get(name) if isinstance(value, dict) else None
            if value is None:
                continue
            raw[key] = value
            computed[key] = means = compute(value)
            effective[key] = means if alive else None

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
        if question.key in node.followed:
            follows = value is None or value == stored_value(question, node.followed[question.key])
            (node.typed.discard if follows else node.typed.add)(question.key)
        self._refresh(node, question.key)
        if value is None:
            # What a person cleared stays empty until something that it follows changes.
            self._follow.pop((node.record_id, question.key), None)

    def add_row(
        self, record_type: str, record_id: str, fields: Fields | None = None, parent_id: str = ""
    ) -> Changed:
        """Adds a row at the end of its repeat."""
        assert record_id not in self.nodes, "a row is added once"
        return self.add_rows([(record_type, RowAnswers(record_id, fields or {}, parent_id))])

    def add_rows(self, rows: Iterable[tuple[str, RowAnswers]]) -> Changed:
        """Adds rows, as `missing_rows` names them; what looks at them is recomputed once."""
        added: list[Node] = []
        places: dict[Place, Node] = {}
        for record_type, row in rows:
            parent = self.nodes[row.parent_id or self.root.record_id]
            added.append(self._attach(parent, record_type, row.record_id, row.fields))
            places[parent.record_id, record_type] = parent
        for (_, record_type), parent in places.items():
            if record_type in parent.logic.counted:
                parent.number_rows(record_type)
                self._refresh_rows(parent, record_type)
        for formula in self.definition.logic.formulas:
            for node in added:
                if formula.record_type == node.record_type:
                    self._evaluate(formula, node)
        for node in added:
            for key in node.logic.follows:
                self._judge_typed(node, key)
            for key in node.computed:
                self._announce("value", node.record_type, key, node)
        for (_, record_type), parent in places.items():
            self._announce("rows", record_type, "", parent)
        return self._settle()

    def remove_row(self, record_id: str) -> Changed:
        """Takes a row and all below it out of the tree."""
        node = self.nodes[record_id]
        parent = node.parent
        assert parent is not None, "the root cannot be removed"
        rows = parent.rows[node.record_type]
        rows.remove(node)
        parent.number_rows(node.record_type)
        self._refresh_rows(parent, node.record_type)
        forgotten = [node]
        while forgotten:
            gone = forgotten.pop()
            del self.nodes[gone.record_id]
            self._many[gone.record_type] -= 1
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
