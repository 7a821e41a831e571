"""How the tablet looks just now: its language, its text size, and who must hear of a change.

Every widget that shows words follows the one `look`; when a person switches the language or the
text size, `apply_look()` of each is called once. Followers are held weakly: a page that is left
needs no farewell.
"""

from __future__ import annotations

from typing import Any, Final, Protocol
from weakref import WeakSet

from kivy.metrics import sp

from mobile.ui.theme import TEXT_STEPS, TYPE

LANGUAGES: Final = ("th", "en")


class Follower(Protocol):
    """What shows words or sizes."""

    def apply_look(self) -> None:
        """Show yourself in the language and text size of `look`."""


class Look:
    """The language (`th`, `en`), the text-size step (0, 1, 2), and whether things may move."""

    def __init__(self) -> None:
        self.language = "th"
        self.text_step = 0
        self.motion = True
        self._followers: WeakSet[Any] = WeakSet()

    @property
    def text_scale(self) -> float:
        """What every type size is multiplied with."""
        return TEXT_STEPS[self.text_step]

    def follow(self, follower: Follower) -> None:
        """Tell `follower` of every later change, as long as it lives."""
        self._followers.add(follower)

    def change(
        self,
        *,
        language: str | None = None,
        text_step: int | None = None,
        motion: bool | None = None,
    ) -> None:
        """Set what is given and let all followers show it."""
        assert language is None or language in LANGUAGES
        assert text_step is None or 0 <= text_step < len(TEXT_STEPS)
        self.language = self.language if language is None else language
        self.text_step = self.text_step if text_step is None else text_step
        self.motion = self.motion if motion is None else motion
        for follower in list(self._followers):
            follower.apply_look()

    def size(self, role: str) -> float:
        """The font size of a type role in pixels, at the chosen step."""
        return float(sp(TYPE[role].size_sp * self.text_scale))


look: Final = Look()
