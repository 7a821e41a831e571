"""Columns, rows, cards and lines: layouts that are as high as what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kivy.clock import Clock
from kivy.graphics import (
    Color,
    PopMatrix,
    PushMatrix,
    Rectangle,
    Translate,
)
from kivy.metrics import dp
from kivy.properties import NumericProperty, OptionProperty
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from mobile.ui.automation import Findable
from mobile.ui.look import look
from mobile.ui.theme import PAD, SPACE, rgba
from mobile.ui.widgets.stacks import CLEAR, Column, Row, Surface

__all__ = [
    "CLEAR",
    "Card",
    "Column",
    "Divider",
    "FieldGrid",
    "Flow",
    "Page",
    "Placed",
    "Row",
    "Spacer",
    "Surface",
]


class Flow(Findable, Widget):
    """Widgets beside each other, going on in the next line where the width ends.

    Children have fixed sizes, or a `size_hint_x` of None and a width of their own. `across` says
    where a line that is not full stands, `down` where a low child stands in its line.
    """

    spacing = NumericProperty(dp(SPACE))
    across = OptionProperty("left", options=["left", "right"])
    down = OptionProperty("middle", options=["middle", "bottom"])

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("size_hint_y", None)
        super().__init__(**settings)
        for name in ("pos", "width", "children", "spacing", "across", "down"):
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
            if self.across == "right":
                x = self.right - sum(child.width + self.spacing for child in line) + self.spacing
            for child in line:
                raised = (height - child.height) / 2 if self.down == "middle" else 0
                child.pos = (x, top - height + raised)
                x += child.width + self.spacing
            top -= height + self.spacing


class FieldGrid(Findable, Widget):
    """The questions of a page: one column, or two where the page is wide enough for the text size.

    A child with `spans` set takes the whole width. Children stand in reading order, row by row.
    """

    spacing = NumericProperty(dp(12))
    column_least_dp = NumericProperty(480)

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("size_hint_y", None)
        super().__init__(**settings)
        # Once before the frame, however many questions came in or grew.
        self._arrange = Clock.create_trigger(self._place, -1)
        for name in ("pos", "width", "children", "spacing"):
            self.fbind(name, self._arrange)
        look.follow(self)

    def apply_look(self) -> None:
        """Larger text may leave room for one column only."""
        self._arrange()

    def add_widget(self, widget: Any, *arguments: Any, **options: Any) -> None:
        """Add a question and make room whenever it grows."""
        super().add_widget(widget, *arguments, **options)
        widget.fbind("height", self._arrange)
        self._arrange()

    def remove_widget(self, widget: Any, *arguments: Any, **options: Any) -> None:
        """Take a question out (it became irrelevant)."""
        widget.funbind("height", self._arrange)
        super().remove_widget(widget, *arguments, **options)
        self._arrange()

    @property
    def columns(self) -> int:
        """How many columns there is room for."""
        least = dp(self.column_least_dp) * look.text_scale
        return 2 if self.width >= 2 * least + self.spacing else 1

    def _place(self, *_: Any) -> None:
        columns, lines = self.columns, list[list[Any]]()
        for child in reversed(self.children):
            wide = columns == 1 or getattr(child, "spans", False)
            open_line = lines and len(lines[-1]) < columns and not lines[-1][0].spans_now
            child.spans_now = wide
            if wide or not open_line:
                lines.append([child])
            else:
                lines[-1].append(child)
        heights = [max(child.height for child in line) for line in lines]
        self.height = sum(heights) + self.spacing * max(0, len(lines) - 1)
        narrow = (self.width - self.spacing * (columns - 1)) / columns
        top = self.y + self.height
        for line, height in zip(lines, heights, strict=True):
            for place, child in enumerate(line):
                child.width = self.width if child.spans_now else narrow
                child.pos = (self.x + place * (narrow + self.spacing), top - child.height)
            top -= height + self.spacing


class Placed(Widget):
    """Holds one widget as if its own corner were the origin: to move it is to move one matrix, and
    not each of the thirty widgets inside. As high as what it holds, which is as wide as it is."""

    def __init__(self, content: Any, **settings: Any) -> None:
        super().__init__(size_hint_y=None, **settings)
        self.content = content
        with self.canvas.before:
            PushMatrix()
            self._shift = Translate(self.x, self.y)
        with self.canvas.after:
            PopMatrix()
        content.pos = (0, 0)
        self.add_widget(content)
        self.fbind("pos", self._moved)
        self.fbind("width", self._widened)
        content.fbind("height", self._grew)
        self._widened()
        self._grew()

    @property
    def spans(self) -> bool:
        """Whether what it holds wants the whole width."""
        return bool(getattr(self.content, "spans", False))

    def _moved(self, *_: Any) -> None:
        self._shift.xy = (round(self.x), round(self.y))

    def _widened(self, *_: Any) -> None:
        self.content.width = self.width

    def _grew(self, *_: Any) -> None:
        self.height = self.content.height

    def to_parent(self, x: float, y: float, **_: Any) -> tuple[float, float]:
        """A place inside as a place of whoever holds this."""
        return x + round(self.x), y + round(self.y)

    def to_local(self, x: float, y: float, **_: Any) -> tuple[float, float]:
        """A place of whoever holds this as a place inside."""
        return x - round(self.x), y - round(self.y)

    def on_touch_down(self, touch: Any) -> bool:
        """Only what is under the finger hears of it."""
        return self.collide_point(*touch.pos) and self._inside(touch, super().on_touch_down)

    def on_touch_move(self, touch: Any) -> bool:
        """In places of what is inside."""
        return self._inside(touch, super().on_touch_move)

    def on_touch_up(self, touch: Any) -> bool:
        """In places of what is inside."""
        return self._inside(touch, super().on_touch_up)

    def _inside(self, touch: Any, tell: Callable[[Any], Any]) -> bool:
        touch.push()
        touch.apply_transform_2d(self.to_local)
        taken = bool(tell(touch))
        touch.pop()
        return taken


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

    def on_touch_down(self, touch: Any) -> bool:
        """Scroll, unless the finger is on what wants every move for itself (a pad, a map)."""
        if self.collide_point(*touch.pos) and not touch.is_mouse_scrolling:
            owners = list(_owners(self.column, *self.to_local(*touch.pos)))
            if owners:
                owner, x, y = owners[-1]
                shift = (x - touch.x, y - touch.y)
                touch.push()
                touch.apply_transform_2d(lambda x, y: (x + shift[0], y + shift[1]))
                taken = owner.dispatch("on_touch_down", touch)
                touch.pop()
                if taken:
                    return True
        return bool(super().on_touch_down(touch))


def _owners(widget: Any, x: float, y: float) -> Iterator[tuple[Any, float, float]]:
    """What wants every move of a finger at a place, and that place as it sees it."""
    if getattr(widget, "opacity", 1) == 0:
        return
    if isinstance(widget, Placed):
        if not widget.collide_point(x, y):
            return
        x, y = widget.to_local(x, y)
    if getattr(widget, "owns_touches", False) and widget.collide_point(x, y):
        yield widget, x, y
    for child in reversed(widget.children):
        yield from _owners(child, x, y)
