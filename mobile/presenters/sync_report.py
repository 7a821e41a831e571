"""The report of synchronisations in words: sent, received, merged, in conflict, kept aside."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mobile.presenters.answers_shown import AnswerWords
from mobile.presenters.listed_view import (
    ListedView,
    PillView,
    listed_view,
    moment_words,
    pill_view,
)
from mobile.presenters.observed import Observed, Sentence, Words, meaning, told
from mobile.services.look_ahead import Waiting
from mobile.services.save_unsent import Saved
from mobile.services.synchronise import SyncReport
from mobile.services.tablet import Tablet
from mobile.store.listing import Filter
from shared.errors import TooManyAttempts
from shared.forms.definition import Text
from sync.changes import Operation, RecordEdit
from sync.exchange import End
from sync.session import Progress

REPORTS_SHOWN = 20
WAITING_SHOWN = 5
ASIDE_SHOWN = 20
DRIFT_TOLD_MS = 2 * 60 * 1000
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
class KeptAside:
    """A save that the office has and did not apply: its record, what it was (a step, a deletion;
    None for answers), what was typed, and why."""

    line: ListedView
    act: Words | None
    typed: tuple[tuple[Text, Text], ...]
    why: Text


@dataclass(frozen=True, slots=True)
class Before:
    """Look before the sync: sentences of what would be sent, and of what others changed."""

    here: tuple[Words, ...] = ()
    there: Words = Words("look.not_asked")  # noqa: RUF009 - immutable
    asking: bool = False


@dataclass(frozen=True, slots=True)
class SyncReportState:
    """`progress` while one is under way; `waiting` records have something that is only here, the
    newest of them in `waiting_lines`. `handed_over` belong to areas no longer held; `saved` says
    what became of saving to a file (`saved_well`)."""

    pill: PillView | None = None
    waiting: int = 0
    waiting_lines: tuple[ListedView, ...] = ()
    before: Before = Before()
    progress: Words | None = None
    reports: tuple[ReportView, ...] = ()
    needs_you: tuple[NeedsYou, ...] = ()
    kept_aside: tuple[KeptAside, ...] = ()
    handed_over: tuple[ListedView, ...] = ()
    drift: Words | None = None
    receipt: Words | None = None
    saved: Sentence | None = None
    saved_well: bool = True
    saving: bool = False


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
        handed = tablet.browser.handed_over(WAITING_SHOWN)
        self._show(
            replace(
                self.state,
                pill=pill_view(tablet.synchroniser.pill()),
                waiting=tablet.browser.count(here_only),
                waiting_lines=tuple(listed_view(tablet, line) for line in first),
                before=replace(self.state.before, here=here_sentences(tablet.look_ahead.here())),
                progress=self.state.progress if tablet.synchroniser.running else None,
                reports=tuple(
                    report_view(report) for report in tablet.synchroniser.reports(REPORTS_SHOWN)
                ),
                needs_you=self._needs_you(),
                kept_aside=self._kept_aside(),
                handed_over=tuple(listed_view(tablet, line) for line in handed),
                drift=drift_words(tablet),
                receipt=receipt_words(tablet),
            )
        )

    def listen(self) -> None:
        """Follow progress and endings from now on."""
        self._tablet.synchroniser.on_progress = self._progressed
        self._tablet.synchroniser.on_ended = lambda _: self._ended()

    def _ended(self) -> None:
        self._show(replace(self.state, before=Before()))
        self.refresh()

    def synchronise(self) -> None:
        """Now, because a person asked."""
        self._tablet.synchroniser.start()
        self.refresh()

    def cancel(self) -> None:
        """Stop before the next request."""
        self._tablet.synchroniser.cancel()

    def look(self) -> None:
        """Ask the office how much others have changed; nothing is taken."""
        asking = replace(self.state.before, asking=True, there=Words("look.asking"))
        self._show(replace(self.state, before=asking))
        self._tablet.away(self._tablet.look_ahead.there, self._looked, lambda _: self._looked(None))

    def _looked(self, count: int | None) -> None:
        if count is None:
            words = Words("look.unreachable")
        else:
            words = Words("look.there" if count else "look.nothing_there", {"count": count})
        before = replace(self.state.before, asking=False, there=words)
        self._show(replace(self.state, before=before))

    def save_unsent(self) -> None:
        """Write what is unsent to a file that can be carried to the office."""
        self._show(replace(self.state, saving=True, saved=None))
        self._tablet.run(self._tablet.unsent.save, self._saved, self._not_saved)

    def _saved(self, saved: Saved) -> None:
        self._show(replace(self.state, saving=False, saved=saved_words(saved), saved_well=True))
        self.refresh()

    def _not_saved(self, error: Exception) -> None:
        self._show(replace(self.state, saving=False, saved=told(error), saved_well=False))

    def told(self) -> None:
        """The person has read what needed attention."""
        self._tablet.run(self._tablet.browser.told, lambda _: self.refresh())

    def _progressed(self, progress: Progress) -> None:
        parts: dict[str, str | int | Text] = {
            "done": progress.done,
            "total": progress.total,
            "size": size_words(progress.moved),
            "got": size_words(progress.bytes_done),
            "whole": size_words(progress.bytes_total),
        }
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

    def _kept_aside(self) -> tuple[KeptAside, ...]:
        tablet = self._tablet
        found: list[KeptAside] = []
        for own in tablet.browser.kept_aside()[:ASIDE_SHOWN]:
            line = tablet.browser.line(own.root)
            if line is None:
                continue
            edit = own.change.records[0]
            form = tablet.library.version(edit.form, edit.version)
            words = AnswerWords(form, tablet.library.codebooks())
            typed = tuple(
                (words.label(one.type, name), words.field(one.type, name, write.value))
                for one in own.change.records
                for name, write in one.writes.items()
                if not name.startswith("@")
            )
            act = act_words(edit)
            found.append(KeptAside(listed_view(tablet, line), act, typed, meaning(own.code)))
        return tuple(found)


def act_words(edit: RecordEdit) -> Words | None:
    """What a save did besides answers: a step of the workflow, a deletion, a restoration."""
    if edit.transition is not None:
        return Words(f"history.{edit.transition.target}", {"note": ""})
    if edit.operation in (Operation.DELETE, Operation.RESTORE):
        return Words(f"history.{edit.operation}")
    return None


def here_sentences(waiting: Waiting) -> tuple[Words, ...]:
    """What would be sent, with its size."""
    out: list[Words] = []
    if waiting.saves:
        size = size_words(waiting.save_bytes)
        out.append(Words("look.saves", {"count": waiting.saves, "size": size}))
    if waiting.files:
        size = size_words(waiting.file_bytes)
        out.append(Words("look.files", {"count": waiting.files, "size": size}))
    if waiting.kept_aside:
        out.append(Words("look.kept_aside", {"count": waiting.kept_aside}))
    return tuple(out)


def saved_words(saved: Saved) -> Words:
    """What was written to a file, and where it is."""
    parts: dict[str, str | int | Text] = {
        "name": saved.path.name,
        "folder": str(saved.path.parent),
        "changes": saved.changes,
        "files": saved.files,
        "size": size_words(saved.size),
    }
    if saved.copied:
        return Words("unsent.copied", parts)
    return Words("unsent.saved" if saved.changes or saved.files else "unsent.nothing", parts)


def size_words(size: int) -> Text:
    """Bytes as people read them: `12 KB`, `3.4 MB`."""
    if size < 1_000_000:
        words = f"{-(-size // 1000)} KB"
    elif size < 1_000_000_000:
        words = f"{size / 1_000_000:.1f} MB"
    else:
        words = f"{size / 1_000_000_000:.1f} GB"
    return Text(words, words)


def drift_words(tablet: Tablet) -> Words | None:
    """The tablet's clock and the office's differ by more than two minutes."""
    offset = tablet.browser.clock_offset_ms()
    if abs(offset) <= DRIFT_TOLD_MS:
        return None
    minutes = abs(offset) // 60_000
    key = "clock.slow" if offset > 0 else "clock.fast"
    if minutes < 120:
        return Words(key, {"much": Text(f"{minutes} นาที", f"{minutes} minutes")})
    hours, days = minutes // 60, minutes // 1440
    if days < 3:
        return Words(key, {"much": Text(f"{hours} ชั่วโมง", f"{hours} hours")})
    return Words(key, {"much": Text(f"{days:,} วัน", f"{days:,} days")})


def receipt_words(tablet: Tablet) -> Words | None:
    """What the office last said that it has."""
    answer = tablet.browser.receipt()
    if answer is None:
        return None
    found = answer.receipt
    parts: dict[str, str | int | Text] = {
        "code": answer.code,
        "records": found.records,
        "photos": found.photos,
        "aside": found.quarantined,
        "time": moment_words(found.time),
    }
    return Words("receipt.aside" if found.quarantined else "receipt.all", parts)


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
        (report.files_held_back, "report.files_held_back"),
        (report.files_wanted, "report.files_wanted"),
        (report.files_lost, "report.files_lost"),
    ):
        if count:
            sentences.append(Words(key, {"count": count}))
    if report.copied:
        sentences.append(Words("report.copied"))
    for count, key in ((report.read_anew, "report.read_anew"), (report.mended, "report.mended")):
        if count:
            sentences.append(Words(key, {"count": count}))
    if report.receipt:
        sentences.append(Words("report.receipt", {"code": report.receipt}))
    if not sentences and report.complete:
        sentences.append(Words("report.nothing_new"))
    seconds = -(-report.retry_in_ms // 1000)
    end = Words(
        end_key(report),
        {"code": report.code, "seconds": seconds, "why": meaning(report.code)},
    )
    return ReportView(moment_words(report.ended_at), report.complete, end, tuple(sentences))


def end_key(report: SyncReport) -> str:
    """The sentence of how it ended: one for each answer that a server gives for a reason."""
    if report.end == End.BUSY and report.code == TooManyAttempts.code:
        return "end.too_many"
    if report.end == End.REFUSED and report.code.startswith(("auth.", "http.403")):
        return "end.forbidden"
    return f"end.{report.end}"
