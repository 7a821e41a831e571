"""What databases sort and search Thai by: keys as bytes, the same on the tablet and in the office.

Order and substrings of the bytes are order and substrings of the text, in SQLite and in PostgreSQL
whatever its collation is, and without an extension: a Thai letter is one byte instead of three, so
that a walk through 100,000 keys is short. Signs between the digits of a number may be typed or not.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.thai.text import KEY_SEPARATOR, search_key, sort_key, sorted_by

__all__ = [
    "Word",
    "beginning",
    "find_key",
    "found_in",
    "list_keys",
    "order_key",
    "packed",
    "words_of",
]

ORDER_BYTES_MAX: Final = 600
"""A title of 200 Thai letters takes 401; only what nobody reads to its end is cut."""

_NIBBLE: Final = 0x10
_BELOW_THAI, _ABOVE_THAI = 0x7F, 0xFF
_THAI_FIRST, _THAI_LAST = 0x0E01, 0x0E5B
_ONE_BYTE: Final = codecs.charmap_build(
    "".join(
        chr(byte)
        if byte == ord(KEY_SEPARATOR) or 0x20 <= byte < 0x7F
        else chr(0x0E00 + byte - 0x80)
        if _THAI_FIRST <= 0x0E00 + byte - 0x80 <= _THAI_LAST
        else "\ufffe"
        for byte in range(256)
    )
)
_PIECE: Final = re.compile("[\x01\x20-\x7e\u0e01-\u0e5b]+|.", re.DOTALL)
# Between digits, or between a digit and a letter: จ3-53(5)-12/45 รย is also จ35351245รย.
_SIGNS: Final = " ._/()\\-\u2010-\u2015\u2212"
_BESIDE_DIGIT: Final = re.compile(f"[{_SIGNS}]+(?=[0-9])|(?<=[0-9])[{_SIGNS}]+")


def packed(text: str) -> bytes:
    """A key as bytes: compared, they are in the order of the code points; found in one another,
    the texts are. ASCII and Thai are one byte each, everything else four or seven; control
    characters other than the separator are dropped (no key has any)."""
    try:
        return codecs.charmap_encode(text, "strict", _ONE_BYTE)[0]
    except UnicodeEncodeError:
        return b"".join(_packed_piece(found.group()) for found in _PIECE.finditer(text))


def _packed_piece(piece: str) -> bytes:
    code = ord(piece[0])
    if len(piece) > 1 or code == 1 or 0x20 <= code < 0x7F or _THAI_FIRST <= code <= _THAI_LAST:
        return codecs.charmap_encode(piece, "strict", _ONE_BYTE)[0]
    if code < 0x20:
        return b""
    lead, digits = (_BELOW_THAI, 3) if code < _THAI_FIRST else (_ABOVE_THAI, 6)
    return bytes([lead, *(_NIBBLE + (code >> 4 * at & 15) for at in range(digits - 1, -1, -1))])


def order_key(title: str) -> bytes:
    """What lists are sorted by: `sort_key` as bytes, at most ORDER_BYTES_MAX of them."""
    return packed(sort_key(title))[:ORDER_BYTES_MAX]


def find_key(*texts: str) -> bytes:
    """What something with these texts is found by: each behind a mark of its beginning, and the
    numbers in them once more without the signs between their digits."""
    return _find_key([search_key(text) for text in texts])


def list_keys(title: str, *more: str) -> tuple[bytes, bytes]:
    """The order key of a title, and the find key of it and more; each is normalised once."""
    plain = search_key(title)
    order = packed(sorted_by(plain))[:ORDER_BYTES_MAX]
    return order, _find_key([plain, *map(search_key, more)])


def _find_key(keys: Sequence[str]) -> bytes:
    plain = [key for key in keys if key]
    return packed("".join(f"{KEY_SEPARATOR}{key}" for key in (*plain, *_numbers(plain))))


def _numbers(plain: Sequence[str]) -> list[str]:
    """Words that are another one when the signs beside digits are left out."""
    found: dict[str, None] = {}
    for key in plain:
        joined = _joined(key)
        if joined != key:
            known = set(key.split())
            found.update((word, None) for word in joined.split() if word not in known)
    return list(found)


def _joined(key: str) -> str:
    return _BESIDE_DIGIT.sub("", key)


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was typed: it is found where `plain` is, or `joined` when that is another one."""

    plain: bytes
    joined: bytes

    @property
    def ways(self) -> tuple[bytes, ...]:
        """The byte strings of which one must stand in a key."""
        return (self.plain,) if self.plain == self.joined else (self.plain, self.joined)


def words_of(typed: str) -> tuple[Word, ...]:
    """What was typed as words: all of them must be found, in any order; none finds everything."""
    return tuple(
        Word(packed(word), packed(_joined(word) or word)) for word in search_key(typed).split()
    )


def beginning(typed: str) -> Word:
    """What stands in the keys of texts that begin with what was typed."""
    key = search_key(typed)
    joined = "".join(_joined(key).split(" ")) if any(map(str.isdigit, key)) else key
    return Word(packed(KEY_SEPARATOR + key), packed(KEY_SEPARATOR + joined))


def found_in(key: bytes, words: Sequence[Word]) -> bool:
    """Whether something with this find key has every word: the rule that databases repeat."""
    return all(word.plain in key or word.joined in key for word in words)
