"""What the tablet says to a person: notice bars, empty pages, progress with words."""

from __future__ import annotations

from typing import Any, Final

from kivy.graphics import Color, RoundedRectangle
from kivy.metrics import dp
from kivy.properties import NumericProperty, OptionProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.widget import Widget

from mobile.ui.theme import READING_WIDTH, TONES, mixed, rgba
from mobile.ui.widgets.button import SecondaryButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Column, Row

NOTICE_ICONS: Final = {
    "quiet": "info",
    "primary": "info",
    "good": "check_circle",
    "info": "info",
    "warn": "alert",
    "bad": "alert_hard",
    "conflict": "conflict",
}


class Notice(Row):
    """A bar that stays: what happened, why, what to do next, and at most one button.

    `text_key` or `text`; `action_key` gives the button, whose tap is `on_action`.
    """

    tone = OptionProperty("info", options=list(TONES))
    text = StringProperty("")
    text_key = StringProperty("")
    action_key = StringProperty("")
    __events__ = ("on_action",)

    def __init__(self, **settings: Any) -> None:
        super().__init__(padding=[dp(14), dp(8)], spacing=dp(12), **settings)
        self._icon = Icon("info")
        self._words = ThaiLabel()
        self._button = SecondaryButton(automation_id="notice_action")
        self._button.bind(on_release=lambda *_: self.dispatch("on_action"))
        for name in ("tone", "text", "text_key", "action_key"):
            self.fbind(name, self._show)
        self._show()

    def on_action(self) -> None:
        """The button was tapped."""

    def visible_texts(self) -> list[str]:
        """The words are the label's."""
        return []

    def _show(self, *_: Any) -> None:
        self.clear_widgets()
        ink, paper = TONES[self.tone]
        self.fill, self.edge, self.edge_width = rgba(paper), mixed(ink, paper, 0.35), dp(1)
        self._icon.name, self._icon.ink, self._words.ink = NOTICE_ICONS[self.tone], ink, ink
        self._words.text_key = self.text_key
        if not self.text_key:
            self._words.text = self.text
        self.add_widget(self._icon)
        self.add_widget(self._words)
        if self.action_key:
            self._button.text_key = self.action_key
            self.add_widget(self._button)


class EmptyState(AnchorLayout):
    """A page with nothing on it: one picture, one sentence, at most one thing to do."""

    __events__ = ("on_action",)

    def __init__(
        self,
        icon_name: str = "empty",
        title_key: str = "",
        text_key: str = "",
        action_key: str = "",
        **settings: Any,
    ) -> None:
        super().__init__(anchor_x="center", anchor_y="center", padding=dp(24), **settings)
        self.column = Column(size_hint_x=None, spacing=dp(16))
        self.bind(width=self._fit)
        self.column.add_widget(
            Icon(icon_name, size_dp=72, ink="primary", pos_hint={"center_x": 0.5})
        )
        self.column.add_widget(ThaiLabel(role="heading", text_key=title_key, halign="center"))
        if text_key:
            self.column.add_widget(ThaiLabel(ink="ink-soft", text_key=text_key, halign="center"))
        if action_key:
            button = SecondaryButton(
                text_key=action_key, pos_hint={"center_x": 0.5}, automation_id="empty_action"
            )
            button.bind(on_release=lambda *_: self.dispatch("on_action"))
            self.column.add_widget(button)
        self.add_widget(self.column)
        self._fit()

    def on_action(self) -> None:
        """The one thing to do was tapped."""

    def _fit(self, *_: Any) -> None:
        self.column.width = max(dp(120), min(dp(READING_WIDTH * 0.75), self.width - dp(48)))


class ProgressLine(Widget):
    """A thin bar from 0 to 1."""

    value = NumericProperty(0.0)
    tone = StringProperty("primary")

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("size_hint_y", None)
        settings.setdefault("height", dp(8))
        super().__init__(**settings)
        with self.canvas:
            Color(*rgba("line"))
            self._rail = RoundedRectangle(radius=[dp(4)])
            self._colour = Color(*rgba(self.tone))
            self._bar = RoundedRectangle(radius=[dp(4)])
        for name in ("pos", "size", "value", "tone"):
            self.fbind(name, self._draw)
        self._draw()

    def _draw(self, *_: Any) -> None:
        self._rail.pos, self._rail.size = self.pos, self.size
        share = min(1.0, max(0.0, self.value))
        self._colour.rgba = rgba(TONES.get(self.tone, TONES["primary"])[0])
        self._bar.pos = self.pos
        wide = share * self.width
        self._bar.size = (max(wide, self.height) if share else 0, self.height)


class Progress(Column):
    """How far a long piece of work is, always with words (`text`: "ส่งแล้ว 12 จาก 40")."""

    value = NumericProperty(0.0)
    text = StringProperty("")

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._words = ThaiLabel(text=self.text)
        self._line = ProgressLine(value=self.value)
        self.add_widget(self._words)
        self.add_widget(self._line)
        self.bind(text=self._words.setter("text"), value=self._line.setter("value"))

    def visible_texts(self) -> list[str]:
        """The words are the label's."""
        return []
