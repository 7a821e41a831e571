"""The functions of the language, by name: XLSForm's list without what has no repeatable result.

A function gets the context and its evaluated arguments. Functions that need their arguments
unevaluated (`if`, `coalesce`, `position`, `indexed-repeat`, `jr:choice-name` ...) are in
`compiling.py`; the programme's own functions, prefix `eco:`, are in `eco.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache

from shared.forms.expressions.values import (
    ARITHMETIC,
    ONE,
    ZERO,
    Value,
    finite,
    number_text,
    to_boolean,
    to_number,
    to_text,
)
from shared.forms.expressions.world import Context

MANY = 200
# A text that a person typed is cut to this before a pattern is tried on it: a bound on the work.
PATTERN_INPUT_MAX = 2_000

Body = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how many arguments it takes, and its body (context first)."""

    least: int
    most: int
    body: Body


FUNCTIONS: dict[str, Function] = {}


def function(name: str, least: int, most: int | None = None) -> Callable[[Body], Body]:
    """Registers a body under the name that forms use."""

    def register(body: Body) -> Body:
        FUNCTIONS[name] = Function(least, least if most is None else most, body)
        return body

    return register


def members(arguments: tuple[Value, ...]) -> list[Value]:
    """All values of the arguments, lists opened."""
    found: list[Value] = []
    for argument in arguments:
        if isinstance(argument, (list, tuple)):
            found.extend(argument)
        else:
            found.append(argument)
    return found


def numbers(arguments: tuple[Value, ...]) -> list[Decimal]:
    """All numbers among the arguments; what is not answered does not count."""
    return [number for number in map(to_number, members(arguments)) if number is not None]


# -- truth -----------------------------------------------------------------------------------


@function("true", 0)
def _true(context: Context) -> Value:
    return True


@function("false", 0)
def _false(context: Context) -> Value:
    return False


@function("not", 1)
def _not(context: Context, value: Value) -> Value:
    return not to_boolean(value)


@function("boolean", 1)
def _boolean(context: Context, value: Value) -> Value:
    return to_boolean(value)


@function("boolean-from-string", 1)
def _boolean_from_string(context: Context, value: Value) -> Value:
    return to_text(value) in ("1", "true")


# -- text ------------------------------------------------------------------------------------


@function("string", 1)
def _string(context: Context, value: Value) -> Value:
    return to_text(value)


@function("concat", 0, MANY)
def _concat(context: Context, *arguments: Value) -> Value:
    return "".join(map(to_text, members(arguments)))


@function("join", 1, MANY)
def _join(context: Context, separator: Value, *arguments: Value) -> Value:
    return to_text(separator).join(map(to_text, members(arguments)))


@function("string-length", 1)
def _string_length(context: Context, value: Value) -> Value:
    return Decimal(len(to_text(value)))


@function("normalize-space", 1)
def _normalize_space(context: Context, value: Value) -> Value:
    return " ".join(to_text(value).split())


@function("contains", 2)
def _contains(context: Context, text: Value, part: Value) -> Value:
    return to_text(part) in to_text(text)


@function("starts-with", 2)
def _starts_with(context: Context, text: Value, part: Value) -> Value:
    return to_text(text).startswith(to_text(part))


@function("ends-with", 2)
def _ends_with(context: Context, text: Value, part: Value) -> Value:
    return to_text(text).endswith(to_text(part))


@function("substr", 2, 3)
def _substr(context: Context, text: Value, begin: Value, end: Value = None) -> Value:
    return to_text(text)[_index(begin) : None if end is None else _index(end)]


@function("substring-before", 2)
def _substring_before(context: Context, text: Value, part: Value) -> Value:
    before, found, _ = to_text(text).partition(to_text(part) or "\0")
    return before if found else ""


@function("substring-after", 2)
def _substring_after(context: Context, text: Value, part: Value) -> Value:
    return to_text(text).partition(to_text(part) or "\0")[2]


@function("translate", 3)
def _translate(context: Context, text: Value, old: Value, new: Value) -> Value:
    olds, news = to_text(old), to_text(new)
    table: dict[int, str | None] = {}
    for index, character in enumerate(olds):
        table.setdefault(ord(character), news[index] if index < len(news) else None)
    return to_text(text).translate(table)


@lru_cache(maxsize=512)
def pattern(text: str) -> re.Pattern[str] | None:
    """A compiled pattern, or None when it is not one."""
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return None


