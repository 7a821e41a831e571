"""Dates and times as people type and read them (golden vectors of the domain)."""

from __future__ import annotations

from datetime import date, time

import pytest

from shared.thai.dates import (
    DateProblem,
    ParsedDate,
    fiscal_year,
    format_long,
    format_month,
    format_short,
    format_time,
    parse_date,
    parse_iso_date,
    parse_time,
)

DAY = date(2025, 8, 15)

BUDDHIST = [
    "15/8/68",
    "15/08/2568",
    "15-8-2568",
    "15.8.2568",
    "15 8 2568",
    "๑๕/๘/๖๘",
    "15 ส.ค. 2568",
    "15 ส.ค.68",
    "15 สค 2568",
    "๑๕ สิงหาคม ๒๕๖๘",
    "15 สิงหาคม พ.ศ. 2568",
    "15 ส.ค. พ.ศ.68",
    "วันที่ 15 สิงหาคม 2568",
    "15 Aug 2568",
    "15 august 68",
    " 15 / 8 / 2568 ",
    "2568-08-15",
    "15สิงหาคม2568",
]


@pytest.mark.parametrize("text", BUDDHIST)
def test_a_buddhist_date_is_read_and_sure(text: str) -> None:
    assert parse_date(text) == ParsedDate(DAY, "be", needs_confirmation=False)


@pytest.mark.parametrize("text", ["15/08/2025", "15 Aug 2025", "15 ส.ค. 2025", "2025-08-15"])
def test_a_gregorian_year_is_read_and_asked_about_once(text: str) -> None:
    assert parse_date(text) == ParsedDate(DAY, "ce", needs_confirmation=True)


@pytest.mark.parametrize("text", ["15 ส.ค. ค.ศ. 2025", "15/8/ค.ศ.2025"])
def test_a_gregorian_year_that_says_so_is_sure(text: str) -> None:
    assert parse_date(text) == ParsedDate(DAY, "ce", needs_confirmation=False)


def test_the_leap_day_follows_the_gregorian_year() -> None:
    assert parse_date("29/2/2567") == ParsedDate(date(2024, 2, 29), "be", needs_confirmation=False)
    assert parse_date("29/2/2568") == DateProblem("date.impossible")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "date.empty"),
        ("   ", "date.empty"),
        ("วันที่", "date.empty"),
        ("พรุ่งนี้", "date.unreadable"),
        ("15/8", "date.unreadable"),
        ("15 ฟฟ.ฟ. 2568", "date.unreadable"),
        ("15/8/25689", "date.unreadable"),
        ("1" * 100_000, "date.unreadable"),
        ("15/8/-68", "date.unreadable"),
        ("15\x00/8/68", "date.unreadable"),
        ("²/8/68", "date.unreadable"),
        ("15 mayonnaise 68", "date.unreadable"),
        ("0/8/68", "date.impossible"),
        ("32/8/68", "date.impossible"),
        ("15/13/68", "date.impossible"),
        ("31 เม.ย. 2568", "date.impossible"),
        ("15/0/68", "date.impossible"),
        ("15/8/2300", "date.year_unknown"),
        ("15/8/568", "date.year_unknown"),
        ("15/8/8", "date.year_unknown"),
        ("15/8/1899", "date.year_unknown"),
        ("15/8/2644", "date.year_unknown"),
        ("15/8/9999", "date.year_unknown"),
        ("15 ส.ค. พ.ศ. 2025", "date.year_unknown"),
        ("15 ส.ค. ค.ศ. 68", "date.year_unknown"),
    ],
)
def test_what_is_no_date_is_a_problem_with_a_code(text: str, code: str) -> None:
    assert parse_date(text) == DateProblem(code)


def test_iso_dates_are_read_strictly() -> None:
    assert parse_iso_date("2025-08-15") == DAY
    assert parse_iso_date("20250815") == DateProblem("date.unreadable")
    assert parse_iso_date("2025-W33-5") == DateProblem("date.unreadable")
    assert parse_iso_date("2025-02-29") == DateProblem("date.impossible")


@pytest.mark.parametrize(
    "text", ["13.30", "13:30", "1330", "๑๓.๓๐", "13.30 น.", "13.30น", "๑๓:๓๐ น.", " 13 . 30 "]
)
def test_a_time_is_read(text: str) -> None:
    assert parse_time(text) == time(13, 30)


def test_a_time_of_one_hour_digit_is_read() -> None:
    assert parse_time("8.05") == parse_time("805") == time(8, 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("น.", "empty"),
        ("9", "unreadable"),
        ("บ่าย", "unreadable"),
        ("1:2", "unreadable"),
        ("13.30.15", "unreadable"),
        ("9" * 100_000, "unreadable"),
        ("24.00", "impossible"),
        ("12.60", "impossible"),
    ],
)
def test_what_is_no_time_is_a_problem_with_a_code(text: str, code: str) -> None:
    assert parse_time(text) == DateProblem(f"time_of_day.{code}")


def test_dates_are_shown_in_both_languages() -> None:
    assert format_short(DAY) == "15 ส.ค. 2568"
    assert format_long(DAY) == "15 สิงหาคม 2568"
    assert format_long(DAY, thai_numerals=True) == "๑๕ สิงหาคม ๒๕๖๘"
    assert format_month(DAY) == "สิงหาคม 2568"
    assert format_short(DAY, "en") == "15 Aug 2025"
    assert format_long(DAY, "en", thai_numerals=True) == "15 August 2025"
    assert format_month(DAY, "en") == "August 2025"


def test_times_are_shown_in_both_languages() -> None:
    assert format_time(time(8, 5)) == "08.05 น."
    assert format_time(time(13, 30), thai_numerals=True) == "๑๓.๓๐ น."
    assert format_time(time(13, 30), "en") == "13:30"


def test_the_fiscal_year_begins_in_october_and_is_named_by_its_end() -> None:
    assert fiscal_year(date(2025, 9, 30)) == 2568
    assert fiscal_year(date(2025, 10, 1)) == 2569
