"""The items of one page of a form, built a slice a frame and afterwards only brought up to date.

A page may hold sixty questions at 3 ms and more each: what is seen first is built first, the rest
in the frames that follow, so a finger never waits for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.form_views import HeadingView, Item, QuestionView, RowsView
from mobile.presenters.surroundings import Surroundings
from mobile.ui.automation import Findable
from mobile.ui.look import look
from mobile.ui.screens.form_rows import RowActs, RowsCard
from mobile.ui.screens.question_frames import QuestionFrame
from mobile.ui.theme import rgba
from mobile.ui.widgets.dialog import Layers
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Card, Column, FieldGrid, Page

SLICE_S: Final = 0.008  # of building a frame
AT_ONCE: Final = 6  # items that fill a screen: each is put in as soon as it is ready
LIT_S: Final = 1.2
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageTools:
    """What the items of a page are made with."""

    presenter: FormPresenter
    surroundings: Surroundings
    layers: Layers
    acts: RowActs
    settle: Callable[[], None]


class Heading(Column):
    """A group's heading over the questions that follow."""

    spans = True

    def __init__(self, view: HeadingView) -> None:
        super().__init__(spacing=0, padding=[0, dp(8), 0, 0])
        self.add_widget(ThaiLabel(view.label.get(look.language), role="heading"))
        if view.hint:
            self.add_widget(ThaiLabel(view.hint.get(look.language), role="small", ink="ink-soft"))


class AtomicCard(Card):
    """Questions that are stored as one answer, in one card."""

    spans = True

    def __init__(self, view: HeadingView) -> None:
        super().__init__(fill=rgba("primary-paper"), automation_id=f"group:{view.key}")
        self.add_widget(ThaiLabel(view.label.get(look.language), role="strong"))
        if view.hint:
            self.add_widget(ThaiLabel(view.hint.get(look.language), role="small", ink="ink-soft"))
        self.grid = FieldGrid(column_least_dp=420)
        self.add_widget(self.grid)


def key_of(item: Item) -> Key:
    """What names an item on its page, whatever it says."""
    if isinstance(item, HeadingView):
        return ("heading", item.key)
    return (item.kind, item.record, item.key)


