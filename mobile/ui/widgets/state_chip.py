"""What state a record is in: icon, word and colour together, never colour alone."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from kivy.metrics import dp
from kivy.properties import StringProperty

from mobile.ui.look import look
from mobile.ui.theme import TONES, rgba
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Row


class ChipLook(NamedTuple):
    """How a state is shown: its icon and its tone; its word is `chip.<state>`."""

    icon: str
    tone: str


CHIPS: Final[dict[str, ChipLook]] = {
    "draft": ChipLook("draft", "quiet"),
    "waiting": ChipLook("waiting", "info"),
    "submitted": ChipLook("submitted", "primary"),
    "returned": ChipLook("returned", "warn"),
    "approved": ChipLook("approved", "good"),
    "conflict": ChipLook("conflict", "conflict"),
    "kept_aside": ChipLook("alert", "warn"),
    "refused": ChipLook("alert_hard", "bad"),
    "only_here": ChipLook("tablet", "warn"),
    "syncing": ChipLook("sync", "info"),
    "received": ChipLook("cloud_check", "good"),
    "offline": ChipLook("offline", "quiet"),
}


class Chip(Row):
    """An icon and a word on a tinted pill; as wide as its word."""

    icon_name = StringProperty("info")
    tone = StringProperty("quiet")
    text = StringProperty("")
    text_key = StringProperty("")

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            size_hint_x=None, spacing=dp(6), padding=[dp(10), dp(1), dp(12), dp(1)], **settings
        )
        self._icon = Icon(self.icon_name, size_dp=18)
        self._word = ThaiLabel(role="small", fit="own")
        self.add_widget(self._icon)
        self.add_widget(self._word)
        self.bind(minimum_width=self.setter("width"))
        for name in ("icon_name", "tone", "text", "text_key"):
            self.fbind(name, self._show)
        self._show()
        look.follow(self)

    def apply_look(self) -> None:
        """Keep the pill's ends round at every text size."""
        self._show()

    def visible_texts(self) -> list[str]:
        """The word is the label's; a chip has none of its own."""
        return []

    def _show(self, *_: Any) -> None:
        ink, paper = TONES.get(self.tone, TONES["quiet"])
        self._icon.name, self._icon.ink, self._word.ink = self.icon_name, ink, ink
        self._word.text_key = self.text_key
        if not self.text_key:
            self._word.text = self.text
        self.fill = rgba(paper)
        self.corner = dp(16) * look.text_scale


class StateChip(Chip):
    """The chip of one of the known states (`CHIPS`)."""

    state = StringProperty("draft")

    def __init__(self, state: str = "draft", **settings: Any) -> None:
        super().__init__(state=state, **settings)
        self.fbind("state", self._take_state)
        self._take_state()

    def _take_state(self, *_: Any) -> None:
        chip = CHIPS[self.state]
        self.icon_name, self.tone, self.text_key = chip.icon, chip.tone, f"chip.{self.state}"
