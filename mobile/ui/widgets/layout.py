"""Columns, rows, cards and lines: layouts that are as high as what they hold."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, InstructionGroup, Rectangle, SmoothRoundedRectangle
from kivy.metrics import dp
from kivy.properties import ColorProperty, NumericProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from mobile.ui.automation import Findable
from mobile.ui.theme import CORNER, OUTLINE, PAD, SPACE, rgba

CLEAR = (0, 0, 0, 0)


class Surface(Findable):
    """Mixed into a widget: a filled, outlined box with round corners behind it."""

    fill = ColorProperty(CLEAR)
    edge = ColorProperty(CLEAR)
    edge_width = NumericProperty(dp(OUTLINE))
    corner = NumericProperty(dp(CORNER))

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._edge_colour, self._edge_box = Color(*self.edge), SmoothRoundedRectangle()
        self._fill_colour, self._fill_box = Color(*self.fill), SmoothRoundedRectangle()
        box = InstructionGroup()
        for part in (self._edge_colour, self._edge_box, self._fill_colour, self._fill_box):
            box.add(part)
        # First of all: a text field's own last colour there is the one its text is drawn with.
        self.canvas.before.insert(0, box)  # type: ignore[attr-defined]
        for name in ("fill", "edge", "edge_width", "corner", "pos", "size"):
            self.fbind(name, self._draw_surface)  # type: ignore[attr-defined]
        self._draw_surface()

    def _draw_surface(self, *_: Any) -> None:
        outlined = self.edge[3] > 0 and self.edge_width > 0
        inset = self.edge_width if outlined else 0
        x, y, width, height = self.x, self.y, self.width, self.height  # type: ignore[attr-defined]
        corner = max(0.0, min(self.corner, width / 2 - 1, height / 2 - 1))
        self._edge_colour.rgba = self.edge
        self._edge_box.pos = (x, y)
        self._edge_box.size = (width, height) if outlined else (0, 0)
        self._edge_box.radius = [corner]
        self._fill_colour.rgba = self.fill
        self._fill_box.pos = (x + inset, y + inset)
        drawn = self.fill[3] > 0
        inner = (max(0, width - 2 * inset), max(0, height - 2 * inset))
        self._fill_box.size = inner if drawn else (0, 0)
        self._fill_box.radius = [max(0.0, corner - inset)]


class Column(Surface, BoxLayout):
    """Widgets below each other; as high as they are together."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("orientation", "vertical")
        settings.setdefault("size_hint_y", None)
        settings.setdefault("spacing", dp(SPACE))
        super().__init__(**settings)
        if self.size_hint_y is None:
            self.bind(minimum_height=self.setter("height"))


class Row(Surface, BoxLayout):
    """Widgets beside each other; as high as the highest, which may grow."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("size_hint_y", None)
        settings.setdefault("spacing", dp(SPACE))
        super().__init__(**settings)
        if self.size_hint_y is None:
            self.bind(minimum_height=self.setter("height"))

    def add_widget(self, widget: Any, *arguments: Any, **options: Any) -> None:
        """Add a widget; a lower one stands in the middle of the row."""
        if widget.size_hint_y is None and not widget.pos_hint:
            widget.pos_hint = {"center_y": 0.5}
        super().add_widget(widget, *arguments, **options)


class Flow(Findable, Widget):
    """Widgets beside each other, going on in the next line where the width ends.

    Children have fixed sizes, or a `size_hint_x` of None and a width of their own.
    """

    spacing = NumericProperty(dp(SPACE))

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("size_hint_y", None)
        super().__init__(**settings)
        for name in ("pos", "width", "children", "spacing"):
            self.fbind(name, self._place)

    def add_widget(self, widget: Any, *arguments: Any, **options: Any) -> None:
        """Add a widget and place all of them again whenever its size changes."""
        super().add_widget(widget, *arguments, **options)
        widget.fbind("size", self._place)
        self._place()

    def remove_widget(self, widget: Any, *arguments: Any, **options: Any) -> None:
        """Take a widget out and close the gap."""
        widget.funbind("size", self._place)
        super().remove_widget(widget, *arguments, **options)
        self._place()

    def _place(self, *_: Any) -> None:
        lines: list[list[Any]] = [[]]
        used = 0.0
        for child in reversed(self.children):
            if lines[-1] and used + child.width > self.width:
                lines.append([])
                used = 0.0
            lines[-1].append(child)
            used += child.width + self.spacing
        heights = [max((child.height for child in line), default=0) for line in lines]
        self.height = sum(heights) + self.spacing * max(0, len(heights) - 1)
        top = self.y + self.height
        for line, height in zip(lines, heights, strict=True):
            x = self.x
            for child in line:
                child.pos = (x, top - height + (height - child.height) / 2)
                x += child.width + self.spacing
            top -= height + self.spacing


class Card(Column):
    """A white surface with a line round it and 16 inside."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("padding", dp(PAD))
        settings.setdefault("fill", rgba("surface"))
        settings.setdefault("edge", rgba("line"))
        settings.setdefault("edge_width", dp(1))
        super().__init__(**settings)


class Divider(Widget):
    """A hair line between rows."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(size_hint_y=None, height=dp(1), **settings)
        with self.canvas:
            Color(*rgba("line"))
            self._line = Rectangle(pos=self.pos, size=self.size)
        self.bind(pos=self._draw, size=self._draw)

    def _draw(self, *_: Any) -> None:
        self._line.pos, self._line.size = self.pos, self.size


class Spacer(Widget):
    """Takes the room that is left, or as much as it is told."""


class Page(ScrollView):
    """A column that scrolls, on paper; what a screen's body usually is. Add widgets to `column`."""

    def __init__(self, padding_dp: float = PAD, **settings: Any) -> None:
        super().__init__(
            do_scroll_x=False,
            bar_width=dp(6),
            bar_color=rgba("edge"),
            bar_inactive_color=rgba("line"),
            scroll_distance=dp(20),
            **settings,
        )
        self.column = Column(padding=dp(padding_dp), spacing=dp(12))
        self.add_widget(self.column)
