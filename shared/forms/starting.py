"""What a form answers by itself: defaults and facts of a new record, and values that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.canonical import JsonValue
from shared.forms.definition import Question
from shared.forms.expressions.values import Value
from shared.forms.expressions.world import Context
from shared.forms.graph import NO_LOGIC
from shared.forms.nodes import Node
from shared.forms.question_types import FILE_TYPES, TYPES
from shared.forms.results import stored_value
from shared.forms.surroundings import AnswerWorld

AT_SUBMIT = "end"


@dataclass(frozen=True, slots=True)
class Followed:
    """A stored answer that its calculation gave: `value` is the question's, `whole` what is stored
    at `field` (the object of an atomic group)."""

    record_id: str
    record_type: str
    key: str
    field: str
    value: JsonValue
    whole: JsonValue


def put_in(found: dict[str, JsonValue], question: Question, value: JsonValue) -> None:
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


def first_values(world: AnswerWorld, node: Node) -> dict[str, JsonValue]:
    """The first values of a new record or row, by field key. Defaults see those before them."""
    found: dict[str, JsonValue] = {}
    before = dict(node.effective)
    try:
        for question in world.definition.questions(node.record_type):
            given, value = _first_value(world, node, question)
            if given:
                put_in(found, question, value)
                if value is not None:
                    node.effective[question.key] = TYPES[question.type].computed(value)
    finally:
        node.effective.clear()
        node.effective.update(before)
    return found


def _first_value(world: AnswerWorld, node: Node, question: Question) -> tuple[bool, JsonValue]:
    """Whether a question has a first value, and which."""
    if question.type == "metadata":
        meta = question.parameters.get("meta", "")
        value = None if meta == AT_SUBMIT else metadata(world, meta)
        return value is not None, value
    rule = node.logic.rules.get(question.key, NO_LOGIC).default
    if rule is not None:
        result = rule.run(Context(world, node, node.effective.get(question.key)))
        return True, stored_value(question, result)
    if not question.default:
        return False, None
    if question.type in FILE_TYPES:
        file = world.definition.files.get(question.default.removeprefix("jr://images/"))
        return file is not None, None if file is None else file.value()
    read = TYPES[question.type].read(question.default)
    return True, getattr(read, "value", None)


def metadata(world: AnswerWorld, meta: str) -> str | None:
    """A fact about the filling of a record, as it is stored."""
    if meta in ("start", AT_SUBMIT):
        return world.now().isoformat(timespec="seconds") + "+07:00"
    if meta == "today":
        return world.today().isoformat()
    return world.property(meta) or None


def last_values(world: AnswerWorld, node: Node) -> dict[str, JsonValue]:
    """What is filled in when a record is submitted, by field key."""
    found: dict[str, JsonValue] = {}
    for question in world.definition.questions(node.record_type):
        if question.type == "metadata" and question.parameters.get("meta") == AT_SUBMIT:
            put_in(found, question, metadata(world, AT_SUBMIT))
    return found


def followed_now(node: Node, question: Question, followed: Value) -> tuple[bool, JsonValue]:
    """Whether a stored question takes what its calculation gives, and the value."""
    key = question.key
    value = stored_value(question, followed)
    raw = node.raw.get(key)
    if key in node.typed or not node.holds(node.logic.guards[key]):
        return False, value
    if node.logic.follows[key].once and raw is not None:
        return False, value
    return value != raw, value


def offers_of(node: Node, questions: Iterator[Question]) -> Iterator[tuple[Question, JsonValue]]:
    """What calculations would give where people answered otherwise themselves."""
    for question in questions:
        key = question.key
        if key in node.typed and node.holds(node.logic.guards[key]):
            value = stored_value(question, node.followed.get(key))
            if value is not None and value != node.raw.get(key):
                yield question, value
