"""Buddhist-era dates: what people type, what they read, and the fiscal year.

Data is ISO and Gregorian; people see and type พ.ศ. An own formatter on both sides, because
browsers and locale libraries disagree about the era.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Final, Literal

BUDDHIST_OFFSET: Final = 543
BUDDHIST_YEAR_MIN: Final = 2400
GREGORIAN_YEAR_MIN: Final = 1900
GREGORIAN_YEAR_MAX: Final = 2100

MONTHS_THAI: Final = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
MONTHS_THAI_SHORT: Final = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.",
    "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip
MONTHS_ENGLISH: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_TO_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")

DATE_PROBLEMS: Final = ("date.empty", "date.unreadable", "date.impossible", "date.year_unknown")
TIME_PROBLEMS: Final = ("time_of_day.empty", "time_of_day.unreadable", "time_of_day.impossible")


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date that a person typed. `needs_confirmation` when the year was read as ค.ศ. without
    being marked so: show the converted date and ask once."""

    date: date
    era: Literal["be", "ce"]
    needs_confirmation: bool


@dataclass(frozen=True, slots=True)
class DateProblem:
    """Why a text is no date or time; the code has a sentence in `shared.problem_sentences`."""

    code: str


def _month_numbers() -> dict[str, int]:
    numbers: dict[str, int] = {}
    for index in range(12):
        short = MONTHS_THAI_SHORT[index]
        english = MONTHS_ENGLISH[index].lower()
        for name in (MONTHS_THAI[index], short, short.replace(".", ""), english, english[:3]):
            numbers[name] = index + 1
        numbers[short.rstrip(".")] = index + 1
    numbers["sept"] = 9
    return numbers


_MONTH_NUMBERS: Final = _month_numbers()
_ERA = r"(?P<era>พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)?\s*"
_NUMERIC = re.compile(
    r"(?P<day>[0-9]{1,2})\s*[/.\-\s]\s*(?P<month>[0-9]{1,2})\s*[/.\-\s]\s*"
    + _ERA
    + r"(?P<year>[0-9]{1,4})"
)
_YEAR_FIRST = re.compile(
    r"(?P<era>)(?P<year>[0-9]{4})[/.\-](?P<month>[0-9]{1,2})[/.\-](?P<day>[0-9]{1,2})"
)
_NAMED = re.compile(
    r"(?P<day>[0-9]{1,2})\s*-?\s*(?P<month>[ก-๎.]{2,12}?|[a-z]{3,9}\.?)\s*-?\s*,?\s*"
    + _ERA
    + r"(?P<year>[0-9]{1,4})"
)
_TIME = re.compile(r"(?P<hour>[0-9]{1,2})\s*[.:]\s*(?P<minute>[0-9]{2})")
_TIME_COMPACT = re.compile(r"(?P<hour>[0-9]{1,2})(?P<minute>[0-9]{2})")
_TEXT_LENGTH_MAX = 60


def parse_date(text: str) -> ParsedDate | DateProblem:
    """Read a date as people type it: day first, `/ - .` or a blank between, or a month's name.

    Year: at least 2400 is พ.ศ.; 1900 to 2100 is ค.ศ. (to be confirmed unless marked); two digits
    are พ.ศ. 25xx. Thai and Arabic digits. `2025-08-15` is taken too, year first.
    """
    plain = _plain(text, "วันที่")
    if not plain:
        return DateProblem("date.empty")
    if len(plain) > _TEXT_LENGTH_MAX:
        return DateProblem("date.unreadable")
    found = _NUMERIC.fullmatch(plain) or _YEAR_FIRST.fullmatch(plain) or _NAMED.fullmatch(plain)
    if found is None:
        return DateProblem("date.unreadable")
    month_text = found["month"].strip()
    month = int(month_text) if month_text.isdigit() else _month_number(month_text)
    if month is None:
        return DateProblem("date.unreadable")
    year = _gregorian_year(found["year"], found["era"] or "")
    if year is None:
        return DateProblem("date.year_unknown")
    gregorian, era, sure = year
    try:
        return ParsedDate(date(gregorian, month, int(found["day"])), era, not sure)
    except ValueError:
        return DateProblem("date.impossible")


def _plain(text: str, *words: str) -> str:
    plain = to_arabic_digits(text).strip().lower()
    for word in words:
        plain = plain.removeprefix(word).strip()
    return plain


