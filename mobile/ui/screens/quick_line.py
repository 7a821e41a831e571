"""The line that adds a row: one small cell a question, earlier people offered while typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.scrollview import ScrollView

from mobile.presenters.form_views import QuestionView
from mobile.presenters.rows import RowsPresenter, RowsState
from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.theme import TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import Pressable
from mobile.ui.widgets.dialog import BottomSheet, Layers
from mobile.ui.widgets.inputs.choice import ButtonsInput, ListInput, Option, OptionButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Column, FieldGrid, Row
from mobile.ui.widgets.messages import Notice
from mobile.ui.widgets.text_input import ThaiTextInput
from mobile.ui.widgets.type_ahead import Found
from mobile.ui.widgets.virtual_list import Rows
from mobile.ui.words import say

PAUSE_S: Final = 0.25
INLINE_MAX: Final = 3  # so few options stand in the line itself
SUGGESTIONS_SHOWN: Final = 4
SHEET_DP: Final = 420


class QuickCell(Column):
    """One question of the line: its words, its input, what is wrong."""

    def __init__(self, view: QuestionView, **settings: Any) -> None:
        super().__init__(spacing=dp(2), automation_id=f"quick:{view.key}", **settings)
        self.view = view
        self.words = ThaiLabel(role="small", ink="ink-soft", fit="line")
        self._problem = ThaiLabel(role="small", ink="bad")
        self.add_widget(self.words)

    def show(self, view: QuestionView) -> None:
        """Show the view."""
        self.view = view
        mark = " *" if view.required else ""
        self.words.text = view.label.get(look.language) + mark
        sentence = view.problem.get(look.language) if view.problem is not None else ""
        self._problem.text = sentence
        if bool(sentence) != (self._problem.parent is not None):
            if sentence:
                self.add_widget(self._problem)
            else:
                self.remove_widget(self._problem)

    def finish(self) -> None:
        """Give what is being typed at once."""


class TypedCell(QuickCell):
    """A text or a number."""

    def __init__(
        self,
        view: QuestionView,
        typed: Callable[[str, str], None],
        entered: Callable[[], None],
    ) -> None:
        super().__init__(view)
        self.spans = view.widget == "multiline"
        self.field = ThaiTextInput(
            automation_id=f"quick:{view.key}:text",
            multiline=view.widget == "multiline",
            least_lines=2 if view.widget == "multiline" else 1,
            input_type="number" if view.widget == "number" else "null",
        )
        self._typed, self._showing = typed, False
        self._pause = Clock.create_trigger(lambda _: self._give(), PAUSE_S)
        self.field.bind(text=self._changed)
        self.field.bind(on_text_validate=lambda *_: self._entered(entered))
        self.add_widget(self.field)
        self.show(view)

    def show(self, view: QuestionView) -> None:
        """Put the value in, unless somebody is typing there."""
        super().show(view)
        wanted = view.typed or ("" if view.value is None else str(view.value))
        if self._pause.is_triggered or self.field.text.strip() == wanted:
            return
        self._showing = True
        self.field.text = wanted
        self._showing = False

    def finish(self) -> None:
        """Give what is being typed at once."""
        if self._pause.is_triggered:
            self._pause.cancel()
            self._give()

    def _give(self) -> None:
        self._typed(self.view.key, self.field.text)

    def _changed(self, *_: Any) -> None:
        if not self._showing:
            self._pause()

    def _entered(self, entered: Callable[[], None]) -> None:
        self.finish()
        entered()


class InlineCell(QuickCell):
    """Two or three options side by side."""

    def __init__(self, view: QuestionView, choose: Callable[[str, Any], None]) -> None:
        super().__init__(view)
        self._choose = choose
        self._row = Row(spacing=dp(6))
        self._buttons: list[OptionButton] = []
        for choice in view.choices:
            option = Option(choice.name, choice.label.get(look.language))
            button = OptionButton(option, automation_id=f"quick:{view.key}:{choice.name}")
            button.size_hint_x = 1
            button.bind(on_release=self._tapped)
            self._buttons.append(button)
            self._row.add_widget(button)
        self.add_widget(self._row)
        self.show(view)

    def show(self, view: QuestionView) -> None:
        """Mark what is chosen."""
        super().show(view)
        for button in self._buttons:
            button.chosen = button.option.name == view.value

    def _tapped(self, button: OptionButton) -> None:
        name = button.option.name
        self._choose(self.view.key, None if name == self.view.value else name)


class PickCell(QuickCell):
    """What is chosen, in a box; a tap opens the options in a sheet."""

    def __init__(
        self, view: QuestionView, presenter: RowsPresenter, layers: Layers, multiple: bool
    ) -> None:
        super().__init__(view)
        self._presenter, self._layers, self._multiple = presenter, layers, multiple
        self._box = Pressable(
            size_hint_y=None,
            height=dp(TARGET_PRIMARY),
            padding=[dp(12), 0, dp(6), 0],
            fill=rgba("surface"),
            edge=rgba("edge"),
            automation_id=f"quick:{view.key}:pick",
        )
        self._box.bind(on_release=lambda *_: self._open())
        self._value = ThaiLabel(fit="line", pos_hint={"center_y": 0.5})
        self._box.add_widget(self._value)
        self._box.add_widget(Icon("chevron_down", ink="ink-soft", pos_hint={"center_y": 0.5}))
        self.add_widget(self._box)
        self.show(view)

    def show(self, view: QuestionView) -> None:
        """Show what is chosen."""
        super().show(view)
        shown = view.shown.get(look.language)
        self._value.text = shown or tr("rows.choose")
        self._value.ink = "ink" if shown else "ink-soft"
        self._box.fill = rgba("primary-paper" if shown else "surface")
        self._box.edge = rgba("primary" if shown else "edge")
        self._box.height = max(dp(TARGET_PRIMARY), look.size("body") * 1.72 + dp(8))

    def _open(self) -> None:
        view = self.view
        sheet = BottomSheet(title=view.label.get(look.language), automation_id="choices_sheet")
        if view.searchable:
            chooser: Any = ListInput(self._search, self._label_of, automation_id=view.key)
        else:
            options = [Option(c.name, c.label.get(look.language)) for c in view.choices]
            chooser = ButtonsInput(
                options, several=self._multiple, automation_id=f"choose:{view.key}"
            )
        chooser.set_value(view.value)
        chooser.bind(on_answer=lambda _, value: self._answered(sheet, value))
        scroll = ScrollView(size_hint_y=None, do_scroll_x=False, bar_width=dp(6))
        chooser.bind(height=lambda *_: _fit(scroll, chooser))
        scroll.add_widget(chooser)
        _fit(scroll, chooser)
        sheet.column.add_widget(scroll)
        self._layers.show_above(sheet)

    def _answered(self, sheet: BottomSheet, value: Any) -> None:
        if not self._multiple:
            sheet.close()
        self._presenter.set(self.view.key, value)

    def _search(self, text: str) -> Any:
        found = self._presenter.search_choices(self.view.key, text)
        return Rows([Found(c.name, c.label.get(look.language)) for c in found])

    def _label_of(self, value: str) -> Found:
        return Found(value, self.view.shown.get(look.language))


def _fit(scroll: ScrollView, content: Any) -> None:
    scroll.height = min(dp(SHEET_DP), max(dp(TARGET_PRIMARY), content.height))


class QuickLine(Column):
    """All cells, and below them whom the typed letters may mean."""

    def __init__(
        self, presenter: RowsPresenter, layers: Layers, entered: Callable[[], None]
    ) -> None:
        super().__init__(spacing=dp(8), automation_id="quick")
        self._presenter, self._layers, self._entered = presenter, layers, entered
        self.cells: dict[str, QuickCell] = {}
        self._grid = FieldGrid(column_least_dp=230, spacing=dp(8))
        self._offers = Column(spacing=0, fill=rgba("surface"), edge=rgba("primary"))
        self._problem = Column()
        self.add_widget(self._grid)
        self._shown: tuple[Any, ...] = ()
        self._last = ""  # the cell that was typed into last: offers stand below it

    def show(self, state: RowsState) -> None:
        """Show the questions and what is offered; built anew only for other questions."""
        keys = (look.language, look.text_step, tuple(view.key for view in state.quick))
        if keys != self._shown:
            self._shown = keys
            self._grid.clear_widgets()
            self.cells = {view.key: self._cell(view) for view in state.quick}
            for cell in self.cells.values():
                self._grid.add_widget(cell)
        for view in state.quick:
            self.cells[view.key].show(view)
        self._show_offers(state)
        self._problem.clear_widgets()
        if state.problem is not None:
            self._problem.add_widget(Notice(tone="warn", text=say(state.problem)))
        if (state.problem is not None) != (self._problem.parent is not None):
            if state.problem is not None:
                self.add_widget(self._problem)
            else:
                self.remove_widget(self._problem)

    def finish(self) -> None:
        """Give what is being typed at once."""
        for cell in self.cells.values():
            cell.finish()

    def begin(self) -> None:
        """Put the cursor into the first text of the line."""
        typed = [cell for cell in self.cells.values() if isinstance(cell, TypedCell)]
        if typed:
            typed[0].field.focus = True

    def _cell(self, view: QuestionView) -> QuickCell:
        if view.widget in ("choice", "choices") or view.searchable:
            several = view.widget == "choices"
            if not several and not view.searchable and len(view.choices) <= INLINE_MAX:
                return InlineCell(view, self._presenter.set)
            return PickCell(view, self._presenter, self._layers, several)
        return TypedCell(view, self._typed, self._entered)

    def _typed(self, key: str, text: str) -> None:
        self._last = key
        self._presenter.type_text(key, text)
        if self.cells[key].view.widget == "text":
            self._presenter.suggest(text)

    def _show_offers(self, state: RowsState) -> None:
        if self._offers.parent is not None:
            self._grid.remove_widget(self._offers)
        self._offers.clear_widgets()
        if not state.suggestions or self._last not in self.cells:
            return
        at = list(self.cells).index(self._last) + 1
        at += at % self._grid.columns  # below the whole line of cells
        self._offers.spans = True
        self._grid.add_widget(self._offers, max(0, len(self._grid.children) - at))
        for number, one in enumerate(state.suggestions[:SUGGESTIONS_SHOWN]):
            row = _Offer(number, one, self._presenter)
            self._offers.add_widget(row)


class _Offer(Pressable):
    """One suggestion as a line."""

    def __init__(self, number: int, one: Any, presenter: RowsPresenter) -> None:
        super().__init__(
            size_hint_y=None,
            padding=[dp(12), dp(4)],
            spacing=dp(10),
            automation_id=f"suggestion:{number}",
        )
        self.bind(minimum_height=lambda *_: self._fit())
        self.add_widget(Icon("person_add", ink="primary", pos_hint={"center_y": 0.5}))
        words = Column(spacing=0, pos_hint={"center_y": 0.5})
        words.add_widget(ThaiLabel(one.title, role="strong", fit="line"))
        if one.second:
            words.add_widget(ThaiLabel(one.second, role="small", ink="ink-soft", fit="line"))
        self.add_widget(words)
        self.bind(on_release=lambda *_: presenter.take(one))
        self._fit()

    def _fit(self) -> None:
        self.height = max(dp(TARGET_PRIMARY), self.minimum_height)

    def show_state(self, *_: Any) -> None:
        """Tinted under the finger."""
        self.fill = rgba("primary-paper") if self.state == "down" else (0, 0, 0, 0)
