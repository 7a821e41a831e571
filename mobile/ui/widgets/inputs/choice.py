"""Inputs that are chosen: big option buttons, ticks, and searchable lists for long ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.widget import Widget

from mobile.ui.look import look
from mobile.ui.painting import width_of
from mobile.ui.theme import OUTLINE, TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import Pressable, SecondaryButton, TextButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Row
from mobile.ui.widgets.type_ahead import Found, FoundRow, TypeAhead
from mobile.ui.widgets.virtual_list import Rows, RowSource
from shared.thai.text import search_key

BUTTONS_MAX: Final = 7  # more options than this are a list that is searched


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: the name that is stored and the label in the language of the look."""

    name: str
    label: str


class OptionButton(Pressable):
    """A big button with a mark and words that wrap; chosen is mark, weight and colour."""

    chosen = BooleanProperty(False)

    def __init__(self, option: Option, several: bool = False, **settings: Any) -> None:
        super().__init__(
            size_hint=(None, None), spacing=dp(10), padding=[dp(14), dp(8)], **settings
        )
        self.option = option
        self._marks = ("checkbox_off", "checkbox_on") if several else ("radio_off", "radio_on")
        self._mark = Icon(self._marks[0], pos_hint={"center_y": 0.5})
        self.words = ThaiLabel(option.label, pos_hint={"center_y": 0.5})
        self.words.bind(height=self._fit)
        self.add_widget(self._mark)
        self.add_widget(self.words)
        self.fbind("chosen", self.show_state)
        self._fit()
        self.show_state()

    @property
    def wanted_width(self) -> float:
        """How wide it must be for its words to stand on one line."""
        return width_of(self.option.label, look.size("body"), bold=True) + self._mark.width + dp(46)

    def _fit(self, *_: Any) -> None:
        self.height = max(dp(TARGET_PRIMARY), self.words.height + dp(16))

    def show_state(self, *_: Any) -> None:
        """Green outline and a filled mark when chosen; grey when it cannot be changed."""
        if not hasattr(self, "words"):
            return
        self._mark.name = self._marks[1 if self.chosen else 0]
        ink = "ink-soft" if self.disabled else "primary" if self.chosen else "ink"
        self._mark.ink = self.words.ink = ink
        self.words.role = "strong" if self.chosen else "body"
        held = self.chosen or self.state == "down"
        paper = "quiet-paper" if self.disabled else "primary-paper" if held else "surface"
        self.fill = rgba(paper)
        self.edge = rgba("primary" if self.chosen else "edge")
        self.edge_width = dp(2.5 if self.chosen else OUTLINE)


class OptionGrid(Widget):
    """Places option buttons in as many equal columns as let every label stand on one line."""

    spacing = NumericProperty(dp(8))

    def __init__(self, **settings: Any) -> None:
        super().__init__(size_hint_y=None, **settings)
        self.fbind("pos", self._place)
        self.fbind("width", self._place)
        look.follow(self)

    def apply_look(self) -> None:
        """Wider words may need fewer columns."""
        self._place()

    def add_widget(self, widget: Any, *arguments: Any, **settings: Any) -> None:
        """Add a button."""
        super().add_widget(widget, *arguments, **settings)
        widget.fbind("height", self._place)
        self._place()

    def _columns(self, widest: float, count: int) -> int:
        for columns in (4, 3, 2):
            room = (self.width - self.spacing * (columns - 1)) / columns
            if columns <= count and widest <= room:
                return columns
        return 1

    def _place(self, *_: Any) -> None:
        buttons = list(reversed(self.children))
        if not buttons or self.width < 2:
            return
        columns = self._columns(max(button.wanted_width for button in buttons), len(buttons))
        width = (self.width - self.spacing * (columns - 1)) / columns
        lines = [buttons[at : at + columns] for at in range(0, len(buttons), columns)]
        heights = [max(button.height for button in line) for line in lines]
        self.height = sum(heights) + self.spacing * (len(lines) - 1)
        top = self.y + self.height
        for line, height in zip(lines, heights, strict=True):
            for place, button in enumerate(line):
                button.width = width
                button.pos = (self.x + place * (width + self.spacing), top - button.height)
            top -= height + self.spacing


