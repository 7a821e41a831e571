"""A roster or a list of statements: hundreds of lines, counts above, one line to add the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout

from mobile.presenters.form_views import RowLine
from mobile.presenters.rows import RowsPresenter, RowsState
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screens.form_dialogs import delete_dialog, quiet_button
from mobile.ui.screens.presented import PresentedScreen
from mobile.ui.screens.quick_line import QuickLine
from mobile.ui.strings import tr
from mobile.ui.widgets.button import PrimaryButton, SecondaryButton
from mobile.ui.widgets.dialog import Snackbar
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Card, Column, Flow, Page, Row
from mobile.ui.widgets.messages import EmptyState, Notice
from mobile.ui.widgets.record_row import RecordItem, RecordRow
from mobile.ui.widgets.type_ahead import SearchField
from mobile.ui.widgets.virtual_list import VirtualList

ROW_DP: Final = 72
BESIDE_DP: Final = 900  # from this width on the line to add stands beside the list


@dataclass(frozen=True, slots=True)
class PlacedLine(RecordItem):
    """A line that knows its place."""

    place: int = 0


class LineRow(RecordRow):
    """A line of the list; its automation id is `row:<place>`."""

    def show(self, item: Any) -> None:
        """Show one line."""
        super().show(item)
        self.automation_id = f"row:{item.place}"

    def show_nothing(self) -> None:
        """Show an empty line."""
        super().show_nothing()
        self.automation_id = ""


class LineSource:
    """The presenter's rows as the list wants them."""

    def __init__(self, presenter: RowsPresenter) -> None:
        self._presenter = presenter

    def __len__(self) -> int:
        return len(self._presenter)

    def line(self, index: int) -> RowLine:
        """The presenter's line at a place."""
        return self._presenter.row(index)

    def __getitem__(self, index: int) -> PlacedLine:
        line = self._presenter.row(index)
        return PlacedLine(
            record=line.record,
            icon="person",
            title=f"{index + 1}. {line.title.get(look.language)}",
            second=line.second.get(look.language),
            problems=line.problems + line.comments,
            place=index,
        )


class Counts(Flow):
    """Numbers that a hall is counted by: each a figure over its words."""

    def __init__(self) -> None:
        super().__init__(spacing=dp(20), automation_id="counts")

    def show(self, state: RowsState) -> None:
        """Show the list's own count first, then what the form counts."""
        self.clear_widgets()
        figures = [(tr("rows.total"), str(state.total))]
        figures += [(label.get(look.language), number or "–") for label, number in state.counts]
        for words, number in figures:
            one = Column(size_hint_x=None, spacing=0)
            figure = ThaiLabel(number, role="heading", fit="own")
            name = ThaiLabel(words, role="small", ink="ink-soft", fit="own")
            one.width = max(figure.width, name.width)
            one.add_widget(figure)
            one.add_widget(name)
            self.add_widget(one)


