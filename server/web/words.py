"""The words of the office's pages in Thai and English, from `server/translations/*.json`.

A key names a place and a meaning (`review.approve`). Where a number decides the form of an English
sentence, the key with `.one` behind it is taken for one. A key that is in no catalogue is a
programmer's error; a test compares the catalogues and what templates ask for.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES: Final = ("th", "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All words of a language."""
    assert language in LANGUAGES
    found: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


class Words:
    """The words of one language, ready to be called from a template: `t('review.title', n=3)`."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._catalogue = catalogue(self.language)

    def __call__(self, key: str, **facts: Any) -> str:
        """The sentence of a key with its places in braces filled from `facts`."""
        text = None
        if facts.get("n") == 1:
            text = self._catalogue.get(f"{key}.one")
        if text is None:
            text = self._catalogue[key]
        shown = {name: self.number(v) if isinstance(v, int) else v for name, v in facts.items()}
        return text.format(**shown) if shown else text

    def has(self, key: str) -> bool:
        """Whether there is a sentence of that key."""
        return key in self._catalogue

    def either(self, key: str, otherwise: str) -> str:
        """The sentence of a key that data names; for an unknown one `otherwise`."""
        return self._catalogue.get(key, otherwise)

    def number(self, value: int) -> str:
        """A whole number with thousands commas, alike in both languages."""
        return f"{value:,}"
