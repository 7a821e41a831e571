"""What every presenter is: a state that is replaced, never altered, and one listener to tell.

Words: a presenter gives `Words` (a key of the catalogues with its parts) or a `Text` (both
languages, from a form or the server); `mobile/ui` turns either into the language of the look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from shared.errors import SurveyError
from shared.forms.definition import Text
from shared.problem_sentences import sentence

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence of `mobile/translations/*.json` by its key, with what is put in (a `Text` in the
    language of the sentence)."""

    key: str
    parts: Mapping[str, str | int | Text] = field(default_factory=dict)


Sentence: TypeAlias = Words | Text


class Observed(Generic[State]):
    """Holds `state`; `on_change()` is called after each replacement, on the thread that draws."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.on_change: Callable[[], None] | None = None

    def _show(self, state: State) -> None:
        self.state = state
        if self.on_change is not None:
            self.on_change()


def told(error: Exception) -> Text:
    """What a person reads about an error: what happened, why, what to do next."""
    if isinstance(error, SurveyError):
        return meaning(error.code, error.facts)
    return meaning("internal")


def meaning(code: str, facts: Mapping[str, object] | None = None) -> Text:
    """The sentence of a code (an error, a result, an ended synchronisation) in both languages."""
    known = {k: v for k, v in (facts or {}).items() if k not in ("code", "language")}
    return Text(sentence(code, "th", **known), sentence(code, "en", **known))
