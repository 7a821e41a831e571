"""The items of one page of a form, built a slice a frame and afterwards only brought up to date.

A page may hold sixty questions at 5 ms and more each: what is seen first is built first, the rest
in the frames that follow, so a finger never waits for it. While nobody touches anything the page
that comes next is made ready, an item at a time; the page that was left is kept for going back.
"""

from __future__ import annotations

import time
from collections import OrderedDict
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
from mobile.ui.widgets.layout import Card, Column, FieldGrid, Page, Placed

SLICE_S: Final = 0.006  # of building a frame
LIT_S: Final = 1.2
QUIET_S: Final = 0.4  # without a touch or an answer: time for the page that comes next
PAUSE_S: Final = 0.03  # between two items of that page
KEPT: Final = 3  # pages beside the one that is shown
Key = tuple[str, ...]
PageKey = tuple[str, str]  # section, row


def nothing_ahead() -> tuple[PageKey, tuple[Item, ...]] | None:
    """No page is known to come next."""
    return None


@dataclass(frozen=True, slots=True)
class PageTools:
    """What the items of a page are made with."""

    presenter: FormPresenter
    surroundings: Surroundings
    layers: Layers
    acts: RowActs
    settle: Callable[[], None]
    ahead: Callable[[], tuple[PageKey, tuple[Item, ...]] | None] = nothing_ahead


class Heading(Column):
    """A group's heading over the questions that follow."""

    spans = True

    def __init__(self, view: HeadingView) -> None:
        super().__init__(spacing=0, padding=[0, dp(8), 0, 0])
        self._label = ThaiLabel(role="heading")
        self._hint = ThaiLabel(role="small", ink="ink-soft")
        self.add_widget(self._label)
        self.show(view)

    def show(self, view: HeadingView) -> None:
        """Say what the view says."""
        self._label.text = view.label.get(look.language)
        self._hint.text = view.hint.get(look.language)
        if bool(view.hint) != (self._hint.parent is not None):
            (self.add_widget if view.hint else self.remove_widget)(self._hint)


class AtomicCard(Card):
    """Questions that are stored as one answer, in one card."""

    spans = True

    def __init__(self, view: HeadingView) -> None:
        super().__init__(fill=rgba("primary-paper"), automation_id=f"group:{view.key}")
        self._label = ThaiLabel(view.label.get(look.language), role="strong")
        self.add_widget(self._label)
        if view.hint:
            self.add_widget(ThaiLabel(view.hint.get(look.language), role="small", ink="ink-soft"))
        self.grid = FieldGrid(column_least_dp=420)
        self.add_widget(self.grid)

    def show(self, view: HeadingView) -> None:
        """Say what the view says."""
        self._label.text = view.label.get(look.language)


def key_of(item: Item) -> Key:
    """What names an item on its page, whatever it says."""
    if isinstance(item, HeadingView):
        return ("heading", item.key)
    return (item.kind, item.record, item.key)


