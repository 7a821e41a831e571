"""Fail the N-th write: ENOSPC and EIO, one call after the other, until a run meets no failure.

Whatever fails is told in words, on the tablet by an error that has Thai and English, by the server
as 503 or 507; what was acknowledged is there, and the next start works.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mobile.services.tablet import Tablet
from sync.exchange import HttpReply, HttpRequest
from tests.crash.checks import (
    Broken,
    check_confirmed,
    check_settled,
    check_tablet,
    office_holds,
    settle,
    told_of,
)
from tests.crash.children import Child, Tell
from tests.crash.day import Day, open_home, told_in_words
from tests.crash.points import injection
from tests.crash.stage import Stage, sqlite_stage

ERRORS = ("ENOSPC", "EIO")
TABLET_CALLS = ("pwrite64", "fdatasync", "fsync", "write")
SERVER_CALLS = ("pwrite64", "fdatasync", "fsync")
"""Without `write`: a server also wakes its own threads by it, and no disk can refuse that."""
RUNS_MAX, GLANCE_MAX = 400, 6
IN_WORDS = (503, 507)


class FailPart:
    """One call of one kind fails in each run; the next run fails the next one."""

    def __init__(self, folder: Path, glance: random.Random | None) -> None:
        self._stage: Stage = sqlite_stage(folder, tablets=1)
        self._glance = glance
        self.failed: Counter[str] = Counter()
        self._day = 0

    def run(self) -> None:
        """Tablet and server, each call, each error."""
        self._stage.serves()
        for error in ERRORS:
            for call in TABLET_CALLS:
                self._until_none_fails(f"tablet: {call} {error}", call, error, self._tablet)
        self._stage.stops()
        for error in ERRORS:
            for call in SERVER_CALLS:
                self._until_none_fails(f"server: {call} {error}", call, error, self._server)

    def _until_none_fails(self, name: str, call: str, error: str, run: Any) -> None:
        numbers: Iterable[int] = range(1, RUNS_MAX + 1)
        if self._glance is not None:
            numbers = [self._glance.randint(1, GLANCE_MAX)]
        for number in numbers:
            log = self._stage.folder / "strace.log"
            log.unlink(missing_ok=True)
            options = injection(call, number, f"error={error}")
            options[1] = str(log)
            try:
                run(options)
            except Broken as problem:
                raise Broken(f"{name} number {number}: {problem}") from problem
            if "INJECTED" not in log.read_text(errors="replace"):
                return
            self.failed[name] += 1

    def _tablet(self, options: list[str]) -> None:
        self._day += 1
        home, server = self._stage.homes[0], self._stage.address
        picture = self._stage.picture(self._day)

        def work(tell: Tell) -> None:
            attempt = told_in_words(tell)
            tablet = attempt(lambda: open_home(home, server, threads=True))
            Day(tablet, self._day, self._stage.shared, picture, tell, attempt).run()

        ended = Child(work, options).ends()
        for line in ended.told:
            if "words" in line and not all(line["words"]):
                raise Broken(f"a failure without words: {line}")
        self._well_again(told_of(ended.told))

    def _server(self, options: list[str]) -> None:
        stage = self._stage
        stage.serves()
        assert stage.server is not None
        tablet = open_home(stage.homes[0], stage.address, threads=False)
        settle(tablet)
        statuses = _listen(tablet)
        stage.server.trace(options)
        self._day += 1
        picture = stage.picture(self._day)
        Day(tablet, self._day, stage.shared, picture, lambda _: None).brief()
        tablet.close()
        stage.stops()
        unknown = [one for one in statuses if one >= 500 and one not in IN_WORDS]
        if unknown:
            raise Broken(f"the server answered {unknown}")
        stage.serves()
        self._well_again(told_of([]))
        stage.stops()

    def _well_again(self, told: Any) -> None:
        tablet = open_home(self._stage.homes[0], self._stage.address, threads=False)
        try:
            check_tablet(tablet, told)
            check_confirmed(tablet, office_holds(self._stage))
            settle(tablet)
            check_settled(tablet, office_holds(self._stage))
        finally:
            tablet.close()


def _listen(tablet: Tablet) -> list[int]:
    """The statuses of all answers that the tablet's line brings from now on."""
    line = tablet.synchroniser._transport
    statuses: list[int] = []

    class Heard:
        def exchange(self, request: HttpRequest) -> HttpReply:
            reply = line.exchange(request)
            statuses.append(reply.status)
            return reply

    tablet.synchroniser._transport = Heard()
    return statuses


def run_fail_part(folder: Path, glance: random.Random | None = None) -> Counter[str]:
    """How often each call failed before a run met no failure; at a `glance` one run each."""
    part = FailPart(folder, glance)
    part.run()
    return part.failed
