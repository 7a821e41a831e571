"""Beside the requests of a serving process: rehearsals of many records are done one by one."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Final

from server.services.rehearse_form import claim, rehearse, stop_rehearsal, waiting_rehearsals
from server.store.office import Office
from shared.errors import SurveyError

EVERY_S: Final = 2.0
AFTER_TROUBLE_S: Final = 30.0
ENDS_S: Final = 10.0

log = logging.getLogger(__name__)


class RehearsalKeeping:
    """A thread that lives as long as the `with` block around the serving."""

    def __init__(self, office: Office, every_s: float = EVERY_S) -> None:
        self._office = office
        self._every_s = every_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rehearsals", daemon=True)

    def __enter__(self) -> RehearsalKeeping:
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
                rehearse_waiting(self._office, self._end)
            except (SurveyError, OSError) as problem:
                # A busy database or a full disk passes; what was begun is begun anew.
                log.warning("rehearsals wait: %s", problem)
                wait_s = AFTER_TROUBLE_S


def rehearse_waiting(office: Office, end: threading.Event) -> int:
    """Do what waits, one candidate after another; how many were done.

    A defect of the program in one of them stops that one, with a word, and no other.
    """
    done = 0
    for candidate in waiting_rehearsals(office):
        if end.is_set() or not claim(office, candidate):
            continue
        try:
            done += rehearse(office, candidate, end.wait)
        except (SurveyError, OSError):
            raise
        except Exception:
            log.exception("the rehearsal of %s stopped", candidate)
            stop_rehearsal(office, candidate, "rehearsal.stopped")
    return done
