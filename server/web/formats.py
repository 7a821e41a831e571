"""How the office writes dates, times, hours and numbers for people, in both languages."""

from __future__ import annotations

from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from server.web.words import Words
from shared.clocks import bangkok_datetime
from shared.errors import TimeUnreadable
from shared.thai.dates import format_short, format_time

MINUTES_PER_HOUR = 60
MS_PER_MINUTE = 60_000
MS_PER_HOUR = 60 * MS_PER_MINUTE
MS_PER_DAY = 24 * MS_PER_HOUR
AGO_DAYS_MAX = 62


def day(value: str | date | None, language: str) -> str:
    """`15 ส.ค. 2568` of an ISO day; what is no day is shown as it is."""
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return format_short(value, language)
    try:
        return format_short(date.fromisoformat(value[:10]), language)
    except ValueError:
        return value


def moment(unix_ms: int | None, language: str) -> str:
    """`15 ส.ค. 2568 13.30 น.` on a wall in Thailand; a dash for what is beyond the calendar."""
    if unix_ms is None:
        return ""
    try:
        found = bangkok_datetime(unix_ms)
    except TimeUnreadable:
        return "-"
    return f"{format_short(found.date(), language)} {format_time(found.time(), language)}"


def ago(unix_ms: int | None, now_ms: int, words: Words) -> str:
    """How long ago, for lists: minutes, hours, days; the day itself beyond two months."""
    if unix_ms is None:
        return ""
    age = now_ms - unix_ms
    if age < MS_PER_MINUTE:
        return words("ago.now")
    if age < MS_PER_HOUR:
        return words("ago.minutes", n=age // MS_PER_MINUTE)
    if age < MS_PER_DAY:
        return words("ago.hours", n=age // MS_PER_HOUR)
    if age < AGO_DAYS_MAX * MS_PER_DAY:
        return words("ago.days", n=age // MS_PER_DAY)
    return moment(unix_ms, words.language)


def clock_time(value: str, language: str) -> str:
    """`13.30 น.` of `13:30`."""
    try:
        return format_time(time.fromisoformat(value), language)
    except ValueError:
        return value


def hours(minutes: int) -> str:
    """Minutes as hours with at most two decimals: 375 is `6.25`, 600 is `10`."""
    exact = (Decimal(minutes) / MINUTES_PER_HOUR).quantize(Decimal("0.01"), ROUND_HALF_UP)
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimal_text(value: str) -> str:
    """A stored decimal with thousands commas and exactly the places it was typed with."""
    whole, point, part = value.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if not digits.isdigit():
        return value
    return f"{sign}{int(digits):,}{point}{part}"


def decimal_of(value: object) -> Decimal | None:
    """A number from stored data, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def file_size(size: int) -> str:
    """`1.4 MB`, `310 kB`, `12 B`."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} B"
