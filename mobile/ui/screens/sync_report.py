"""The sync as a person meets it: what waits, how far it is, what became of it, what needs you."""

from __future__ import annotations

from typing import Any, Final

from kivy.metrics import dp

from mobile.presenters.observed import Words
from mobile.presenters.sync_report import NeedsYou, ReportView, SyncReportPresenter
from mobile.ui.navigation import Navigation
from mobile.ui.screens.lines import RowButton
from mobile.ui.screens.parts import TwoColumns
from mobile.ui.screens.presented import PresentedScreen
from mobile.ui.strings import tr
from mobile.ui.widgets.button import PrimaryButton, SecondaryButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Card, Column, Page, Row
from mobile.ui.widgets.messages import Progress
from mobile.ui.words import say

TONES: Final = {
    "needs.conflict": ("conflict", "conflict"),
    "needs.quarantined": ("alert", "warn"),
    "needs.superseded": ("info", "info"),
    "needs.refused_transition": ("alert_hard", "bad"),
}


class SyncReportScreen(PresentedScreen):
    """Look before the sync, watch it, and read afterwards what it did."""

    def __init__(
        self, presenter: SyncReportPresenter, navigation: Navigation, open_record: Any
    ) -> None:
        super().__init__(presenter, navigation, "sync.title", automation_id="sync")
        self._open_record = open_record
        page = Page()
        self._columns = TwoColumns(left=0.5)
        self._standing = Card(spacing=dp(8))
        self._needs = Column(spacing=dp(12))
        self._reports = Column(spacing=dp(12))
        self._columns.left.add_widget(self._standing)
        self._columns.left.add_widget(self._needs)
        self._columns.right_side.add_widget(ThaiLabel(role="heading", text_key="sync.reports"))
        self._columns.right_side.add_widget(self._reports)
        page.column.add_widget(self._columns)
        self.set_body(page)
        self._progress = Progress()
        self._now = PrimaryButton(text_key="sync.now", icon_name="sync", automation_id="sync.now")
        self._now.bind(on_release=lambda *_: self.presenter.synchronise())
        self.set_actions(self._now)
        self._drawn: Any = None

    def entering(self, **_: Any) -> None:
        """Look everything up anew."""
        super().entering()
        self.presenter.refresh()

    def apply_look(self) -> None:
        """Every sentence anew."""
        self._drawn = None
        self.show_state()

    def show_state(self, *_: Any) -> None:
        """Draw what differs from what is drawn: progress comes many times a second."""
        state, before = self.presenter.state, self._drawn
        self._drawn = state
        running = state.pill is not None and state.pill.running
        self._now.disabled = running
        self._now.text_key = "sync.running" if running else "sync.now"
        names = ("pill", "waiting", "waiting_lines")
        if before is None or any(getattr(state, n) != getattr(before, n) for n in names):
            self._show_standing()
        self._show_progress(state.progress if running else None, running)
        if before is None or state.needs_you != before.needs_you:
            self._show_needs(state.needs_you)
        if before is None or state.reports != before.reports:
            self._show_reports(state.reports)

    def _show_standing(self) -> None:
        state = self.presenter.state
        self._standing.clear_widgets()
        self._standing.add_widget(ThaiLabel(role="heading", text_key="sync.standing"))
        pill = "" if state.pill is None else say(state.pill.words)
        self._standing.add_widget(ThaiLabel(pill, automation_id="sync.pill_words"))
        if not state.waiting:
            line = Row()
            line.add_widget(Icon("check_circle", ink="good"))
            line.add_widget(ThaiLabel(text_key="sync.nothing_waits", ink="good"))
            self._standing.add_widget(line)
            return
        saves = 0 if state.pill is None else state.pill.here_only
        self._standing.add_widget(
            ThaiLabel(
                tr("sync.waits", count=f"{state.waiting:,}", saves=f"{saves:,}"),
                automation_id="sync.waits",
            )
        )
        for line in state.waiting_lines:
            row = RowButton(line, automation_id=f"sync.waiting:{line.root}")
            row.bind(on_release=lambda row: self._open_record(row.line.root))
            self._standing.add_widget(row)
        more = state.waiting - len(state.waiting_lines)
        if more:
            self._standing.add_widget(ThaiLabel(tr("sync.more", count=f"{more:,}"), ink="ink-soft"))

    def _show_progress(self, words: Words | None, running: bool) -> None:
        if not running:
            if self._progress.parent is not None:
                self._standing.remove_widget(self._progress)
            return
        if self._progress.parent is None:
            self._standing.add_widget(self._progress)
        if words is None:
            self._progress.text, self._progress.value = tr("progress.begin"), 0
            return
        done, total = int(str(words.parts["done"])), int(str(words.parts["total"]))
        self._progress.value = done / total if total else 0
        self._progress.text = say(words)

    def _show_needs(self, needs: tuple[NeedsYou, ...]) -> None:
        self._needs.clear_widgets()
        if not needs:
            return
        head = Row()
        head.add_widget(ThaiLabel(role="heading", text_key="sync.needs_you"))
        told = SecondaryButton(text_key="sync.told", icon_name="check", automation_id="sync.told")
        told.bind(on_release=lambda *_: self.presenter.told())
        head.add_widget(told)
        self._needs.add_widget(head)
        for need in needs:
            icon, tone = TONES.get(need.why.key, ("info", "info"))
            card = Card(spacing=0, padding=dp(2))
            why = Row(padding=[dp(16), dp(12), dp(16), dp(8)], spacing=dp(12))
            why.add_widget(Icon(icon, ink=tone))
            why.add_widget(ThaiLabel(say(need.why), ink=tone))
            row = RowButton(need.line, automation_id=f"sync.needs:{need.line.root}")
            row.bind(on_release=lambda row: self._settle(row.line.root, row.line.conflicts))
            card.add_widget(why)
            card.add_widget(row)
            self._needs.add_widget(card)

    def _settle(self, root: str, conflicts: int) -> None:
        if conflicts:
            self.navigation.open("conflict", root=root)
        else:
            self._open_record(root)

    def _show_reports(self, reports: tuple[ReportView, ...]) -> None:
        self._reports.clear_widgets()
        if not reports:
            self._reports.add_widget(ThaiLabel(text_key="sync.no_reports", ink="ink-soft"))
        for report in reports:
            card = Card(spacing=dp(4))
            head = Row(spacing=dp(12))
            good = report.complete
            head.add_widget(
                Icon("cloud_check" if good else "alert", ink="good" if good else "warn")
            )
            words = Column(spacing=0)
            words.add_widget(ThaiLabel(say(report.at), role="small", ink="ink-soft"))
            words.add_widget(ThaiLabel(say(report.end), ink="ink" if good else "warn"))
            head.add_widget(words)
            card.add_widget(head)
            for sentence in report.sentences:
                card.add_widget(ThaiLabel(f"• {say(sentence)}"))
            self._reports.add_widget(card)
