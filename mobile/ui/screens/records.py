"""The list of records: searched in Thai, filtered by kind and status, as long as it may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kivy.metrics import dp
from kivy.uix.widget import Widget

from mobile.presenters.records import IN_CONFLICT, RecordsPresenter
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screens.lines import ROW_DP, PlacedItem, PlacedRow, item_of
from mobile.ui.screens.parts import Toggle
from mobile.ui.screens.presented import PresentedScreen
from mobile.ui.strings import tr
from mobile.ui.widgets.button import PrimaryButton
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Column, Flow
from mobile.ui.widgets.messages import EmptyState
from mobile.ui.widgets.type_ahead import SearchField
from mobile.ui.widgets.virtual_list import VirtualList

STATUSES: Final = ("draft", "submitted", "returned", "approved", IN_CONFLICT)


class Lines(Sequence[Any]):
    """The presenter's lines as the rows that are drawn."""

    def __init__(self, presenter: RecordsPresenter) -> None:
        self._presenter = presenter

    def __len__(self) -> int:
        return len(self._presenter)

    def __getitem__(self, index: Any) -> Any:
        line = self._presenter.row(index)
        if line is None:
            return PlacedItem("", "list", tr("records.gone"), place=index)
        return item_of(line, index)


class RecordsScreen(PresentedScreen):
    """Everything, or one register: then `begin()` makes a new entry and kinds are not offered."""

    def __init__(
        self,
        presenter: RecordsPresenter,
        navigation: Navigation,
        open_record: Any,
        begin: Any = None,
    ) -> None:
        super().__init__(presenter, navigation, "records.title", automation_id="records")
        self._open_record, self._register = open_record, begin is not None
        self._all_types = presenter.state.types
        head = Column(padding=[dp(16), dp(12), dp(16), dp(8)], spacing=dp(8))
        self.search = SearchField("records.search_hint", automation_id="records.search_field")
        self.search.input.automation_id = "records.search"
        self.search.bind(on_search=lambda _, text: self.presenter.find(text))
        head.add_widget(self.search)
        self._chips = Flow()
        head.add_widget(self._chips)
        self._count = ThaiLabel(role="small", ink="ink-soft", automation_id="records.count")
        head.add_widget(self._count)
        self._head = head
        self.list = VirtualList(row_class=PlacedRow, row_dp=ROW_DP, automation_id="records.list")
        self.list.bind(on_choose=lambda _, index, item: self._choose(item))
        self.body.add_widget(head)
        self.body.add_widget(self.list)
        self._empty: EmptyState | None = None
        self._version = -1
        self._kinds: dict[str, Toggle] = {}
        self._statuses: dict[str, Toggle] = {}
        self._make_chips()
        if begin is not None:
            button = PrimaryButton(
                text_key="records.begin", icon_name="add", automation_id="records.begin"
            )
            button.bind(on_release=lambda *_: begin())
            self.set_actions(button)

    def entering(self, **_: Any) -> None:
        """A record may have changed on the page above; the place in the list stays."""
        first = self.list.source is None
        super().entering()
        if not first:
            self.presenter.refresh()

    def synchronised(self) -> None:
        """Records may have come."""
        self.presenter.refresh()

    def _make_chips(self) -> None:
        self._chips.clear_widgets()
        self._kinds, self._statuses = {}, {}
        state = self.presenter.state
        if self._register:
            return
        if len(state.kinds) > 1:
            for kind, title in state.kinds:
                chip = Toggle(text=title.get(look.language), automation_id=f"records.kind:{kind}")
                chip.bind(on_release=lambda _, kind=kind: self._filter_kind(kind))
                self._kinds[kind] = chip
                self._chips.add_widget(chip)
            self._chips.add_widget(Widget(size_hint=(None, None), size=(dp(12), dp(1))))
        for status in STATUSES:
            chip = Toggle(text_key=f"chip.{status}", automation_id=f"records.status:{status}")
            chip.bind(on_release=lambda _, status=status: self._filter_status(status))
            self._statuses[status] = chip
            self._chips.add_widget(chip)

    def _filter_kind(self, kind: str) -> None:
        chosen = self.presenter.state.types == (kind,)
        self.presenter.filter(types=() if chosen else (kind,))

    def _filter_status(self, status: str) -> None:
        chosen = self.presenter.state.status == status
        self.presenter.filter(status="" if chosen else status)

    def _choose(self, item: PlacedItem) -> None:
        if item.record:
            self._open_record(item.record)

    def apply_look(self) -> None:
        """Kinds and counts in the language of now."""
        self._make_chips()
        self._version = -1
        self.show_state()

    def show_state(self, *_: Any) -> None:
        """Show the lines anew when they are; mark what is filtered by."""
        state = self.presenter.state
        for kind, chip in self._kinds.items():
            chip.chosen = state.types == (kind,)
        for status, chip in self._statuses.items():
            chip.chosen = state.status == status
        if self._register:
            self.bar.title_key = ""
            self.bar.title = next(
                (title.get(look.language) for kind, title in state.kinds if kind in state.types), ""
            )
        said = "records.count_preparing" if state.preparing else "records.count"
        self._count.text = tr(said, count=f"{state.count:,}", preparing=f"{state.preparing:,}")
        if state.version == self._version:
            return
        self._version = state.version
        wanted = (state.search, state.types, state.status)
        if self.list.source is None or wanted != self._shown_for:
            self.list.source = Lines(self.presenter)
        else:
            self.list.reload()
        self._shown_for = wanted
        self._show_empty(state.count == 0)

    _shown_for: tuple[Any, ...] = ()

    def _show_empty(self, empty: bool) -> None:
        if self._empty is not None:
            self.body.remove_widget(self._empty)
            self._empty = None
        if empty != (self.list.parent is None):
            if empty:
                self.body.remove_widget(self.list)
            else:
                self.body.add_widget(self.list)
        if not empty:
            return
        state = self.presenter.state
        if state.search or state.types != self._all_types or state.status:
            self._empty = EmptyState(
                "magnify", "records.none_title", "records.none", "records.show_all"
            )
            self._empty.bind(on_action=lambda *_: self._show_all())
        else:
            self._empty = EmptyState("empty", "records.empty_title", "records.empty")
        self.body.add_widget(self._empty)

    def _show_all(self) -> None:
        self.search.input.text = ""
        self.presenter.filter(types=self._all_types, status="")
        self.presenter.find("")
