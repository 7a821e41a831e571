"""Identifiers of people and factories: reading, checking, showing and masking.

Each reader returns an `Identifier` or an `IdentifierProblem` whose code has a sentence in
`shared.problem_sentences`. Thai digits are accepted, Arabic ones are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shared.thai.dates import to_arabic_digits

IDENTIFIER_PROBLEMS: Final = (
    "identifier.empty",
    "identifier.too_long",
    "citizen_id.length",
    "citizen_id.check_digit",
    "citizen_id.first_digit",
    "juristic_number.length",
    "juristic_number.first_digit",
    "juristic_number.check_digit",
    "phone.unreadable",
    "waste_code.unreadable",
    "waste_code.chapter",
)
IDENTIFIER_WARNINGS: Final = ("factory_number.unknown_form", "factory_number.unusual")

_LENGTH_MAX = 60
_SEPARATORS = re.compile(r"[\s\-–.()]+")
_LEGACY_FACTORY = re.compile(
    r"[จน]?\.?\s?[123]?-?[0-9]{1,3}(?:\([0-9]+\))?(?:,[0-9]+)*-[0-9]+/[0-9]{2,4}-?[ก-ฮ]{0,4}"
)
_MOBILE = re.compile(r"0[689][0-9]{8}")
_FIXED = re.compile(r"0[2-7][0-9]{7}")
_PHONE = re.compile(
    r"(?P<number>[+0-9][0-9\s\-–.()]*?)\s*(?:(?:ต่อ|ext\.?|#)\s*(?P<extension>[0-9]{1,6}))?"
)
_WASTE = re.compile(r"(?P<code>[0-9]{6})(?P<suffix>HA|HM)?")
_FACTORY_ISSUERS = "127"
_FACTORY_PLACES = "023"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A read identifier: `value` is stored and compared, `display` is shown; `warning` is the code
    of something unusual that a person should look at, or empty."""

    value: str
    display: str
    kind: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class IdentifierProblem:
    """Why a text is no such identifier."""

    code: str


def _bare(text: str) -> str | IdentifierProblem:
    """Arabic digits, no blanks and hyphens; empty and overlong text are problems."""
    if len(text) > _LENGTH_MAX:
        return IdentifierProblem("identifier.too_long")
    bare = _SEPARATORS.sub("", to_arabic_digits(text))
    return bare if bare else IdentifierProblem("identifier.empty")


def _is_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


def check_digit_13(first_twelve: str) -> int:
    """The last digit of a citizen's or juristic number, from the twelve before it."""
    total = sum((13 - i) * int(digit) for i, digit in enumerate(first_twelve[:12]))
    return (11 - total % 11) % 10


def _grouped(digits: str, *sizes: int) -> str:
    parts, start = [], 0
    for size in sizes:
        parts.append(digits[start : start + size])
        start += size
    return "-".join(parts)


def parse_citizen_id(text: str) -> Identifier | IdentifierProblem:
    """A citizen's 13 digits, shown as `3-1006-00445-63-5`. First digit 1 to 8."""
    bare = _bare(text)
    if isinstance(bare, IdentifierProblem):
        return bare
    if not _is_digits(bare, 13):
        return IdentifierProblem("citizen_id.length")
    if int(bare[12]) != check_digit_13(bare):
        return IdentifierProblem("citizen_id.check_digit")
    if bare[0] in "09":
        return IdentifierProblem("citizen_id.first_digit")
    return Identifier(bare, _grouped(bare, 1, 4, 5, 2, 1), "citizen_id")


def parse_juristic_number(text: str) -> Identifier | IdentifierProblem:
    """A juristic person's 13 digits; begins with 0, same check digit as a citizen's."""
    bare = _bare(text)
    if isinstance(bare, IdentifierProblem):
        return bare
    if not _is_digits(bare, 13):
        return IdentifierProblem("juristic_number.length")
    if bare[0] != "0":
        return IdentifierProblem("juristic_number.first_digit")
    if int(bare[12]) != check_digit_13(bare):
        return IdentifierProblem("juristic_number.check_digit")
    return Identifier(bare, bare, "juristic_number")


