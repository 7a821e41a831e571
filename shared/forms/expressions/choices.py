"""Functions of chosen options and of lists of ticks."""

from __future__ import annotations

from decimal import Decimal

from shared.forms.expressions.functions import MANY, function, members
from shared.forms.expressions.grammar import Call
from shared.forms.expressions.texts import index_of
from shared.forms.expressions.tokens import fail
from shared.forms.expressions.values import ARITHMETIC, ZERO, Value, first, numeric, to_text
from shared.forms.expressions.world import Context


@function("is-selected", 2)
@function("selected", 2)
def _selected(context: Context, chosen: Value, name: Value) -> Value:
    names, wanted = to_text(chosen).split(), to_text(name).strip()
    return wanted in names if names else not wanted


@function("count-selected", 1)
def _count_selected(context: Context, chosen: Value) -> Value:
    return Decimal(len(to_text(chosen).split()))


@function("selected-at", 2)
def _selected_at(context: Context, chosen: Value, index: Value) -> Value:
    names, number = to_text(chosen).split(), index_of(index)
    return names[number] if 0 <= number < len(names) else ""


def ticked(value: Value) -> bool:
    """Whether an answer counts in a checklist: true, a number above 0, or the text `yes`."""
    value = first(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("yes", "true"):
        return True
    number = numeric(value)
    return not number.is_nan() and number > 0


@function("checklist", 2, MANY)
def _checklist(context: Context, least: Value, most: Value, *values: Value) -> Value:
    count = Decimal(sum(1 for value in members(values) if ticked(value)))
    return _within(least, count, most)


def _pairs(tree: Call) -> None:
    if len(tree.arguments) % 2 == 0:
        return
    raise fail(
        tree.position,
        "expression.arguments",
        "weighted-checklist() ต้องการ คำตอบ กับ น้ำหนัก เป็นคู่",
        "weighted-checklist() takes answers and weights in pairs",
    )


@function("weighted-checklist", 4, MANY, _pairs)
def _weighted_checklist(context: Context, least: Value, most: Value, *pairs: Value) -> Value:
    answers = members(pairs[0::2])
    weights = members(pairs[1::2])
    total = ZERO
    for answer, weight in zip(answers, weights, strict=False):
        if ticked(answer):
            total = ARITHMETIC.add(total, numeric(weight))
    return _within(least, total, most)


def _within(least: Value, count: Decimal, most: Value) -> bool:
    """Whether a count lies between two bounds; a bound below 0 does not count."""
    low, high = numeric(least), numeric(most)
    if low.is_nan() or high.is_nan() or count.is_nan():
        return False
    return (low < 0 or count >= low) and (high < 0 or count <= high)
