"""Beside the requests of a serving process: segments are brought up to date every few seconds."""

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

log = logging.getLogger(__name__)


class SegmentKeeping:
    """A thread that lives as long as the `with` block around the serving."""

    def __init__(self, office: Office, every_s: float = EVERY_S) -> None:
        self._office = office
        self._every_s = every_s
        self._end = threading.Event()
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
            try:
                build_segments(self._office, self._end.wait)
            except (SurveyError, OSError) as problem:
                # Tablets read pages meanwhile; a full disk or a busy database passes.
                log.warning("segments could not be made: %s", problem)
                wait_s = AFTER_TROUBLE_S
