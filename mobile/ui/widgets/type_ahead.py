"""A search field with its results below: letters in, rows out, a tap chooses.

The widget asks `search(text)` for a `RowSource` after each pause in typing and shows it in a
virtual list; what is found and how fast is the presenter's matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from mobile.ui.automation import Findable
from mobile.ui.look import look
from mobile.ui.painting import icon_texture, text_texture
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import IconButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Column, Surface
from mobile.ui.widgets.text_input import ThaiTextInput
from mobile.ui.widgets.virtual_list import Rows, RowSource, VirtualList

PAUSE_S: Final = 0.12  # of no typing, before the search is asked


@dataclass(frozen=True, slots=True)
class Found:
    """One result: its key, its name, what tells it from others, and whether it is chosen."""

    key: str
    title: str
    second: str = ""
    chosen: bool = False


class Coming:
    """Rows that are looked for elsewhere: `then` is called with them, at once if they are here."""

    def __init__(self) -> None:
        self._rows: RowSource | None = None
        self._then: Callable[[RowSource], None] | None = None

    def arrive(self, rows: RowSource) -> None:
        """The rows are here."""
        self._rows = rows
        if self._then is not None:
            self._then(rows)

    def then(self, show: Callable[[RowSource], None]) -> None:
        """What to do with the rows."""
        self._then = show
        if self._rows is not None:
            show(self._rows)


class FoundRow(Findable, Widget):
    """Draws a `Found`."""

    pressed = BooleanProperty(False)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.item: Found | None = None
        with self.canvas:
            self._paper = Color(*rgba("surface"))
            self._back = Rectangle()
            Color(*rgba("line"))
            self._rule = Rectangle()
            Color(*rgba("ink"))
            self._title = Rectangle()
            Color(*rgba("ink-soft"))
            self._second = Rectangle()
            Color(*rgba("primary"))
            self._mark = Rectangle()
        for name in ("pos", "size", "pressed"):
            self.fbind(name, self._draw)

    def show(self, item: Found) -> None:
        """Show one result."""
        self.item = item
        self._draw()

    def show_nothing(self) -> None:
        """Show an empty row."""
        self.item = None
        self._draw()

    def visible_texts(self) -> list[str]:
        """What a person reads on this row."""
        return [self.item.title, self.item.second] if self.item else []

    def _draw(self, *_: Any) -> None:
        item = self.item or Found("", "")
        tinted = self.pressed or item.chosen
        self._paper.rgba = rgba("primary-paper" if tinted else "surface")
        self._back.pos, self._back.size = self.pos, self.size
        self._rule.pos, self._rule.size = (self.x, self.y), (self.width, dp(1))
        side = round(dp(24) * look.text_scale)
        room = self.width - dp(40) - side
        title = text_texture(item.title, look.size("body"), width=room)
        second = text_texture(item.second, look.size("small"), width=room)
        middle, shift = self.center_y, look.size("body") * 0.78
        self._put(self._title, title, self.x + dp(16), middle + (shift if item.second else 0))
        self._put(self._second, second, self.x + dp(16), middle - shift)
        mark = icon_texture("check", side) if item.chosen else None
        self._put(self._mark, mark, self.right - dp(16) - side, middle)

    def _put(self, box: Rectangle, texture: Any, x: float, middle: float) -> None:
        box.size = texture.size if texture is not None else (0, 0)
        if texture is not None:
            box.texture = texture
            box.pos = (round(x), round(middle - texture.height / 2))


class SearchField(Surface, BoxLayout):
    """A field with a glass and a way to empty it; `on_search(text)` after a pause in typing."""

    text = StringProperty("")
    __events__ = ("on_search",)

    def __init__(self, hint_key: str = "search.hint", **settings: Any) -> None:
        super().__init__(
            size_hint_y=None,
            fill=rgba("surface"),
            edge=rgba("edge"),
            padding=[dp(12), 0, 0, 0],
            spacing=0,
            **settings,
        )
        self.add_widget(Icon("magnify", ink="ink-soft", pos_hint={"center_y": 0.5}))
        self.input = ThaiTextInput(
            hint_key=hint_key,
            edge=(0, 0, 0, 0),
            fill=(0, 0, 0, 0),
            pos_hint={"center_y": 0.5},
            automation_id=f"{self.automation_id}_text" if self.automation_id else "search_text",
        )
        self.input.bind(text=self._typed, height=self._fit, focus=self._focused)
        self.add_widget(self.input)
        self._clear = IconButton(
            "close", ink="ink-soft", hint_key="search.clear", pos_hint={"center_y": 0.5}
        )
        self._clear.bind(on_release=lambda *_: self.empty())
        self._wait = Clock.create_trigger(self._ask, PAUSE_S)
        self._fit()

    def empty(self) -> None:
        """Take out what was typed and search for nothing at once."""
        self.input.text = ""
        self._ask()

    def on_search(self, text: str) -> None:
        """Nothing was typed for a moment: look for this."""

    def visible_texts(self) -> list[str]:
        """The text is the input's."""
        return []

    def _fit(self, *_: Any) -> None:
        self.height = self.input.height

    def _focused(self, *_: Any) -> None:
        # The outline is the whole field's, so the inner one keeps none.
        self.input.edge = (0, 0, 0, 0)
        self.edge = rgba("primary" if self.input.focus else "edge")
        self.edge_width = dp(2.5 if self.input.focus else 1.5)

    def _typed(self, *_: Any) -> None:
        if bool(self.input.text) != (self._clear.parent is not None):
            if self.input.text:
                self.add_widget(self._clear)
            else:
                self.remove_widget(self._clear)
        self._wait()

    def _ask(self, *_: Any) -> None:
        self._wait.cancel()
        self.text = self.input.text
        self.dispatch("on_search", self.text)


