"""The input for an order: options are dragged by their handle, or moved one up or one down.

Until a person moved something or said that the order is right there is no answer, and the numbers
are dashes: an order that nobody chose is never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kivy.metrics import dp

from mobile.presenters.ranking import moved, ranking_of
from mobile.ui.look import look
from mobile.ui.theme import TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import IconButton, SecondaryButton, TextButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.inputs.choice import Option
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Column, Flow, Row


class Handle(IconButton):
    """What a finger drags a line of the ranking by."""

    owns_touches = True
    __events__ = ("on_drag", "on_drop")

    def on_touch_down(self, touch: Any) -> bool:
        """Take hold."""
        if self.disabled or not self.collide_point(*touch.pos):
            return False
        if getattr(touch, "is_mouse_scrolling", False):
            return False
        touch.grab(self)
        self.state = "down"
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """The line follows the finger."""
        if touch.grab_current is not self:
            return False
        self.dispatch("on_drag", touch.y)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Let go."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self.state = "normal"
        self.dispatch("on_drop")
        return True

    def on_drag(self, y: float) -> None:
        """The finger is at this height."""

    def on_drop(self) -> None:
        """The line was let go of."""


class RankLine(Row):
    """One option of the ranking: its number, its words, up, down, handle."""

    def __init__(self, option: Option, **settings: Any) -> None:
        super().__init__(
            spacing=dp(4), padding=[dp(14), dp(4), dp(4), dp(4)], edge=rgba("edge"), **settings
        )
        self.option = option
        self.place = ThaiLabel("–", role="strong", size_hint_x=None, width=dp(36))
        self.words = ThaiLabel(option.label)
        name = self.automation_id
        side = dp(TARGET_PRIMARY)
        self.up = IconButton(
            "arrow_up", hint_key="rank.up", size=(side, side), automation_id=f"{name}:up"
        )
        self.down = IconButton(
            "arrow_down", hint_key="rank.down", size=(side, side), automation_id=f"{name}:down"
        )
        self.handle = Handle(
            "drag", hint_key="rank.drag", size=(side, side), automation_id=f"{name}:handle"
        )
        for part in (self.place, self.words, self.up, self.down, self.handle):
            self.add_widget(part)

    def show(self, place: int, last: int, *, ranked: bool, locked: bool, held: bool) -> None:
        """Show the number of the place (from 0), and which ways are open."""
        self.place.text = f"{place + 1}." if ranked else "–"
        self.up.disabled = locked or place == 0
        self.down.disabled = locked or place == last
        self.handle.disabled = locked
        self.words.ink = self.place.ink = "ink-soft" if locked else "ink"
        quiet = "quiet-paper" if locked else "surface"
        self.fill = rgba("primary-paper" if held or (ranked and not locked) else quiet)
        self.edge = rgba("primary" if held else "edge")


class RankInput(InputWidget):
    """An order of all options; the answer is the list of their names, the first one first."""

    wants_width = True

    def __init__(self, options: Sequence[Option], **settings: Any) -> None:
        super().__init__(**settings)
        self._names = [option.name for option in options]
        self._held = ""
        self._order: list[str] = list(self._names)
        self.lines = {
            option.name: RankLine(option, automation_id=f"{self.automation_id}:{option.name}")
            for option in options
        }
        self._column = Column(spacing=dp(6))
        for name, line in self.lines.items():
            line.up.bind(on_release=lambda _, name=name: self._shift(name, -1))
            line.down.bind(on_release=lambda _, name=name: self._shift(name, 1))
            line.handle.bind(on_drag=lambda _, y, name=name: self._dragged(name, y))
            line.handle.bind(on_drop=lambda _, name=name: self._dropped(name))
            self._column.add_widget(line)
        self._unranked = Row(fill=rgba("quiet-paper"), padding=[dp(14), dp(8)])
        self._unranked.add_widget(Icon("info", ink="ink-soft"))
        self._unranked.add_widget(ThaiLabel(text_key="rank.unranked", ink="ink-soft"))
        self._acts = Flow()
        self._right = SecondaryButton(
            text_key="rank.right", icon_name="check", automation_id=f"{self.automation_id}:right"
        )
        self._right.bind(on_release=lambda *_: self.answer(list(self._order)))
        self._clear = TextButton(
            text_key="rank.clear", tone="quiet", automation_id=f"{self.automation_id}:clear"
        )
        self._clear.bind(on_release=lambda *_: self.answer(None))
        for part in (self._unranked, self._column, self._acts):
            self.add_widget(part)
        look.follow(self)
        self.show_value()

    def apply_look(self) -> None:
        """A larger number needs more room."""
        for line in self.lines.values():
            line.place.width = dp(36) * look.text_scale

    def show_value(self) -> None:
        """Put the lines into the order of the answer, or of the form when there is none."""
        self._order = ranking_of(self._names, self.value)
        self._arrange()
        self._acts.clear_widgets()
        if not self.locked:
            self._acts.add_widget(self._clear if self.value else self._right)
        ranked = bool(self.value)
        if ranked == (self._unranked.parent is not None):
            if ranked:
                self.remove_widget(self._unranked)
            else:
                self.add_widget(self._unranked, index=len(self.children))

    def show_locked(self) -> None:
        """Nothing moves."""
        self.show_value()

    def _arrange(self) -> None:
        wanted = [self.lines[name] for name in self._order]
        if list(reversed(self._column.children)) != wanted:
            self._column.clear_widgets()
            for line in wanted:
                self._column.add_widget(line)
        last = len(wanted) - 1
        for place, line in enumerate(wanted):
            line.show(
                place,
                last,
                ranked=bool(self.value) or bool(self._held),
                locked=self.locked,
                held=line.option.name == self._held,
            )

    def _shift(self, name: str, by: int) -> None:
        self.answer(moved(self._order, name, self._order.index(name) + by))

    def _dragged(self, name: str, y: float) -> None:
        """The order changes as soon as the finger is over another line."""
        self._held = name
        for place, other in enumerate(self._order):
            line = self.lines[other]
            if other != name and line.y <= y <= line.top:
                self._order = moved(self._order, name, place)
                break
        self._arrange()

    def _dropped(self, name: str) -> None:
        if not self._held:
            return
        self._held = ""
        order = list(self._order)
        if order == self.value:
            self.show_value()
        else:
            self.answer(order)
