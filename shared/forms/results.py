"""A computed result as it would be stored as the answer of a question."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from shared.canonical import JsonValue
from shared.forms.expressions.values import Value, first, number_text, to_text
from shared.forms.parts import Question
from shared.forms.question_types import SEVERAL_TYPES, TYPES
from shared.forms.typed import Read, read_one_place, read_shape, read_trace
from shared.limits import INTEGER_MAX

PLACES: Final = {"geopoint": read_one_place, "geotrace": read_trace, "geoshape": read_shape}
NUMBERS: Final = frozenset({"decimal", "range"})
FINEST: Final = Decimal("1e-15")


def stored_value(question: Question, result: Value) -> JsonValue:
    """A computed result as it would be stored for a question; None when it does not fit."""
    result = first(result)
    kind = question.type
    if kind == "integer":
        return _whole(result)
    if kind in NUMBERS and isinstance(result, Decimal):
        return _checked(question, number_text(_rounded(result)))
    if kind in SEVERAL_TYPES:
        names: list[JsonValue] = list(dict.fromkeys(to_text(result).split()))
        return names or None
    if kind in PLACES:
        found = PLACES[kind](to_text(result))
        return found.value if isinstance(found, Read) else None
    if isinstance(result, Decimal):
        return number_text(result)
    if isinstance(result, datetime) and kind == "dateTime":
        return result.isoformat(timespec="seconds") + "+07:00"
    return _checked(question, to_text(result))


def _whole(result: Value) -> int | None:
    if isinstance(result, str):
        result = Decimal(result) if result.lstrip("-").isdecimal() and len(result) < 20 else None
    sound = isinstance(result, Decimal) and abs(result) <= INTEGER_MAX
    return int(result) if sound and isinstance(result, Decimal) else None


def _rounded(number: Decimal) -> Decimal:
    """What a division gives has more digits than an answer may have."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -15 and abs(number) < 10**12:
        return number.quantize(FINEST, ROUND_HALF_EVEN)
    return number


def _checked(question: Question, text: str) -> JsonValue:
    return text if text and TYPES[question.type].check(text) is None else None
