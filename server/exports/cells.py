"""Stored values as the cells of a table.

Numbers stay as they were typed. Text is never changed but for what a cell cannot hold: control
characters go, and each way of writing keeps a spreadsheet from taking a text for a formula.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeAlias

from shared.canonical import JsonValue
from shared.forms.definition import ChoiceList, Question
from shared.forms.question_types import FILE_TYPES
from shared.thai.dates import BUDDHIST_OFFSET

HIDDEN: Final = "•••"
CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
NUMBER: Final = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?")
FORMULA: Final = re.compile("^\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20|%\t\r]")


class Number(str):
    """A decimal number as it was typed: a number for a spreadsheet too."""

    __slots__ = ()


Cell: TypeAlias = str | int | None
LabelOf: TypeAlias = Callable[[Question, str], str]


def plain(text: str) -> str:
    """A text without what no file of a table may hold."""
    return CONTROL.sub("", text)


def as_json(value: JsonValue) -> str:
    """A value that has no shape of its own here, as JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before its sign."""
    return "'" + text if FORMULA.match(text) else text


def number_cell(value: JsonValue) -> Cell:
    """A number, or whatever else was stored in its place."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Number(value)
    return odd(value)


def odd(value: JsonValue) -> Cell:
    """A value that does not fit its question, as it is stored."""
    if value is None:
        return None
    return plain(value if isinstance(value, str) else as_json(value))


def buddhist(value: JsonValue) -> Cell:
    """`15/08/2568` of an ISO day or time stamp; nothing for anything else."""
    if not isinstance(value, str):
        return None
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return None
    return f"{day.day:02d}/{day.month:02d}/{day.year + BUDDHIST_OFFSET}"


def names_of(value: JsonValue) -> list[str] | None:
    """The chosen names of an answer; None when it is no choice."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return [str(one) for one in value]
    return None


def coordinates(value: JsonValue, part: str) -> Cell:
    """One part of a place."""
    if not isinstance(value, Mapping):
        return odd(value) if part == "lat" else None
    found = value.get(part)
    return None if found is None else number_cell(found)


def drawn(value: JsonValue, *, closed: bool) -> Cell:
    """A line or an area as WKT: longitude before latitude, an area closed."""
    if not isinstance(value, list):
        return odd(value)
    points = []
    for place in value:
        if not isinstance(place, Mapping) or not {"lat", "lon"} <= set(place):
            return odd(value)
        points.append(f"{place['lon']} {place['lat']}")
    if closed and points:
        return f"POLYGON (({', '.join([*points, points[0]])}))"
    return f"LINESTRING ({', '.join(points)})"


def file_part(value: JsonValue, part: str) -> Cell:
    """A file's name or hash."""
    if not isinstance(value, Mapping):
        return odd(value) if part == "name" else None
    found = value.get(part)
    return plain(found) if isinstance(found, str) else None


def parts_of(question: Question, choices: str, dates: str) -> tuple[str, ...]:
    """The columns of a question, by what stands behind its name: "" is the answer itself."""
    kind = question.type
    if kind == "geopoint":
        return ("lat", "lon", "accuracy", "altitude")
    if kind in FILE_TYPES:
        return ("", "sha256")
    if kind in ("date", "dateTime") and dates == "both":
        return ("", "be")
    if question.refers_to is not None and kind in ("reference", "references"):
        return ("", "label")
    if kind in ("select_one", "select_multiple", "rank"):
        return {"codes": ("",), "labels": ("label",)}.get(choices, ("", "label"))
    return ("",)


def cell_of(question: Question, part: str, value: JsonValue, label: LabelOf) -> Cell:
    """One cell of an answer."""
    kind = question.type
    if value is None or value == "" or value == []:
        return None
    if kind == "geopoint":
        return coordinates(value, part)
    if kind in FILE_TYPES:
        return file_part(value, part or "name")
    if part == "be":
        return buddhist(value)
    if kind in ("geotrace", "geoshape"):
        return drawn(value, closed=kind == "geoshape")
    if kind in ("integer", "decimal", "range"):
        return number_cell(value)
    names = names_of(value) if kind in CHOSEN else None
    if names is not None:
        if part == "label":
            return plain("; ".join(label(question, name) for name in names))
        return plain(" ".join(names))
    if kind == "calculate" and isinstance(value, str) and SHORT_NUMBER.fullmatch(value):
        return Number(value)
    return odd(value)


CHOSEN: Final = frozenset({"select_one", "select_multiple", "rank", "reference", "references"})
SHORT_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?")
"""What a calculation gives as a number; longer digits are numbers of things."""


def list_label(
    lists: Mapping[str, ChoiceList], question: Question, name: str, language: str
) -> str:
    """A choice's label, its name where the list does not know it."""
    found = lists.get(question.choices)
    return name if found is None else found.label(name).get(language) or name
