"""Thai text: one spelling of typing variants, sort and search keys, cutting without harm.

Unicode normalisation does not unify what Thai keyboards produce (`น้ำ`, `นํ้า`, `นำ้` look alike),
and binary order puts เชียงใหม่ behind ลพบุรี. The keys made here are stored in columns and compare
by code point, the same in Python, SQLite and PostgreSQL (there with COLLATE "C").
A person's verbatim words are stored as typed; only keys and queries are normalised.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from shared.thai.dates import to_arabic_digits, to_thai_digits

__all__ = [
    "normalise",
    "person_sort_key",
    "search_key",
    "shorten",
    "sort_key",
    "sorted_by",
    "to_arabic_digits",
    "to_thai_digits",
]

KEY_SEPARATOR: Final = "\x01"
"""Between the parts of a sort key: below every character that people type, and storable (unlike
NUL)."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_ANY_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_ANY_CONTROL = re.compile("[\x00\x02-\x08\x0e-\x1b]")
_NIKHAHIT = "\u0e4d"
_SARA_AA = "\u0e32"
_SARA_AM = "\u0e33"
# Below and above vowels first, then tones, then the silencer: how a font stacks them.
_MARK_ORDER = (
    "\u0e3a\u0e38\u0e39\u0e31\u0e34\u0e35\u0e36\u0e37\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4e"
)
_MARK_RANK = {mark: rank for rank, mark in enumerate(_MARK_ORDER + _NIKHAHIT + _SARA_AM)}
# A single mark has no order; only a single nikhahit may join what follows.
_MARK_RUN = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0e33]{2,}\u0e32?|\u0e4d\u0e32")
_DOUBLE_SARA_E = "\u0e40\u0e40"

_IGNORED_IN_ORDER = re.compile("[\u0e47-\u0e4e]")
_LEADING_VOWEL = re.compile("([\u0e40-\u0e44])([\u0e01-\u0e2e])")
_THAI_DIGIT = re.compile("[\u0e50-\u0e59]")
_LEADING_VOWELS = frozenset("เแโใไ")
_JOINER = "\u200d"


def normalise(text: str) -> str:
    """One spelling of what looks the same: `นํ้า` and `นำ้` become `น้ำ`, `เเม่` becomes `แม่`.

    Removes invisible characters, composes (NFC), orders and de-duplicates stacked marks. Applying
    it twice changes nothing. For keys and queries, not for verbatim answers.
    """
    if text.isascii():
        return text
    if _ANY_INVISIBLE.search(text):
        text = text.translate(_INVISIBLE)
    plain = unicodedata.normalize("NFC", text).replace(_DOUBLE_SARA_E, "แ")
    # A joined ํ+า may touch further marks: the second pass orders those.
    once = _MARK_RUN.sub(_settled_marks, plain)
    if once != plain:
        once = _MARK_RUN.sub(_settled_marks, once)
    return unicodedata.normalize("NFC", once)


def _settled_marks(found: re.Match[str]) -> str:
    run = found.group()
    return _PAIRS.get(run) or _ordered_marks(run)


def _ordered_marks(run: str) -> str:
    tail = ""
    if run.endswith(_SARA_AA):
        run, tail = run[:-1], _SARA_AA
    marks = set(run)
    if _NIKHAHIT in marks and _SARA_AM in marks:
        marks.discard(_NIKHAHIT)
    elif _NIKHAHIT in marks and tail:
        marks.discard(_NIKHAHIT)
        marks.add(_SARA_AM)
        tail = ""
    return "".join(sorted(marks, key=_MARK_RANK.__getitem__)) + tail


_PAIRS: Final = {one + two: _ordered_marks(one + two) for one in _MARK_RANK for two in _MARK_RANK}
"""What becomes of two marks in a row: nearly every run is one, so it is looked up."""


def _order_part(text: str) -> str:
    """The letters in dictionary order: tones ignored, leading vowels behind their consonant."""
    if text.isascii():
        return text
    return _LEADING_VOWEL.sub(r"\2\1", _IGNORED_IN_ORDER.sub("", text))


def sort_key(text: str) -> str:
    """A key that sorts Thai as a dictionary does, by code point; equal letters fall back to the
    whole spelling."""
    return sorted_by(search_key(text))


def sorted_by(plain: str) -> str:
    """The sort key of a text whose search key this is."""
    return f"{_order_part(plain)}{KEY_SEPARATOR}{plain}"


def person_sort_key(prefix: str, first: str, last: str) -> str:
    """People sort by first name, then family name (monks have none); a prefix only breaks ties."""
    names = [search_key(first), search_key(last)]
    parts = [_order_part(name) for name in names] + names + [search_key(prefix)]
    return KEY_SEPARATOR.join(parts)


def search_key(text: str) -> str:
    """What is stored beside a text and what a query becomes: normalised, Arabic digits, no case,
    blanks collapsed, no control characters."""
    plain = normalise(text)
    if _ANY_CONTROL.search(plain):
        plain = normalise(_ANY_CONTROL.sub("", plain))
    if _THAI_DIGIT.search(plain):
        plain = to_arabic_digits(plain)
    return " ".join(plain.casefold().replace(KEY_SEPARATOR, " ").split())


def shorten(text: str, length_max: int, ellipsis: str = "…") -> str:
    """At most `length_max` characters, cut so that no mark loses its letter and no leading vowel
    stands alone."""
    assert length_max >= len(ellipsis)
    if len(text) <= length_max:
        return text
    end = length_max - len(ellipsis)
    while end > 0 and _joins(text[end - 1], text[end]):
        end -= 1
    return text[:end].rstrip() + ellipsis


def _joins(before: str, after: str) -> bool:
    """Whether these two characters are one on the screen."""
    return (
        before in _LEADING_VOWELS
        or before == _JOINER
        or after in (_JOINER, _SARA_AM)
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or unicodedata.category(after) in ("Mn", "Me", "Mc")
    )