def parse_factory_number(text: str) -> Identifier | IdentifierProblem:
    """A factory's registration number, in one of two forms that live together.

    New: 14 digits, shown as `1-0-25-00008-2547-0`; legacy, e.g. `3-106-33/50รย`. Anything else is
    kept with a warning, never refused: old papers carry forms that nobody listed.
    """
    if len(text) > _LENGTH_MAX:
        return IdentifierProblem("identifier.too_long")
    spaced = " ".join(to_arabic_digits(text).split())
    if not spaced:
        return IdentifierProblem("identifier.empty")
    bare = _SEPARATORS.sub("", spaced)
    if _is_digits(bare, 14):
        display = _grouped(bare, 1, 1, 2, 5, 4, 1)
        usual = bare[0] in _FACTORY_ISSUERS and bare[1] in _FACTORY_PLACES
        usual = usual and 2400 <= int(bare[9:13]) <= 2643 and bare[2:4] >= "10"
        return Identifier(
            bare, display, "factory_number", "" if usual else "factory_number.unusual"
        )
    if _LEGACY_FACTORY.fullmatch(spaced):
        return Identifier(spaced.replace(" ", ""), spaced, "factory_number_legacy")
    return Identifier(spaced, spaced, "factory_number_unknown", "factory_number.unknown_form")


def parse_phone(text: str) -> Identifier | IdentifierProblem:
    """A Thai telephone number: mobile `081-234-5678`, fixed `02-123-4567`, `+66` as 0, and an
    extension (`ต่อ 12`), which stays behind the number in `value` as `;12`."""
    if len(text) > _LENGTH_MAX:
        return IdentifierProblem("identifier.too_long")
    plain = to_arabic_digits(text).strip().lower()
    if not plain:
        return IdentifierProblem("identifier.empty")
    found = _PHONE.fullmatch(plain)
    if found is None:
        return IdentifierProblem("phone.unreadable")
    digits = _SEPARATORS.sub("", found["number"])
    if digits.startswith("+66"):
        digits = "0" + digits[3:].removeprefix("0")
    extension = found["extension"] or ""
    value = f"{digits};{extension}" if extension else digits
    behind = f" ต่อ {extension}" if extension else ""
    if _MOBILE.fullmatch(digits):
        return Identifier(value, _grouped(digits, 3, 3, 4) + behind, "mobile")
    if _FIXED.fullmatch(digits):
        sizes = (2, 3, 4) if digits.startswith("02") else (3, 3, 3)
        return Identifier(value, _grouped(digits, *sizes) + behind, "fixed")
    return IdentifierProblem("phone.unreadable")


def parse_waste_code(text: str) -> Identifier | IdentifierProblem:
    """A waste code, `19 03 08 HA`: three pairs of digits, chapters 01 to 19, HA or HM behind when
    hazardous. Whether the code is in the table of the day is the codebook's matter."""
    bare = _bare(text)
    if isinstance(bare, IdentifierProblem):
        return bare
    found = _WASTE.fullmatch(bare.upper())
    if found is None:
        return IdentifierProblem("waste_code.unreadable")
    code, suffix = found["code"], found["suffix"] or ""
    if not 1 <= int(code[:2]) <= 19:
        return IdentifierProblem("waste_code.chapter")
    display = " ".join(part for part in (code[:2], code[2:4], code[4:], suffix) if part)
    return Identifier(code + suffix, display, "waste_code")


def mask_citizen_id(text: str) -> str:
    """`x-xxxx-xxxxx-12-3`: only the last three digits; nothing at all of what is no such number."""
    bare = _bare(text)
    if isinstance(bare, str) and _is_digits(bare, 13):
        return f"x-xxxx-xxxxx-{bare[10:12]}-{bare[12]}"
    return "x" if text.strip() else ""


def mask_phone(text: str) -> str:
    """`08x-xxx-1234`: the first two digits and the last four, without the extension; nothing at all
    of what is no telephone number."""
    phone = parse_phone(text)
    if isinstance(phone, IdentifierProblem):
        return "x" if text.strip() else ""
    digits = phone.value.partition(";")[0]
    middle = "x-xxx" if phone.kind == "mobile" else "-xxx"
    return f"{digits[:2]}{middle}-{digits[-4:]}"
