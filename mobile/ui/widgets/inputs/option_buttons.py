"""Big buttons for options: a mark and words that wrap, perhaps a picture, in equal columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.image import Image
from kivy.uix.widget import Widget

from mobile.ui.look import look
from mobile.ui.painting import width_of
from mobile.ui.theme import OUTLINE, TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import Pressable
from mobile.ui.widgets.label import Icon, ThaiLabel

PICTURE_DP: Final = 120
COLUMN_LEAST_DP: Final = 96  # a narrower column breaks words
LIKERT_COLUMN_DP: Final = 84
Thumbnail = Callable[[str], Path | None]


def no_thumbnail(_: str) -> Path | None:
    """No picture is at hand."""
    return None


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: the name that is stored and the label in the language of the look. `picture`,
    `sound` are the hashes of files of the form that belong to the label."""

    name: str
    label: str
    picture: str = ""
    sound: str = ""


class OptionButton(Pressable):
    """A big button with a mark and words that wrap; chosen is mark, weight and colour."""

    chosen = BooleanProperty(False)

    def __init__(
        self,
        option: Option,
        several: bool = False,
        thumbnail: Thumbnail = no_thumbnail,
        **settings: Any,
    ) -> None:
        super().__init__(
            size_hint=(None, None), spacing=dp(10), padding=[dp(14), dp(8)], **settings
        )
        self.option, self._thumbnail = option, thumbnail
        self._marks = ("checkbox_off", "checkbox_on") if several else ("radio_off", "radio_on")
        self._mark = Icon(self._marks[0], pos_hint={"center_y": 0.5})
        self.words = ThaiLabel(option.label, pos_hint={"center_y": 0.5})
        self.words.bind(height=self._fit)
        self._picture: Image | None = None
        self.add_widget(self._mark)
        if option.picture:
            side = dp(PICTURE_DP)
            self._picture = Image(
                size_hint=(None, None),
                size=(side, side),
                fit_mode="contain",
                pos_hint={"center_y": 0.5},
            )
            self.add_widget(self._picture)
            self.show_picture()
        self.add_widget(self.words)
        self.fbind("chosen", self.show_state)
        self._fit()
        self.show_state()

    def show_picture(self) -> None:
        """Show the picture of the label; it may have come only now."""
        if self._picture is not None:
            path = self._thumbnail(self.option.picture)
            self._picture.source = str(path) if path is not None else ""

    @property
    def wanted_width(self) -> float:
        """How wide it must be for its words to stand on one line."""
        beside = dp(PICTURE_DP + 10) if self._picture is not None else 0
        words = width_of(self.option.label, look.size("body"), bold=True)
        return words + self._mark.width + beside + dp(46)

    def _fit(self, *_: Any) -> None:
        picture = dp(PICTURE_DP + 16) if self._picture is not None else 0
        self.height = max(dp(TARGET_PRIMARY), self.words.height + dp(16), picture)

    def show_state(self, *_: Any) -> None:
        """Green outline and a filled mark when chosen; grey when it cannot be changed."""
        if not hasattr(self, "words"):
            return
        self._mark.name = self._marks[1 if self.chosen else 0]
        ink = "ink-soft" if self.disabled else "primary" if self.chosen else "ink"
        self._mark.ink = self.words.ink = ink
        self.words.role = "strong" if self.chosen else "body"
        held = self.chosen or self.state == "down"
        paper = "quiet-paper" if self.disabled else "primary-paper" if held else "surface"
        self.fill = rgba(paper)
        self.edge = rgba("primary" if self.chosen else "edge")
        self.edge_width = dp(2.5 if self.chosen else OUTLINE)


