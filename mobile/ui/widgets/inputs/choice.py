"""Inputs that are chosen: big option buttons, ticks, and searchable lists for long ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from kivy.metrics import dp

from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import SecondaryButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.inputs.option_buttons import (
    LikertButton,
    LikertGrid,
    Option,
    OptionButton,
    OptionGrid,
    Thumbnail,
    no_thumbnail,
)
from mobile.ui.widgets.inputs.searched import ListInput, ManyFoundInput, ManyListInput
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Row
from mobile.ui.widgets.type_ahead import Found
from mobile.ui.widgets.virtual_list import Rows, RowSource
from shared.thai.text import search_key

__all__ = [
    "ButtonsInput",
    "ListInput",
    "ManyFoundInput",
    "ManyListInput",
    "MinimalInput",
    "Option",
    "OptionButton",
    "one_of",
    "several_of",
]

BUTTONS_MAX: Final = 7  # more options than this are a list that is searched
LIKERT: Final = frozenset({"likert", "list", "list-nolabel", "table-list"})
COLUMNS: Final = re.compile(r"columns-([1-9][0-9]?)")


class ButtonsInput(InputWidget):
    """One of a few (a second tap takes it back), or several of a few with `several`.

    The answer is a name; with `several` a list of names in the options' order.
    """

    def __init__(
        self,
        options: Sequence[Option],
        several: bool = False,
        *,
        thumbnail: Thumbnail = no_thumbnail,
        columns: int = 0,
        likert: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self._several = several
        self._grid = LikertGrid() if likert else OptionGrid(columns=columns)
        self.buttons: list[Any] = []
        for option in options:
            name = f"{self.automation_id}:{option.name}"
            button = (
                LikertButton(option, several, automation_id=name)
                if likert
                else OptionButton(option, several, thumbnail, automation_id=name)
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
        """Mark what is chosen; pictures of labels may have come meanwhile."""
        chosen = self._chosen()
        for button in self.buttons:
            button.chosen = button.option.name in chosen
            if button.option.picture and isinstance(button, OptionButton):
                button.show_picture()

    def show_locked(self) -> None:
        """Grey buttons."""
        for button in self.buttons:
            button.disabled = self.locked


class MinimalInput(InputWidget):
    """One line that says what is chosen; the choices open below it and close after the choice."""

    def __init__(
        self, chooser: InputWidget, options: Sequence[Option], several: bool, **settings: Any
    ) -> None:
        super().__init__(**settings)
        self._labels = {option.name: option.label for option in options}
        self._several, self._open = several, False
        self.chooser = chooser
        self.chooser.bind(on_answer=lambda _, value: self._chosen(value))
        self._words = ThaiLabel()
        self.line = Row(padding=[dp(14), dp(6), dp(6), dp(6)])
        self.opener = SecondaryButton(
            text_key="choice.open",
            icon_name="chevron_down",
            automation_id=f"{self.automation_id}:open",
        )
        self.opener.bind(on_release=lambda *_: self.turn(not self._open))
        self.line.add_widget(self._words)
        self.line.add_widget(self.opener)
        self.add_widget(self.line)
        look.follow(self)
        self.show_value()

    def apply_look(self) -> None:
        """The word for nothing follows the language."""
        self.show_value()

    def turn(self, wide: bool) -> None:
        """Open the choices, or close them."""
        self._open = wide and not self.locked
        self.opener.text_key = "choice.close" if self._open else "choice.open"
        self.opener.icon_name = "chevron_up" if self._open else "chevron_down"
        if self._open and self.chooser.parent is None:
            self.add_widget(self.chooser)
        elif not self._open and self.chooser.parent is not None:
            self.remove_widget(self.chooser)

    def show_value(self) -> None:
        """Say what is chosen."""
        names = self.value if isinstance(self.value, list) else [self.value] if self.value else []
        labels = [self._labels.get(str(name), str(name)) for name in names]
        self._words.text = ", ".join(labels) or tr("choice.none")
        self._words.ink = "ink" if names and not self.locked else "ink-soft"
        self.line.fill = rgba("primary-paper" if names and not self.locked else "quiet-paper")
        self.line.edge = rgba("primary" if names and not self.locked else "line")
        self.chooser.set_value(self.value)

    def show_locked(self) -> None:
        """Closed for good."""
        self.chooser.set_locked(self.locked)
        self.opener.disabled = self.locked
        self.turn(False)
        self.show_value()

    def _chosen(self, value: Any) -> None:
        if not self._several:
            self.turn(False)
        self.answer(value)


def one_of(
    options: Sequence[Option],
    appearance: str = "",
    thumbnail: Thumbnail = no_thumbnail,
    **settings: Any,
) -> InputWidget:
    """The input for one choice: buttons when they are few, else a list that is searched.

    Of the form's words `likert` (and the lists of a table) put the steps into one line,
    `columns-3` asks for three columns, `minimal` keeps the choices closed. An `image-map` is not
    drawn: its places are chosen by their names.
    """
    words = set(appearance.split())
    if words & {"minimal", "autocomplete", "search"} and "likert" not in words:
        chooser = _one_open(options, words, thumbnail, settings)
        return MinimalInput(chooser, options, False, **settings)
    return _one_open(options, words, thumbnail, settings)


def _one_open(
    options: Sequence[Option], words: set[str], thumbnail: Thumbnail, settings: dict[str, Any]
) -> InputWidget:
    if len(options) <= BUTTONS_MAX or any(option.picture for option in options):
        return ButtonsInput(options, **_shape(words, thumbnail), **settings)
    found = {option.name: Found(option.name, option.label) for option in options}

    def search(text: str) -> RowSource:
        wanted = search_key(text)
        return Rows([each for each in found.values() if wanted in search_key(each.title)])

    return ListInput(search, found.get, **settings)


def several_of(
    options: Sequence[Option],
    appearance: str = "",
    thumbnail: Thumbnail = no_thumbnail,
    **settings: Any,
) -> InputWidget:
    """The input for several choices: buttons when they are few, else chosen ones and a search."""
    words = set(appearance.split())
    if len(options) > BUTTONS_MAX + 3 and not any(option.picture for option in options):
        chooser: InputWidget = ManyListInput(options, **settings)
    else:
        chooser = ButtonsInput(options, several=True, **_shape(words, thumbnail), **settings)
    if words & {"minimal", "autocomplete", "search"}:
        return MinimalInput(chooser, options, True, **settings)
    return chooser


def _shape(words: set[str], thumbnail: Thumbnail) -> dict[str, Any]:
    """How the form wants its buttons to stand."""
    columns = next((int(found[1]) for word in words if (found := COLUMNS.fullmatch(word))), 0)
    return {"likert": bool(words & LIKERT), "columns": columns, "thumbnail": thumbnail}
