"""Sentences of a form with answers in them: `How old is ${name}?`, each name compiled once."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from shared.forms.choosing import Options
from shared.forms.expressions.compiling import Compiled, compile_expression
from shared.forms.expressions.scope import Scope
from shared.forms.expressions.tokens import ExpressionError
from shared.forms.expressions.values import Value, first, to_text
from shared.forms.expressions.world import Context
from shared.forms.graph import FormLogic
from shared.forms.naming import NAMED
from shared.forms.nodes import Node
from shared.forms.parts import Question, Text
from shared.forms.question_types import SEVERAL_TYPES
from shared.forms.surroundings import AnswerWorld
from shared.thai.dates import format_short, format_time


def with_answers(world: AnswerWorld, node: Node, text: Text, language: str) -> str:
    """A sentence in a language, with what the record says in the place of each `${name}`; what the
    form does not know stays as it is written."""
    plain = text.get(language)
    if "${" not in plain:
        return plain

    def said(match: re.Match[str]) -> str:
        compiled = compiled_name(world.definition.logic, node.record_type, match.group(1))
        if compiled is None:
            return match.group()
        value = first(compiled.run(Context(world, node)))
        return _said(world, node, match.group(1), value, language)

    return NAMED.sub(said, plain)


def compiled_name(logic: FormLogic, record_type: str, name: str) -> Compiled | None:
    """`${name}` as seen from records of a type, ready to run; None when it is unknown there."""
    place = (record_type, name)
    if place not in logic.named:
        scope = Scope(record_type, logic.targets, ambiguous=logic.ambiguous)
        try:
            logic.named[place] = compile_expression(f"${{{name}}}", scope)
        except ExpressionError:
            logic.named[place] = None
    return logic.named[place]


def _said(world: AnswerWorld, node: Node, name: str, value: Value, language: str) -> str:
    target = world.definition.logic.targets.get(name.rpartition("#")[2])
    question = None
    if target is not None and target.kind == "question":
        question = world.definition.question(target.record_type, target.key)
    chosen = question is not None and (question.choices or question.refers_to is not None)
    if question is not None and chosen:
        return _chosen(world, node, question, to_text(value), language)
    if isinstance(value, datetime):
        return f"{format_short(value.date(), language)} {format_time(value.time(), language)}"
    if isinstance(value, date):
        return format_short(value, language)
    if isinstance(value, time):
        return format_time(value, language)
    return to_text(value)


def _chosen(world: AnswerWorld, node: Node, question: Question, text: str, language: str) -> str:
    """Chosen names as people read them."""
    options = Options(world, node, question, None, None)
    names = text.split() if question.type in SEVERAL_TYPES else [text]
    labels = ((options.named(name), name) for name in names if name)
    return ", ".join(name if one is None else one.label.get(language) for one, name in labels)
