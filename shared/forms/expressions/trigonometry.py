"""Sines and their kin, in decimals: the same digits on every machine, unlike the C library's.

Angles are radians. Computed with guard digits and given to 15 decimals, so that `cos(pi() div 2)`
is 0.
"""

from __future__ import annotations

from decimal import Context as Arithmetic
from decimal import Decimal

from shared.forms.expressions.functions import function
from shared.forms.expressions.values import NAN, ZERO, Value, numeric
from shared.forms.expressions.world import Context

EXACT = Arithmetic(prec=50, Emax=999, Emin=-999, traps=[])
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
HALF_PI = EXACT.divide(PI, Decimal(2))
PI_SHOWN = Decimal("3.141592653589793")
ONE = Decimal(1)
UNIT = Decimal("1e-15")
TINY = Decimal("1e-45")
ANGLE_MAX = Decimal(10) ** 12


def shown(number: Decimal) -> Decimal:
    """A result, to 15 decimals or 16 digits, whichever is less."""
    if not number.is_finite():
        return number
    if abs(number) < 1:
        return number.quantize(UNIT, context=EXACT)
    return Arithmetic(prec=16, Emax=99, Emin=-99, traps=[]).plus(number)


def sine(angle: Decimal) -> Decimal:
    """The sine of an angle in radians; NaN for one beyond 10^12."""
    if not angle.is_finite() or abs(angle) > ANGLE_MAX:
        return NAN
    turn = EXACT.remainder_near(angle, PI * 2)
    term = total = turn
    square, index = EXACT.multiply(turn, turn), 1
    while abs(term) > TINY:
        index += 2
        term = EXACT.divide(EXACT.multiply(term, -square), Decimal(index * (index - 1)))
        total = EXACT.add(total, term)
    return total


def cosine(angle: Decimal) -> Decimal:
    """The cosine of an angle in radians."""
    return sine(EXACT.add(angle, HALF_PI)) if angle.is_finite() else NAN


def arc_tangent(ratio: Decimal) -> Decimal:
    """The angle whose tangent this is, from -pi/2 to pi/2."""
    if ratio.is_nan():
        return NAN
    if ratio.is_infinite() or abs(ratio) > Decimal(10) ** 40:
        return HALF_PI.copy_sign(ratio)
    if abs(ratio) > 1:
        rest = arc_tangent(EXACT.divide(ONE, ratio))
        return EXACT.subtract(HALF_PI.copy_sign(ratio), rest)
    halvings = 0
    while abs(ratio) > Decimal("0.05"):
        root = EXACT.sqrt(EXACT.add(ONE, EXACT.multiply(ratio, ratio)))
        ratio = EXACT.divide(ratio, EXACT.add(ONE, root))
        halvings += 1
    power = total = ratio
    square, index = EXACT.multiply(ratio, ratio), 1
    while abs(power) > TINY:
        index += 2
        power = EXACT.multiply(power, -square)
        total = EXACT.add(total, EXACT.divide(power, Decimal(index)))
    return EXACT.multiply(total, Decimal(2**halvings))


def arc_sine(ratio: Decimal) -> Decimal:
    """The angle whose sine this is; NaN outside -1 to 1."""
    if ratio.is_nan() or abs(ratio) > 1:
        return NAN
    if abs(ratio) == 1:
        return HALF_PI.copy_sign(ratio)
    other = EXACT.sqrt(EXACT.subtract(ONE, EXACT.multiply(ratio, ratio)))
    return arc_tangent(EXACT.divide(ratio, other))


@function("pi", 0)
def _pi(context: Context) -> Value:
    return PI_SHOWN


@function("sin", 1)
def _sin(context: Context, value: Value) -> Value:
    return shown(sine(numeric(value)))


@function("cos", 1)
def _cos(context: Context, value: Value) -> Value:
    return shown(cosine(numeric(value)))


@function("tan", 1)
def _tan(context: Context, value: Value) -> Value:
    angle = numeric(value)
    below = cosine(angle)
    return shown(EXACT.divide(sine(angle), below))


@function("asin", 1)
def _asin(context: Context, value: Value) -> Value:
    return shown(arc_sine(numeric(value)))


@function("acos", 1)
def _acos(context: Context, value: Value) -> Value:
    angle = arc_sine(numeric(value))
    return NAN if angle.is_nan() else shown(EXACT.subtract(HALF_PI, angle))


@function("atan", 1)
def _atan(context: Context, value: Value) -> Value:
    return shown(arc_tangent(numeric(value)))


@function("atan2", 2)
def _atan2(context: Context, y_value: Value, x_value: Value) -> Value:
    """The angle of the point (x, y), from -pi to pi."""
    y, x = numeric(y_value), numeric(x_value)
    if not x.is_finite() or not y.is_finite():
        return NAN
    if x == 0:
        return ZERO if y == 0 else shown(HALF_PI.copy_sign(y))
    angle = arc_tangent(EXACT.divide(y, x))
    if x < 0:
        angle = EXACT.add(angle, PI.copy_sign(ONE if y >= 0 else -ONE))
    return shown(angle)
