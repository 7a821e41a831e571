"""The programme's own functions, prefix `eco:`: what XPath 1.0 cannot say.

Each is a rule of the domain with a golden vector in its tests. Exports for other ODK clients mark
values that depend on them "computed by the server".
"""

from __future__ import annotations

from decimal import Decimal

from shared.forms.expressions.functions import MANY, function, members
from shared.forms.expressions.values import (
    ARITHMETIC,
    Value,
    finite,
    to_date,
    to_number,
    to_text,
    to_time,
)
from shared.forms.expressions.world import Context
from shared.thai import dates
from shared.thai.identifiers import (
    Identifier,
    parse_citizen_id,
    parse_factory_number,
    parse_juristic_number,
    parse_phone,
    parse_waste_code,
)

LIMITS = "limits"
OXYGEN_OF_AIR = Decimal("20.9")
MINUTES_OF_HOUR = Decimal(60)


@function("eco:minutes", 2)
def minutes(context: Context, start: Value, end: Value) -> Value:
    """Whole minutes from one time of day to a later one; no result when it is not later."""
    begin, finish = _minute_of_day(start), _minute_of_day(end)
    if begin is None or finish is None or finish < begin:
        return None
    return Decimal(finish - begin)


@function("eco:attended-hours", 4)
def attended_hours(context: Context, came: Value, left: Value, froms: Value, tos: Value) -> Value:
    """Hours of a person's presence that overlap the counted agenda items.

    `froms` and `tos` are parallel lists of the items' times. Who is not signed out stayed to the
    end of the last item; so the door desk needs to note only those who leave early.
    """
    arrived = _minute_of_day(came)
    if arrived is None:
        return None
    gone = _minute_of_day(left)
    total = 0
    for begin_value, end_value in zip(members((froms,)), members((tos,)), strict=False):
        begin, end = _minute_of_day(begin_value), _minute_of_day(end_value)
        if begin is None or end is None:
            continue
        total += max(0, (end if gone is None else min(end, gone)) - max(begin, arrived))
    return finite(ARITHMETIC.divide(Decimal(total), MINUTES_OF_HOUR))


@function("eco:fiscal-year", 1)
def fiscal_year(context: Context, value: Value) -> Value:
    """The Thai fiscal year of a day: October to September, named by the Buddhist year it ends in.

    2025-09-30 is in 2568 and 2025-10-01 in 2569.
    """
    day = to_date(value)
    return None if day is None else Decimal(dates.fiscal_year(day))


@function("eco:is-citizen", 1)
def is_citizen(context: Context, value: Value) -> Value:
    """Whether a text is a valid 13-digit citizen number."""
    return isinstance(parse_citizen_id(to_text(value)), Identifier)


@function("eco:is-juristic", 1)
def is_juristic(context: Context, value: Value) -> Value:
    """Whether a text is a valid 13-digit juristic-person number: it begins with 0."""
    return isinstance(parse_juristic_number(to_text(value)), Identifier)


@function("eco:is-phone", 1)
def is_phone(context: Context, value: Value) -> Value:
    """Whether a text is a Thai telephone number, +66 and an extension allowed."""
    return isinstance(parse_phone(to_text(value)), Identifier)


@function("eco:is-factory-number", 1)
def is_factory_number(context: Context, value: Value) -> Value:
    """Whether a text is a factory registration number without anything unusual about it, in the
    form of 14 digits or an old one such as 3-106-33/50รย."""
    found = parse_factory_number(to_text(value))
    return isinstance(found, Identifier) and not found.warning


@function("eco:is-waste-code", 1)
def is_waste_code(context: Context, value: Value) -> Value:
    """Whether a text is a waste code: three pairs of digits, chapters 01 to 19."""
    return isinstance(parse_waste_code(to_text(value)), Identifier)


@function("eco:at-oxygen", 3)
def at_oxygen(context: Context, value: Value, measured: Value, reference: Value) -> Value:
    """A concentration converted to a reference oxygen: C x (20.9 - reference) / (20.9 - measured).

    40 ppm at 12 % is 62.5 ppm at 7 %.
    """
    amount, oxygen, wanted = to_number(value), to_number(measured), to_number(reference)
    if amount is None or oxygen is None or wanted is None or oxygen >= OXYGEN_OF_AIR:
        return None
    factor = ARITHMETIC.divide(OXYGEN_OF_AIR - wanted, OXYGEN_OF_AIR - oxygen)
    return finite(ARITHMETIC.multiply(amount, factor))


@function("eco:limit", 2)
def limit(context: Context, key: Value, bound: Value) -> Value:
    """A legal limit from the codebook: `eco:limit('effluent/BOD', 'max')`; none when not set."""
    return to_number(context.world.codebook_value(LIMITS, to_text(key), to_text(bound)))


@function("eco:exceeds", 3)
def exceeds(context: Context, key: Value, value: Value, qualifier: Value) -> Value:
    """Whether a measured value breaks its limit: 'yes', 'no', or empty when it cannot be said.

    A limit means "not more than" (or "not less than"): a value equal to it complies. "Not
    detected" and "below the limit of quantification" comply; a doubtful or invalid value is not
    judged at all.
    """
    quality = to_text(qualifier)
    low, high = limit(context, key, "min"), limit(context, key, "max")
    forbidden = context.world.codebook_value(LIMITS, to_text(key), "max") == "ND"
    if not isinstance(low, Decimal) and not isinstance(high, Decimal) and not forbidden:
        return None
    if quality in ("nd", "lt"):
        return "no"
    amount = to_number(value)
    if amount is None or quality != "valid":
        return None
    above = amount > high if isinstance(high, Decimal) else forbidden and amount > 0
    below = isinstance(low, Decimal) and amount < low
    return "yes" if above or below else "no"


@function("eco:gap", 2)
def gap(context: Context, sent: Value, received: Value) -> Value:
    """By how many per cent two weights of one manifest differ: 10.0 t against 9.4 t is 6."""
    one, other = to_number(sent), to_number(received)
    if one is None or other is None or one <= 0:
        return None
    return finite(ARITHMETIC.multiply(ARITHMETIC.divide(abs(one - other), one), Decimal(100)))


@function("eco:weekday", 1)
def weekday(context: Context, value: Value) -> Value:
    """The day of the week, Monday 1 to Sunday 7."""
    day = to_date(value)
    return None if day is None else Decimal(day.isoweekday())


@function("eco:any", 1, MANY)
def any_given(context: Context, *arguments: Value) -> Value:
    """Whether any of the answers is given."""
    return any(to_text(value) for value in members(arguments))


def _minute_of_day(value: Value) -> int | None:
    moment = to_time(value)
    return None if moment is None else moment.hour * 60 + moment.minute


HOLIDAYS = "holidays"


@function("eco:is-working-day", 1)
def is_working_day(context: Context, value: Value) -> Value:
    """Whether a day is neither a weekend nor in the codebook of holidays (keys `2026-04-13`, or
    `04-13` for every year)."""
    day = to_date(value)
    if day is None:
        return None
    holiday = any(
        context.world.codebook_value(HOLIDAYS, key, "key") is not None
        for key in (day.isoformat(), day.strftime("%m-%d"))
    )
    return day.isoweekday() < 6 and not holiday
