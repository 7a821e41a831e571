"""What an expression computes with: text, exact decimals, booleans, dates, and lists of them.

The language is XPath 1.0 as XForms uses it. Numbers are exact decimals and not binary floats, so
that 10.0 - 9.4 is 0.6 on every machine; NaN and the infinities are decimals too, and behave as
XPath says. Only the result of a whole expression is different: one that is not a finite number is
"no answer" (`None`), as if nobody had answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_FLOOR, Context, Decimal
from typing import TypeAlias, TypeGuard

Scalar: TypeAlias = str | Decimal | bool | date | time | None
Value: TypeAlias = Scalar | Sequence[object]

NUMBER = re.compile(r"[ \t\r\n]*(-?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40}))[ \t\r\n]*")
EPOCH = date(1970, 1, 1)

# Bounded exponents: a product of large numbers overflows to "no result" instead of printing
# millions of digits. No trap is set, so that nothing a person types can raise.
# Computed with six guard digits, shown and compared without them: three times a third is one.
ARITHMETIC = Context(prec=34, Emax=99, Emin=-99, traps=[])
SHOWN = Context(prec=28, Emax=99, Emin=-99, traps=[])
REST_DIGITS = 30
ZERO = Decimal(0)
ONE = Decimal(1)
NAN = Decimal("NaN")
# Thai wall time: stored moments are read in it, whatever offset they were written with.
THAI_TIME = timezone(timedelta(hours=7))


def finite(number: Decimal) -> Decimal | None:
    """The number, or None when it is infinite or not a number."""
    return number if number.is_finite() else None


def first(value: Value) -> Scalar:
    """The scalar that a value stands for: of a list, its first member."""
    if isinstance(value, (str, Decimal, bool, date, time)) or value is None:
        return value
    for member in value:
        if isinstance(member, (str, Decimal, bool, date, time)):
            return member
        return None
    return None


def to_number(value: Value) -> Decimal | None:
    """The finite number that a value stands for, or None: see `numeric`."""
    number = numeric(value)
    return number if number.is_finite() else None


def numeric(value: Value) -> Decimal:
    """XPath's number(): NaN for what is none. Dates are days since 1970, also when they are
    written as text; times are a fraction of a day."""
    if isinstance(value, Decimal):
        return value
    value = first(value)
    if isinstance(value, bool):
        return ONE if value else ZERO
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        match = NUMBER.fullmatch(value)
        if match:
            return Decimal(match.group(1))
        written = iso_date(value) or iso_moment(value)
        return NAN if written is None else numeric(written)
    if isinstance(value, datetime):
        day = Decimal((value.date() - EPOCH).days)
        return ARITHMETIC.add(day, fraction_of_day(value.time()))
    if isinstance(value, date):
        return Decimal((value - EPOCH).days)
    if isinstance(value, time):
        return fraction_of_day(value)
    return NAN


def shown(number: Decimal) -> Decimal:
    """A number without its guard digits."""
    return SHOWN.plus(number)


def total(one: Decimal, other: Decimal) -> Decimal:
    """A sum; what is left when all digits but the guards cancel out is nothing."""
    found = ARITHMETIC.add(one, other)
    if found.is_finite() and found and found.adjusted() < -10:
        largest = max(one.adjusted(), other.adjusted())
        if found.adjusted() < largest - REST_DIGITS:
            return ZERO
    return found


def difference(one: Decimal, other: Decimal) -> Decimal:
    """One number less another."""
    return total(one, ARITHMETIC.minus(other))


def fraction_of_day(value: time) -> Decimal:
    """How much of a day has passed at this time: 12:00 is 0.5."""
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    if value.microsecond:
        return ARITHMETIC.divide(
            Decimal(seconds * 1_000_000 + value.microsecond), Decimal(86_400_000_000)
        )
    return ARITHMETIC.divide(Decimal(seconds), Decimal(86400))


def number_text(number: Decimal) -> str:
    """A number as text: no exponent, no trailing zeros, no minus zero; `NaN`, `Infinity`."""
    if not number.is_finite():
        return "NaN" if number.is_nan() else "Infinity" if number > 0 else "-Infinity"
    if number == number.to_integral_value():
        return str(int(number))
    return format(number.normalize(SHOWN), "f")


def to_text(value: Value) -> str:
    """XPath's string(): ISO dates, `true` and `false`, an empty text for no answer."""
    value = first(value)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat()


