"""A list of any length: a dozen rows that move, over a source that is read a page at a time.

Kivy's own RecycleView looks at every row each frame (11 ms at 100,000) and keeps a dict for each.
Here a frame touches only the rows on screen, binds at most `BINDS_PER_FRAME` of them anew - a
flung list shows empty rows for a frame or two instead of stuttering - and positions stay small
numbers, because the list scrolls its rows and not one endless canvas (GL counts in float32).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from kivy.clock import Clock
from kivy.effects.scroll import ScrollEffect
from kivy.graphics import Color, RoundedRectangle
from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.stencilview import StencilView

from mobile.ui.automation import Findable
from mobile.ui.look import look
from mobile.ui.theme import rgba

BINDS_PER_FRAME: Final = 3
BAR_LEAST_DP: Final = 48
DRAG_DP: Final = 12  # a finger that moved less was a tap


class RowSource(Protocol):
    """What a list shows: how many rows, and the row at a place.

    Both must be fast (the presenter keeps ids in an array and pages of 64 rows in a small cache);
    neither may touch the network.
    """

    def __len__(self) -> int:
        """How many rows there are."""

    def __getitem__(self, index: int) -> Any:
        """What the row widget's `show(item)` takes."""


class RowWidget(Protocol):
    """A pooled row."""

    def show(self, item: Any) -> None:
        """Show one item."""

    def show_nothing(self) -> None:
        """Show an empty row: its item comes in a later frame."""