class FormPage(Findable, Page):
    """A page that scrolls. `show(items, page)` builds or updates; `bring(record, key)` jumps."""

    def __init__(self, tools: PageTools) -> None:
        super().__init__(automation_id="form_page")
        self._tools = tools
        self.above = Column(spacing=dp(12))
        self._grid = FieldGrid()
        self.column.add_widget(self.above)
        self.column.add_widget(self._grid)
        self._page: PageKey | None = None
        self._items: list[Item] = []
        self._built: dict[Key, Any] = {}
        self._kept: OrderedDict[PageKey, dict[Key, Any]] = OrderedDict()
        self._coming: tuple[PageKey, list[Item]] | None = None
        self._atomic: AtomicCard | None = None
        self._atomic_key = ""
        self._next = 0
        self._places: dict[FieldGrid, int] = {}
        self._wanted: tuple[str, str] | None = None
        self._offset = 0.0  # pixels scrolled from the top: kept when the page grows
        self._keeping = False
        self._last_act = time.monotonic()
        self._tick = Clock.create_trigger(self._build_slice, 0)
        self._quiet = Clock.create_trigger(self._make_ready, QUIET_S)
        self._soon = Clock.create_trigger(self._make_ready, PAUSE_S)
        self.fbind("scroll_y", self._scrolled)
        self.column.fbind("height", self._grown)

    @property
    def building(self) -> bool:
        """Whether items are still to be built in the frames to come."""
        return self._next < len(self._items)

    def show(self, items: tuple[Item, ...], page: PageKey) -> None:
        """Show these items; those of another page are taken as they were left or made ready."""
        self._acted()
        if page != self._page:
            self._turn_to(page)
            self._start(items)
            return
        same = [key_of(item) for item in items] == [key_of(item) for item in self._items]
        if not same or not self._fits(items):
            self._start(items)
            return
        self._items = list(items)
        for item in self._items[: self._next]:
            self._update(item)

    def forget(self) -> None:
        """Other words, other sizes: everything is made anew."""
        self._tick.cancel()
        self._kept.clear()
        self._take_out(lambda _: True)
        self._page, self._coming = None, None
        self._items, self._next, self._places = [], 0, {}

    def _turn_to(self, page: PageKey) -> None:
        """Put the page that stands there aside, and take what is there of another one."""
        if self._page is not None:
            self._kept[self._page] = self._built
        self._grid.clear_widgets()
        self._built = self._kept.pop(page, {})
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self._page, self._coming = page, None
        self._offset, self.scroll_y = 0.0, 1.0

    def _fits(self, items: tuple[Item, ...]) -> bool:
        """Whether every question still offers the same choices."""
        return all(self._stands(item) for item in items if key_of(item) in self._built)

    def _stands(self, item: Item) -> bool:
        built = self._built[key_of(item)]
        return not isinstance(item, QuestionView) or bool(built.same_choices(item))

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
        self._last_act = time.monotonic()
        if not self._keeping:
            self._offset = (1 - self.scroll_y) * max(0.0, self.column.height - self.height)

    def _grown(self, *_: Any) -> None:
        room = self.column.height - self.height
        self._keeping = True
        if room > 0:
            self.scroll_y = min(1.0, max(0.0, 1 - self._offset / room))
        self._keeping = False

    # -- building ------------------------------------------------------------------------------

    def _start(self, items: tuple[Item, ...]) -> None:
        """Begin to build; what stands there and is wanted stays where it is."""
        wanted = {key_of(item) for item in items}
        self._take_out(lambda key: key not in wanted)
        self._items, self._next, self._places = list(items), 0, {}
        self._atomic, self._atomic_key = None, ""
        self._build_slice()

    def _take_out(self, gone: Callable[[Key], bool]) -> None:
        for key in [key for key in self._built if gone(key)]:
            _leave(self._built.pop(key))

    def _build_slice(self, *_: Any) -> None:
        end = time.perf_counter() + SLICE_S
        while self._next < len(self._items):
            item = self._items[self._next]
            self._next += 1
            self._have(item)
            self._put_in(item)
            if time.perf_counter() > end:
                break
        if self._next < len(self._items):
            self._tick()
            return
        if self._wanted is not None:
            Clock.schedule_once(lambda _: self._jump())
        self._acted()

    def _have(self, item: Item) -> None:
        """Have the item's widget ready."""
        key = key_of(item)
        if key in self._built and not self._stands(item):
            _leave(self._built.pop(key))
        if key in self._built:
            self._update(item)
        else:
            self._built[key] = self._made(item)

    def _made(self, item: Item) -> Any:
        """The item's widget, as wide as it will be, in a place that is moved as a whole."""
        tools = self._tools
        built: Any
        if isinstance(item, HeadingView):
            built = AtomicCard(item) if item.atomic else Heading(item)
        elif isinstance(item, RowsView):
            built = RowsCard(item, tools.acts, tools.surroundings)
        else:
            built = QuestionFrame(
                item, tools.presenter, tools.surroundings, tools.layers, tools.settle
            )
        widget, columns = _widget_of(built), self._grid.columns
        narrow = (self._grid.width - self._grid.spacing * (columns - 1)) / columns
        Placed(widget, width=self._grid.width if getattr(widget, "spans", False) else narrow)
        return built

    def _put_in(self, item: Item) -> None:
        """Put an item on the page, behind those before it."""
        built = self._built[key_of(item)]
        grid, placed = self._grid_of(item), _widget_of(built).parent
        place = self._places.get(grid, 0)
        self._places[grid] = place + 1
        if placed.parent is not grid:
            if placed.parent is not None:
                placed.parent.remove_widget(placed)
            grid.add_widget(placed, len(grid.children) - place)
        if isinstance(built, AtomicCard):
            self._atomic, self._atomic_key = built, f"{item.key}/"

    def _grid_of(self, item: Item) -> FieldGrid:
        if self._atomic is not None and item.key.startswith(self._atomic_key):
            return self._atomic.grid
        self._atomic = None
        return self._grid

    def _update(self, item: Item) -> None:
        self._built[key_of(item)].show(item)

    # -- the page that comes next --------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        """A finger is there: what is not seen waits."""
        self._acted()
        return super().on_touch_down(touch)

    def _acted(self) -> None:
        self._last_act = time.monotonic()
        if not self.building:
            self._quiet.cancel()
            self._quiet()

    def _make_ready(self, *_: Any) -> None:
        """Make one item of the page that comes next, when nobody is doing anything."""
        if self.building or self._page is None or self.get_root_window() is None:
            return
        if time.monotonic() - self._last_act < QUIET_S:
            self._quiet()
            return
        if self._coming is None:
            found = self._tools.ahead()
            if found is None or found[0] == self._page:
                return
            ready = self._kept.setdefault(found[0], {})
            self._kept.move_to_end(found[0])
            self._coming = (found[0], [i for i in found[1] if key_of(i) not in ready])
        page, items = self._coming
        ready = self._kept.get(page, {})
        if items:
            item = items.pop(0)
            ready[key_of(item)] = self._made(item)
            self._soon()


def _leave(built: Any) -> None:
    """Take an item off the page."""
    placed = _widget_of(built).parent
    if placed.parent is not None:
        placed.parent.remove_widget(placed)


def _widget_of(built: Any) -> Any:
    return getattr(built, "frame", built)


def _light_up(widget: Any) -> None:
    """The edge of a frame in the primary colour for a moment."""
    edge, width = list(widget.edge), widget.edge_width
    widget.edge, widget.edge_width = rgba("primary"), dp(3)
    Clock.schedule_once(lambda _: _back(widget, edge, width), LIT_S)


def _back(widget: Any, edge: Any, width: float) -> None:
    widget.edge, widget.edge_width = edge, width