def to_boolean(value: Value) -> bool:
    """XPath's boolean(): empty text, zero, NaN, no answer and an empty list are false."""
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    if isinstance(value, Decimal):
        return value != 0 and not value.is_nan()
    if isinstance(value, (date, time)):
        return True
    return len(value) > 0


def to_date(value: Value) -> date | None:
    """A calendar day from a date, a time stamp, ISO text, or days since 1970."""
    value = first(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        if len(value) > 10:
            moment = iso_moment(value)
            return None if moment is None else moment.date()
        return iso_date(value) or iso_date(padded(value))
    if isinstance(value, Decimal):
        return day_of_number(value)
    return None


def day_of_number(value: Decimal) -> date | None:
    """The day that lies so many days after 1970-01-01, or None outside the calendar."""
    if value.is_nan() or not -719_000 < value < 2_932_000:
        return None
    return EPOCH + timedelta(days=int(value.to_integral_value(rounding=ROUND_FLOOR)))


def padded(text: str) -> str:
    """A date written without its zeros, 2025-8-5, with them."""
    return "-".join(part.zfill(2) for part in text.split("-"))


def iso_date(text: str) -> date | None:
    """A day written YYYY-MM-DD, or None."""
    if len(text) != 10 or not text.isascii():
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def iso_time(text: str) -> time | None:
    """A time of day written HH:MM (with seconds and an offset too), as Thai wall time, or None."""
    if not 4 < len(text) <= 32 or not text.isascii():
        return None
    try:
        hour = time.fromisoformat(text)
        if hour.tzinfo is None:
            return hour
        moment = datetime.combine(date(2000, 1, 2), hour).astimezone(THAI_TIME)
        return moment.time()
    except ValueError:
        return None


def iso_moment(text: str) -> datetime | None:
    """A time stamp written in ISO 8601, as Thai wall time, or None."""
    if not 15 < len(text) <= 40 or not text.isascii() or text[4] != "-":
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment
        return moment.astimezone(THAI_TIME).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def to_time(value: Value) -> time | None:
    """A time of day from a time, a time stamp, or ISO text."""
    value = first(value)
    if isinstance(value, time):
        return value
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, str):
        moment = iso_moment(value)
        return moment.time() if moment else iso_time(value)
    return None


def is_list(value: Value) -> TypeGuard[Sequence[Value]]:
    """Whether a value is a list of nodes' values."""
    return isinstance(value, (list, tuple))


def equal(left: Value, right: Value) -> bool:
    """XPath's `=`: true if any member of a list equals; numbers compare as numbers."""
    if is_list(left):
        if isinstance(right, bool):
            return bool(left) == right
        return any(equal(member, right) for member in left)
    if is_list(right):
        if isinstance(left, bool):
            return bool(right) == left
        return any(equal(left, member) for member in right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        return shown(numeric(left)) == shown(numeric(right))
    if isinstance(left, (date, time)) and isinstance(right, (date, time)):
        return numeric(left) == numeric(right)
    if isinstance(left, (date, time)) or isinstance(right, (date, time)):
        one, other = orderable(left), orderable(right)
        if one is not None and other is not None:
            return one == other
    return to_text(left) == to_text(right)


def unequal(left: Value, right: Value) -> bool:
    """XPath's `!=`: of lists, whether any pair of members differs."""
    if is_list(left):
        if isinstance(right, bool):
            return bool(left) != right
        return any(unequal(member, right) for member in left)
    if is_list(right):
        if isinstance(left, bool):
            return bool(right) != left
        return any(unequal(left, member) for member in right)
    return not equal(left, right)


def less(left: Value, right: Value) -> bool:
    """XPath's `<`, by number; days and times written as text compare as such."""
    if is_list(left):
        return any(less(member, right) for member in left)
    if is_list(right):
        return any(less(left, member) for member in right)
    one, other = orderable(left), orderable(right)
    return one is not None and other is not None and one < other


def at_most(left: Value, right: Value) -> bool:
    """XPath's `<=`, with the same reading of text as `less`."""
    if is_list(left):
        return any(at_most(member, right) for member in left)
    if is_list(right):
        return any(at_most(left, member) for member in right)
    one, other = orderable(left), orderable(right)
    return one is not None and other is not None and one <= other


def orderable(value: Value) -> Decimal | None:
    """The number that orders a value, or None for NaN. Times written as text count as such."""
    number = numeric(value)
    if not number.is_nan():
        return shown(number)
    if isinstance(value, str):
        moment = iso_time(value)
        return None if moment is None else fraction_of_day(moment)
    return None
