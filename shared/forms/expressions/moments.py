"""Functions of days and times."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from shared.forms.expressions.functions import function
from shared.forms.expressions.values import (
    Value,
    first,
    iso_moment,
    to_date,
    to_number,
    to_text,
    to_time,
)
from shared.forms.expressions.world import Context


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
    value = first(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and len(value) > 15:
        return iso_moment(value)
    if isinstance(value, Decimal):
        day = to_date(value)
        if day is None:
            return None
        seconds = int((value % 1 * 86_400).to_integral_value(rounding=ROUND_HALF_UP))
        return datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001
    day = to_date(value)
    return None if day is None else datetime(day.year, day.month, day.day)  # noqa: DTZ001


@function("decimal-date-time", 1)
def _decimal_date_time(context: Context, value: Value) -> Value:
    moment = _date_time(context, value)
    return to_number(moment)


@function("decimal-time", 1)
def _decimal_time(context: Context, value: Value) -> Value:
    return to_number(to_time(value))


MONTHS_SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS_SHORT = "Mon Tue Wed Thu Fri Sat Sun".split()


def format_moment(moment: datetime, template: str) -> str:
    """A time stamp by ODK's format letters (%Y %y %m %n %b %d %e %H %h %M %S %3 %a)."""
    letters = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "n": str(moment.month),
        "b": MONTHS_SHORT[moment.month - 1],
        "d": f"{moment.day:02}",
        "e": str(moment.day),
        "H": f"{moment.hour:02}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02}",
        "S": f"{moment.second:02}",
        "3": f"{moment.microsecond // 1000:03}",
        "a": DAYS_SHORT[moment.weekday()],
        "%": "%",
    }
    return re.sub(r"%(.)", lambda match: letters.get(match.group(1), match.group(0)), template)


@function("format-date", 2)
@function("format-date-time", 2)
def _format_date(context: Context, value: Value, template: Value) -> Value:
    moment = _date_time(context, value)
    return format_moment(moment, to_text(template)) if isinstance(moment, datetime) else ""
