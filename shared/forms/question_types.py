"""The types of questions: how typed text is read, what a stored value must look like, and more.

Stored values: text as typed (NFC); an integer as a number; a decimal as text; a date `2025-08-15`,
a time `13:30`, a time stamp in ISO 8601; one choice as its name; several as a list of names in the
list's order; a place as {"lat", "lon", "accuracy"?} of texts; a file as {"sha256", "name",
"size", "type"}. `null` is "cleared".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from shared.canonical import JsonValue
from shared.forms.definition import Question, Text
from shared.forms.expressions.values import (
    Value,
    iso_date,
    iso_moment,
    iso_time,
)
from shared.ids import is_sha256
from shared.limits import (
    BLOB_BYTES_MAX,
    FILE_NAME_LENGTH_MAX,
    INTEGER_MAX,
    TEXT_LENGTH_MAX,
)
from shared.thai import dates

DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
INTEGER: Final = re.compile(r"-?[0-9]{1,16}")
CHOICE_NAME: Final = re.compile(r"[^\s|]{1,64}")
MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")
CHOICES_MAX: Final = 500


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


@dataclass(frozen=True, slots=True)
class QuestionType:
    """One type: its reader of typed text, its check of a stored value (None when sound, else the
    code of what is wrong), its value in expressions, its widget, and XForms' name for it."""

    name: str
    widget: str
    read: Reader
    check: Callable[[object], str | None]
    computed: Callable[[JsonValue], Value]


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
LONG_PROBLEM = unreadable(
    "type.too_long",
    f"ข้อความยาวเกิน {TEXT_LENGTH_MAX:,} ตัวอักษร",
    f"The text is longer than {TEXT_LENGTH_MAX:,} characters",
)
NOT_TYPED = unreadable(
    "type.not_typed", "คำถามนี้ไม่รับการพิมพ์", "This question is not answered by typing"
)


# -- reading what a person typed -------------------------------------------------------------


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


def read_place(text: str) -> Read | Unreadable:
    """Latitude and longitude in decimal degrees."""
    plain = dates.to_arabic_digits(text).strip()
    if not plain:
        return Read(None)
    parts = [part for part in re.split(r"[\s,]+", plain) if part]
    if len(parts) != 2 or len(plain) > 60:
        return PLACE_PROBLEM
    value: JsonValue = {"lat": parts[0], "lon": parts[1]}
    return PLACE_PROBLEM if check_place(value) else Read(value)


def read_name(text: str) -> Read | Unreadable:
    """The name of one choice, or the id of a referred row."""
    plain = text.strip()
    return Read(plain or None) if len(plain) <= 200 else LONG_PROBLEM


def read_names(text: str) -> Read | Unreadable:
    """Names of choices with blanks between."""
    names: list[JsonValue] = list(dict.fromkeys(text.split()))
    return Read(names or None)


def read_nothing(text: str) -> Read | Unreadable:
    """For what is drawn, photographed or computed."""
    return NOT_TYPED if text.strip() else Read(None)


# -- checking what is stored: data from outside, never trusted, never a crash ----------------


def check_text(value: object) -> str | None:
    if not isinstance(value, str):
        return "type.text"
    return "type.too_long" if len(value) > TEXT_LENGTH_MAX else None


def check_integer(value: object) -> str | None:
    sound = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= INTEGER_MAX
    return None if sound else "type.integer"


def check_decimal(value: object) -> str | None:
    sound = isinstance(value, str) and len(value) <= 45 and DECIMAL.fullmatch(value)
    return None if sound else "type.decimal"


def check_date(value: object) -> str | None:
    return None if isinstance(value, str) and iso_date(value) else "type.date"


def check_time(value: object) -> str | None:
    sound = isinstance(value, str) and len(value) == 5 and iso_time(value) is not None
    return None if sound else "type.time"


def check_moment(value: object) -> str | None:
    return None if isinstance(value, str) and iso_moment(value) else "type.datetime"


def check_name(value: object) -> str | None:
    sound = isinstance(value, str) and 0 < len(value) <= 200 and not re.search(r"\s", value)
    return None if sound else "type.choice"


def check_names(value: object) -> str | None:
    if not isinstance(value, list) or not 0 < len(value) <= CHOICES_MAX:
        return "type.choices"
    if any(check_name(name) for name in value) or len(set(value)) != len(value):
        return "type.choices"
    return None


