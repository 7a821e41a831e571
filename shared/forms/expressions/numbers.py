"""Functions of numbers, and of lists of numbers. All exact, or to 28 digits."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_UP,
    Decimal,
)

from shared.forms.expressions.functions import MANY, finite_numbers, function, members
from shared.forms.expressions.texts import index_of
from shared.forms.expressions.values import (
    ARITHMETIC,
    NAN,
    ZERO,
    Value,
    numeric,
    shown,
    to_text,
    total,
)
from shared.forms.expressions.world import Context

TEN = Decimal(10)
# Exponents beyond leave the range of numbers for every base but those next to 1.
EXPONENT_MAX = 1_000_000


@function("number", 1)
def _number(context: Context, value: Value) -> Value:
    return numeric(value)


@function("int", 1)
def _int(context: Context, value: Value) -> Value:
    """The whole part: `int(-3.9)` is -3."""
    return _whole(numeric(value), ROUND_DOWN)


@function("floor", 1)
def _floor(context: Context, value: Value) -> Value:
    return _whole(numeric(value), ROUND_FLOOR)


@function("ceiling", 1)
def _ceiling(context: Context, value: Value) -> Value:
    return _whole(numeric(value), ROUND_CEILING)


def _whole(number: Decimal, rounding: str) -> Decimal:
    return shown(number).to_integral_value(rounding=rounding) if number.is_finite() else number


@function("round", 1, 2)
def _round(context: Context, value: Value, places: Value = ZERO) -> Value:
    """Rounded to so many decimals; a half goes towards the greater number: round(-2.5) is -2."""
    number, digits = shown(numeric(value)), index_of(places)
    if not number.is_finite():
        return number
    if not -30 <= digits <= 30:
        return NAN
    unit = Decimal(1).scaleb(-digits)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= digits:
        return number
    half = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    return number.quantize(unit, rounding=half, context=ARITHMETIC)


@function("abs", 1)
def _abs(context: Context, value: Value) -> Value:
    return ARITHMETIC.abs(numeric(value))


@function("pow", 2)
def _pow(context: Context, base: Value, exponent: Value) -> Value:
    one, other = numeric(base), numeric(exponent)
    if one.is_nan() or other.is_nan() or other.is_infinite() or abs(other) > EXPONENT_MAX:
        return NAN
    if one.is_zero() and other.is_zero():
        return Decimal(1)
    return ARITHMETIC.power(one, other)


@function("sqrt", 1)
def _sqrt(context: Context, value: Value) -> Value:
    return ARITHMETIC.sqrt(numeric(value))


@function("exp", 1)
def _exp(context: Context, value: Value) -> Value:
    return ARITHMETIC.exp(numeric(value))


@function("exp10", 1)
def _exp10(context: Context, value: Value) -> Value:
    return _pow(context, TEN, value)


@function("log", 1)
def _log(context: Context, value: Value) -> Value:
    return ARITHMETIC.ln(numeric(value))


@function("log10", 1)
def _log10(context: Context, value: Value) -> Value:
    return ARITHMETIC.log10(numeric(value))


# -- lists -----------------------------------------------------------------------------------


@function("sum", 1, MANY)
def _sum(context: Context, *arguments: Value) -> Value:
    found = ZERO
    for number in finite_numbers(arguments):
        found = total(found, number)
    return found


@function("min", 1, MANY)
def _min(context: Context, *arguments: Value) -> Value:
    found = finite_numbers(arguments)
    return min(found) if found else None


@function("max", 1, MANY)
def _max(context: Context, *arguments: Value) -> Value:
    found = finite_numbers(arguments)
    return max(found) if found else None


@function("count-non-empty", 1)
def _count_non_empty(context: Context, values: Value) -> Value:
    return Decimal(sum(1 for value in members((values,)) if to_text(value)))
