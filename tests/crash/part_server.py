"""Server processes killed while tablets push: at statements, commits, files, and system calls.

On SQLite the calls are those that write the disk; on PostgreSQL those that speak to it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mobile.services.tablet import Tablet
from tests.crash.checks import check_confirmed, check_settled, office_holds, settle
from tests.crash.day import Day, open_home
from tests.crash.points import Turns, injection
from tests.crash.stage import set_up, tell_progress
from tests.support.databases import Databases

STEPS_MAX, CALLS_MAX = 110, 30
DISK_CALLS = ("pwrite64", "fdatasync", "fsync", "write")
LINE_CALLS = ("sendto", "recvfrom", "fsync", "write")
TABLETS = 2


class ServerPart:
    """Kills of one office's server, each followed by a start, a settling and checks."""

    def __init__(self, folder: Path, databases: Databases, *, trace: bool, seed: int) -> None:
        self._stage = set_up(folder, databases, TABLETS)
        self._calls = DISK_CALLS if databases.kind == "sqlite" else LINE_CALLS
        self._trace = trace
        source = random.Random(seed)
        self._steps = Turns(source, STEPS_MAX)
        self._at = {name: Turns(source, CALLS_MAX) for name in self._calls}
        self.points: Counter[str] = Counter()
        self._day = 0

    def run(self, kills: int) -> None:
        """Kill so many times."""
        done = 0
        while done < kills:
            by_call = self._trace and done % 2 == 1
            if self._one(self._calls[done // 2 % len(self._calls)] if by_call else None):
                done += 1
                tell_progress(done)
        self._stage.countdown.arm(0)
        self._stage.serves()
        tablets = self._open()
        self._settles(tablets)
        for tablet in tablets:
            tablet.close()
        self._stage.stops()

    def _open(self) -> list[Tablet]:
        return [open_home(h, self._stage.address, threads=False) for h in self._stage.homes]

    def _settles(self, tablets: Sequence[Tablet]) -> None:
        """What was cut last time is made good, and everybody agrees."""
        for tablet in (*tablets, tablets[0]):
            settle(tablet)
        office = office_holds(self._stage)
        for tablet in tablets:
            check_settled(tablet, office)

    def _one(self, call: str | None) -> bool:
        """One start, one settling, and work until the server dies; False when it did not."""
        stage = self._stage
        stage.countdown.arm(0)
        stage.serves(watched=True)
        tablets = self._open()
        server = stage.server
        assert server is not None
        self._settles(tablets)
        turns = self._at[call] if call else self._steps
        number = turns.next()
        if call:
            server.trace(injection(call, number))
        else:
            stage.countdown.arm(number)
        for tablet in tablets:
            self._day += 1
            picture = stage.picture(self._day)
            Day(tablet, self._day, stage.shared, picture, lambda _: None).brief()
        died = not server.is_alive()
        if not died:
            turns.was_too_many(number)
            server.kill()
        ended = server.ends()
        named = [one["point"] for one in ended.told if "point" in one]
        if died:
            self.points[named[0] if named else f"at {call} of a thread"] += 1
        office = office_holds(stage)
        for tablet in tablets:
            check_confirmed(tablet, office)
            tablet.close()
        return died


def run_server_part(
    folder: Path, databases: Databases, kills: int, *, trace: bool, seed: int
) -> Counter[str]:
    """Kill servers so many times; the points at which they died."""
    part = ServerPart(folder, databases, trace=trace, seed=seed)
    part.run(kills)
    return part.points
