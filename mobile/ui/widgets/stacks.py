"""Columns and rows: what most of a screen is made of, laid out in one go from the outside in.

Kivy's own box layouts settle over several rounds: each box asks for another round when a word in
it breaks into two lines. A page of questions is hundreds of boxes, so these measure: a stack that
is as wide as it will be lays out what is in it at once, down to the words, and is then as high as
that. Only the outermost waits for the end of the frame.
"""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, InstructionGroup, SmoothRoundedRectangle
from kivy.metrics import dp
from kivy.properties import ColorProperty, NumericProperty, VariableListProperty
from kivy.uix.widget import Widget

from mobile.ui.automation import Findable
from mobile.ui.theme import CORNER, OUTLINE, SPACE

CLEAR = (0, 0, 0, 0)


class Surface(Findable):
    """Mixed into a widget: a filled, outlined box with round corners behind it, drawn only while
    there is something to see."""

    fill = ColorProperty(CLEAR)
    edge = ColorProperty(CLEAR)
    edge_width = NumericProperty(dp(OUTLINE))
    corner = NumericProperty(dp(CORNER))
    _surface_box: Any = None
    _surface_inset = 0.0

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name in ("fill", "edge", "edge_width", "corner", "size"):
            self.fbind(name, self._draw_surface)  # type: ignore[attr-defined]
        self.fbind("pos", self._move_surface)  # type: ignore[attr-defined]
        self._draw_surface()

    def _make_box(self) -> None:
        self._edge_colour, self._edge_box = Color(), SmoothRoundedRectangle()
        self._fill_colour, self._fill_box = Color(), SmoothRoundedRectangle()
        self._surface_box = InstructionGroup()
        for part in (self._edge_colour, self._edge_box, self._fill_colour, self._fill_box):
            self._surface_box.add(part)
        # First of all: a text field's own last colour there is the one its text is drawn with.
        self.canvas.before.insert(0, self._surface_box)  # type: ignore[attr-defined]

    def _move_surface(self, *_: Any) -> None:
        if self._surface_box is not None:
            inset = self._surface_inset
            x, y = self.x, self.y  # type: ignore[attr-defined]
            self._edge_box.pos = (x, y)
            self._fill_box.pos = (x + inset, y + inset)

    def _draw_surface(self, *_: Any) -> None:
        fill, edge = self.fill, self.edge
        if self._surface_box is None:
            if not fill[3] and not edge[3]:
                return
            self._make_box()
        outlined = edge[3] > 0 and self.edge_width > 0
        inset = self._surface_inset = self.edge_width if outlined else 0
        x, y, width, height = self.x, self.y, self.width, self.height  # type: ignore[attr-defined]
        corner = max(0.0, min(self.corner, width / 2 - 1, height / 2 - 1))
        self._edge_colour.rgba = edge
        self._edge_box.pos = (x, y)
        self._edge_box.size = (width, height) if outlined else (0, 0)
        self._edge_box.radius = [corner]
        self._fill_colour.rgba = fill
        self._fill_box.pos = (x + inset, y + inset)
        inner = (max(0, width - 2 * inset), max(0, height - 2 * inset))
        self._fill_box.size = inner if fill[3] > 0 else (0, 0)
        self._fill_box.radius = [max(0.0, corner - inset)]


