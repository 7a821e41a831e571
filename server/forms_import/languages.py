"""In which languages a form is written, and how a text of it becomes one in Thai and English.

A form that has a language of ours keeps it as it is; a language of ours that the form lacks is
filled with the form's default language, and that is said once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.canonical import JsonValue

CODES: Final = ("th", "en")
NAMES: Final = {
    "th": {"th", "tha", "th-th", "thai", "ไทย", "ภาษาไทย"},
    "en": {"en", "eng", "en-us", "en-gb", "english", "อังกฤษ", "ภาษาอังกฤษ"},
}
WRITTEN: Final = re.compile(r"(.*?)\s*\(([A-Za-z-]{2,12})\)")
DEFAULT: Final = "default"


def code_of(language: str) -> str:
    """`th` or `en` for a language as a header names it, "" for any other."""
    match = WRITTEN.fullmatch(language.strip())
    words = (match.group(2), match.group(1)) if match else (language,)
    for word in words:
        for code, names in NAMES.items():
            if word.strip().lower() in names:
                return code
        if match:
            return ""
    return ""


@dataclass
class Languages:
    """The languages of one form. `order` are those that a text is looked for in, by code."""

    written: tuple[str, ...] = ()
    default: str = ""
    order: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def text(self, cells: Mapping[str, str], name: str) -> dict[str, JsonValue]:
        """A translated text of a row in Thai and English. A language that the form has keeps an
        empty text where it is missing: that is a defect of its own."""
        found: dict[str, JsonValue] = {}
        for code in CODES:
            keys = [_key(name, language) for language in self.order.get(code, ())]
            found[code] = next((cells[key] for key in keys if key in cells), "")
        if not any(found.values()):
            other = next((cells[key] for key in self.keys(name) if key in cells), "")
            return dict.fromkeys(CODES, other) if other else {}
        return found

    def keys(self, name: str) -> list[str]:
        """All keys of a translated column."""
        return [_key(name, language) for language in ("", *self.written)]

    def header(self, name: str, code: str) -> str:
        """The key of a text in a language of ours, for a defect of its own."""
        return next((_key(name, one) for one in self.order.get(code, ()) if one), name)


def _key(name: str, language: str) -> str:
    return f"{name}::{language}" if language else name


def languages_of(used: Iterable[str], unnamed: bool, default: str) -> Languages:
    """The languages of a form: those its headers name, whether texts without a language are
    there, and the `default_language` of its settings."""
    written = tuple(dict.fromkeys(used))
    default = default.strip()
    if default and default not in written:
        # `Thai (th)` in settings may stand for the column `ไทย (th)`.
        alike = [one for one in written if code_of(one) and code_of(one) == code_of(default)]
        default = alike[0] if alike else default
    if not default:
        default = "" if unnamed or not written else written[0]
    languages = Languages(written, default)
    home = code_of(default)
    fallback = tuple(dict.fromkeys((default if default in written else "", "", *written)))
    missing = []
    for code in CODES:
        own = tuple(one for one in written if code_of(one) == code)
        if home == code and unnamed:
            own = (*own, "")
        if own:
            languages.order[code] = own
        else:
            languages.order[code] = fallback
            missing.append(code)
    languages.missing = tuple(missing)
    return languages