class ButtonsInput(InputWidget):
    """One of a few (a second tap takes it back), or several of a few with `several`.

    The answer is a name; with `several` a list of names in the options' order.
    """

    def __init__(self, options: Sequence[Option], several: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        self._several = several
        self._grid = OptionGrid()
        self.buttons: list[OptionButton] = []
        for option in options:
            button = OptionButton(
                option, several, automation_id=f"{self.automation_id}:{option.name}"
            )
            button.bind(on_release=self._tapped)
            self.buttons.append(button)
            self._grid.add_widget(button)
        self.add_widget(self._grid)

    def _chosen(self) -> list[str]:
        if self._several:
            return list(self.value or ())
        return [self.value] if self.value else []

    def _tapped(self, button: OptionButton) -> None:
        name, chosen = button.option.name, self._chosen()
        if not self._several:
            self.answer(None if name in chosen else name)
            return
        wanted = set(chosen) ^ {name}
        ordered = [each.option.name for each in self.buttons if each.option.name in wanted]
        kept = [each for each in chosen if each in wanted and each not in ordered]
        self.answer([*ordered, *kept] or None)

    def show_value(self) -> None:
        """Mark what is chosen."""
        chosen = self._chosen()
        for button in self.buttons:
            button.chosen = button.option.name in chosen

    def show_locked(self) -> None:
        """Grey buttons."""
        for button in self.buttons:
            button.disabled = self.locked


class ListInput(InputWidget):
    """One of many, found by typing: a reference to a register, or a long choice list.

    `search(text)` gives `Found` rows; `label_of(value)` says what to show for an answer (the name
    of the factory, not its id), None when this tablet does not know it.
    """

    def __init__(
        self,
        search: Callable[[str], RowSource],
        label_of: Callable[[str], Found | None],
        *,
        hint_key: str = "search.hint",
        row_class: Any = FoundRow,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self._search, self._label_of = search, label_of
        self._hint_key, self._row_class = hint_key, row_class
        self._finder: TypeAhead | None = None
        self.show_value()

    def show_value(self) -> None:
        """Show what is chosen, or the field to look for it."""
        self.clear_widgets()
        self._finder = None
        if self.value:
            self._show_chosen()
        elif not self.locked:
            self.look_for_another()

    def show_locked(self) -> None:
        """No way to change it."""
        self.show_value()

    def focus_first(self) -> None:
        """Put the cursor into the search field."""
        if self._finder is not None:
            self._finder.field.input.focus = True

    def look_for_another(self, *_: Any) -> None:
        """Open the search field below what is chosen."""
        if self._finder is not None:
            return
        self._finder = TypeAhead(
            self._search,
            hint_key=self._hint_key,
            row_class=self._row_class,
            most_rows=5,
            automation_id=f"{self.automation_id}:search",
        )
        self._finder.bind(on_choose=lambda _, found: self._choose(found))
        self.add_widget(self._finder)

    def _choose(self, found: Found) -> None:
        if found.key == self.value:
            self.show_value()
        else:
            self.answer(found.key)

    def _show_chosen(self) -> None:
        found = self._label_of(self.value) or Found(self.value, self.value)
        row = Row(
            fill=rgba("quiet-paper" if self.locked else "primary-paper"),
            edge=rgba("line" if self.locked else "primary"),
            padding=[dp(14), dp(6), dp(6), dp(6)],
        )
        words = f"{found.title}\n{found.second}" if found.second else found.title
        row.add_widget(ThaiLabel(words))
        if not self.locked:
            change = SecondaryButton(
                text_key="input.change", automation_id=f"{self.automation_id}:change"
            )
            change.bind(on_release=self.look_for_another)
            clear = TextButton(
                text_key="input.clear", tone="quiet", automation_id=f"{self.automation_id}:clear"
            )
            clear.bind(on_release=lambda *_: self.answer(None))
            row.add_widget(change)
            row.add_widget(clear)
        self.add_widget(row)


class ManyListInput(InputWidget):
    """Several of many: what is chosen as buttons that take it back, and a field to add."""

    def __init__(self, options: Sequence[Option], **settings: Any) -> None:
        super().__init__(**settings)
        self._options = list(options)
        self._finder: TypeAhead | None = None
        self._chosen = OptionGrid()
        self.show_value()

    def _search(self, text: str) -> RowSource:
        wanted, chosen = search_key(text), set(self.value or ())
        return Rows(
            [
                Found(option.name, option.label)
                for option in self._options
                if option.name not in chosen and wanted in search_key(option.label)
            ]
        )

    def show_value(self) -> None:
        """Show what is chosen and offer the rest."""
        self.clear_widgets()
        chosen = set(self.value or ())
        grid = OptionGrid()
        for option in self._options:
            if option.name in chosen:
                button = OptionButton(
                    option, True, automation_id=f"{self.automation_id}:{option.name}"
                )
                button.chosen, button.disabled = True, self.locked
                button.bind(on_release=lambda button: self._switch(button.option.name))
                grid.add_widget(button)
        if chosen:
            self.add_widget(grid)
        if not self.locked:
            finder = TypeAhead(
                self._search, most_rows=5, automation_id=f"{self.automation_id}:search"
            )
            finder.bind(on_choose=lambda _, found: self._switch(found.key))
            self.add_widget(finder)

    def show_locked(self) -> None:
        """Nothing to add or take back."""
        self.show_value()

    def _switch(self, name: str) -> None:
        wanted = set(self.value or ()) ^ {name}
        known = [option.name for option in self._options if option.name in wanted]
        kept = [each for each in (self.value or ()) if each in wanted and each not in known]
        self.answer([*known, *kept] or None)


def one_of(options: Sequence[Option], **settings: Any) -> InputWidget:
    """The input for one choice: buttons when they are few, else a list that is searched."""
    if len(options) <= BUTTONS_MAX:
        return ButtonsInput(options, **settings)
    found = {option.name: Found(option.name, option.label) for option in options}

    def search(text: str) -> RowSource:
        wanted = search_key(text)
        return Rows([each for each in found.values() if wanted in search_key(each.title)])

    return ListInput(search, found.get, **settings)


def several_of(options: Sequence[Option], **settings: Any) -> InputWidget:
    """The input for several choices: buttons when they are few, else chosen ones and a search."""
    if len(options) <= BUTTONS_MAX + 3:
        return ButtonsInput(options, several=True, **settings)
    return ManyListInput(options, **settings)
