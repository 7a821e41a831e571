"""Conflicts of a record: each field with its values side by side; one tap keeps one."""

from __future__ import annotations

from typing import Any

from kivy.metrics import dp

from mobile.presenters.conflict import (
    ConflictField,
    ConflictOption,
    ConflictPresenter,
    ConflictState,
    WhoLine,
)
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screens.presented import DrawnScreen
from mobile.ui.strings import tr
from mobile.ui.theme import mixed, rgba
from mobile.ui.widgets.button import PrimaryButton, SecondaryButton
from mobile.ui.widgets.dialog import Snackbar
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Card, Column, FieldGrid, Row
from mobile.ui.widgets.messages import EmptyState, Notice
from mobile.ui.words import say


class OptionCard(Column):
    """One value, everybody who holds it, and the button that keeps it."""

    def __init__(self, place: tuple[int, int], option: ConflictOption, keep: Any) -> None:
        super().__init__(
            fill=rgba("surface"),
            edge=mixed("conflict", "surface", 0.5),
            edge_width=dp(1),
            padding=dp(14),
        )
        self.add_widget(ThaiLabel(option.shown.get(look.language) or "–", role="heading"))
        for who in option.who:
            self.add_widget(_who(who))
        button = SecondaryButton(
            text_key="conflict.keep",
            icon_name="check",
            automation_id=f"settle:{place[0]}:{place[1]}",
        )
        button.bind(on_release=lambda *_: keep(*place))
        self.add_widget(button)


def _who(who: WhoLine) -> Column:
    lines = Column(spacing=0)
    row = Row(spacing=dp(8))
    row.add_widget(Icon("person", ink="ink-soft", size_dp=20))
    name = tr("conflict.you", name=who.name) if who.own else who.name
    row.add_widget(ThaiLabel(name))
    lines.add_widget(row)
    told = [who.when.get(look.language)]
    told += [tr("conflict.where", place=who.where)] if who.where else []
    lines.add_widget(ThaiLabel(" · ".join(told), role="small", ink="ink-soft"))
    return lines


class ConflictScreen(DrawnScreen):
    """All open conflicts of one record. Opened with `root`."""

    def __init__(self, presenter: ConflictPresenter, navigation: Navigation) -> None:
        super().__init__(presenter, navigation, "conflict.title", automation_id="conflict")

    def draw(self, state: ConflictState, before: ConflictState | None) -> None:
        """Show what is open, or that nothing is any more."""
        if before is not None and state.settled > before.settled:
            self.navigation.say(Snackbar(text_key="conflict.settled"))
        problem = state.problem
        self.notify(Notice(tone="bad", text=say(problem)) if problem is not None else None)
        done = PrimaryButton(text_key="conflict.done", icon_name="check", automation_id="done")
        done.bind(on_release=lambda *_: self.navigation.back())
        self.set_actions(done)
        if not state.fields:
            self.set_body(EmptyState("check_circle", "conflict.none", "conflict.none_text"))
            return
        column = self._page.column
        column.clear_widgets()
        if state.title:
            column.add_widget(ThaiLabel(state.title, role="heading"))
        column.add_widget(ThaiLabel(text_key="conflict.what", ink="ink-soft"))
        for index, field in enumerate(state.fields):
            column.add_widget(self._field(index, field))
        self.show_page()

    def _field(self, index: int, field: ConflictField) -> Card:
        card = Card(fill=rgba("conflict-paper"), automation_id=f"conflict:{index}")
        head = Row(spacing=dp(12))
        head.add_widget(Icon("conflict", ink="conflict"))
        label = field.label.get(look.language)
        words = f"{field.row} · {label}" if field.row else label
        head.add_widget(ThaiLabel(words, role="strong", ink="conflict"))
        card.add_widget(head)
        grid = FieldGrid(column_least_dp=340)
        for place, option in enumerate(field.options):
            grid.add_widget(OptionCard((index, place), option, self.presenter.settle))
        card.add_widget(grid)
        return card
