"""Synchronising in the background: the session's steps run where the database is written, the
network is waited for elsewhere, and whoever watches is told by `post`.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Final

from mobile.services.capture import Capture
from mobile.services.data_budget import DataBudget
from mobile.services.forms import FormLibrary
from mobile.services.make_room import RoomMaker
from mobile.services.tell_standing import StandingTeller
from mobile.services.worker import Jobs, Post
from mobile.store import changes, settings
from mobile.store.database import TabletDatabase
from mobile.store.replica import SqliteReplica
from mobile.transport.port import Transport
from shared.clocks import WallClock
from shared.errors import SurveyError, TabletStorageFull
from sync.exchange import CANCELLED, End, HttpReply, HttpRequest
from sync.predecessor import PREDECESSOR_CODE
from sync.repair import DAY_MS
from sync.retry import wait_ms
from sync.session import Conversation, Progress, SessionReport, SyncSession

EVERY_MS: Final = 5 * 60 * 1000
REPORTS_KEPT: Final = 50


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one synchronisation did, kept for the report in words. `ended_at` in Unix ms.

    `outcomes` counts the results of sent changes by their name, `codes` by the reason that came
    with them; `end` is one of `sync.session.End` or `failed`, then `code` names the error.
    `moved` bytes went either way; `read_anew` areas are received from their beginning, `mended`
    rows were put right, `copied` when this database turned out to be a copy. `files_held_back`
    wait for a network that costs nothing, `files_wanted` the office asked for again, `files_lost`
    are on this tablet no more, and the office was told.
    """

    ended_at: int
    end: str
    code: str = ""
    sent: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    records_received: int = 0
    files_sent: int = 0
    files_received: int = 0
    retry_in_ms: int = 0
    round_trips: int = 0
    moved: int = 0
    receipt: str = ""
    copied: bool = False
    read_anew: int = 0
    mended: int = 0
    files_held_back: int = 0
    files_wanted: int = 0
    files_lost: int = 0

    @property
    def complete(self) -> bool:
        """Everything was exchanged and the digests agree."""
        return self.end == End.DONE


Watch = Callable[[Progress], None]
Ended = Callable[[SyncReport], None]


