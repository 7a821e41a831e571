"""The same value is the same bytes everywhere: canonical JSON (RFC 8785), SHA-256, strict reading.

Our subset has no floats: decimals travel as text, so that no reader rounds a measured value.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeAlias

from shared.errors import (
    CanonicalError,
    JsonDuplicateKey,
    JsonMalformed,
    JsonNumber,
    JsonText,
    JsonTooDeep,
    TooLarge,
)
from shared.limits import INTEGER_MAX, JSON_DEPTH_MAX, NUMBER_DIGITS_MAX

__all__ = [
    "CanonicalError",
    "JsonLike",
    "JsonValue",
    "canonical_bytes",
    "canonical_text",
    "encode_ordered",
    "ordered",
    "read_json",
    "sha256_bytes",
    "sha256_hex",
]

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""What `read_json` gives. Floats appear only where a reader asked for them."""
JsonLike: TypeAlias = (
    "bool | int | float | str | Sequence[JsonLike] | Mapping[str, JsonLike] | None"
)
"""What may be written: JsonValue, and read-only views of it."""

_SHOWN_KEY_LENGTH: Final = 60
_SHOWN_PATH_LENGTH: Final = 200


def sha256_bytes(data: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


# --- writing ------------------------------------------------------------------------------------

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def canonical_bytes(value: JsonLike) -> bytes:
    """RFC 8785 bytes of str, bool, None, int within 2^53-1, list or tuple, dict with str keys.

    Anything else (a float, bytes, NUL, half a surrogate pair, nesting beyond JSON_DEPTH_MAX) is a
    CanonicalError that names the place.
    """
    try:
        return _encode(_ordered(value, None, 0)).encode("utf-8")
    except UnicodeEncodeError:
        raise CanonicalError("text holds half a surrogate pair") from None


def canonical_text(value: JsonLike) -> str:
    """`canonical_bytes` as text."""
    return canonical_bytes(value).decode("utf-8")


def ordered(value: JsonLike, depth: int = 0) -> object:
    """A value checked as by `canonical_bytes`, with the keys of its objects in order: a part for
    `encode_ordered`, in which it will stand `depth` deep."""
    try:
        return _ordered(value, None, depth)
    except UnicodeEncodeError:
        raise CanonicalError("a key holds half a surrogate pair") from None


def encode_ordered(value: object) -> bytes:
    """The canonical bytes of a value that is in order and checked already, except for NUL and half
    characters in its texts: those are a CanonicalError here too."""
    text = _encode(value)
    if "\\u0000" in text and "\x00" in "".join(_texts(value)):
        raise CanonicalError("text holds NUL")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise CanonicalError("text holds half a surrogate pair") from None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


_Path: TypeAlias = "tuple[_Path, str | int] | None"
"""Where a value stands, from the inside out; written as text only for a refusal."""


def _refusal(detail: str, path: _Path) -> CanonicalError:
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(f"[{step}]" if isinstance(step, int) else f".{_shown(step)}")
    return CanonicalError(detail, path=("$" + "".join(reversed(steps)))[:_SHOWN_PATH_LENGTH])


def _ordered(value: object, path: _Path, depth: int) -> object:
    """The value checked, with the keys of every object in order of UTF-16 code units."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if "\x00" in value:
            raise _refusal("text holds NUL", path)
        return value
    if isinstance(value, int):
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise _refusal("integers beyond 2^53-1 travel as text", path)
        return value
    if isinstance(value, float):
        raise _refusal("decimals travel as text, not as floats", path)
    if depth >= JSON_DEPTH_MAX:
        raise _refusal(f"nested deeper than {JSON_DEPTH_MAX}", path)
    if isinstance(value, dict):
        return _ordered_object(value, path, depth)
    if isinstance(value, list | tuple):
        return [_ordered(item, (path, i), depth + 1) for i, item in enumerate(value)]
    raise _refusal(f"{type(value).__name__} has no canonical form", path)


def _ordered_object(value: dict[Any, Any], path: _Path, depth: int) -> dict[str, object]:
    plain = True
    for key in value:
        if not isinstance(key, str):
            raise _refusal(f"a key is a {type(key).__name__}, not text", path)
        if "\x00" in key:
            raise _refusal("a key holds NUL", path)
        plain = plain and _is_plain(key)
    # Code points and UTF-16 code units order alike unless a key leaves the basic plane.
    keys = sorted(value) if plain else sorted(value, key=_utf16)
    return {key: _ordered(value[key], (path, key), depth + 1) for key in keys}


def _is_plain(key: str) -> bool:
    return key.isascii() or max(key) < "\ud800"


# --- reading ------------------------------------------------------------------------------------

_UNSTORABLE_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Strings (an unterminated one to the end, so that no start is tried twice) and what is no bracket.
_NO_BRACKET = re.compile(r'"(?:[^"\\]+|\\.)*+"?|[^\[\]{}"]+', re.DOTALL)


def read_json(
    data: bytes | str,
    *,
    bytes_max: int,
    depth_max: int = JSON_DEPTH_MAX,
    floats: bool = False,
) -> JsonValue:
    """Read JSON from outside, strictly; every refusal is a BadInput with its own code.

    Refused: more than `bytes_max` bytes; anything but UTF-8 without a byte order mark; nesting
    deeper than `depth_max` (found before any recursion); NaN and Infinity; an integer of more
    than NUMBER_DIGITS_MAX digits; any fraction or exponent unless `floats`; a key twice in one
    object; NUL or half a surrogate pair in text or keys.
    """
    assert 0 < depth_max <= 200, "deeper reading could exhaust the stack"
    text = _decoded(data, bytes_max)
    _check_depth(text, depth_max)
    decoder = _with_floats if floats else _without_floats
    try:
        value: JsonValue = decoder.decode(text)
    except json.JSONDecodeError as problem:
        raise JsonMalformed(f"{problem.msg} at {problem.pos}", position=problem.pos) from None
    if _UNSTORABLE_ESCAPE.search(text):
        _check_text(value, "$")
    return value


def _decoded(data: bytes | str, bytes_max: int) -> str:
    if len(data) > bytes_max:
        raise TooLarge(f"more than {bytes_max} bytes", limit=bytes_max)
    try:
        if isinstance(data, str):
            text = data
            if len(text.encode("utf-8")) > bytes_max:
                raise TooLarge(f"more than {bytes_max} bytes", limit=bytes_max)
        else:
            text = data.decode("utf-8")
    except UnicodeError as problem:
        position = getattr(problem, "start", 0)
        raise JsonText(f"not UTF-8 at {position}", position=position) from None
    if text.startswith("\ufeff"):
        raise JsonText("starts with a byte order mark", position=0)
    if "\x00" in text:
        raise JsonText("holds NUL", position=text.index("\x00"))
    return text


def _check_depth(text: str, depth_max: int) -> None:
    if text.count("[") + text.count("{") <= depth_max:
        return
    depth = 0
    for bracket in _NO_BRACKET.sub("", text):
        if bracket in "[{":
            depth += 1
            if depth > depth_max:
                raise JsonTooDeep(f"nested deeper than {depth_max}", limit=depth_max)
        else:
            depth -= 1


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                shown = _shown(key)
                raise JsonDuplicateKey(f"the key {shown!r} appears twice", key=shown)
            seen.add(key)
    return found


def _read_integer(digits: str) -> int:
    if len(digits) - digits.startswith("-") > NUMBER_DIGITS_MAX:
        raise JsonNumber(f"more than {NUMBER_DIGITS_MAX} digits", limit=NUMBER_DIGITS_MAX)
    return int(digits)


def _read_float(digits: str) -> float:
    if len(digits) > NUMBER_DIGITS_MAX:
        raise JsonNumber(f"more than {NUMBER_DIGITS_MAX} digits", limit=NUMBER_DIGITS_MAX)
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise JsonNumber("a number beyond every range")
    return number


def _refuse_float(digits: str) -> NoReturn:
    raise JsonNumber("decimals travel as text, not as numbers with a fraction or exponent")


def _refuse_constant(name: str) -> NoReturn:
    raise JsonNumber(f"{name} is not a number of JSON")


_without_floats = json.JSONDecoder(
    object_pairs_hook=_read_object,
    parse_int=_read_integer,
    parse_float=_refuse_float,
    parse_constant=_refuse_constant,
)
_with_floats = json.JSONDecoder(
    object_pairs_hook=_read_object,
    parse_int=_read_integer,
    parse_float=_read_float,
    parse_constant=_refuse_constant,
)


def _check_text(value: JsonValue, path: str) -> None:
    """Refuse NUL and lone surrogates that came as escapes (whole pairs were joined already)."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise JsonText("text holds NUL or half a character", path=path)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            _check_text(item, f"{path}[{i}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if _UNSTORABLE.search(key):
                raise JsonText("a key holds NUL or half a character", path=path)
            _check_text(item, f"{path}.{_shown(key)}")


def _shown(key: str) -> str:
    """A key fit for a log line and an answer."""
    return key[:_SHOWN_KEY_LENGTH].encode("utf-8", "replace").decode("utf-8")
