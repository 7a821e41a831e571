"""The words of the tablet: `tr(key)` in the language of the look, from the two catalogues.

Catalogues are `mobile/translations/th.json` and `en.json`: one flat object each, the same keys,
`{name}` for what is put in. A key that is missing shows itself, so that a person sees a gap and
never a crash; a test sees to it that none is missing.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from mobile.ui.look import look

TRANSLATIONS: Final = Path(__file__).resolve().parent.parent / "translations"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every sentence of one language by its key; read once."""
    words: dict[str, str] = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))
    return words


def tr(key: str, language: str | None = None, **parts: Any) -> str:
    """The sentence of `key` in `language` (the look's when left out), with `parts` put in."""
    sentence = catalogue(language or look.language).get(key, key)
    return sentence.format(**parts) if parts else sentence
