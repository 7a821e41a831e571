"""Reads what a person types as an answer: Thai digits, the Buddhist era, commas, blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shared.canonical import JsonValue
from shared.forms.definition import Text
from shared.forms.expressions.values import iso_moment
from shared.limits import INTEGER_MAX, PLACES_PER_LINE_MAX, TEXT_LENGTH_MAX
from shared.thai import dates

DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
INTEGER: Final = re.compile(r"-?[0-9]{1,16}")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A typed text that is no answer to the question; the sentence says what to type instead."""

    code: str
    message: Text


@dataclass(frozen=True, slots=True)
class Read:
    """A typed text, read. `confirm` when the person should be shown how it was understood."""

    value: JsonValue
    confirm: bool = False


Reader = Callable[[str], Read | Unreadable]


def unreadable(code: str, th: str, en: str) -> Unreadable:
    """A problem with its sentence in both languages."""
    return Unreadable(code, Text(th, en))


NUMBER_PROBLEM = unreadable(
    "type.decimal", "อ่านเป็นตัวเลขไม่ได้ พิมพ์เช่น 12.5", "Not a number. Type, for example, 12.5"
)
INTEGER_PROBLEM = unreadable(
    "type.integer",
    "ต้องเป็นจำนวนเต็ม พิมพ์เช่น 12",
    "Not a whole number. Type, for example, 12",
)
DATE_PROBLEM = unreadable(
    "type.date",
    "อ่านวันที่ไม่ได้ พิมพ์เช่น 15/8/2568",
    "Not a date. Type, for example, 15/8/2568",
)
TIME_PROBLEM = unreadable(
    "type.time", "อ่านเวลาไม่ได้ พิมพ์เช่น 13.30", "Not a time. Type, for example, 13.30"
)
MOMENT_PROBLEM = unreadable(
    "type.datetime",
    "อ่านวันและเวลาไม่ได้ พิมพ์เช่น 15/8/2568 13.30",
    "Not a date and time. Type, for example, 15/8/2568 13.30",
)
PLACE_PROBLEM = unreadable(
    "type.geopoint",
    "อ่านพิกัดไม่ได้ พิมพ์เช่น 13.7563, 100.5018",
    "Not a position. Type, for example, 13.7563, 100.5018",
)
TRACE_PROBLEM = unreadable(
    "type.geotrace",
    "อ่านเส้นไม่ได้ พิมพ์พิกัดอย่างน้อย 2 จุด คั่นด้วย ; เช่น 13.7563, 100.5018; 13.7570, 100.5022",
    "Not a line. Type 2 positions or more with ; between, "
    "for example, 13.7563, 100.5018; 13.7570, 100.5022",
)
SHAPE_PROBLEM = unreadable(
    "type.geoshape",
    "อ่านพื้นที่ไม่ได้ พิมพ์พิกัดมุมอย่างน้อย 3 จุด คั่นด้วย ;",
    "Not an area. Type the positions of 3 corners or more with ; between",
)
LONG_PROBLEM = unreadable(
    "type.too_long",
    f"ข้อความยาวเกิน {TEXT_LENGTH_MAX:,} ตัวอักษร",
    f"The text is longer than {TEXT_LENGTH_MAX:,} characters",
)
NOT_TYPED = unreadable(
    "type.not_typed", "คำถามนี้ไม่รับการพิมพ์", "This question is not answered by typing"
)


def read_text(text: str) -> Read | Unreadable:
    """Text is kept as typed, composed (NFC), without blanks around it; empty is "cleared"."""
    if len(text) > TEXT_LENGTH_MAX:
        return LONG_PROBLEM
    clean = unicodedata.normalize("NFC", text).strip().replace("\x00", "")
    clean = clean.encode("utf-8", "ignore").decode("utf-8")
    return Read(clean or None)


def _number_text(text: str) -> str:
    """Arabic digits without blanks and thousands commas, if the commas stand where they should."""
    plain = dates.to_arabic_digits(text).strip().replace("\u2212", "-").replace(" ", "")
    if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", plain):
        plain = plain.replace(",", "")
    return plain


def read_integer(text: str) -> Read | Unreadable:
    """A whole number, in Thai or Arabic digits, thousands commas allowed."""
    plain = _number_text(text)
    if not plain:
        return Read(None)
    if INTEGER.fullmatch(plain) is None or abs(int(plain)) > INTEGER_MAX:
        return INTEGER_PROBLEM
    return Read(int(plain))


def read_decimal(text: str) -> Read | Unreadable:
    """A decimal number; kept as text exactly as precise as it was typed."""
    plain = _number_text(text)
    if not plain:
        return Read(None)
    if plain.startswith((".", "-.")):
        plain = plain.replace(".", "0.", 1)
    plain = plain.removesuffix(".")
    if DECIMAL.fullmatch(plain) is None:
        return NUMBER_PROBLEM
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, point, part = digits.partition(".")
    return Read(f"{sign}{whole.lstrip('0') or '0'}{point}{part}")