class VirtualList(Findable, StencilView):
    """Rows of one height over a `RowSource`.

    `row_class` makes a row (a widget with `show(item)` and `show_nothing()`); `row_dp` is its
    height at the first text size; a tap on a row dispatches `on_choose(index, item)`.
    """

    source = ObjectProperty(None, allownone=True)
    row_class = ObjectProperty(None)
    row_dp = NumericProperty(80)
    offset = NumericProperty(0.0)  # pixels scrolled from the top
    __events__ = ("on_choose",)

    def __init__(self, **settings: Any) -> None:
        self.rows_made = 0
        self.binds = 0
        self._live: dict[int, Any] = {}
        self._bound: set[int] = set()
        self._pool: list[Any] = []
        self._touched: Any = None
        super().__init__(**settings)
        self._effect = ScrollEffect(target_widget=self)
        self._effect.bind(scroll=self._scrolled)
        with self.canvas.after:
            self._bar_colour = Color(*rgba("edge", 0.7))
            self._bar = RoundedRectangle(radius=[dp(3)])
        self._again = Clock.create_trigger(self._refresh, -1)
        self.fbind("pos", self._again)
        self.fbind("size", self._resized)
        self.fbind("source", self._source_changed)
        look.follow(self)
        self._source_changed()

    @property
    def row_pixels(self) -> float:
        """The height of a row in pixels at the chosen text size."""
        return float(round(dp(self.row_dp) * look.text_scale))

    @property
    def farthest(self) -> float:
        """The largest offset: the last row stands at the bottom."""
        return max(0.0, len(self.source or ()) * self.row_pixels - self.height)

    @property
    def owns_touches(self) -> bool:
        """A list that scrolls inside of a page that scrolls keeps its touches."""
        return self.farthest > 0

    def visible_range(self) -> range:
        """The indexes of the rows that are on screen."""
        first = int(self.offset // self.row_pixels)
        last = int((self.offset + self.height) // self.row_pixels) + 1
        return range(max(0, first), min(len(self.source or ()), last))

    def apply_look(self) -> None:
        """Rows of another height, and other words on them."""
        self.reload()

    def reload(self) -> None:
        """The source's content has changed: keep the place, show the rows anew."""
        self._bound.clear()
        self._limit()
        self._again()

    def scroll_to_index(self, index: int) -> None:
        """Bring a row to the top, or as near as the end allows."""
        self._move_to(index * self.row_pixels)

    def on_choose(self, index: int, item: Any) -> None:
        """A row was tapped."""

    def _source_changed(self, *_: Any) -> None:
        self._effect.velocity = 0
        self.offset = 0.0
        self._effect.value = 0
        self.reload()

    def _resized(self, *_: Any) -> None:
        self._limit()
        self._again()

    def _limit(self) -> None:
        # The effect's values grow as a finger goes up, as the offset does.
        self._effect.min, self._effect.max = 0, self.farthest
        if self.offset > self.farthest:
            self._move_to(self.farthest)

    def _move_to(self, offset: float) -> None:
        self._effect.velocity = 0
        self.offset = min(self.farthest, max(0.0, offset))
        self._effect.value = self.offset
        self._again()

    def _scrolled(self, *_: Any) -> None:
        offset = min(self.farthest, max(0.0, self._effect.scroll))
        if offset != self.offset:
            self.offset = offset
            self._again()

    def _refresh(self, *_: Any) -> None:
        """Place the visible rows; bind a few that are new and leave the rest to the next frame."""
        wanted = self.visible_range()
        for index in [index for index in self._live if index not in wanted]:
            row = self._live.pop(index)
            self._bound.discard(index)
            row.y = -1e6  # parked far below; adding and removing widgets costs more
            row.opacity = 0  # and read by nobody
            self._pool.append(row)
        height, top = self.row_pixels, self.top + self.offset
        budget = BINDS_PER_FRAME
        for index in wanted:
            row = self._live.get(index)
            if row is None:
                row = self._live[index] = self._take_row()
            if row.size != [self.width, height]:
                row.size = (self.width, height)
            row.pos = (self.x, round(top - (index + 1) * height))
            if index not in self._bound:
                if budget:
                    budget -= 1
                    self.binds += 1
                    self._bound.add(index)
                    row.show(self.source[index])
                else:
                    row.show_nothing()
        self._draw_bar()
        if len(self._bound) < len(wanted):
            self._again_next_frame()

    def _again_next_frame(self) -> None:
        Clock.unschedule(self._refresh)
        Clock.schedule_once(self._refresh, 0)

    def settle(self) -> None:
        """Bind every visible row now (a test, a picture)."""
        while len(self._bound) < len(self.visible_range()):
            self._refresh()

    def _index_at(self, y: float) -> int:
        return int((self.top - y + self.offset) // self.row_pixels)

    def _press(self, index: int | None) -> None:
        for place, row in self._live.items():
            if hasattr(row, "pressed"):
                row.pressed = place == index

    def _take_row(self) -> Any:
        if self._pool:
            parked = self._pool.pop()
            parked.opacity = 1
            return parked
        make: Callable[..., Any] = self.row_class
        row = make(size_hint=(None, None))
        self.rows_made += 1
        self.add_widget(row)
        return row

    def _draw_bar(self) -> None:
        if self.farthest <= 0:
            self._bar.size = (0, 0)
            return
        total = self.farthest + self.height
        length = max(dp(BAR_LEAST_DP), self.height * self.height / total)
        free = self.height - length
        self._bar.size = (dp(6), length)
        self._bar.pos = (self.right - dp(8), self.y + free * (1 - self.offset / self.farthest))

    # Touches: a drag scrolls, a drag on the right edge is the bar, anything short is a tap.

    def on_touch_down(self, touch: Any) -> bool:
        """Begin a tap, a scroll, or a drag of the bar."""
        if self.disabled or not self.collide_point(*touch.pos):
            return False
        if touch.is_mouse_scrolling:
            step = self.row_pixels if touch.button == "scrollup" else -self.row_pixels
            self._move_to(self.offset + step)
            return True
        touch.grab(self)
        on_bar = touch.x > self.right - dp(32) and self.farthest > 0
        self._touched = {"touch": touch, "from": touch.y, "bar": on_bar, "moved": False}
        self._effect.start(touch.y, touch.time_start)
        self._press(self._index_at(touch.y))
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Follow the finger."""
        if touch.grab_current is not self or self._touched is None:
            return False
        held = self._touched
        held["moved"] = held["moved"] or abs(touch.y - held["from"]) > dp(DRAG_DP)
        if held["moved"]:
            self._press(None)
        if held["bar"] and held["moved"]:
            share = (self.top - touch.y) / max(1.0, self.height)
            self._move_to(share * self.farthest)
        elif held["moved"]:
            self._effect.update(touch.y, touch.time_update)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """End a scroll with its momentum, or choose the tapped row."""
        if touch.grab_current is not self or self._touched is None:
            return False
        touch.ungrab(self)
        held, self._touched = self._touched, None
        self._press(None)
        if held["moved"]:
            if not held["bar"]:
                self._effect.stop(touch.y, touch.time_update)
            return True
        self._effect.cancel()
        index = self._index_at(touch.y)
        if 0 <= index < len(self.source or ()):
            self.dispatch("on_choose", index, self.source[index])
        return True


class Rows(Sequence[Any]):
    """A source of rows that are all at hand."""

    def __init__(self, items: Sequence[Any]) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]
