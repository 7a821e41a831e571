"""Buttons: a word, an icon before it, a target that a thumb meets."""

from __future__ import annotations

from typing import Any

from kivy.metrics import dp
from kivy.properties import OptionProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.look import look
from mobile.ui.theme import PAD, SPACE, TARGET, TARGET_PRIMARY, rgba
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import CLEAR, Surface


class Pressable(Surface, ButtonBehavior, BoxLayout):
    """A surface that can be tapped; shows that it is pressed, and that it cannot be."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.fbind("state", self.show_state)
        self.fbind("disabled", self.show_state)

    def show_state(self, *_: Any) -> None:
        """Paint the surface as the state asks; subclasses say how."""


class WordButton(Pressable):
    """A word with an icon: as wide as its word unless `size_hint_x` is set."""

    text = StringProperty("")
    text_key = StringProperty("")
    icon_name = StringProperty("")
    tone = OptionProperty("primary", options=["primary", "bad", "quiet"])
    least_height = TARGET

    def __init__(self, text: str = "", **settings: Any) -> None:
        settings.setdefault("size_hint", (None, None))
        super().__init__(text=text, orientation="horizontal", spacing=dp(SPACE), **settings)
        self.icon = Icon(self.icon_name or "check", pos_hint={"center_y": 0.5})
        self.label = ThaiLabel(role="strong", fit="own", text=self.text, text_key=self.text_key)
        self.label.pos_hint = {"center_y": 0.5}
        self.label.bind(text=self.setter("text"), size=self._fit)
        self.fbind("text", self._word_changed)
        self.fbind("text_key", self._word_changed)
        self.fbind("icon_name", self._compose)
        self.fbind("size", self._centre)
        self.fbind("tone", self.show_state)
        self._compose()
        self.show_state()
        look.follow(self)

    def apply_look(self) -> None:
        """Take the size of the word in the look of now."""
        self._fit()

    def visible_texts(self) -> list[str]:
        """What stands on the button (its label tells it too; this keeps it once)."""
        return []

    def _word_changed(self, *_: Any) -> None:
        self.label.text_key = self.text_key
        if not self.text_key:
            self.label.text = self.text

    def _compose(self, *_: Any) -> None:
        self.clear_widgets()
        if self.icon_name:
            self.icon.name = self.icon_name
            self.add_widget(self.icon)
        self.add_widget(self.label)
        self._fit()

    def _content(self) -> float:
        beside = self.icon.width + dp(SPACE) if self.icon_name else 0
        return float(self.label.width + beside)

    def _fit(self, *_: Any) -> None:
        if self.size_hint_x is None:
            self.width = self._content() + dp(2 * 20)
        if self.size_hint_y is None:
            self.height = max(dp(self.least_height), self.label.height + dp(12))
        self._centre()

    def _centre(self, *_: Any) -> None:
        room = self.width - dp(2 * SPACE)
        if self.label.fit == "own" and self._content() > room > 0:
            self.label.fit, self.label.size_hint_x = "line", 1
        elif self.label.fit == "line":
            self.label.fit, self.label.size_hint_x = "own", None
            self.label.draw_now()
            if self._content() > room:
                self.label.fit, self.label.size_hint_x = "line", 1
        free = max(dp(SPACE), (self.width - self._content()) / 2)
        side = dp(SPACE) if self.label.fit == "line" else free
        self.padding = [side, 0, side, 0]

    def _paint(self, ink: str, fill: Any, edge: Any) -> None:
        self.icon.ink = self.label.ink = ink
        self.fill, self.edge = fill, edge


class PrimaryButton(WordButton):
    """The one thing to do on this screen: deep green, 56 high, at the bottom right."""

    least_height = TARGET_PRIMARY

    def show_state(self, *_: Any) -> None:
        """Green; darker when pressed; grey with readable words when it cannot be done yet."""
        if self.disabled:
            self._paint("ink-soft", rgba("quiet-paper"), rgba("line"))
            return
        solid = "bad" if self.tone == "bad" else "primary"
        pressed = "primary-dark" if solid == "primary" else "ink"
        self._paint("on-primary", rgba(pressed if self.state == "down" else solid), CLEAR)


class SecondaryButton(WordButton):
    """Another thing to do: outlined, on surface."""

    def show_state(self, *_: Any) -> None:
        """White with an outline; tinted when pressed."""
        if self.disabled:
            self._paint("ink-soft", rgba("quiet-paper"), rgba("line"))
            return
        ink = {"bad": "bad", "quiet": "ink"}.get(self.tone, "primary")
        paper = {"bad": "bad-paper", "quiet": "quiet-paper"}.get(self.tone, "primary-paper")
        self._paint(ink, rgba(paper if self.state == "down" else "surface"), rgba(ink))


class TextButton(WordButton):
    """The quietest thing to do: a word without a box."""

    def show_state(self, *_: Any) -> None:
        """Nothing behind the word until it is pressed."""
        ink = (
            "ink-soft"
            if self.disabled
            else {"bad": "bad", "quiet": "ink"}.get(self.tone, "primary")
        )
        self._paint(ink, rgba("primary-paper") if self.state == "down" else CLEAR, CLEAR)


class IconButton(Pressable):
    """An icon alone, for toolbars: its word is `hint_key` (read by tests, shown when held)."""

    icon_name = StringProperty("more")
    hint_key = StringProperty("")
    ink = StringProperty("ink")

    def __init__(self, icon_name: str, **settings: Any) -> None:
        settings.setdefault("size_hint", (None, None))
        settings.setdefault("size", (dp(TARGET), dp(TARGET)))
        settings.setdefault("corner", dp(TARGET / 2))
        super().__init__(icon_name=icon_name, **settings)
        self._icon = Icon(icon_name, ink=self.ink, pos_hint={"center_y": 0.5}, grows=False)
        self.add_widget(self._icon)
        self.fbind("icon_name", self._follow)
        self.fbind("ink", self._follow)
        self.fbind("size", self._centre)
        self._centre()

    def _follow(self, *_: Any) -> None:
        self._icon.name, self._icon.ink = self.icon_name, self.ink

    def _centre(self, *_: Any) -> None:
        side = (self.width - self._icon.width) / 2
        self.padding = [side, 0, side, 0]

    def show_state(self, *_: Any) -> None:
        """A tint under the finger; paler when nothing can be done."""
        self.opacity = 0.45 if self.disabled else 1
        self.fill = (
            rgba("primary" if self.ink != "on-primary" else "on-primary", 0.16)
            if (self.state == "down")
            else CLEAR
        )


class StepButton(IconButton):
    """An outlined button beside a number: one step down or up."""

    def __init__(self, icon_name: str, hint_key: str, **settings: Any) -> None:
        super().__init__(
            icon_name,
            hint_key=hint_key,
            edge=rgba("primary"),
            ink="primary",
            size=(dp(TARGET_PRIMARY), dp(TARGET_PRIMARY)),
            corner=dp(8),
            **settings,
        )
        self.show_state()

    def show_state(self, *_: Any) -> None:
        """White with an outline; tinted under the finger, grey when there is nothing to do."""
        self.edge = rgba("line" if self.disabled else "primary")
        self.ink = "ink-soft" if self.disabled else "primary"
        held = "primary-paper" if self.state == "down" else "surface"
        self.fill = rgba("quiet-paper" if self.disabled else held)


class BottomBar(Surface, BoxLayout):
    """The bottom of a screen: secondary actions left, the primary one at the right, by the thumb.

    Add widgets in reading order; a `Spacer` comes before the last one by itself.
    """

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("size_hint_y", None)
        super().__init__(
            fill=rgba("surface"),
            corner=0,
            padding=[dp(PAD), dp(SPACE)],
            spacing=dp(SPACE),
            **settings,
        )
        self.height = dp(TARGET_PRIMARY + 2 * SPACE)
        self.bind(minimum_height=self._fit)

    def _fit(self, *_: Any) -> None:
        self.height = max(dp(TARGET_PRIMARY + 2 * SPACE), self.minimum_height)

    def show(self, *widgets: Any) -> None:
        """Replace what stands on the bar."""
        self.clear_widgets()
        for number, widget in enumerate(widgets):
            if number == len(widgets) - 1:
                self.add_widget(BoxLayout())
            widget.pos_hint = {"center_y": 0.5}
            self.add_widget(widget)
