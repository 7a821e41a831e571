"""A presenter's sentence in the language of the look, whichever of its two shapes it has."""

from __future__ import annotations

from typing import Any

from mobile.presenters.observed import Sentence, Words
from mobile.ui.look import look
from mobile.ui.strings import tr
from shared.forms.definition import Text


def say(sentence: Sentence | None) -> str:
    """The words of a catalogue key with its parts, or of a text in both languages; "" for None."""
    if sentence is None:
        return ""
    if isinstance(sentence, Words):
        parts: dict[str, Any] = {
            name: part.get(look.language) if isinstance(part, Text) else part
            for name, part in sentence.parts.items()
        }
        return tr(sentence.key, **parts)
    return sentence.get(look.language)