class LikertButton(Pressable):
    """One step of a scale of words: the mark above, the words below, as narrow as its column."""

    chosen = BooleanProperty(False)

    def __init__(self, option: Option, several: bool = False, **settings: Any) -> None:
        super().__init__(
            orientation="vertical", size_hint=(None, None), spacing=0, padding=dp(6), **settings
        )
        self.option = option
        self._marks = ("checkbox_off", "checkbox_on") if several else ("radio_off", "radio_on")
        self._mark = Icon(self._marks[0], pos_hint={"center_x": 0.5})
        self.words = ThaiLabel(option.label, role="small", halign="center")
        self.words.bind(height=self._fit)
        self.add_widget(self._mark)
        self.add_widget(self.words)
        self.fbind("chosen", self.show_state)
        self._fit()
        self.show_state()

    @property
    def wanted_width(self) -> float:
        """The least that its words can be read in."""
        return float(dp(LIKERT_COLUMN_DP) * look.text_scale)

    def _fit(self, *_: Any) -> None:
        least = dp(TARGET_PRIMARY + 16)
        self.natural_height = max(least, self._mark.height + self.words.height + dp(12))
        self.height = self.natural_height

    def show_state(self, *_: Any) -> None:
        """Filled mark and tint when chosen."""
        if not hasattr(self, "words"):
            return
        self._mark.name = self._marks[1 if self.chosen else 0]
        ink = "ink-soft" if self.disabled else "primary" if self.chosen else "ink"
        self._mark.ink = self.words.ink = ink
        held = self.chosen or self.state == "down"
        paper = "quiet-paper" if self.disabled else "primary-paper" if held else "surface"
        self.fill = rgba(paper)
        self.edge = rgba("primary" if self.chosen else "line")
        self.edge_width = dp(2.5 if self.chosen else OUTLINE)


class OptionGrid(Widget):
    """Places option buttons in as many equal columns as let every label stand on one line.

    `columns` asks for a number of columns (0: as many as fit).
    """

    spacing = NumericProperty(dp(8))
    columns = NumericProperty(0)

    def __init__(self, **settings: Any) -> None:
        super().__init__(size_hint_y=None, **settings)
        self._arrange = Clock.create_trigger(self._place, -1)
        for name in ("pos", "width", "columns"):
            self.fbind(name, self._arrange)
        look.follow(self)

    def apply_look(self) -> None:
        """Wider words may need fewer columns."""
        self._arrange()

    def add_widget(self, widget: Any, *arguments: Any, **settings: Any) -> None:
        """Add a button."""
        super().add_widget(widget, *arguments, **settings)
        widget.fbind("height", self._arrange)
        self._arrange()

    def settle(self) -> None:
        """Place the buttons now."""
        if self._arrange.is_triggered:
            self._arrange.cancel()
            self._place()

    def _columns(self, widest: float, count: int) -> int:
        if self.columns:
            least = dp(COLUMN_LEAST_DP) * look.text_scale
            most = int((self.width + self.spacing) // (least + self.spacing))
            return max(1, min(int(self.columns), most, count))
        for columns in (4, 3, 2):
            room = (self.width - self.spacing * (columns - 1)) / columns
            if columns <= count and widest <= room:
                return columns
        return 1

    def _place(self, *_: Any) -> None:
        buttons = list(reversed(self.children))
        if not buttons or self.width < 2:
            return
        columns = self._columns(max(button.wanted_width for button in buttons), len(buttons))
        width = (self.width - self.spacing * (columns - 1)) / columns
        lines = [buttons[at : at + columns] for at in range(0, len(buttons), columns)]
        heights = [max(button.height for button in line) for line in lines]
        self.height = sum(heights) + self.spacing * (len(lines) - 1)
        top = self.y + self.height
        for line, height in zip(lines, heights, strict=True):
            for place, button in enumerate(line):
                button.width = width
                button.pos = (self.x + place * (width + self.spacing), top - button.height)
            top -= height + self.spacing


class LikertGrid(OptionGrid):
    """All steps of a scale in one line where there is room, else below each other."""

    def _columns(self, widest: float, count: int) -> int:
        room = (self.width - self.spacing * (count - 1)) / count
        return count if widest <= room else 1

    def _place(self, *_: Any) -> None:
        """All as high as the highest."""
        highest = max((button.natural_height for button in self.children), default=0)
        for button in self.children:
            button.height = highest
        super()._place()
