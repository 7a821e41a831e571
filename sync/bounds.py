"""Values of parsed JSON from outside, taken only in the kind and size they must have.

Each takes the raw value and the name to complain with, and raises BadInput when it does not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shared import limits
from shared.errors import BadInput
from shared.ids import is_uuid

PLACE_PARTS_MAX: Final = 8


def an_object(raw: Any, name: str) -> dict[str, Any]:
    """The value as an object; its keys are texts because JSON has no others."""
    if not isinstance(raw, dict):
        raise BadInput(f"{name} must be an object")
    return raw


def a_list(raw: Any, name: str) -> list[Any]:
    """The value as a list."""
    if not isinstance(raw, list):
        raise BadInput(f"{name} must be a list")
    return raw


def an_integer(raw: Any, name: str) -> int:
    """The value as a whole number that every reader sees alike (|n| <= 2^53-1)."""
    if not isinstance(raw, int) or isinstance(raw, bool) or abs(raw) > limits.INTEGER_MAX:
        raise BadInput(f"{name} must be a whole number")
    return raw


def a_count(raw: Any, name: str, most: int = limits.INTEGER_MAX) -> int:
    """The value as a whole number from 0 to `most`."""
    value = an_integer(raw, name)
    if not 0 <= value <= most:
        raise BadInput(f"{name} must be a whole number from 0 to {most}")
    return value


def a_time(raw: Any, name: str) -> int:
    """The value as Unix milliseconds that a calendar can write."""
    value = an_integer(raw, name)
    if not limits.TIME_MS_MIN <= value <= limits.TIME_MS_MAX:
        raise BadInput(f"{name} is outside of the years 1 to 9998")
    return value


def a_text(raw: Any, name: str, length_max: int) -> str:
    """The value as a text of 1 to `length_max` characters."""
    if not isinstance(raw, str) or not 0 < len(raw) <= length_max:
        raise BadInput(f"{name} must be a text of 1 to {length_max} characters")
    return raw


def a_uuid(raw: Any, name: str) -> str:
    """The value as a UUID in lower-case canonical form."""
    if not isinstance(raw, str) or not is_uuid(raw):
        raise BadInput(f"{name} must be a UUID in lower case")
    return raw


def a_place(raw: Any) -> Mapping[str, str] | None:
    """Where somebody was: few short texts by name, or None."""
    if raw is None:
        return None
    place = an_object(raw, "place")
    if len(place) > PLACE_PARTS_MAX:
        raise BadInput("place has too many parts")
    return {a_text(k, "place", 32): a_text(v, "place", 64) for k, v in place.items()}