class Synchroniser:
    """Starts synchronisations, one at a time, and knows when the next one is due."""

    def __init__(
        self,
        database: TabletDatabase,
        replica: SqliteReplica,
        capture: Capture,
        library: FormLibrary,
        transport: Transport,
        jobs: Jobs,
        clock: WallClock,
        random_unit: Callable[[], float],
        post: Post,
        room: RoomMaker,
        budget: DataBudget,
        teller: StandingTeller,
    ) -> None:
        self._database = database
        self._replica = replica
        self._capture = capture
        self._library = library
        self._transport = transport
        self._jobs = jobs
        self._clock = clock
        self._random_unit = random_unit
        self._post = post
        self._room = room
        self._budget = budget
        self._teller = teller
        self._failures = 0
        self._due_ms = 0
        self._moved = 0
        self._cancelled = threading.Event()
        self._running = threading.Lock()
        self.on_progress: Watch | None = None
        self.on_ended: Ended | None = None
        self.on_listed: Callable[[], None] | None = None

    @property
    def running(self) -> bool:
        """Is one under way?"""
        return self._running.locked()

    def due(self) -> bool:
        """Is it time to try (again)?"""
        return not self.running and self._clock.monotonic_ms() >= self._due_ms

    def nudge(self) -> None:
        """Something was sealed: try soon, unless the last try failed and its wait is not over."""
        if self._failures == 0:
            self._due_ms = 0

    def cancel(self) -> None:
        """Stop before the next request; what is done is done, the rest waits as before."""
        self._cancelled.set()

    def start(self) -> bool:
        """Synchronise in the background; False when one is under way already."""
        if not self._running.acquire(blocking=False):
            return False
        threading.Thread(target=self._in_background, name="synchronise", daemon=True).start()
        return True

    def _in_background(self) -> None:
        try:
            report = self._run()
        finally:
            self._database.release_reader()
            self._running.release()
        ended = self.on_ended
        if ended is not None:
            self._post(lambda: ended(report))
        self.prepare_lines()
        self._database.release_reader()

    def run_once(self, *, list_now: bool = True) -> SyncReport:
        """Synchronise now, on this thread, and list what came unless `prepare_lines` is to follow;
        never raises."""
        with self._running:
            report = self._run()
        if list_now:
            self.prepare_lines()
        return report

    def prepare_lines(self) -> None:
        """List what was received, batch by batch, each behind what a person saves meanwhile."""
        made = 0
        try:
            while batch := self._jobs.call(self._replica.prepare_lines):
                made += batch
        except SurveyError:
            # A full disk: what waits is listed after a later synchronisation.
            return
        self.take_in_books()
        listed = self.on_listed
        if made and listed is not None:
            self._post(listed)

    def take_in_books(self) -> None:
        """Take large codebooks into tables, slice by slice, each behind what a person saves."""
        try:
            while self._jobs.call(self._library.take_in):
                pass
        except SurveyError:
            # A full disk: the version before stays in use, and this one is begun again later.
            return

    def _run(self) -> SyncReport:
        self._jobs.call(self._room.for_sync)
        report = self._try()
        if report.code == TabletStorageFull.code and self._jobs.call(self._room.let_go):
            # The reserve is there for this: once more, with its room.
            report = self._try()
        self._tell_standing(report)
        try:
            self._jobs.call(self._room.clean_up)
        except SurveyError:
            return report
        return report

    def _tell_standing(self, report: SyncReport) -> None:
        """The office hears what is still only here; nothing depends on it."""
        if report.end in (End.DONE, End.REFUSED, End.UPGRADE, End.MISMATCH):
            self._teller.tell()

    def _try(self) -> SyncReport:
        self._moved = 0
        self._cancelled.clear()
        session = SyncSession(self._replica, self._tell, self._budget)
        try:
            self._jobs.call(self._capture.seal_all)
            self._look_over()
            report = self._converse(session.run())
        except SurveyError as reason:
            return self._keep(SessionReport(), "failed", reason.code)
        except Exception as reason:
            return self._keep(SessionReport(), "failed", f"internal: {type(reason).__name__}")
        if report.blobs_received:
            self._jobs.call(self._use_documents)
        return self._keep(report, str(report.end), report.code)

    def _look_over(self) -> None:
        """Once a day of the server every row is counted anew: damage on the disk shows itself as a
        digest that differs, and is repaired."""
        reader = self._database.reader()
        offset = settings.read_int(reader, "clock_offset_ms") or 0
        day = (self._clock.now_ms() + offset) // DAY_MS
        if settings.read_int(reader, "looked_over_day") == day:
            return
        self._replica.look_over()

        def note() -> None:
            with self._database.writing() as connection:
                settings.write(connection, "looked_over_day", day)

        self._jobs.call(note)

    def _converse(self, conversation: Conversation) -> SessionReport:
        reply: HttpReply | None = None
        while True:
            given = reply
            step = self._jobs.call(lambda: _advance(conversation, given))  # noqa: B023
            if isinstance(step, SessionReport):
                return step
            if self._cancelled.is_set():
                reply = CANCELLED
                continue
            reply = self._transport.exchange(step)
            self._moved += len(step.body) + len(reply.body)

    def _use_documents(self) -> None:
        """Documents have come: forms that were half there may be whole, lines may read better."""
        self._library.refresh()
        self._replica.describe_again([form.record_type for form in self._library.forms()])

    def _tell(self, progress: Progress) -> None:
        watch = self.on_progress
        told = replace(progress, moved=self._moved)
        if watch is not None:
            self._post(lambda: watch(told))

    def _keep(self, done: SessionReport, end: str, code: str) -> SyncReport:
        self._budget.lift(lifted=False)
        results = [result for result in done.results if result.code != PREDECESSOR_CODE]
        outcomes = Counter(str(result.outcome) for result in results)
        codes = Counter(result.code for result in results if result.code)
        wait = EVERY_MS
        self._failures = 0 if end == End.DONE else self._failures + 1
        if self._failures:
            wait = wait_ms(self._failures, self._random_unit(), done.retry_after_ms)
        self._due_ms = self._clock.monotonic_ms() + wait
        report = SyncReport(
            ended_at=self._clock.now_ms(),
            end=end,
            code=code,
            sent=done.sent,
            outcomes=dict(outcomes),
            codes=dict(codes),
            records_received=done.rows_received,
            files_sent=done.blobs_sent,
            files_received=done.blobs_received,
            retry_in_ms=wait if self._failures else 0,
            round_trips=done.round_trips,
            moved=self._moved,
            receipt=done.receipt,
            copied=done.copied,
            read_anew=len(done.rebased),
            mended=sum(mended.taken + mended.gone for mended in done.mended),
            files_held_back=done.files_held_back,
            files_wanted=done.files_wanted,
            files_lost=done.files_lost,
        )
        try:
            self._jobs.call(lambda: self._log(report))
        except SurveyError:
            # A full disk must not hide what the synchronisation did.
            return report
        return report

    def _log(self, report: SyncReport) -> None:
        if report.complete and not report.sent and not report.records_received:
            before = self.reports(1)
            if before and before[0].complete:
                # Nothing new is no news; only its time is kept.
                with self._database.writing() as connection:
                    settings.write(connection, "last_complete_ms", report.ended_at)
                return
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO sync_log (ended_at, report) VALUES (?, ?)",
                (report.ended_at, json.dumps(asdict(report))),
            )
            connection.execute(
                "DELETE FROM sync_log WHERE id <= (SELECT max(id) FROM sync_log) - ?",
                (REPORTS_KEPT,),
            )
            if report.complete:
                settings.write(connection, "last_complete_ms", report.ended_at)

    def reports(self, most: int = REPORTS_KEPT) -> list[SyncReport]:
        """The last reports, newest first."""
        rows = self._database.reader().execute(
            "SELECT report FROM sync_log ORDER BY id DESC LIMIT ?", (most,)
        )
        return [SyncReport(**json.loads(row["report"])) for row in rows]

    def pill(self) -> Pill:
        """The truth in one line: what is here only, what the server has, and since when."""
        reader = self._database.reader()
        received = reader.execute(
            "SELECT count(*) AS n FROM change WHERE status != ?", (changes.Waiting.PENDING,)
        ).fetchone()
        here = changes.count_pending(reader) + changes.count_editing(reader)
        last = settings.read_int(reader, "last_complete_ms")
        return Pill(here, int(received["n"]), last, self.running)


@dataclass(frozen=True, slots=True)
class Pill:
    """`here_only` saves are on this tablet only; `received` the server has in this epoch;
    `last_ms` is when a synchronisation last ended well (Unix ms)."""

    here_only: int
    received: int
    last_ms: int | None
    running: bool


def _advance(conversation: Conversation, reply: HttpReply | None) -> HttpRequest | SessionReport:
    try:
        return next(conversation) if reply is None else conversation.send(reply)
    except StopIteration as ended:
        report = ended.value
        assert isinstance(report, SessionReport)
        return report
