"""After a sync the office hears what is still only here, when that is something new to say."""

from __future__ import annotations

from typing import Final

from mobile.device.ports import Storage
from mobile.services.browse import Browser
from mobile.services.look_ahead import LookAhead
from mobile.store import changes, settings
from mobile.store.database import TabletDatabase
from mobile.transport.port import Transport
from shared.canonical import JsonValue, canonical_text, sha256_hex
from shared.clocks import WallClock
from shared.errors import SurveyError
from shared.limits import TIME_MS_MAX, TIME_MS_MIN
from sync.tablet_report import HANDED_MAX, TabletReport, tell

LITTLE_ROOM_BYTES: Final = 500 * 1024 * 1024
ROOM_STEP_BYTES: Final = 50 * 1024 * 1024
DRIFT_STEP_MS: Final = 2 * 60 * 1000
NOTHING_TO_SAY: Final = "nothing"


class StandingTeller:
    """Compares what it would say with what it said last."""

    def __init__(
        self,
        database: TabletDatabase,
        browser: Browser,
        look_ahead: LookAhead,
        transport: Transport,
        storage: Storage,
        clock: WallClock,
        app_version: str,
    ) -> None:
        self._database = database
        self._browser = browser
        self._look_ahead = look_ahead
        self._transport = transport
        self._storage = storage
        self._clock = clock
        self._app_version = app_version

    def tell(self) -> bool:
        """Tell it if it is new; waits for the network. True when the office has it."""
        report = self._report()
        said = self._sum_of(report)
        if said == settings.read(self._database.reader(), "standing_told", NOTHING_TO_SAY):
            return False
        if self._transport.exchange(tell(report)).status != 204:
            return False
        try:
            with self._database.writing() as connection:
                settings.write(connection, "standing_told", said)
        except SurveyError:
            # A full disk: it is told again next time.
            return False
        return True

    def _report(self) -> TabletReport:
        reader = self._database.reader()
        waiting = self._look_ahead.here()
        editing = changes.count_editing(reader)
        oldest = reader.execute(
            "SELECT min(at) AS at FROM (SELECT min(sealed_at) AS at FROM change WHERE status = ? "
            "UNION ALL SELECT min(saved_at) FROM editing)",
            (changes.Waiting.PENDING,),
        ).fetchone()
        handed = tuple(
            (line.root, line.scope, changes.count_of(reader, line.root))
            for line in self._browser.handed_over(HANDED_MAX)
        )
        return TabletReport(
            client=settings.read(reader, "client"),
            pending=waiting.saves - editing,
            editing=editing,
            oldest_at=None if oldest["at"] is None else _bounded(oldest["at"]),
            files=waiting.files,
            file_bytes=waiting.file_bytes,
            kept_aside=waiting.kept_aside,
            free_bytes=self._storage.free_bytes(),
            handed_over=handed,
            now_ms=_bounded(self._clock.now_ms()),
            app_version=self._app_version,
        )

    def _sum_of(self, report: TabletReport) -> str:
        """What makes a report another one; an ordinary day has nothing to say."""
        free = report.free_bytes or 0
        low = free // ROOM_STEP_BYTES if free < LITTLE_ROOM_BYTES else None
        drift = abs(self._browser.clock_offset_ms()) // DRIFT_STEP_MS
        facts = (report.pending, report.editing, report.files, report.kept_aside, drift)
        if low is None and not any(facts) and not report.handed_over:
            return NOTHING_TO_SAY
        plain: JsonValue = [*facts, low, [list(one) for one in report.handed_over]]
        return sha256_hex(canonical_text(plain).encode())


def _bounded(time_ms: int) -> int:
    """A clock may be wrong by any time that the calendar can still write."""
    return min(max(time_ms, TIME_MS_MIN), TIME_MS_MAX)
