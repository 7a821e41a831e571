"""One record in a list, the same everywhere: kind, title, who and when, state, sync, problems.

Painted from shared textures without a widget per word: a list binds it several times a frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kivy.graphics import (
    Color,
    PopMatrix,
    PushMatrix,
    Rectangle,
    SmoothRoundedRectangle,
    Translate,
)
from kivy.metrics import dp
from kivy.properties import BooleanProperty
from kivy.uix.widget import Widget

from mobile.ui.automation import Findable
from mobile.ui.look import look
from mobile.ui.painting import icon_texture, text_texture
from mobile.ui.strings import tr
from mobile.ui.theme import TONES, rgba
from mobile.ui.widgets.state_chip import CHIPS


@dataclass(frozen=True, slots=True)
class RecordItem:
    """What a row shows; a presenter makes it, words already in the language of the look.

    `state` is a key of `CHIPS` or empty, `sync` likewise (`only_here`, `syncing`, `received`),
    `problems` the count of what is wrong with it.
    """

    record: str
    icon: str
    title: str
    second: str = ""
    state: str = ""
    sync: str = ""
    problems: int = 0


class _Stamp:
    """A tinted texture at a place."""

    def __init__(self) -> None:
        self.colour = Color(1, 1, 1, 1)
        self.box = Rectangle(size=(0, 0))

    def put(self, texture: Any, ink: str, x: float, middle: float) -> float:
        """Show the texture with its left edge at x; where it ends."""
        if texture is None:
            self.box.size = (0, 0)
            return x
        self.colour.rgba = rgba(ink)
        self.box.texture, self.box.size = texture, texture.size
        self.box.pos = (round(x), round(middle - texture.height / 2))
        return float(x + texture.width)


class RecordRow(Findable, Widget):
    """Draws a `RecordItem`; also used alone, on a home screen."""

    pressed = BooleanProperty(False)

    def __init__(self, item: RecordItem | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self.item = item
        with self.canvas:
            PushMatrix()
            self._place = Translate(self.x, self.y)
            self._paper = Color(*rgba("surface"))
            self._back = Rectangle()
            Color(*rgba("line"))
            self._rule = Rectangle()
            self._icon = _Stamp()
            self._title, self._second = _Stamp(), _Stamp()
            self._chip_paper = Color(1, 1, 1, 0)
            self._chip_box = SmoothRoundedRectangle()
            self._chip_icon, self._chip_word = _Stamp(), _Stamp()
            self._sync = _Stamp()
            self._problem_icon, self._problem_count = _Stamp(), _Stamp()
            PopMatrix()
        for name in ("size", "pressed"):
            self.fbind(name, self._draw)
        self.fbind("pos", self._moved)  # scrolling changes one instruction, not twenty
        self._moved()
        self._draw()

    def show(self, item: RecordItem) -> None:
        """Show one record."""
        self.item = item
        self._draw()

    def show_nothing(self) -> None:
        """Show an empty row until its record is read."""
        if self.item is not None:
            self.item = None
            self._draw()

    def visible_texts(self) -> list[str]:
        """What a person reads on this row."""
        item = self.item
        if item is None:
            return []
        words = [tr(f"chip.{state}") for state in (item.state, item.sync) if state]
        count = [tr("row.problems", count=item.problems)] if item.problems else []
        return [item.title, item.second, *words, *count]

    def _moved(self, *_: Any) -> None:
        self._place.x, self._place.y = self.x, self.y

    def _draw(self, *_: Any) -> None:
        """Paint with the row's lower left corner at (0, 0)."""
        item = self.item or RecordItem("", "list", "")
        blank = self.item is None
        self._paper.rgba = rgba("primary-paper" if self.pressed else "surface")
        self._back.size = self.size
        self._rule.pos, self._rule.size = (dp(16), 0), (self.width - dp(16), dp(1))
        middle = self.height / 2
        side = round(dp(28) * look.text_scale)
        icon = None if blank else icon_texture(item.icon, side)
        self._icon.put(icon, "primary", dp(16), middle)
        left = dp(32) + side
        right = self._draw_marks(item, self.width - dp(20), middle)
        room = right - left - dp(12)
        title = text_texture(item.title, look.size("strong"), bold=True, width=room)
        second = text_texture(item.second, look.size("small"), width=room)
        line = look.size("body") * 0.78
        self._title.put(title, "ink", left, middle + (line if item.second else 0))
        self._second.put(second, "ink-soft", left, middle - line)

    def _draw_marks(self, item: RecordItem, right: float, middle: float) -> float:
        """Draw state, sync mark and problem count from the right edge; where they begin."""
        small, small_icon = look.size("small"), round(dp(18) * look.text_scale)
        sync = CHIPS.get(item.sync)
        right -= small_icon
        ink = TONES[sync.tone][0] if sync else "ink"
        self._sync.put(icon_texture(sync.icon, small_icon) if sync else None, ink, right, middle)
        count = text_texture(str(item.problems), small, bold=True) if item.problems else None
        if count is not None:
            right -= dp(14) + count.width
            self._problem_count.put(count, "bad", right, middle)
            right -= small_icon + dp(4)
            self._problem_icon.put(icon_texture("alert_hard", small_icon), "bad", right, middle)
        else:
            self._problem_count.put(None, "bad", 0, 0)
            self._problem_icon.put(None, "bad", 0, 0)
        return self._draw_chip(item, right - dp(14), middle, small, small_icon)

    def _draw_chip(
        self, item: RecordItem, right: float, middle: float, small: float, side: int
    ) -> float:
        chip = CHIPS.get(item.state)
        word = text_texture(tr(f"chip.{item.state}"), small) if chip else None
        if chip is None or word is None:
            self._chip_box.size = (0, 0)
            self._chip_icon.put(None, "ink", 0, 0)
            self._chip_word.put(None, "ink", 0, 0)
            return right
        ink, paper = TONES[chip.tone]
        height = round(word.height + dp(2))
        width = word.width + side + dp(28)
        self._chip_paper.rgba = rgba(paper)
        self._chip_box.size, self._chip_box.pos = (
            (width, height),
            (right - width, middle - height / 2),
        )
        self._chip_box.radius = [height / 2 - 1]
        at = self._chip_icon.put(icon_texture(chip.icon, side), ink, right - width + dp(10), middle)
        self._chip_word.put(word, ink, at + dp(6), middle)
        return right - width
