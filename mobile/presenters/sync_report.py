"""The report of synchronisations in words: sent, received, merged, in conflict, kept aside."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mobile.presenters.listed_view import (
    ListedView,
    PillView,
    listed_view,
    moment_words,
    pill_view,
)
from mobile.presenters.observed import Observed, Words, meaning
from mobile.services.synchronise import SyncReport
from mobile.services.tablet import Tablet
from mobile.store.listing import Filter
from shared.forms.definition import Text
from sync.session import Progress

REPORTS_SHOWN = 20
WAITING_SHOWN = 5
SENTENCES = (
    ("applied", "report.applied"),
    ("applied_parallel", "report.merged"),
    ("conflict", "report.conflict"),
    ("superseded", "report.superseded"),
    ("quarantined", "report.kept_aside"),
    ("refused_transition", "report.refused"),
    ("already", "report.already"),
    ("duplicate", "report.duplicate"),
)


@dataclass(frozen=True, slots=True)
class ReportView:
    """One synchronisation: when, how it ended, and its sentences."""

    at: Text
    complete: bool
    end: Words
    sentences: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class NeedsYou:
    """A record a person must look at, and why: conflict, superseded, kept_aside, refused."""

    why: Words
    line: ListedView


@dataclass(frozen=True, slots=True)
class SyncReportState:
    """`progress` while one is under way; `waiting` records have something that is only here, the
    newest of them in `waiting_lines`."""

    pill: PillView | None = None
    waiting: int = 0
    waiting_lines: tuple[ListedView, ...] = ()
    progress: Words | None = None
    reports: tuple[ReportView, ...] = ()
    needs_you: tuple[NeedsYou, ...] = ()


class SyncReportPresenter(Observed[SyncReportState]):
    """What was exchanged with the server. Listens to the synchroniser while it is shown."""

    def __init__(self, tablet: Tablet) -> None:
        super().__init__(SyncReportState())
        self._tablet = tablet
        self.refresh()

    def refresh(self) -> None:
        """Look everything up anew."""
        tablet = self._tablet
        here_only = Filter(marks=("editing", "pending"), newest_first=True)
        first = tablet.browser.first(here_only, WAITING_SHOWN)
        self._show(
            SyncReportState(
                pill=pill_view(tablet.synchroniser.pill()),
                waiting=tablet.browser.count(here_only),
                waiting_lines=tuple(listed_view(tablet, line) for line in first),
                progress=self.state.progress if tablet.synchroniser.running else None,
                reports=tuple(
                    report_view(report) for report in tablet.synchroniser.reports(REPORTS_SHOWN)
                ),
                needs_you=self._needs_you(),
            )
        )

    def listen(self) -> None:
        """Follow progress and endings from now on."""
        self._tablet.synchroniser.on_progress = self._progressed
        self._tablet.synchroniser.on_ended = lambda _: self.refresh()

    def synchronise(self) -> None:
        """Now, because a person asked."""
        self._tablet.synchroniser.start()
        self.refresh()

    def told(self) -> None:
        """The person has read what needed attention."""
        self._tablet.run(self._tablet.browser.told, lambda _: self.refresh())

    def _progressed(self, progress: Progress) -> None:
        parts: dict[str, str | int] = {"done": progress.done, "total": progress.total}
        words = Words(f"progress.{progress.step}", parts)
        self._show(replace(self.state, progress=words))

    def _needs_you(self) -> tuple[NeedsYou, ...]:
        found: dict[tuple[str, str], NeedsYou] = {}
        for own in self._tablet.browser.needing_attention():
            line = self._tablet.browser.line(own.root)
            if line is not None:
                why = Words(f"needs.{own.outcome}", {"code": own.code, "why": meaning(own.code)})
                found[own.root, own.outcome] = NeedsYou(why, listed_view(self._tablet, line))
        return tuple(found.values())


def report_view(report: SyncReport) -> ReportView:
    """A report in words."""
    sentences = [
        Words(key, {"count": report.outcomes[name]})
        for name, key in SENTENCES
        if report.outcomes.get(name)
    ]
    for code, count in sorted(report.codes.items()):
        sentences.append(Words("report.why", {"count": count, "why": meaning(code)}))
    for count, key in (
        (report.records_received, "report.received"),
        (report.files_sent, "report.files_sent"),
        (report.files_received, "report.files_received"),
    ):
        if count:
            sentences.append(Words(key, {"count": count}))
    if not sentences and report.complete:
        sentences.append(Words("report.nothing_new"))
    seconds = -(-report.retry_in_ms // 1000)
    end = Words(
        f"end.{report.end}",
        {"code": report.code, "seconds": seconds, "why": meaning(report.code)},
    )
    return ReportView(moment_words(report.ended_at), report.complete, end, tuple(sentences))
