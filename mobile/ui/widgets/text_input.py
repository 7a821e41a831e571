"""A text field that knows Thai: shaped, wrapped at words, its cursor never inside a letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import NumericProperty, OptionProperty, StringProperty
from kivy.uix.scrollview import ScrollView
from kivy.uix.textinput import TextInput

from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.text import LONG_WORD, SCRIPT, clusters, segments
from mobile.ui.theme import TEXT_FACE, TYPE, rgba
from mobile.ui.widgets.layout import Surface

_MARK_PIECES = ("cursor_left", "cursor_right")


class ThaiTextInput(Surface, TextInput):
    """A field to type in; as high as its lines (at least `least_lines`), never lower than a target.

    Keyboards' suggestions are off: with them Android's text arrives twice in an SDL2 window.
    """

    cursor: Any  # Kivy's property
    role = OptionProperty("body", options=list(TYPE))
    hint_key = StringProperty("")
    least_lines = NumericProperty(1)
    most_lines = NumericProperty(8)

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("multiline", False)
        settings.setdefault("size_hint_y", None)
        settings.setdefault("write_tab", False)
        settings.setdefault("fill", rgba("surface"))
        settings.setdefault("edge", rgba("edge"))
        settings.setdefault("input_type", "null")
        settings.setdefault("keyboard_suggestions", False)
        super().__init__(
            font_name=TEXT_FACE,
            background_color=(0, 0, 0, 0),
            foreground_color=rgba("ink"),
            disabled_foreground_color=rgba("ink-soft"),
            hint_text_color=rgba("ink-soft"),
            cursor_color=rgba("primary"),
            selection_color=rgba("primary", 0.25),
            cursor_width=dp(2),
            **settings,
        )
        for name in ("role", "hint_key"):
            self.fbind(name, self.apply_look)
        for name in ("minimum_height", "least_lines", "most_lines", "line_height"):
            self.fbind(name, self._fit)
        self.fbind("focus", self._show_focus)
        look.follow(self)
        self.apply_look()

    def apply_look(self, *_: Any) -> None:
        """Show the language and the text size of the look."""
        self.font_size = look.size(self.role)
        if self.hint_key:
            self.hint_text = tr(self.hint_key)
        self._fit()

    def _fit(self, *_: Any) -> None:
        line = self.font_size * 1.72
        least = max(dp(56), line * self.least_lines + dp(16))
        if not self.multiline:
            free = max(dp(4), (least - line) / 2)
            self.padding = [dp(14), free, dp(14), free]
            wanted = least
        else:
            self.padding = [dp(14), dp(10), dp(14), dp(10)]
            wanted = min(max(least, self.minimum_height), line * self.most_lines + dp(20))
        if self.size_hint_y is None:
            self.height = wanted

    def _show_focus(self, *_: Any) -> None:
        self.edge = rgba("primary" if self.focus else "edge")
        self.edge_width = dp(2.5 if self.focus else 1.5)
        if self.focus:
            Clock.schedule_once(self._come_into_view)

    def _come_into_view(self, *_: Any) -> None:
        above = self.parent
        while above is not None and above is not above.parent:
            if isinstance(above, ScrollView):
                if above.height < above.children[0].height:
                    above.scroll_to(self, padding=dp(72), animate=look.motion)
                return
            above = above.parent

    def _get_line_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super()._get_line_options()
        options["font_script_name"] = SCRIPT
        self._label_cached.options["font_script_name"] = SCRIPT
        return options

    def _tokenize(self, text: str | None) -> Iterator[str]:
        """Cut where a line may break; Kivy wants `""` for nothing and each line feed alone."""
        if text is None:
            return
        if not text:
            yield ""
            return
        for number, paragraph in enumerate(text.split("\n")):
            if number:
                yield "\n"
            for piece in segments(paragraph):
                if len(piece) > LONG_WORD:
                    yield from clusters(piece)
                else:
                    yield piece

    def do_cursor_movement(self, action: str, control: bool = False, alt: bool = False) -> None:
        """Move the cursor; left and right go over a consonant with all its marks."""
        super().do_cursor_movement(action, control, alt)
        if action not in _MARK_PIECES or control:
            return
        place: tuple[int, int] = self.cursor
        column, row = place
        line, stops, at = self._lines[row], {0}, 0
        for piece in clusters(line):
            at += len(piece)
            stops.add(at)
        while column not in stops:
            column += 1 if action == "cursor_right" else -1
        if column != place[0]:
            self.cursor = (column, row)

    def get_cursor_from_xy(self, x: float, y: float) -> tuple[int, int]:
        """Where a tap puts the cursor: before or after a letter, never between its marks."""
        column, row = super().get_cursor_from_xy(x, y)
        line, at = self._lines[row], 0
        for piece in clusters(line):
            if at < column < at + len(piece):
                return at + len(piece), row
            at += len(piece)
        return column, row
