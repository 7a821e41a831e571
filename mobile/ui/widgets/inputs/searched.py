"""Inputs for what is found by typing: one or several of a long list, a register, a codebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kivy.metrics import dp

from mobile.ui.theme import rgba
from mobile.ui.widgets.button import SecondaryButton, TextButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.inputs.option_buttons import Option, OptionButton, OptionGrid
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Row
from mobile.ui.widgets.type_ahead import Coming, Found, FoundRow, TypeAhead
from mobile.ui.widgets.virtual_list import Rows, RowSource
from shared.thai.text import search_key


class ListInput(InputWidget):
    """One of many, found by typing: a reference to a register, or a long choice list.

    `search(text)` gives `Found` rows; `label_of(value)` says what to show for an answer (the name
    of the factory, not its id), None when this tablet does not know it.
    """

    def __init__(
        self,
        search: Callable[[str], RowSource | Coming],
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


class ManyFoundInput(InputWidget):
    """Several of many that are searched where they are kept: references, very long lists.

    `label_of(name)` says what to show for a chosen one.
    """

    def __init__(
        self,
        search: Callable[[str], RowSource | Coming],
        label_of: Callable[[str], str],
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self._search, self._label_of = search, label_of
        self.show_value()

    def show_value(self) -> None:
        """Show what is chosen and the field to look for more."""
        self.clear_widgets()
        names = list(self.value or ())
        if names:
            grid = OptionGrid()
            for name in names:
                option = Option(name, self._label_of(name))
                button = OptionButton(option, True, automation_id=f"{self.automation_id}:{name}")
                button.chosen, button.disabled = True, self.locked
                button.bind(on_release=lambda button: self._switch(button.option.name))
                grid.add_widget(button)
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
        names = list(self.value or ())
        names.remove(name) if name in names else names.append(name)
        self.answer(names or None)
