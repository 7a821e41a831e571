"""Times read and write one way, and a day in Thailand begins at 17.00 UTC."""

from __future__ import annotations

from datetime import date

import pytest

from shared.clocks import bangkok_date, bangkok_text, iso_utc, parse_iso_utc
from shared.errors import TimeUnreadable

MOMENT = "2026-11-23T03:04:05.678Z"


def test_iso_text_has_milliseconds_and_comes_back() -> None:
    assert iso_utc(parse_iso_utc(MOMENT)) == MOMENT
    assert iso_utc(0) == "1970-01-01T00:00:00.000Z"
    assert iso_utc(-1) == "1969-12-31T23:59:59.999Z"


def test_shorter_fractions_are_read() -> None:
    assert parse_iso_utc("1970-01-01T00:00:01Z") == 1000
    assert parse_iso_utc("1970-01-01T00:00:00.5Z") == 500


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23",
        "2026-11-23 03:04:05Z",
        "2026-11-23T03:04:05",
        "2026-11-23T03:04:05+07:00",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z",
        "0000-01-01T00:00:00Z",
        MOMENT + "\n",
        "๒๐๒๖-11-23T03:04:05Z",
        "2026-11-23T03:04:05.6789Z",
        "9" * 10_000,
    ],
)
def test_any_other_form_is_a_clear_problem(text: str) -> None:
    with pytest.raises(TimeUnreadable):
        parse_iso_utc(text)


@pytest.mark.parametrize("unix_ms", [10**15, -(10**15), 10**40, -(10**40)])
def test_a_time_beyond_the_calendar_is_a_clear_problem(unix_ms: int) -> None:
    with pytest.raises(TimeUnreadable):
        iso_utc(unix_ms)
    with pytest.raises(TimeUnreadable):
        bangkok_date(unix_ms)


def test_the_last_hours_of_the_calendar_are_a_clear_problem_in_bangkok() -> None:
    with pytest.raises(TimeUnreadable):
        bangkok_date(parse_iso_utc("9999-12-31T23:00:00Z"))


def test_the_day_in_thailand_begins_seven_hours_early() -> None:
    assert bangkok_date(parse_iso_utc("2025-09-30T16:59:59Z")) == date(2025, 9, 30)
    assert bangkok_date(parse_iso_utc("2025-09-30T17:00:00Z")) == date(2025, 10, 1)


def test_a_moment_reads_in_both_languages() -> None:
    moment = parse_iso_utc("2025-08-15T06:30:00Z")
    assert bangkok_text(moment, "th") == "15 ส.ค. 2568 13.30 น."
    assert bangkok_text(moment, "en") == "15 Aug 2025 13:30"
