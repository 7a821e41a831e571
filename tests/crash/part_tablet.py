"""Tablets killed: at every writing step and file operation, and at the N-th write or fsync."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from tests.crash.checks import (
    check_confirmed,
    check_settled,
    check_tablet,
    office_holds,
    settle,
    told_of,
)
from tests.crash.children import Child, Tell
from tests.crash.day import Day, open_home
from tests.crash.points import Turns, injection, name_of, watch_files
from tests.crash.stage import sqlite_stage, tell_progress

STEPS_MAX, CALLS_MAX = 120, 60
SYSCALLS = ("fdatasync", "pwrite64", "write", "fsync")


class TabletPart:
    """Kills of one tablet after the other, each followed by a start, checks, and a settling."""

    def __init__(self, folder: Path, *, trace: bool, seed: int) -> None:
        self._trace = trace
        self._stage = sqlite_stage(folder, tablets=1)
        self._home = self._stage.homes[0]
        self.points: Counter[str] = Counter()
        source = random.Random(seed)
        self._steps = Turns(source, STEPS_MAX)
        self._calls = {name: Turns(source, CALLS_MAX) for name in SYSCALLS}
        self._day = 0

    def run(self, kills: int) -> None:
        """Kill so many times."""
        self._stage.serves()
        done = 0
        while done < kills:
            by_syscall = self._trace and done % 2 == 1
            if self._one(SYSCALLS[done // 2 % len(SYSCALLS)] if by_syscall else None):
                done += 1
                tell_progress(done)
        self._stage.stops()

    def _one(self, syscall: str | None) -> bool:
        """One day that is to be cut; False when it came to its end."""
        self._day += 1
        turns = self._calls[syscall] if syscall else self._steps
        number = turns.next()
        self._picture = self._stage.picture(self._day)
        self._stage.countdown.arm(0 if syscall else number)
        strace = injection(syscall, number) if syscall else None
        ended = Child(self._work, strace).ends()
        if ended.killed:
            named = [one["point"] for one in ended.told if "point" in one]
            self.points[named[0] if named else f"at {syscall} of a thread"] += 1
        else:
            turns.was_too_many(number)
        tablet = open_home(self._home, self._stage.address, threads=False)
        try:
            check_tablet(tablet, told_of(ended.told))
            check_confirmed(tablet, office_holds(self._stage))
            settle(tablet)
            check_settled(tablet, office_holds(self._stage))
        finally:
            tablet.close()
        return ended.killed

    def _work(self, tell: Tell) -> None:
        countdown = self._stage.countdown
        watch_files(self._home, countdown, tell)
        tablet = open_home(
            self._home,
            self._stage.address,
            threads=True,
            before_write=lambda sql: countdown.step(name_of(sql), tell),
        )
        Day(tablet, self._day, self._stage.shared, self._picture, tell).run()
        tablet.close()


def run_tablet_part(folder: Path, kills: int, *, trace: bool, seed: int) -> Counter[str]:
    """Kill tablets so many times; the points at which they died."""
    part = TabletPart(folder, trace=trace, seed=seed)
    part.run(kills)
    return part.points