def read_date(text: str) -> Read | Unreadable:
    """A date as people type it, Buddhist era or not; stored as ISO."""
    if not text.strip():
        return Read(None)
    found = dates.parse_date(text)
    if isinstance(found, dates.DateProblem):
        return DATE_PROBLEM
    return Read(found.date.isoformat(), found.needs_confirmation)


def read_time(text: str) -> Read | Unreadable:
    """A time of day; stored as HH:MM."""
    if not text.strip():
        return Read(None)
    found = dates.parse_time(text)
    if isinstance(found, dates.DateProblem):
        return TIME_PROBLEM
    return Read(found.isoformat(timespec="minutes"))


def read_moment(text: str) -> Read | Unreadable:
    """A date and a time with a blank between; Thai time, stored with its offset."""
    plain = text.strip()
    if not plain:
        return Read(None)
    if iso_moment(plain) is not None:
        return Read(plain)
    day_text, _, time_text = re.sub(r"\s*น\.?$", "", plain).rpartition(" ")
    day, hour = read_date(day_text), read_time(time_text)
    if (
        isinstance(day, Unreadable)
        or isinstance(hour, Unreadable)
        or not (day.value and hour.value)
    ):
        return MOMENT_PROBLEM
    return Read(f"{day.value}T{hour.value}:00+07:00", day.confirm)


def on_earth(latitude: str, longitude: str) -> bool:
    """Whether two decimal texts are a latitude and a longitude."""
    sound = all(DECIMAL.fullmatch(part) is not None for part in (latitude, longitude))
    return sound and abs(Decimal(latitude)) <= 90 and abs(Decimal(longitude)) <= 180


def read_place(text: str) -> Read | Unreadable:
    """Latitude and longitude in decimal degrees."""
    plain = dates.to_arabic_digits(text).strip()
    if not plain:
        return Read(None)
    parts = [part for part in re.split(r"[\s,]+", plain) if part]
    if len(parts) != 2 or len(plain) > 60:
        return PLACE_PROBLEM
    value: JsonValue = {"lat": parts[0], "lon": parts[1]}
    return PLACE_PROBLEM if not on_earth(parts[0], parts[1]) else Read(value)


def _read_places(text: str) -> list[JsonValue] | None:
    """Positions with `;` between, as typed or as ODK writes them; None when one is none."""
    parts = [part for part in dates.to_arabic_digits(text).split(";") if part.strip()]
    if len(parts) > PLACES_PER_LINE_MAX + 1:
        return None
    places: list[JsonValue] = []
    for part in parts:
        numbers = [number for number in re.split(r"[\s,]+", part.strip()) if number]
        if not 2 <= len(numbers) <= 4 or len(part) > 120 or not on_earth(*numbers[:2]):
            return None
        if any(DECIMAL.fullmatch(number) is None for number in numbers):
            return None
        names = ("lat", "lon", "altitude", "accuracy")
        places.append(dict(zip(names, numbers, strict=False)))
    return places


def read_one_place(text: str) -> Read | Unreadable:
    """A position as ODK writes it: latitude, longitude, and perhaps altitude and accuracy."""
    places = _read_places(text) or []
    return Read(places[0] if len(places) == 1 else None)


def read_trace(text: str) -> Read | Unreadable:
    """A line: positions with `;` between."""
    if not text.strip():
        return Read(None)
    places = _read_places(text)
    return TRACE_PROBLEM if places is None or len(places) < 2 else Read(places)


def read_shape(text: str) -> Read | Unreadable:
    """An area: its corners with `;` between; the first one again at the end is taken off."""
    if not text.strip():
        return Read(None)
    places = _read_places(text)
    if places is not None and len(places) > 1 and places[0] == places[-1]:
        places = places[:-1]
    return SHAPE_PROBLEM if places is None or len(places) < 3 else Read(places)


def read_name(text: str) -> Read | Unreadable:
    """The name of one choice, or the id of a referred row."""
    plain = text.strip()
    return Read(plain or None) if len(plain) <= 200 else LONG_PROBLEM


def read_names(text: str) -> Read | Unreadable:
    """Names of choices with blanks between."""
    if len(text) > TEXT_LENGTH_MAX:
        return LONG_PROBLEM
    names: list[JsonValue] = list(dict.fromkeys(text.split()))
    return Read(names or None)


def read_nothing(text: str) -> Read | Unreadable:
    """For what is drawn, photographed or computed."""
    return NOT_TYPED if text.strip() else Read(None)


def read_digits(text: str) -> Read | Unreadable:
    """Text that is a number to people (a telephone, an identifier): stored in Arabic digits."""
    return read_text(dates.to_arabic_digits(text))
