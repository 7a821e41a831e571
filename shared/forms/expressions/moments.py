"""Functions of days and times. Moments are Thai wall time."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from shared.forms.expressions.functions import bounded, function
from shared.forms.expressions.values import (
    NAN,
    Value,
    first,
    fraction_of_day,
    iso_moment,
    numeric,
    to_date,
    to_text,
    to_time,
)
from shared.forms.expressions.world import Context
from shared.thai.dates import MONTHS_ENGLISH, MONTHS_THAI, MONTHS_THAI_SHORT

SECONDS_OF_DAY = 86_400


@function("today", 0)
def _today(context: Context) -> Value:
    return context.world.today()


@function("now", 0)
def _now(context: Context) -> Value:
    return context.world.now()


@function("date", 1)
def _date(context: Context, value: Value) -> Value:
    return to_date(value)


@function("date-time", 1)
def _date_time(context: Context, value: Value) -> Value:
    return moment_of(value)


def moment_of(value: Value) -> datetime | None:
    """A moment from a date, a time stamp, ISO text, or days since 1970; or None."""
    value = first(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and len(value) > 10:
        return iso_moment(value)
    day = to_date(value)
    if day is None:
        return None
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    if not isinstance(value, Decimal):
        return midnight
    fraction = value - value.to_integral_value(rounding=ROUND_FLOOR)
    seconds = (fraction * SECONDS_OF_DAY).to_integral_value(rounding=ROUND_HALF_UP)
    return midnight + timedelta(seconds=int(seconds))


@function("decimal-date-time", 1)
def _decimal_date_time(context: Context, value: Value) -> Value:
    if isinstance(value, Decimal):
        return value
    moment = moment_of(value)
    return NAN if moment is None else numeric(moment)


@function("decimal-time", 1)
def _decimal_time(context: Context, value: Value) -> Value:
    value = first(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            return NAN
        return value - value.to_integral_value(rounding=ROUND_FLOOR)
    moment = to_time(value)
    return NAN if moment is None else fraction_of_day(moment)


MONTHS_SHORT = tuple(month[:3] for month in MONTHS_ENGLISH)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_THAI = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
DAYS_THAI_SHORT = ("จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส.", "อา.")
DIRECTIVE = re.compile(r"%(.)", re.DOTALL)


def format_moment(moment: datetime, template: str, language: str = "en") -> str:
    """A time stamp by ODK's format letters, and %A and %B for whole names. Names of days and
    months are in the language; years are Gregorian, as the specification says."""
    thai = language == "th"
    month, day = moment.month - 1, moment.weekday()
    letters = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "n": str(moment.month),
        "b": (MONTHS_THAI_SHORT if thai else MONTHS_SHORT)[month],
        "B": (MONTHS_THAI if thai else MONTHS_ENGLISH)[month],
        "d": f"{moment.day:02}",
        "e": str(moment.day),
        "H": f"{moment.hour:02}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02}",
        "S": f"{moment.second:02}",
        "3": f"{moment.microsecond // 1000:03}",
        "a": (DAYS_THAI_SHORT if thai else tuple(name[:3] for name in DAYS))[day],
        "A": (DAYS_THAI if thai else DAYS)[day],
        "%": "%",
    }
    return DIRECTIVE.sub(lambda match: letters.get(match.group(1), match.group(0)), template)


@function("format-date", 2)
@function("format-date-time", 2)
def _format_date(context: Context, value: Value, template: Value) -> Value:
    moment = moment_of(value)
    if moment is None:
        hour = to_time(value)
        moment = None if hour is None else _on_some_day(hour)
    if moment is None:
        return ""
    wanted = bounded(to_text(template))
    return bounded(format_moment(moment, wanted, context.world.language))


def _on_some_day(hour: time) -> datetime:
    """A time of day has no date: the letters of the hour are what is wanted of it."""
    return datetime.combine(datetime(1970, 1, 1).date(), hour)  # noqa: DTZ001
