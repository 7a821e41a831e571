"""The running side of a form: what is relevant, required, offered and computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.canonical import JsonValue
from shared.forms.answers import RowAnswers
from shared.forms.definition import Choice, Question, Text
from shared.forms.expressions.compiling import Compiled
from shared.forms.expressions.values import Value, first, number_text, to_boolean, to_text
from shared.forms.expressions.world import Context
from shared.forms.graph import NO_LOGIC, QuestionLogic
from shared.forms.question_types import TYPES
from shared.forms.tree import Changed, Node, Place, RecordTree
from shared.ids import row_id

__all__ = ["Changed", "FormEngine", "Limit", "Node", "Place", "stored_value"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that an answer is held against: its codebook row and the verdict."""

    key: str
    label: Text
    least: str
    most: str
    unit: str
    version: str


class FormEngine(RecordTree):
    """A record being filled or judged; see RecordTree for how it is made and changed."""

    # -- asking ------------------------------------------------------------------------------

    def rows(self, record_type: str, parent_id: str = "") -> list[str]:
        """The ids of the rows of a repeat, in their order."""
        parent = self.nodes[parent_id or self.root.record_id]
        return [node.record_id for node in parent.rows.get(record_type, ())]

    def relevant(self, record_id: str, key: str) -> bool:
        """Whether a question, group, section or repeat is asked at all."""
        node = self.nodes[record_id]
        return node.holds(node.logic.guards.get(key, ()))

    def required(self, record_id: str, key: str) -> bool:
        """Whether a relevant question must be answered."""
        return self._test(record_id, key, self._rules(record_id, key).required)

    def read_only(self, record_id: str, key: str) -> bool:
        """Whether the answer may only be read."""
        return self._test(record_id, key, self._rules(record_id, key).read_only)

    def value(self, record_id: str, key: str) -> JsonValue:
        """The stored answer of a question; of a calculation its result as text, or None."""
        node = self.nodes[record_id]
        question = self.definition.question(node.record_type, key)
        if question is not None and question.type == "calculate":
            computed = node.effective.get(key)
            return None if computed is None else to_text(computed) or None
        return node.raw.get(key, node.stored.get(key))

    def choices(self, record_id: str, key: str) -> list[Choice]:
        """The options of a question that its filter lets through.

        For a codebook its rows, for rows of the same record their titles. Registers and other
        records are searched elsewhere: they give an empty list.
        """
        node = self.nodes[record_id]
        question = self.definition.question(node.record_type, key)
        if question is None:
            return []
        options = self._options(question)
        rule = self._rules(record_id, key).choice_filter
        if rule is None:
            return options
        here = node.effective.get(key)
        return [
            choice
            for choice in options
            if to_boolean(rule.run(Context(self.world, node, here, column=_columns(choice))))
        ]

    def _options(self, question: Question) -> list[Choice]:
        target = question.refers_to
        if target is None:
            found = self.definition.choice_lists.get(question.choices)
            return [] if found is None else list(found.choices)
        if target.kind == "codebook":
            book = self.world.codebooks.get(target.target)
            return [] if book is None else list(book.choices)
        if target.kind == "rows":
            return [
                Choice(node.record_id, self.row_title(node.record_id))
                for node in self.nodes.values()
                if node.record_type.rpartition("/")[2] == target.target
            ]
        return []

    def row_title(self, record_id: str) -> Text:
        """What a row is called in lists, in both languages."""
        node = self.nodes[record_id]
        title = self.definition.title_of
        return Text(
            title(node.stored, "th", node.record_type), title(node.stored, "en", node.record_type)
        )

    def limit(self, record_id: str, key: str) -> Limit | None:
        """The limit that an answer is held against, or None."""
        rule = self._rules(record_id, key).limit
        book = self.world.codebooks.get("limits")
        if rule is None or book is None:
            return None
        row = book.rows.get(to_text(self._run(record_id, key, rule)))
        if row is None:
            return None
        cells = row.cells
        return Limit(
            row.key,
            row.label,
            cells.get("min", ""),
            cells.get("max", ""),
            cells.get("unit", ""),
            book.version,
        )

    def holds(self, record_id: str, key: str, rule: str) -> bool:
        """Whether a question's `constraint` or `warning` is satisfied; true when it has none."""
        compiled = getattr(self._rules(record_id, key), rule)
        return compiled is None or self._test(record_id, key, compiled)

    # -- what the form itself would answer ---------------------------------------------------

    def defaults(self, record_id: str) -> dict[str, JsonValue]:
        """The first values of a new record or row, by field key."""
        node = self.nodes[record_id]
        found: dict[str, JsonValue] = {}
        for question in self.definition.questions(node.record_type):
            rule = node.logic.rules.get(question.key, NO_LOGIC).default
            if rule is not None:
                value = stored_value(question, self._run(record_id, question.key, rule))
            elif question.default:
                read = TYPES[question.type].read(question.default)
                value = getattr(read, "value", None)
            else:
                continue
            _put(found, question, value)
        return found

    def prefill(self, record_id: str, key: str) -> dict[str, JsonValue]:
        """What answering `key` offers to its dependents (triggers), by field key.

        Nothing is changed here: the caller saves what it takes over as ordinary answers. Fields
        of an atomic group are given whole, with the answers that the group already has.
        """
        node = self.nodes[record_id]
        found: dict[str, JsonValue] = {}
        for target in node.logic.triggers.get(key, ()):
            question = self.definition.question(node.record_type, target)
            rule = node.logic.rules[target].prefill
            if question is None or rule is None:
                continue
            if question.group and question.group not in found:
                whole = self.field_value(record_id, question.group)
                found[question.group] = dict(whole) if isinstance(whole, dict) else {}
            _put(found, question, stored_value(question, self._run(record_id, target, rule)))
        return found

    def missing_rows(self) -> list[tuple[str, RowAnswers]]:
        """The rows that the form itself makes and the record does not have yet: (type, row).

        Their ids come from the root, the repeat and the key, so that rows made on two tablets are
        the same rows.
        """
        found: list[tuple[str, RowAnswers]] = []
        for repeat in self.definition.repeats(self.definition.form_id):
            book = None
            if repeat.rows_from is not None and repeat.rows_from.kind == "codebook":
                book = self.world.codebooks.get(repeat.rows_from.target)
            questions = self.definition.questions(repeat.record_type)
            if book is None or not questions or not self.relevant(self.root.record_id, repeat.key):
                continue
            for key in book.rows:
                made = row_id(self.root.record_id, repeat.name, key)
                if made not in self.nodes:
                    row = RowAnswers(made, {questions[0].key: key}, self.root.record_id)
                    found.append((repeat.record_type, row))
        return found

    # -- inside ------------------------------------------------------------------------------

    def _rules(self, record_id: str, key: str) -> QuestionLogic:
        return self.nodes[record_id].logic.rules.get(key, NO_LOGIC)

    def _run(self, record_id: str, key: str, rule: Compiled) -> Value:
        node = self.nodes[record_id]
        return rule.run(Context(self.world, node, node.effective.get(key)))

    def _test(self, record_id: str, key: str, rule: Compiled | None) -> bool:
        return rule is not None and to_boolean(self._run(record_id, key, rule))


def _columns(choice: Choice) -> dict[str, str]:
    return {"name": choice.name, "label": choice.label.th, **choice.extra}


def _put(found: dict[str, JsonValue], question: Question, value: JsonValue) -> None:
    """Puts a question's value where its register is."""
    if not question.group:
        found[question.key] = value
        return
    whole = found.setdefault(question.group, {})
    if isinstance(whole, dict):
        if value is None:
            whole.pop(question.name, None)
        else:
            whole[question.name] = value


def stored_value(question: Question, result: Value) -> JsonValue:
    """A computed result as it would be stored for a question; None when it does not fit."""
    result = first(result)
    if question.type == "integer":
        if isinstance(result, str):
            result = Decimal(result) if result.lstrip("-").isdecimal() else None
        return int(result) if isinstance(result, Decimal) and abs(result) < 2**53 else None
    if question.type == "select_multiple":
        names: list[JsonValue] = list(dict.fromkeys(to_text(result).split()))
        return names or None
    if isinstance(result, Decimal):
        return number_text(result)
    if isinstance(result, datetime) and question.type == "dateTime":
        return result.isoformat(timespec="seconds") + "+07:00"
    text = to_text(result)
    if not text or TYPES[question.type].check(text):
        return None
    return text
