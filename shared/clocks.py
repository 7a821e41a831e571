"""Times as evidence: the clock port, a moment as a device saw it, ISO text, Bangkok's calendar.

Clocks never order changes (a tablet's may be ten years off); they only say when somebody believes
something happened. All times are integers of milliseconds since 1970 in UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, Protocol

from shared.errors import TimeUnreadable
from shared.thai.dates import format_short, format_time

BANGKOK: Final = timezone(timedelta(hours=7), "Asia/Bangkok")
"""Thailand has no summer time, so a fixed offset is exact and needs no time zone database."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,3}))?Z"
)


class WallClock(Protocol):
    """A device's or server's clock, handed in by the composition root."""

    def now_ms(self) -> int:
        """Wall time in milliseconds since 1970, UTC; may jump either way."""

    def monotonic_ms(self) -> int:
        """Milliseconds since some start of this boot; never goes back within one boot."""

    def boot_id(self) -> str:
        """Names the boot that `monotonic_ms` counts in."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, as one device saw it."""

    wall_ms: int
    monotonic_ms: int
    boot_id: str


def moment_of(clock: WallClock) -> Moment:
    """This clock's present."""
    return Moment(clock.now_ms(), clock.monotonic_ms(), clock.boot_id())


def utc_datetime(unix_ms: int) -> datetime:
    """Unix milliseconds as an aware datetime; TimeUnreadable beyond the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(milliseconds=unix_ms)
    except OverflowError:
        raise TimeUnreadable("the time is outside the years 1 to 9999") from None


def iso_utc(unix_ms: int) -> str:
    """`2026-11-23T03:04:05.678Z`; always with three digits of milliseconds."""
    moment = utc_datetime(unix_ms)
    thousandths = moment.microsecond // 1000
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}.{thousandths:03d}Z"


def parse_iso_utc(text: str) -> int:
    """Unix milliseconds of `2026-11-23T03:04:05.678Z`; other forms are TimeUnreadable."""
    found = _ISO.fullmatch(text)
    if found is None:
        raise TimeUnreadable("a time is written like 2026-11-23T03:04:05.678Z")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    thousandths = int((found.group(7) or "0").ljust(3, "0"))
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise TimeUnreadable("there is no such day or time") from None
    return (moment - _EPOCH) // timedelta(milliseconds=1) + thousandths


def bangkok_datetime(unix_ms: int) -> datetime:
    """Unix milliseconds on a wall in Thailand."""
    moment = utc_datetime(unix_ms)
    try:
        return moment.astimezone(BANGKOK)
    except OverflowError:
        raise TimeUnreadable("the time is outside the years 1 to 9999") from None


def bangkok_date(unix_ms: int) -> date:
    """The calendar day in Thailand."""
    return bangkok_datetime(unix_ms).date()


def bangkok_text(unix_ms: int, language: str) -> str:
    """`15 ส.ค. 2568 13.30 น.` in Thai, `15 Aug 2025 13:30` in English."""
    moment = bangkok_datetime(unix_ms)
    return f"{format_short(moment.date(), language)} {format_time(moment.time(), language)}"