class TypeAhead(Column):
    """A search field, and under it what was found; `on_choose(found)` for a tap.

    `search` gives the rows for a text, now or coming (also for the empty one: the usual ones).
    `row_class` may be another row; `least_rows` and `most_rows` bound the height of the list.
    """

    __events__ = ("on_choose",)

    def __init__(
        self,
        search: Callable[[str], RowSource | Coming],
        *,
        hint_key: str = "search.hint",
        row_class: Any = FoundRow,
        row_dp: float = 64,
        most_rows: int = 6,
        fills: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__(size_hint_y=1 if fills else None, **settings)
        self._search, self._most, self._fills = search, most_rows, fills
        self._asked: RowSource | Coming | None = None
        self.field = SearchField(hint_key=hint_key, automation_id=self.automation_id)
        self.field.bind(on_search=lambda _, text: self.look_for(text))
        self.list = VirtualList(row_class=row_class, row_dp=row_dp)
        self.list.bind(on_choose=lambda _, index, item: self.dispatch("on_choose", item))
        self._none = ThaiLabel(text_key="search.none", ink="ink-soft")
        self.add_widget(self.field)
        self.add_widget(self.list)
        self.look_for("")
        look.follow(self)

    def apply_look(self) -> None:
        """Rows grow with the text."""
        self.look_for(self.field.text)

    def look_for(self, text: str) -> None:
        """Show what is found for a text; what was found before stays until it has come."""
        found = self._search(text)
        self._asked = found
        if isinstance(found, Coming):
            found.then(lambda rows: self._show(rows) if self._asked is found else None)
        else:
            self._show(found)

    def _show(self, found: RowSource) -> None:
        self.list.source = found
        if not self._fills:
            self.list.size_hint_y = None
            self.list.height = min(self._most, len(found)) * self.list.row_pixels
        nothing = len(found) == 0
        if nothing and self._none.parent is None:
            self.add_widget(self._none, index=1)
        elif not nothing and self._none.parent is not None:
            self.remove_widget(self._none)

    def on_choose(self, found: Any) -> None:
        """A result was tapped."""


def search_in(items: list[Found], fold: Callable[[str], str] = str.casefold) -> Any:
    """A `search` over a short list that is all at hand; `fold` makes texts comparable."""

    def search(text: str) -> RowSource:
        wanted = fold(text)
        return Rows([item for item in items if wanted in fold(f"{item.title} {item.second}")])

    return search
