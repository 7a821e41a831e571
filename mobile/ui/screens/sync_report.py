"""The sync as a person meets it: what waits, how far it is, what became of it, what needs you."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kivy.metrics import dp

from mobile.presenters.listed_view import ListedView
from mobile.presenters.observed import Words
from mobile.presenters.sync_report import (
    KeptAside,
    NeedsYou,
    ReportView,
    SyncReportPresenter,
    SyncReportState,
)
from mobile.ui.navigation import Navigation
from mobile.ui.screens.lines import RowButton
from mobile.ui.screens.parts import TwoColumns
from mobile.ui.screens.presented import PresentedScreen
from mobile.ui.strings import tr
from mobile.ui.widgets.button import PrimaryButton, SecondaryButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Card, Column, Page, Row
from mobile.ui.widgets.messages import Notice, Progress
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
        self._before = Card(spacing=dp(8))
        self._unsent = Card(spacing=dp(8))
        self._needs = Column(spacing=dp(12))
        self._aside = Column(spacing=dp(12))
        self._handed = Column(spacing=dp(12))
        self._reports = Column(spacing=dp(12))
        self._left_parts = (
            self._standing, self._before, self._needs, self._aside, self._handed, self._unsent,
        )  # fmt: skip
        self._columns.right_side.add_widget(ThaiLabel(role="heading", text_key="sync.reports"))
        self._columns.right_side.add_widget(self._reports)
        page.column.add_widget(self._columns)
        self.set_body(page)
        self._progress = Progress()
        self._now = PrimaryButton(text_key="sync.now", icon_name="sync", automation_id="sync.now")
        self._now.bind(on_release=lambda *_: self.presenter.synchronise())
        self._stop = SecondaryButton(
            text_key="sync.stop", icon_name="close", automation_id="sync.stop"
        )
        self._stop.bind(on_release=lambda *_: self.presenter.cancel())
        self.set_actions(self._now)
        self._drawn: SyncReportState | None = None

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
        if running != (self._stop.parent is not None):
            self.set_actions(*((self._stop, self._now) if running else (self._now,)))
        parts: tuple[tuple[tuple[str, ...], Callable[[], None]], ...] = (
            (("pill", "waiting", "waiting_lines", "receipt"), self._show_standing),
            (("before",), self._show_before),
            (("needs_you",), lambda: self._show_needs(state.needs_you)),
            (("kept_aside",), lambda: self._show_aside(state.kept_aside)),
            (("handed_over",), lambda: self._show_handed(state.handed_over)),
            (("saved", "saving", "saved_well"), self._show_unsent),
            (("reports",), lambda: self._show_reports(state.reports)),
            (("drift",), self._show_drift),
        )
        for names, show in parts:
            if before is None or any(getattr(state, n) != getattr(before, n) for n in names):
                show()
        self._show_progress(state.progress if running else None, running)
        self._place_parts()

    def _place_parts(self) -> None:
        """Only parts that say something take room."""
        column = self._columns.left
        wanted = [part for part in self._left_parts if part.children]
        if wanted != column.children[::-1]:
            column.clear_widgets()
            for part in wanted:
                column.add_widget(part)

    def _show_drift(self) -> None:
        drift = self.presenter.state.drift
        self.notify(None if drift is None else Notice(tone="warn", text=say(drift)))

    def _show_before(self) -> None:
        before = self.presenter.state.before
        self._before.clear_widgets()
        self._before.add_widget(ThaiLabel(role="heading", text_key="look.title"))
        for words in before.here:
            self._before.add_widget(ThaiLabel(f"• {say(words)}"))
        if not before.here:
            self._before.add_widget(ThaiLabel(text_key="look.nothing", ink="ink-soft"))
        self._before.add_widget(ThaiLabel(f"• {say(before.there)}", automation_id="sync.there"))
        ask = SecondaryButton(
            text_key="look.ask", icon_name="eye", automation_id="sync.look", disabled=before.asking
        )
        ask.bind(on_release=lambda *_: self.presenter.look())
        self._before.add_widget(ask)

    def _show_unsent(self) -> None:
        state = self.presenter.state
        self._unsent.clear_widgets()
        self._unsent.add_widget(ThaiLabel(role="heading", text_key="unsent.title"))
        self._unsent.add_widget(ThaiLabel(text_key="unsent.text", ink="ink-soft"))
        save = SecondaryButton(
            text_key="unsent.saving" if state.saving else "unsent.save",
            icon_name="save",
            automation_id="sync.save_unsent",
            disabled=state.saving,
        )
        save.bind(on_release=lambda *_: self.presenter.save_unsent())
        self._unsent.add_widget(save)
        if state.saved is not None:
            tone = "good" if state.saved_well else "bad"
            self._unsent.add_widget(
                Notice(tone=tone, text=say(state.saved), automation_id="sync.saved")
            )

    def _show_aside(self, found: tuple[KeptAside, ...]) -> None:
        self._aside.clear_widgets()
        if not found:
            return
        self._aside.add_widget(ThaiLabel(role="heading", text_key="sync.aside"))
        self._aside.add_widget(ThaiLabel(text_key="sync.aside_text", ink="ink-soft"))
        for one in found:
            card = Card(spacing=dp(4), padding=dp(2))
            told = Column(spacing=dp(4), padding=[dp(16), dp(12), dp(16), dp(8)])
            if one.act is not None:
                told.add_widget(ThaiLabel(say(one.act).strip()))
            for label, value in one.typed:
                told.add_widget(ThaiLabel(f"{say(label)}: {say(value)}"))
            told.add_widget(ThaiLabel(say(one.why), ink="warn"))
            card.add_widget(told)
            card.add_widget(self._row(one.line, "sync.aside"))
            self._aside.add_widget(card)

    def _show_handed(self, found: tuple[ListedView, ...]) -> None:
        self._handed.clear_widgets()
        if not found:
            return
        self._handed.add_widget(ThaiLabel(role="heading", text_key="sync.handed"))
        self._handed.add_widget(ThaiLabel(text_key="sync.handed_text", ink="ink-soft"))
        card = Card(spacing=0, padding=dp(2))
        for line in found:
            card.add_widget(self._row(line, "sync.handed"))
        self._handed.add_widget(card)

    def _row(self, line: ListedView, name: str) -> RowButton:
        row = RowButton(line, automation_id=f"{name}:{line.root}")
        row.bind(on_release=lambda row: self._open_record(row.line.root))
        return row

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
            self._show_receipt()
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
        self._show_receipt()

    def _show_receipt(self) -> None:
        receipt = self.presenter.state.receipt
        if receipt is not None:
            words = ThaiLabel(say(receipt), ink="ink-soft", automation_id="sync.receipt")
            self._standing.add_widget(words)

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