class RowsScreen(PresentedScreen):
    """The fast list of a repeat. Opened with `presenter`, a `RowsPresenter` of an open form."""

    def __init__(self, presenter: RowsPresenter, navigation: Navigation) -> None:
        super().__init__(presenter, navigation, "", automation_id="rows")
        self.bar.pill_share = 0.4
        self._deleting = False
        self._version = -1
        self.source = LineSource(presenter)
        self.list = VirtualList(
            source=self.source, row_class=LineRow, row_dp=ROW_DP, automation_id="rows_list"
        )
        self.list.bind(on_choose=lambda _, index, __: self._chosen(index))
        self.search = SearchField("rows.search", automation_id="rows_search")
        self.search.bind(on_search=lambda _, text: presenter.find(text))
        self.counts = Counts()
        self.quick = QuickLine(presenter, navigation, self.add)
        what = "rows.empty_text" if presenter.fast else "rows.nothing_text"
        self._empty = EmptyState("people", "rows.empty_title", what)
        self._marks = Column(spacing=dp(8))
        self._nothing = EmptyState("magnify", "search.none")
        self._build()
        self._refresh = Clock.create_trigger(lambda _: self._draw(), -1)
        self._show_actions()

    def _build(self) -> None:
        self._main = BoxLayout(orientation="vertical")
        self._adding = Page()
        card = Card(spacing=dp(8))
        head = Row()
        head.add_widget(Icon("person_add", ink="primary"))
        head.add_widget(ThaiLabel(text_key="rows.add_title", role="strong", ink="primary"))
        card.add_widget(head)
        card.add_widget(self.quick)
        self._adding.column.add_widget(card)
        self._listed = BoxLayout(orientation="vertical", spacing=dp(8))
        top = Column(padding=[dp(16), dp(12), dp(16), 0])
        top.add_widget(self.counts)
        top.add_widget(self.search)
        top.add_widget(self._marks)
        self._place = BoxLayout()
        self._listed.add_widget(top)
        self._listed.add_widget(self._place)
        self.set_body(self._main)
        self._beside: tuple[bool, bool] | None = None
        self.body.bind(size=lambda *_: self._arrange())
        self._adding.column.bind(height=lambda *_: self._arrange())
        self._arrange()

    def _arrange(self, *_: Any) -> None:
        """The line to add beside the list, or above it and as high as it is, at most half."""
        beside = self.body.width >= dp(BESIDE_DP)
        adds = self.presenter.state.can_add and self.presenter.fast
        if (beside, adds) != self._beside:
            self._beside = (beside, adds)
            self._main.clear_widgets()
            self._main.orientation = "horizontal" if beside else "vertical"
            if adds:
                self._main.add_widget(self._adding)
            self._main.add_widget(self._listed)
        self._adding.size_hint = (0.5, 1) if beside else (1, None)
        self._listed.size_hint_x = 0.5 if beside else 1
        if not beside:
            self._adding.height = min(self._adding.column.height, self.body.height * 0.55)

    # -- showing -------------------------------------------------------------------------------

    def entering(self, **_: Any) -> None:
        """Shown (again): a row may have been changed in the form."""
        self.presenter.changed()
        super().entering()

    def leaving(self) -> None:
        """What is being typed is kept."""
        self.quick.finish()
        super().leaving()

    def apply_look(self) -> None:
        """Words and sizes of now."""
        self._version = -1
        self.show_state()

    def show_state(self, *_: Any) -> None:
        """Draw before the next frame; several changes are one."""
        self._refresh()

    def _draw(self) -> None:
        state = self.presenter.state
        if state.version == self._version:
            return
        self._version = state.version
        self.bar.title = state.label.get(look.language)
        self.counts.show(state)
        self.quick.show(state)
        shown = self.list if state.count else self._nothing if state.total else self._empty
        if shown.parent is not self._place:
            self._place.clear_widgets()
            self._place.add_widget(shown)
        self.list.reload()
        self._arrange()
        self._main_button.disabled = not state.can_add
        self._delete_button.disabled = not state.can_delete
        self._show_marks(state)
        if self._deleting:
            notice = Notice(tone="warn", text_key="rows.delete_which", action_key="rows.delete_end")
            notice.bind(on_action=lambda *_: self._delete_mode())
            self.notify(notice)
        else:
            self.notify(None)

    def _show_marks(self, state: RowsState) -> None:
        """What is to be put right, and what was removed, each one tap away."""
        self._marks.clear_widgets()
        if state.wrong:
            words = (
                tr("rows.show_all")
                if state.only_wrong
                else tr("rows.only_wrong", count=state.wrong)
            )
            button = SecondaryButton(
                text=words, icon_name="alert_hard", automation_id="rows_only_wrong"
            )
            button.bind(on_release=lambda *_: self.presenter.only_wrong(not state.only_wrong))
            self._marks.add_widget(button)
        for record, title in state.removed[-1:]:
            words = tr("form.removed_row", title=title.get(look.language))
            notice = Notice(
                tone="info",
                text=words,
                action_key="form.take_back",
                automation_id="rows_removed",
            )
            notice.bind(on_action=lambda _, record=record: self.presenter.restore(record))
            self._marks.add_widget(notice)

    def _show_actions(self) -> None:
        delete = self._delete_button = quiet_button(
            "rows.delete", "delete", "rows_delete", self._delete_mode
        )
        self._main_button = PrimaryButton(
            text_key="rows.add", icon_name="add", automation_id="rows_add"
        )
        self._main_button.bind(on_release=lambda *_: self.add())
        self.set_actions(delete, self._main_button)

    # -- what a person does --------------------------------------------------------------------

    def add(self) -> None:
        """Add the line; the cursor goes back to its beginning for the next person."""
        if not self.presenter.fast:
            if self.presenter.add_and_enter():
                self.navigation.back()
            return
        self.quick.finish()
        if self.presenter.add() is None:
            return
        self._draw()
        self.list.scroll_to_index(len(self.source))
        self.quick.begin()
        total = self.presenter.state.total
        self.navigation.say(Snackbar(tr("rows.added", number=total)), 2.0)

    def _delete_mode(self) -> None:
        self._deleting = not self._deleting
        self._version = -1
        self._draw()

    def _chosen(self, index: int) -> None:
        line = self.source.line(index)
        if self._deleting:
            self.navigation.show_above(
                delete_dialog(line, lambda reason: self._delete(line, reason))
            )
        else:
            self.quick.finish()
            self.presenter.enter(line.record)
            self.navigation.back()

    def _delete(self, line: RowLine, reason: str) -> None:
        self._deleting = False
        self._version = -1
        if self.presenter.delete(line.record, reason):
            self.navigation.say(Snackbar(text_key="rows.deleted"))
        else:
            self.navigation.say(Snackbar(text_key="rows.locked", tone="warn"))
        self.show_state()
