"""What happened to a record: who, when, and what was changed, the newest first."""

from __future__ import annotations

from typing import Final

from kivy.metrics import dp

from mobile.presenters.history import HistoryEntry, HistoryPresenter, HistoryState
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screens.presented import DrawnScreen
from mobile.ui.strings import tr
from mobile.ui.widgets.button import TextButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Card, Column, Row
from mobile.ui.widgets.messages import EmptyState
from mobile.ui.widgets.state_chip import CHIPS, StateChip
from mobile.ui.words import say

ENTRIES_AT_ONCE: Final = 20
CHANGES_SHOWN: Final = 6
ICONS: Final = {
    "history.begun": "draft",
    "history.submitted": "send",
    "history.returned": "returned",
    "history.approved": "approved",
    "history.delete": "delete",
    "history.restore": "undo",
    "history.resolve": "conflict",
}


class EntryCard(Card):
    """One save: who and when, what it was, what it changed; a long one unfolds."""

    def __init__(self, number: int, entry: HistoryEntry) -> None:
        super().__init__(automation_id=f"entry:{number}", spacing=dp(4))
        self._entry = entry
        self._all = False
        self._build()

    def _build(self) -> None:
        entry = self._entry
        self.clear_widgets()
        head = Row(spacing=dp(12))
        head.add_widget(Icon(ICONS.get(entry.words.key, "edit"), ink="primary"))
        words = Column(spacing=0)
        words.add_widget(ThaiLabel(say(entry.words).strip(" :"), role="strong"))
        who = tr("history.who", who=entry.who, when=entry.when.get(look.language))
        words.add_widget(ThaiLabel(who, role="small", ink="ink-soft"))
        head.add_widget(words)
        sync = "refused" if entry.sync == "kept_aside" else entry.sync
        if sync in CHIPS and entry.own:
            head.add_widget(StateChip(sync))
        self.add_widget(head)
        if entry.why is not None:
            aside = entry.sync == "kept_aside"
            why = entry.why.get(look.language)
            self.add_widget(ThaiLabel(why, role="small", ink="warn" if aside else "ink-soft"))
        shown = entry.changes if self._all else entry.changes[:CHANGES_SHOWN]
        for label, value in shown:
            name, said = label.get(look.language), value.get(look.language)
            line = Row(spacing=dp(16))
            line.add_widget(_at_top(ThaiLabel(name, role="small", ink="ink-soft", size_hint_x=0.4)))
            line.add_widget(_at_top(ThaiLabel(said or "–", size_hint_x=0.6)))
            self.add_widget(line)
        if len(shown) < len(entry.changes):
            count = len(entry.changes) - len(shown)
            more = TextButton(tr("history.more", count=count))
            more.bind(on_release=lambda *_: self._unfold())
            self.add_widget(more)

    def _unfold(self) -> None:
        self._all = True
        self._build()


def _at_top(label: ThaiLabel) -> ThaiLabel:
    label.pos_hint = {"top": 1}
    return label


class HistoryScreen(DrawnScreen):
    """The history of one record. Opened with `root`."""

    def __init__(self, presenter: HistoryPresenter, navigation: Navigation) -> None:
        super().__init__(presenter, navigation, "history.title", automation_id="history")
        self._most = ENTRIES_AT_ONCE

    def draw(self, state: HistoryState, before: HistoryState | None) -> None:
        """Show the newest entries and a way to more."""
        if not state.entries:
            self.set_body(EmptyState("history", "history.none", "history.none_text"))
            return
        column = self._page.column
        column.clear_widgets()
        if state.title:
            column.add_widget(ThaiLabel(state.title, role="heading"))
        column.add_widget(ThaiLabel(text_key="history.what", role="small", ink="ink-soft"))
        for number, entry in enumerate(state.entries[: self._most]):
            column.add_widget(EntryCard(number, entry))
        if len(state.entries) > self._most:
            more = TextButton(text_key="history.older", automation_id="history_older")
            more.bind(on_release=lambda *_: self._show_more())
            column.add_widget(more)
        self.show_page()

    def _show_more(self) -> None:
        self._most += ENTRIES_AT_ONCE
        self._drawn = None
        self.show_state()
