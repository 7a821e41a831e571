"""Pieces that several screens are made of: facts, toggles, a page beside another, tall buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kivy.metrics import dp
from kivy.properties import BooleanProperty, StringProperty

from mobile.ui.look import look
from mobile.ui.theme import PAD, READING_WIDTH, SPACE, rgba
from mobile.ui.widgets.button import Pressable, SecondaryButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Card, Column, Page, Row


def narrow_page(width_dp: float = READING_WIDTH) -> Page:
    """A page whose column stands in the middle and is never wider than reading asks."""
    page = Page()

    def fit(*_: Any) -> None:
        side = max(dp(PAD), (page.width - dp(width_dp)) / 2)
        page.column.padding = [side, dp(24), side, dp(24)]

    page.bind(width=fit)
    fit()
    page.column.spacing = dp(16)
    return page


class Facts(Card):
    """What is so: a name and its value a line."""

    def show(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these (key of the catalogue, value); an empty value reads as a dash."""
        self.clear_widgets()
        for key, value in facts:
            line = Row(spacing=dp(16))
            line.add_widget(ThaiLabel(text_key=key, role="small", ink="ink-soft", size_hint_x=0.36))
            line.add_widget(ThaiLabel(value or "–", size_hint_x=0.64))
            self.add_widget(line)


class Toggle(SecondaryButton):
    """One of several: filled with a tick when chosen."""

    chosen = BooleanProperty(False)

    def __init__(self, **settings: Any) -> None:
        self._plain_icon = settings.get("icon_name", "")
        super().__init__(**settings)
        self.fbind("chosen", self._choose)
        self._choose()

    def _choose(self, *_: Any) -> None:
        self.icon_name = "check" if self.chosen else self._plain_icon
        self.show_state()

    def show_state(self, *_: Any) -> None:
        """Green with white words when chosen."""
        if self.chosen and not self.disabled:
            self._paint("on-primary", rgba("primary"), rgba("primary"))
        else:
            super().show_state()


class TallButton(Pressable):
    """A big thing to choose: an icon, a title that may wrap, a line below it."""

    icon_name = StringProperty("person")
    title = StringProperty("")
    second = StringProperty("")
    title_key = StringProperty("")
    second_key = StringProperty("")
    chosen = BooleanProperty(False)

    def __init__(self, least_dp: float = 72, **settings: Any) -> None:
        super().__init__(size_hint_y=None, spacing=dp(16), padding=[dp(PAD), dp(SPACE)], **settings)
        self._least = least_dp
        self._icon = Icon(self.icon_name, size_dp=32, pos_hint={"center_y": 0.5})
        self._words = Column(spacing=0, pos_hint={"center_y": 0.5})
        self._title = ThaiLabel(role="strong")
        self._second = ThaiLabel(role="small")
        self._words.add_widget(self._title)
        self.add_widget(self._icon)
        self.add_widget(self._words)
        self._words.bind(height=self._fit)
        for name in ("icon_name", "title", "second", "title_key", "second_key", "chosen"):
            self.fbind(name, self.show_state)
        look.follow(self)
        self.show_state()
        self._fit()

    def visible_texts(self) -> list[str]:
        """The words are the labels'."""
        return []

    def apply_look(self) -> None:
        """As high as the words of now."""
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.height = max(dp(self._least), self._words.height + dp(2 * SPACE))

    def show_state(self, *_: Any) -> None:
        """White with an outline; green when chosen, tinted under the finger."""
        ink, soft = ("on-primary", "on-primary") if self.chosen else ("ink", "ink-soft")
        self._icon.name = self.icon_name
        self._icon.ink = "on-primary" if self.chosen else "primary"
        for label, text, key in (
            (self._title, self.title, self.title_key),
            (self._second, self.second, self.second_key),
        ):
            label.text_key = key
            if not key:
                label.text = text
        self._title.ink, self._second.ink = ink, soft
        wanted = bool(self.second or self.second_key)
        if wanted != (self._second.parent is not None):
            if wanted:
                self._words.add_widget(self._second)
            else:
                self._words.remove_widget(self._second)
        down = self.state == "down"
        if self.chosen:
            self.fill = rgba("primary-dark" if down else "primary")
        else:
            self.fill = rgba("primary-paper" if down else "surface")
        self.edge = rgba("primary" if self.chosen else "edge")


class TwoColumns(Column):
    """Two columns beside each other where there is room, below each other where there is not."""

    def __init__(self, least_dp: float = 900, left: float = 0.5, **settings: Any) -> None:
        settings.setdefault("spacing", dp(PAD))
        super().__init__(**settings)
        self._least, self._share = least_dp, left
        self.left, self.right_side = Column(spacing=dp(12)), Column(spacing=dp(12))
        self._beside = Row(spacing=dp(24))
        self._is_wide: bool | None = None
        self.fbind("width", self._arrange)
        look.follow(self)
        self._arrange()

    def apply_look(self) -> None:
        """Larger words need a column of their own sooner."""
        self._arrange()

    def _arrange(self, *_: Any) -> None:
        wide = self.width >= dp(self._least) * look.text_scale**0.5
        if wide == self._is_wide:
            return
        self._is_wide = wide
        for part in (self.left, self.right_side):
            if part.parent is not None:
                part.parent.remove_widget(part)
        self.clear_widgets()
        if wide:
            self.left.size_hint_x, self.right_side.size_hint_x = self._share, 1 - self._share
            for part in (self.left, self.right_side):
                part.pos_hint = {"top": 1}
                self._beside.add_widget(part)
            self.add_widget(self._beside)
        else:
            for part in (self.left, self.right_side):
                part.size_hint_x, part.pos_hint = 1, {}
                self.add_widget(part)
