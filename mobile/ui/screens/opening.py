"""While the tablet's data is being opened, and what is said when it cannot be."""

from __future__ import annotations

from mobile.ui.screen import Screen
from mobile.ui.widgets.messages import EmptyState, Notice


class OpeningScreen(Screen):
    """Words instead of a blank window; `failed(text)` says what happened and what to do."""

    shows_pill = False

    def __init__(self) -> None:
        super().__init__("home.title", can_go_back=False, automation_id="opening")
        self.set_body(EmptyState("tablet", "opening.title", "opening.text"))

    def failed(self, text: str) -> None:
        """The data could not be opened."""
        self.set_body(EmptyState("alert_hard", "opening.failed", "opening.failed_text"))
        self.notify(Notice(tone="bad", text=text))