class FormPage(Findable, Page):
    """A page that scrolls. `show(items, anew)` builds or updates; `bring(record, key)` jumps."""

    def __init__(self, tools: PageTools) -> None:
        super().__init__(automation_id="form_page")
        self._tools = tools
        self.above = Column(spacing=dp(12))
        self._grid = FieldGrid()
        self.column.add_widget(self.above)
        self.column.add_widget(self._grid)
        self._items: list[Item] = []
        self._built: dict[Key, Any] = {}
        self._atomic: AtomicCard | None = None
        self._atomic_key = ""
        self._next = 0
        self._waiting: list[Item] = []  # ready, not on the page yet
        self._places: dict[FieldGrid, int] = {}
        self._wanted: tuple[str, str] | None = None
        self._offset = 0.0  # pixels scrolled from the top: kept when the page grows
        self._keeping = False
        self._tick = Clock.create_trigger(self._build_slice, 0)
        self.fbind("scroll_y", self._scrolled)
        self.column.fbind("height", self._grown)

    @property
    def building(self) -> bool:
        """Whether items are still to be built in the frames to come."""
        return self._next < len(self._items) or bool(self._waiting)

    def show(self, items: tuple[Item, ...], *, anew: bool) -> None:
        """Show these items. `anew` for another page, another language: all of it is built again."""
        same = [key_of(item) for item in items] == [key_of(item) for item in self._items]
        if anew or not same or not self._fits(items):
            self._start(items, keep=not anew)
            return
        self._items = list(items)
        self._waiting = [item for item in items if key_of(item) in map(key_of, self._waiting)]
        for item in self._items[: self._next]:
            self._update(item)

    def _fits(self, items: tuple[Item, ...]) -> bool:
        """Whether every question still offers the same choices."""
        return all(
            self._built[key_of(item)].same_choices(item)
            for item in items
            if isinstance(item, QuestionView) and key_of(item) in self._built
        )

    def finish(self) -> None:
        """Give everything that is being typed as answers at once."""
        for built in list(self._built.values()):
            if hasattr(built, "finish"):
                built.finish()

    def bring(self, record: str, key: str) -> None:
        """Scroll to a question and let its edge light up, as soon as it is built."""
        self._wanted = (record, key)
        if not self.building:
            Clock.schedule_once(lambda _: self._jump())

    def _jump(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        widget = self._widget_at(*wanted)
        if widget is not None and widget.parent is not None:
            if self.column.height > self.height:
                self.scroll_to(widget, padding=dp(24), animate=False)
            _light_up(widget)

    def _widget_at(self, record: str, key: str) -> Any:
        """The widget of a question, of a repeat, or of a group that is one answer."""
        for kind in ("question", "rows"):
            if (kind, record, key) in self._built:
                return _widget_of(self._built[kind, record, key])
        return self._built.get(("heading", key))

    def _scrolled(self, *_: Any) -> None:
        if not self._keeping:
            self._offset = (1 - self.scroll_y) * max(0.0, self.column.height - self.height)

    def _grown(self, *_: Any) -> None:
        room = self.column.height - self.height
        self._keeping = True
        if room > 0:
            self.scroll_y = min(1.0, max(0.0, 1 - self._offset / room))
        self._keeping = False

    # -- building ------------------------------------------------------------------------------

    def _start(self, items: tuple[Item, ...], *, keep: bool) -> None:
        """Begin to build; with `keep`, what stands there and is wanted stays where it is."""
        wanted = {key_of(item) for item in items} if keep else set()
        for key in [key for key in self._built if key not in wanted]:
            widget = _widget_of(self._built.pop(key))
            if widget.parent is not None:
                widget.parent.remove_widget(widget)
        if not keep:
            self._offset, self.scroll_y = 0.0, 1.0
        self._items, self._next, self._places, self._waiting = list(items), 0, {}, []
        self._atomic, self._atomic_key = None, ""
        self._build_slice()

    def _build_slice(self, *_: Any) -> None:
        end = time.perf_counter() + SLICE_S
        while self._next < len(self._items):
            item = self._items[self._next]
            self._next += 1
            stood_there = self._make(item)
            self._waiting.append(item)
            placed = self._next - len(self._waiting)
            # Whatever is put in moves all that stands there: batches that double move it seldom.
            if placed < AT_ONCE or len(self._waiting) >= placed:
                self._put_waiting()
            if not stood_there and time.perf_counter() > end:
                break
        if self._next < len(self._items):
            self._tick()
            return
        self._put_waiting()
        if self._wanted is not None:
            Clock.schedule_once(lambda _: self._jump())

    def _make(self, item: Item) -> bool:
        """Have the item's widget ready; whether it was there before."""
        key = key_of(item)
        old = self._built.get(key)
        if isinstance(item, QuestionView) and old is not None and not old.same_choices(item):
            old.frame.parent.remove_widget(old.frame)
            old = None
        if old is not None:
            self._update(item)
            return True
        built = self._built[key] = self._made(item)
        widget, columns = _widget_of(built), self._grid.columns
        narrow = (self._grid.width - self._grid.spacing * (columns - 1)) / columns
        widget.width = self._grid.width if getattr(widget, "spans", False) else narrow
        return False

    def _put_waiting(self) -> None:
        """Put what is ready on the page, in order."""
        for item in self._waiting:
            built = self._built[key_of(item)]
            self._put(self._grid_of(item), _widget_of(built))
            if isinstance(built, AtomicCard):
                self._atomic, self._atomic_key = built, f"{item.key}/"
        self._waiting = []

    def _made(self, item: Item) -> Any:
        tools = self._tools
        if isinstance(item, HeadingView):
            return AtomicCard(item) if item.atomic else Heading(item)
        if isinstance(item, RowsView):
            return RowsCard(item, tools.acts, tools.surroundings)
        return QuestionFrame(item, tools.presenter, tools.surroundings, tools.layers, tools.settle)

    def _put(self, grid: FieldGrid, widget: Any) -> None:
        place = self._places.get(grid, 0)
        self._places[grid] = place + 1
        if widget.parent is not grid:
            grid.add_widget(widget, len(grid.children) - place)

    def _grid_of(self, item: Item) -> FieldGrid:
        if self._atomic is not None and item.key.startswith(self._atomic_key):
            return self._atomic.grid
        self._atomic = None
        return self._grid

    def _update(self, item: Item) -> None:
        if isinstance(item, RowsView | QuestionView):
            self._built[key_of(item)].show(item)


def _widget_of(built: Any) -> Any:
    return getattr(built, "frame", built)


def _light_up(widget: Any) -> None:
    """The edge of a frame in the primary colour for a moment."""
    edge, width = list(widget.edge), widget.edge_width
    widget.edge, widget.edge_width = rgba("primary"), dp(3)
    Clock.schedule_once(lambda _: _back(widget, edge, width), LIT_S)


def _back(widget: Any, edge: Any, width: float) -> None:
    widget.edge, widget.edge_width = edge, width
