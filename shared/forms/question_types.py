"""The types of questions: how typed text is read, what a stored value must look like, and more.

Stored values: text as typed (NFC); an integer as a number; a decimal as text; a date `2025-08-15`,
a time `13:30`, a time stamp in ISO 8601; one choice as its name; several as a list of names in the
list's order; a ranking as a list of all names, the best first; a place as {"lat", "lon",
"accuracy"?, "altitude"?} of texts; a line or an area as a list of places, an area's first place not
repeated at its end; a file as {"sha256", "name", "size", "type"}. `null` is "cleared".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypeAlias

from shared.canonical import JsonValue
from shared.forms.definition import Question
from shared.forms.expressions.values import (
    Value,
    iso_date,
    iso_moment,
    iso_time,
)
from shared.forms.typed import (
    DECIMAL,
    Read,
    Reader,
    Unreadable,
    read_date,
    read_decimal,
    read_digits,
    read_integer,
    read_moment,
    read_name,
    read_names,
    read_nothing,
    read_place,
    read_shape,
    read_text,
    read_time,
    read_trace,
)
from shared.ids import is_sha256
from shared.limits import (
    BLOB_BYTES_MAX,
    FILE_NAME_LENGTH_MAX,
    INTEGER_MAX,
    PLACES_PER_LINE_MAX,
    TEXT_LENGTH_MAX,
)

__all__ = [
    "BLANK",
    "CHOICE_NAME",
    "CHOICE_TYPES",
    "FILE_TYPES",
    "NEVER_SHOWN",
    "REFERENCE_TYPES",
    "SEVERAL_TYPES",
    "TYPES",
    "QuestionType",
    "Read",
    "Unreadable",
    "check_place",
    "places_text",
    "type_of",
    "widget_of",
]

# Blanks inside are other systems' habit; a list from which several are chosen has none.
CHOICE_NAME: Final = re.compile(r"[^\s|](?:[^\t\n\r\v\f|]{0,62}[^\s|])?")
LINE: Final = re.compile(r"[\t\n\r\v\f\x00]")
BLANK: Final = re.compile(r"\s")
MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")
CHOICES_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class QuestionType:
    """One type: its reader of typed text, its check of a stored value (None when sound, else the
    code of what is wrong), its value in expressions, its widget, and XForms' name for it."""

    name: str
    widget: str
    read: Reader
    check: Callable[[object], str | None]
    computed: Callable[[JsonValue], Value]


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
    sound = isinstance(value, str) and 0 < len(value) <= 200 and value == value.strip()
    return None if sound and not LINE.search(str(value)) else "type.choice"


def check_names(value: object) -> str | None:
    if not isinstance(value, list) or not 0 < len(value) <= CHOICES_MAX:
        return "type.choices"
    if any(check_name(name) or BLANK.search(name) for name in value):
        return "type.choices"
    return None if len(set(value)) == len(value) else "type.choices"


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


def check_trace(value: object) -> str | None:
    """A line: two places or more, one after the other."""
    return None if _are_places(value, 2) else "type.geotrace"


def check_shape(value: object) -> str | None:
    """An area: its corners, three or more, the first not repeated."""
    return None if _are_places(value, 3) else "type.geoshape"


def _are_places(value: object, least: int) -> bool:
    if not isinstance(value, list) or not least <= len(value) <= PLACES_PER_LINE_MAX:
        return False
    return all(check_place(place) is None for place in value)


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
    return _place_text(value)


def _place_text(place: Mapping[str, JsonValue]) -> str:
    parts = (place["lat"], place["lon"], place.get("altitude", "0"), place.get("accuracy", "0"))
    return " ".join(str(part) for part in parts)


def places_text(places: list[JsonValue], *, closed: bool) -> str:
    """ODK's text of a line; of an area (`closed`) with its first place again at the end."""
    texts = [_place_text(place) for place in places if isinstance(place, dict)]
    return ";".join([*texts, texts[0]] if closed and texts else texts)


def compute_trace(value: JsonValue) -> Value:
    if check_trace(value) or not isinstance(value, list):
        return None
    return places_text(value, closed=False)


def compute_shape(value: JsonValue) -> Value:
    if check_shape(value) or not isinstance(value, list):
        return None
    return places_text(value, closed=True)


def compute_file(value: JsonValue) -> Value:
    return str(value.get("name", "")) if isinstance(value, dict) else None


Parts: TypeAlias = tuple[Reader, Callable[[object], str | None], Callable[[JsonValue], Value]]


def _types() -> Mapping[str, QuestionType]:
    text: Parts = (read_text, check_text, compute_text)
    name: Parts = (read_name, check_name, compute_text)
    number: Parts = (read_decimal, check_decimal, compute_decimal)
    names: Parts = (read_names, check_names, compute_names)
    file: Parts = (read_nothing, check_file, compute_file)
    nothing: Parts = (read_nothing, check_nothing, compute_text)
    rows: tuple[tuple[str, str, Parts], ...] = (
        ("text", "text", text),
        ("hidden", "hidden", text),
        ("barcode", "barcode", text),
        ("integer", "number", (read_integer, check_integer, compute_integer)),
        ("decimal", "number", number),
        ("range", "range", number),
        ("metadata", "hidden", text),
        ("date", "date", (read_date, check_date, compute_date)),
        ("time", "time", (read_time, check_time, compute_time)),
        ("dateTime", "datetime", (read_moment, check_moment, compute_moment)),
        ("select_one", "choice", name),
        ("select_multiple", "choices", names),
        ("rank", "rank", names),
        ("reference", "reference", name),
        ("references", "references", names),
        ("acknowledge", "acknowledge", name),
        ("geopoint", "place", (read_place, check_place, compute_place)),
        ("geotrace", "trace", (read_trace, check_trace, compute_trace)),
        ("geoshape", "shape", (read_shape, check_shape, compute_shape)),
        ("image", "photo", file),
        ("signature", "signature", file),
        ("audio", "audio", file),
        ("video", "video", file),
        ("file", "file", file),
        ("note", "note", nothing),
        ("calculate", "calculated", nothing),
    )
    return {
        kind: QuestionType(kind, widget, read, check, computed)
        for kind, widget, (read, check, computed) in rows
    }


TYPES: Final = _types()
CHOICE_TYPES: Final = frozenset({"select_one", "select_multiple", "rank"})
"""Answered from a list of the form."""
REFERENCE_TYPES: Final = frozenset({"reference", "references"})
"""Answered from a codebook, a register, or other records."""
SEVERAL_TYPES: Final = frozenset({"select_multiple", "rank", "references"})
"""Whose answer is a list of names."""
FILE_TYPES: Final = frozenset({"image", "signature", "audio", "video", "file"})
NEVER_SHOWN: Final = frozenset({"calculate", "hidden", "metadata"})
"""Which nobody sees in a form, and which therefore need no label."""


TEXT_OF_DIGITS: Final = replace(TYPES["text"], read=read_digits)


def type_of(question: Question) -> QuestionType:
    """The type of a loaded question; a text with the appearance `numbers` reads Thai digits."""
    if question.type == "text" and "numbers" in question.appearance.split():
        return TEXT_OF_DIGITS
    return TYPES[question.type]


def widget_of(question: Question) -> str:
    """The widget's name; a text asked for over several lines has its own."""
    if question.type == "text" and "multiline" in question.appearance.split():
        return "multiline"
    return TYPES[question.type].widget