def check_place(value: object) -> str | None:
    """A position on earth; nothing beside the known parts."""
    if not isinstance(value, dict) or not {"lat", "lon"} <= set(value) <= PLACE_PARTS:
        return "type.geopoint"
    for part, number in value.items():
        if check_decimal(number) or abs(Decimal(number)) > PLACE_BOUNDS.get(part, 100_000):
            return "type.geopoint"
    return None


PLACE_PARTS = {"lat", "lon", "accuracy", "altitude"}
PLACE_BOUNDS = {"lat": 90, "lon": 180}


def check_file(value: object) -> str | None:
    """What is kept of a file: its hash is its name in the store."""
    if not isinstance(value, dict) or set(value) != {"sha256", "name", "size", "type"}:
        return "type.file"
    name, size, kind = value["name"], value["size"], value["type"]
    sound = (
        is_sha256(value["sha256"])
        and isinstance(name, str)
        and 0 < len(name) <= FILE_NAME_LENGTH_MAX
        and check_integer(size) is None
        and 0 <= size <= BLOB_BYTES_MAX
        and isinstance(kind, str)
        and MEDIA_TYPE.fullmatch(kind) is not None
    )
    return None if sound else "type.file"


def check_nothing(value: object) -> str | None:
    return "type.not_stored"


# -- values in expressions -------------------------------------------------------------------


def compute_text(value: JsonValue) -> Value:
    return value if isinstance(value, str) else None


def compute_integer(value: JsonValue) -> Value:
    return None if check_integer(value) else Decimal(str(value))


def compute_decimal(value: JsonValue) -> Value:
    return None if check_decimal(value) else Decimal(str(value))


def compute_date(value: JsonValue) -> Value:
    return iso_date(value) if isinstance(value, str) else None


def compute_time(value: JsonValue) -> Value:
    return iso_time(value) if isinstance(value, str) else None


def compute_moment(value: JsonValue) -> Value:
    return iso_moment(value) if isinstance(value, str) else None


def compute_names(value: JsonValue) -> Value:
    if not isinstance(value, list):
        return None
    return " ".join(name for name in value if isinstance(name, str)) or None


def compute_place(value: JsonValue) -> Value:
    """ODK's text of a place: latitude longitude altitude accuracy."""
    if check_place(value) or not isinstance(value, dict):
        return None
    parts = (value["lat"], value["lon"], value.get("altitude", "0"), value.get("accuracy", "0"))
    return " ".join(str(part) for part in parts)


def compute_file(value: JsonValue) -> Value:
    return str(value.get("name", "")) if isinstance(value, dict) else None


Parts: TypeAlias = tuple[Reader, Callable[[object], str | None], Callable[[JsonValue], Value]]


def _types() -> Mapping[str, QuestionType]:
    text: Parts = (read_text, check_text, compute_text)
    name: Parts = (read_name, check_name, compute_text)
    file: Parts = (read_nothing, check_file, compute_file)
    nothing: Parts = (read_nothing, check_nothing, compute_text)
    rows: tuple[tuple[str, str, Parts], ...] = (
        ("text", "text", text),
        ("hidden", "hidden", text),
        ("barcode", "barcode", text),
        ("integer", "number", (read_integer, check_integer, compute_integer)),
        ("decimal", "number", (read_decimal, check_decimal, compute_decimal)),
        ("date", "date", (read_date, check_date, compute_date)),
        ("time", "time", (read_time, check_time, compute_time)),
        ("dateTime", "datetime", (read_moment, check_moment, compute_moment)),
        ("select_one", "choice", name),
        ("select_multiple", "choices", (read_names, check_names, compute_names)),
        ("reference", "reference", name),
        ("acknowledge", "acknowledge", name),
        ("geopoint", "place", (read_place, check_place, compute_place)),
        ("image", "photo", file),
        ("signature", "signature", file),
        ("audio", "audio", file),
        ("file", "file", file),
        ("note", "note", nothing),
        ("calculate", "calculated", nothing),
    )
    return {
        kind: QuestionType(kind, widget, read, check, computed)
        for kind, widget, (read, check, computed) in rows
    }


TYPES: Final = _types()
CHOICE_TYPES: Final = frozenset({"select_one", "select_multiple"})
FILE_TYPES: Final = frozenset({"image", "signature", "audio", "file"})


def type_of(question: Question) -> QuestionType:
    """The type of a loaded question."""
    return TYPES[question.type]


def widget_of(question: Question) -> str:
    """The widget's name; a text asked for over several lines has its own."""
    if question.type == "text" and "multiline" in question.appearance.split():
        return "multiline"
    return TYPES[question.type].widget
