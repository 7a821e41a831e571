"""While the tablet's data is being opened, and what is said when it cannot be."""

from __future__ import annotations

from collections.abc import Callable

from mobile.presenters.observed import Sentence
from mobile.ui.screen import Screen
from mobile.ui.widgets.messages import EmptyState, Notice
from mobile.ui.words import say


class OpeningScreen(Screen):
    """Words instead of a blank window; `failed(text)` says what happened and what to do."""

    shows_pill = False

    def __init__(self) -> None:
        super().__init__("home.title", can_go_back=False, automation_id="opening")
        self.set_body(EmptyState("tablet", "opening.title", "opening.text"))

    def damaged(self, text: str, rescue: Callable[[], None]) -> None:
        """The database itself is damaged: offer to save what can still be read."""
        page = EmptyState("alert_hard", "opening.damaged", "opening.damaged_text", "opening.rescue")
        page.bind(on_action=lambda *_: rescue())
        self.set_body(page)
        self.notify(Notice(tone="bad", text=text))

    def rescued(self, words: Sentence, *, well: bool) -> None:
        """What became of that."""
        tone = "good" if well else "bad"
        self.notify(Notice(tone=tone, text=say(words), automation_id="opening.rescued"))

    def failed(self, text: str) -> None:
        """The data could not be opened."""
        self.set_body(EmptyState("alert_hard", "opening.failed", "opening.failed_text"))
        self.notify(Notice(tone="bad", text=text))