class Stack(Surface, Widget):
    """What a column and a row share: when they are laid out, and by whom."""

    spacing = NumericProperty(0)
    padding = VariableListProperty([0, 0, 0, 0])
    minimum_height = NumericProperty(0)
    minimum_width = NumericProperty(0)

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("size_hint_y", None)
        settings.setdefault("spacing", dp(SPACE))
        settings.setdefault("height", 0)  # until something is put in
        self._due = Clock.create_trigger(self.arrange, -1)
        self._busy = False
        self._origin = (0.0, 0.0)
        super().__init__(**settings)
        self._origin = (self.x, self.y)
        self.fbind("pos", self._moved)
        for name in ("size", "spacing", "padding", "size_hint"):
            self.fbind(name, self._ask)

    def add_widget(self, widget: Any, *arguments: Any, **options: Any) -> None:
        """Put a widget in; its size is followed from now on."""
        super().add_widget(widget, *arguments, **options)
        for name in ("size", "size_hint", "pos_hint"):
            widget.fbind(name, self._ask)
        self._ask()

    def remove_widget(self, widget: Any, *arguments: Any, **options: Any) -> None:
        """Take a widget out and close the gap."""
        for name in ("size", "size_hint", "pos_hint"):
            widget.funbind(name, self._ask)
        super().remove_widget(widget, *arguments, **options)
        self._ask()

    def settle(self) -> None:
        """Lay out now what would be laid out at the end of the frame."""
        if self._due.is_triggered:
            self.arrange()

    def arrange(self, *_: Any) -> None:
        """Lay out everything inside."""
        self._due.cancel()
        self._busy = True
        try:
            self._lay_out()
        finally:
            self._busy = False
        self._origin = (self.x, self.y)

    def _lay_out(self) -> None:
        raise NotImplementedError

    def _ask(self, *_: Any) -> None:
        if not self._busy:
            self._due()

    def _moved(self, *_: Any) -> None:
        """Everything inside goes along."""
        dx, dy = self.x - self._origin[0], self.y - self._origin[1]
        self._origin = (self.x, self.y)
        if self._busy or self._due.is_triggered:
            return
        self._busy = True
        for child in self.children:
            child.pos = (child.x + dx, child.y + dy)
        self._busy = False


def _settle(widget: Any) -> None:
    """Let a widget find its height now, if it can."""
    settle = getattr(widget, "settle", None)
    if settle is not None:
        settle()


class Column(Stack):
    """Widgets below each other; as high as they are together."""

    def _lay_out(self) -> None:
        left, top, right, bottom = self.padding
        inner = max(0.0, self.width - left - right)
        widgets = self.children[::-1]
        total, stretching = top + bottom + self.spacing * max(0, len(widgets) - 1), 0.0
        widest = 0.0
        for widget in widgets:
            if widget.size_hint_x is not None:
                widget.width = inner * widget.size_hint_x
            else:
                widest = max(widest, widget.width)
            _settle(widget)
            if widget.size_hint_y is None:
                total += widget.height
            else:
                stretching += widget.size_hint_y
        self.minimum_width, self.minimum_height = widest + left + right, total
        if self.size_hint_y is None:
            self.height = total
        free = max(0.0, self.height - total)
        y = self.top - top
        for widget in widgets:
            if widget.size_hint_y is not None:
                widget.height = free * widget.size_hint_y / stretching if stretching else 0
                _settle(widget)
            y -= widget.height
            widget.pos = (self.x + left + self._across(widget, inner), y)
            y -= self.spacing

    @staticmethod
    def _across(widget: Any, inner: float) -> float:
        hint = widget.pos_hint
        if "center_x" in hint:
            return float(inner * hint["center_x"] - widget.width / 2)
        if "right" in hint:
            return float(inner * hint["right"] - widget.width)
        return float(inner * hint["x"]) if "x" in hint else 0.0


class Row(Stack):
    """Widgets beside each other; as high as the highest, which may grow. A lower one stands in the
    middle."""

    def _lay_out(self) -> None:
        left, top, right, bottom = self.padding
        widgets = self.children[::-1]
        fixed, stretching = left + right + self.spacing * max(0, len(widgets) - 1), 0.0
        for widget in widgets:
            if widget.size_hint_x is None:
                _settle(widget)  # its width may be its words'
                fixed += widget.width
            else:
                stretching += widget.size_hint_x
        free = max(0.0, self.width - fixed)
        highest = 0.0
        for widget in widgets:
            if widget.size_hint_x is not None:
                widget.width = free * widget.size_hint_x / stretching if stretching else 0
            _settle(widget)
            if widget.size_hint_y is None:
                highest = max(highest, widget.height)
        self.minimum_width, self.minimum_height = fixed, highest + top + bottom
        if self.size_hint_y is None:
            self.height = highest + top + bottom
        inner = max(0.0, self.height - top - bottom)
        x = self.x + left
        for widget in widgets:
            if widget.size_hint_y is not None:
                widget.height = inner * widget.size_hint_y
                _settle(widget)
            widget.pos = (x, self.y + bottom + self._up(widget, inner))
            x += widget.width + self.spacing

    @staticmethod
    def _up(widget: Any, inner: float) -> float:
        hint = widget.pos_hint
        if "top" in hint:
            return float(inner * hint["top"] - widget.height)
        if "y" in hint:
            return float(inner * hint["y"])
        if widget.size_hint_y is not None:
            return 0.0
        return float(inner * hint.get("center_y", 0.5) - widget.height / 2)