def _month_number(name: str) -> int | None:
    return _MONTH_NUMBERS.get(name) or _MONTH_NUMBERS.get(name.rstrip("."))


def _gregorian_year(digits: str, era: str) -> tuple[int, Literal["be", "ce"], bool] | None:
    """The Gregorian year, the era it was typed in, and whether that is sure."""
    year = int(digits)
    if era.startswith("ค"):
        return (year, "ce", True) if GREGORIAN_YEAR_MIN <= year <= GREGORIAN_YEAR_MAX else None
    if len(digits) == 2:
        return year + 2500 - BUDDHIST_OFFSET, "be", True
    if BUDDHIST_YEAR_MIN <= year <= GREGORIAN_YEAR_MAX + BUDDHIST_OFFSET:
        return year - BUDDHIST_OFFSET, "be", True
    if not era and GREGORIAN_YEAR_MIN <= year <= GREGORIAN_YEAR_MAX:
        return year, "ce", False
    return None


def parse_iso_date(text: str) -> date | DateProblem:
    """Read `2025-08-15` as data has it, nothing else (Gregorian, sure)."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return DateProblem("date.unreadable")
    try:
        return date.fromisoformat(text)
    except ValueError:
        return DateProblem("date.impossible")


def parse_time(text: str) -> time | DateProblem:
    """Read a time of day: `13.30`, `13:30`, `1330`, with Thai digits and with `น.` behind."""
    plain = _plain(text)
    plain = re.sub(r"\s*น\.?$", "", plain)
    if not plain:
        return DateProblem("time_of_day.empty")
    found = _TIME.fullmatch(plain) or _TIME_COMPACT.fullmatch(plain)
    if found is None:
        return DateProblem("time_of_day.unreadable")
    try:
        return time(int(found["hour"]), int(found["minute"]))
    except ValueError:
        return DateProblem("time_of_day.impossible")


def buddhist_year(day: date) -> int:
    """พ.ศ. of a date."""
    return day.year + BUDDHIST_OFFSET


def fiscal_year(day: date) -> int:
    """ปีงบประมาณ in พ.ศ.: 1 October to 30 September, named by the year it ends in."""
    return buddhist_year(day) + (day.month >= 10)


def month_name(month: int, language: str, *, short: bool = False) -> str:
    """`สิงหาคม`, `ส.ค.`, `August`, `Aug`; `month` is 1 to 12."""
    assert 1 <= month <= 12
    if language == "th":
        return (MONTHS_THAI_SHORT if short else MONTHS_THAI)[month - 1]
    name = MONTHS_ENGLISH[month - 1]
    return name[:3] if short else name


def format_short(day: date, language: str = "th", *, thai_numerals: bool = False) -> str:
    """`15 ส.ค. 2568` in Thai, `15 Aug 2025` in English."""
    return _formatted(day, language, short=True, thai_numerals=thai_numerals)


def format_long(day: date, language: str = "th", *, thai_numerals: bool = False) -> str:
    """`15 สิงหาคม 2568`, with `thai_numerals` as in official papers `๑๕ สิงหาคม ๒๕๖๘`;
    `15 August 2025` in English."""
    return _formatted(day, language, short=False, thai_numerals=thai_numerals)


def _formatted(day: date, language: str, *, short: bool, thai_numerals: bool) -> str:
    year = buddhist_year(day) if language == "th" else day.year
    text = f"{day.day} {month_name(day.month, language, short=short)} {year}"
    return to_thai_digits(text) if thai_numerals and language == "th" else text


def format_month(day: date, language: str = "th") -> str:
    """`สิงหาคม 2568` in Thai, `August 2025` in English."""
    year = buddhist_year(day) if language == "th" else day.year
    return f"{month_name(day.month, language)} {year}"


def format_time(moment: time, language: str = "th", *, thai_numerals: bool = False) -> str:
    """`13.30 น.` in Thai, `13:30` in English."""
    if language != "th":
        return f"{moment.hour:02d}:{moment.minute:02d}"
    text = f"{moment.hour:02d}.{moment.minute:02d} น."
    return to_thai_digits(text) if thai_numerals else text


def to_arabic_digits(text: str) -> str:
    """`๑๒๓` as `123`; everything else stays."""
    return text.translate(_TO_ARABIC)


def to_thai_digits(text: str) -> str:
    """`123` as `๑๒๓`; everything else stays."""
    return text.translate(_TO_THAI)