@function("regex", 2)
def _regex(context: Context, text: Value, expression: Value) -> Value:
    compiled = pattern(to_text(expression))
    subject = to_text(text)
    if compiled is None or len(subject) > PATTERN_INPUT_MAX:
        return False
    return compiled.fullmatch(subject) is not None


def _index(value: Value) -> int:
    number = to_number(value)
    if number is None:
        return 0
    return int(max(Decimal(-100_000), min(number, Decimal(100_000))))


# -- numbers ---------------------------------------------------------------------------------


@function("number", 1)
def _number(context: Context, value: Value) -> Value:
    return to_number(value)


@function("int", 1)
def _int(context: Context, value: Value) -> Value:
    number = to_number(value)
    return None if number is None else number.to_integral_value(rounding=ROUND_FLOOR)


@function("round", 1, 2)
def _round(context: Context, value: Value, places: Value = ZERO) -> Value:
    number, digits = to_number(value), _index(places)
    if number is None or not -20 <= digits <= 20:
        return None
    exponent = Decimal(1).scaleb(-digits)
    return finite(number.quantize(exponent, rounding=ROUND_HALF_UP, context=ARITHMETIC))


@function("abs", 1)
def _abs(context: Context, value: Value) -> Value:
    number = to_number(value)
    return None if number is None else abs(number)


@function("pow", 2)
def _pow(context: Context, base: Value, exponent: Value) -> Value:
    one, other = to_number(base), to_number(exponent)
    if one is None or other is None or abs(other) > 100:
        return None
    return finite(ARITHMETIC.power(one, other))


@function("sqrt", 1)
def _sqrt(context: Context, value: Value) -> Value:
    number = to_number(value)
    return None if number is None else finite(ARITHMETIC.sqrt(number))


@function("exp", 1)
def _exp(context: Context, value: Value) -> Value:
    number = to_number(value)
    return None if number is None or abs(number) > 200 else finite(ARITHMETIC.exp(number))


@function("log", 1)
def _log(context: Context, value: Value) -> Value:
    number = to_number(value)
    return None if number is None else finite(ARITHMETIC.ln(number))


@function("log10", 1)
def _log10(context: Context, value: Value) -> Value:
    number = to_number(value)
    return None if number is None else finite(ARITHMETIC.log10(number))


@function("sum", 1, MANY)
def _sum(context: Context, *arguments: Value) -> Value:
    total = ZERO
    for number in numbers(arguments):
        total = ARITHMETIC.add(total, number)
    return finite(total)


@function("min", 1, MANY)
def _min(context: Context, *arguments: Value) -> Value:
    found = numbers(arguments)
    return min(found) if found else None


@function("max", 1, MANY)
def _max(context: Context, *arguments: Value) -> Value:
    found = numbers(arguments)
    return max(found) if found else None


@function("count", 1)
def _count(context: Context, values: Value) -> Value:
    if isinstance(values, (list, tuple)):
        return Decimal(len(values))
    return ZERO if values is None else ONE


@function("count-non-empty", 1)
def _count_non_empty(context: Context, values: Value) -> Value:
    return Decimal(sum(1 for value in members((values,)) if to_text(value)))


# -- choices ---------------------------------------------------------------------------------


@function("selected", 2)
def _selected(context: Context, chosen: Value, name: Value) -> Value:
    return to_text(name) in to_text(chosen).split(" ")


@function("count-selected", 1)
def _count_selected(context: Context, chosen: Value) -> Value:
    return Decimal(len(to_text(chosen).split()))


@function("selected-at", 2)
def _selected_at(context: Context, chosen: Value, index: Value) -> Value:
    names, number = to_text(chosen).split(), _index(index)
    return names[number] if 0 <= number < len(names) else ""


@function("checklist", 2, MANY)
def _checklist(context: Context, least: Value, most: Value, *values: Value) -> Value:
    count = sum(1 for value in members(values) if to_boolean(value))
    low, high = _index(least), _index(most)
    return (low < 0 or count >= low) and (high < 0 or count <= high)


@function("pulldata", 4)
def _pulldata(
    context: Context, codebook: Value, column: Value, key_column: Value, key: Value
) -> Value:
    return context.world.codebook_value(to_text(codebook), to_text(key), to_text(column))


@function("format-number", 2)
def _format_number(context: Context, value: Value, places: Value) -> Value:
    number = _round(context, value, places)
    return number_text(number) if isinstance(number, Decimal) else ""
