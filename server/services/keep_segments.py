"""Beside the requests of a serving process: segments are brought up to date every few seconds.

Not while tablets send: what they send now changes the last segment again, and making it would take
the processor from them. After a minute of sending without a rest it is made all the same.
"""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Final

from server.services.build_segments import build_segments
from server.store.office import Office
from shared.errors import SurveyError

EVERY_S: Final = 5.0
AFTER_TROUBLE_S: Final = 60.0
ENDS_S: Final = 10.0
PUT_OFF_MAX: Final = 12
"""How many times in a row tablets that send are let go first."""

log = logging.getLogger(__name__)


class PuttingOff:
    """Whether tablets have sent since the last look; not told more than `times` in a row."""

    def __init__(self, times: int = PUT_OFF_MAX) -> None:
        self._times = times
        self._given = self._in_a_row = 0

    def goes_on(self, given: int) -> bool:
        """Ask once a round, with the number of turns that were given to pushes so far."""
        sending, self._given = given != self._given, given
        self._in_a_row = self._in_a_row + 1 if sending else 0
        if self._in_a_row > self._times:
            self._in_a_row = 0
            return False
        return sending


class SegmentKeeping:
    """A thread that lives as long as the `with` block around the serving."""

    def __init__(self, office: Office, every_s: float = EVERY_S) -> None:
        self._office = office
        self._every_s = every_s
        self._end = threading.Event()
        self._putting_off = PuttingOff()
        self._thread = threading.Thread(target=self._run, name="segments", daemon=True)

    def __enter__(self) -> SegmentKeeping:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        reason: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join(ENDS_S)

    def _run(self) -> None:
        wait_s = self._every_s
        while not self._end.wait(wait_s):
            wait_s = self._every_s
            if self._putting_off.goes_on(self._office.pushes.given):
                continue
            try:
                build_segments(self._office, self._end.wait)
            except (SurveyError, OSError) as problem:
                # Tablets read pages meanwhile; a full disk or a busy database passes.
                log.warning("segments could not be made: %s", problem)
                wait_s = AFTER_TROUBLE_S
