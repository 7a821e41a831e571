"""What an expression computes with: text, exact decimals, booleans, dates, and lists of them.

The language is XPath 1.0 as XForms uses it, with two deliberate differences. Numbers are exact
decimals and not binary floats, so that 10.0 - 9.4 is 0.6 on every machine. "Not a number" is
`None`, the same thing as "no answer": a calculation over a question nobody answered has no
result, and prints as an empty text instead of "NaN".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from typing import TypeAlias

Scalar: TypeAlias = str | Decimal | bool | date | time | None
Value: TypeAlias = Scalar | Sequence[object]

NUMBER = re.compile(r"[ \t\r\n]*(-?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40}))[ \t\r\n]*")
EPOCH = date(1970, 1, 1)

# Bounded exponents: a product of large numbers overflows to "no result" instead of printing
# millions of digits. No trap is set, so that nothing a person types can raise.
ARITHMETIC = Context(prec=28, Emax=99, Emin=-99, traps=[])
ZERO = Decimal(0)
ONE = Decimal(1)


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
    """XPath's number(): dates are days since 1970, times are a fraction of a day."""
    value = first(value)
    if isinstance(value, bool):
        return ONE if value else ZERO
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        match = NUMBER.fullmatch(value)
        return Decimal(match.group(1)) if match else None
    if isinstance(value, datetime):
        day = Decimal((value.date() - EPOCH).days)
        return ARITHMETIC.add(day, fraction_of_day(value.time()))
    if isinstance(value, date):
        return Decimal((value - EPOCH).days)
    if isinstance(value, time):
        return fraction_of_day(value)
    return None


def fraction_of_day(value: time) -> Decimal:
    """How much of a day has passed at this time: 12:00 is 0.5."""
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return ARITHMETIC.divide(Decimal(seconds), Decimal(86400))


def number_text(number: Decimal) -> str:
    """A number as text: no exponent, no trailing zeros, no minus zero."""
    if number == number.to_integral_value():
        return str(int(number))
    return format(number.normalize(ARITHMETIC), "f")


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
    """XPath's boolean(): empty text, zero, no answer and an empty list are false."""
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    if isinstance(value, Decimal):
        return value != 0
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
        return iso_date(value[:10])
    if isinstance(value, Decimal):
        return day_of_number(value)
    return None


def day_of_number(value: Decimal) -> date | None:
    """The day that lies so many days after 1970-01-01, or None outside the calendar."""
    if not -719_000 < value < 2_932_000:
        return None
    return EPOCH + timedelta(days=int(value.to_integral_value(rounding=ROUND_FLOOR)))


def iso_date(text: str) -> date | None:
    """A day written YYYY-MM-DD, or None."""
    if len(text) != 10 or not text.isascii():
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def iso_time(text: str) -> time | None:
    """A time of day written HH:MM (seconds and an offset are tolerated), or None."""
    if not 4 < len(text) <= 32 or not text.isascii():
        return None
    try:
        return time.fromisoformat(text[:8] if len(text) >= 8 else text[:5]).replace(tzinfo=None)
    except ValueError:
        return None


def iso_moment(text: str) -> datetime | None:
    """A time stamp written in ISO 8601, as local wall time (its offset dropped), or None."""
    if not 15 < len(text) <= 40 or not text.isascii():
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
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


def equal(left: Value, right: Value) -> bool:
    """XPath's `=`: true if any member of a list equals; numbers compare as numbers."""
    if isinstance(left, (list, tuple)):
        return any(equal(member, right) for member in left)
    if isinstance(right, (list, tuple)):
        return any(equal(left, member) for member in right)
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, (Decimal, date, time)) and isinstance(right, (Decimal, date, time)):
        return to_number(left) == to_number(right)
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        one, other = to_number(left), to_number(right)
        return one is not None and one == other
    return to_text(left) == to_text(right)


def less(left: Value, right: Value) -> bool:
    """XPath's `<`, by number; days and times written as text compare as such."""
    if isinstance(left, (list, tuple)):
        return any(less(member, right) for member in left)
    if isinstance(right, (list, tuple)):
        return any(less(left, member) for member in right)
    one, other = orderable(left), orderable(right)
    return one is not None and other is not None and one < other


def at_most(left: Value, right: Value) -> bool:
    """XPath's `<=`, with the same reading of text as `less`."""
    if isinstance(left, (list, tuple)):
        return any(at_most(member, right) for member in left)
    if isinstance(right, (list, tuple)):
        return any(at_most(left, member) for member in right)
    one, other = orderable(left), orderable(right)
    return one is not None and other is not None and one <= other


def orderable(value: Value) -> Decimal | None:
    """The number that orders a value: ISO dates and times written as text count as such."""
    number = to_number(value)
    if number is None and isinstance(value, str):
        number = to_number(iso_date(value) or iso_moment(value) or iso_time(value))
    return number
