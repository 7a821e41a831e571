"""Words and icons on the screen: shaped right, broken at words, in the language of the look."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.properties import (
    BooleanProperty,
    DictProperty,
    ListProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget

from mobile.ui.automation import Findable
from mobile.ui.look import look
from mobile.ui.painting import icon_texture, text_texture
from mobile.ui.strings import tr
from mobile.ui.theme import TYPE, rgba

LINE_HEIGHT = 1.72  # of the font size: ascent and descent of the face


class ThaiLabel(Findable, Widget):
    """A text in a role of the type scale.

    `text_key` names a sentence of the catalogue (with `text_parts` put in) and follows the
    language; `text` alone is shown as it is. `fit`: `wrap` takes the width it is given and is as
    high as its lines; `line` is one line, shortened with an ellipsis; `own` is as wide as its text.
    """

    text = StringProperty("")
    text_key = StringProperty("")
    text_parts = DictProperty({})
    role = OptionProperty("body", options=list(TYPE))
    ink = StringProperty("ink")
    fit = OptionProperty("wrap", options=["wrap", "line", "own"])
    halign = OptionProperty("left", options=["left", "center", "right"])
    texture_size = ListProperty([0, 0])

    def __init__(self, text: str = "", **settings: Any) -> None:
        settings.setdefault("size_hint_y", None)
        if settings.get("fit") == "own":
            settings.setdefault("size_hint_x", None)
        super().__init__(text=text, **settings)
        with self.canvas:
            self._colour = Color(*rgba(self.ink))
            self._box = Rectangle(size=(0, 0))
        self._redraw = Clock.create_trigger(self.draw_now, -1)
        for name in ("text", "role", "fit", "halign"):
            self.fbind(name, self._redraw)
        self.fbind("width", self._width_changed)
        for name in ("text_key", "text_parts"):
            self.fbind(name, self.apply_look)
        self.fbind("ink", self._tint)
        self.fbind("pos", self._place)
        self.fbind("size", self._place)
        look.follow(self)
        self.apply_look()
        if self.fit != "wrap":
            self.draw_now()

    @property
    def font_pixels(self) -> float:
        """The font size in pixels at the chosen text size."""
        return look.size(self.role)

    @property
    def line_pixels(self) -> float:
        """The height of one line, whatever stands in it."""
        return float(round(self.font_pixels * LINE_HEIGHT))

    def apply_look(self, *_: Any) -> None:
        """Show the language and the text size of the look."""
        if self.text_key:
            self.text = tr(self.text_key, **self.text_parts)
        self._redraw()

    def settle(self) -> None:
        """Draw now what would be drawn at the end of the frame: the height is known then."""
        if self._redraw.is_triggered:
            self.draw_now()

    def draw_now(self, *_: Any) -> None:
        """Draw the text, broken or shortened to the width; `text` itself stays as given."""
        self._redraw.cancel()
        texture = text_texture(
            self.text,
            self.font_pixels,
            bold=TYPE[self.role].bold,
            width=None if self.fit == "own" else float(self.size[0]),
            one_line=self.fit == "line",
            halign=self.halign,
        )
        self._box.texture = texture
        self.texture_size = list(texture.size) if texture is not None else [0, 0]
        if self.fit == "own" and self.size_hint_x is None:
            self.width = self.texture_size[0]
        if self.size_hint_y is None:
            least = 0 if self.fit == "wrap" and not self.text else self.line_pixels
            self.height = max(self.texture_size[1], least)
        self._place()

    def _width_changed(self, *_: Any) -> None:
        if self.fit != "own":
            self._redraw()

    def _tint(self, *_: Any) -> None:
        self._colour.rgba = rgba(self.ink)

    def _place(self, *_: Any) -> None:
        free = self.width - self.texture_size[0]
        shift = {"left": 0.0, "center": free / 2, "right": free}[self.halign]
        self._box.size = self.texture_size
        self._box.pos = (
            round(self.x + shift),
            round(self.center_y - self.texture_size[1] / 2),
        )


class Icon(Findable, Widget):
    """One icon of the set, in an ink of the theme; grows with the text size."""

    name = StringProperty("info")
    ink = StringProperty("ink")
    size_dp = NumericProperty(24)
    grows = BooleanProperty(True)

    def __init__(self, name: str = "info", **settings: Any) -> None:
        settings.setdefault("size_hint", (None, None))
        super().__init__(name=name, **settings)
        with self.canvas:
            self._colour = Color(*rgba(self.ink))
            self._box = Rectangle(size=(0, 0))
        for name_of_property in ("name", "ink", "size_dp"):
            self.fbind(name_of_property, self.apply_look)
        self.fbind("pos", self._place)
        self.fbind("size", self._place)
        look.follow(self)
        self.apply_look()

    def apply_look(self, *_: Any) -> None:
        """Show the icon at the size of the look."""
        side = round(dp(self.size_dp) * (look.text_scale if self.grows else 1.0))
        texture = icon_texture(self.name, side)
        self._colour.rgba = rgba(self.ink)
        self._box.texture, self._box.size = texture, texture.size
        if self.size_hint_x is None:
            self.width = side
        if self.size_hint_y is None:
            self.height = side
        self._place()

    def _place(self, *_: Any) -> None:
        width, height = self._box.size
        self._box.pos = (round(self.center_x - width / 2), round(self.center_y - height / 2))
