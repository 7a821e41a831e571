"""`make crash`: processes killed for real, writes that fail, power that goes; what must hold.

python -m tests.crash [--kills N] [--part tablet|server|postgres|fail-nth|power] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.crash.children import can_trace
from tests.crash.part_fail import run_fail_part
from tests.crash.part_power import run_power_part
from tests.crash.part_server import run_server_part
from tests.crash.part_tablet import run_tablet_part
from tests.crash.stage import say, sqlite_databases
from tests.support.databases import PostgresDatabases

KILLS = 1_000
SHARES = {"tablet": 0.66, "server": 0.2, "postgres": 0.14}
"""Of all kills; a server's costs four times a tablet's."""
PARTS = (*SHARES, "fail-nth", "power")
POINTS_SHOWN = 12


@dataclass(frozen=True)
class Wanted:
    """What one run does."""

    kills: int
    seed: int
    trace: bool
    small: bool

    def share(self, part: str, alone: bool) -> int:
        """How many of the kills are this part's."""
        return self.kills if alone else max(1, round(self.kills * SHARES[part]))


def main() -> int:
    """Run what was asked for; 0 when nothing broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--part", choices=PARTS, action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="a glance at every part")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="samruat-crash-"))
    trace = can_trace(folder)
    if not trace:
        say("strace is missing or may trace nothing here: kills at named points alone, no failing")
        say("writes and no power cuts. To have them: apt-get install strace, and allow ptrace.")
    wanted = Wanted(given.kills, given.seed, trace, given.small)
    parts = given.part or list(PARTS)
    try:
        killed = sum(_run(part, folder / part, wanted, len(parts) == 1) for part in parts)
    except BaseException:
        say(f"what it stood on is in {folder}")
        raise
    shutil.rmtree(folder, ignore_errors=True)
    if killed:
        say(f"{killed} processes killed by kill -9; nothing that was confirmed is lost or doubled")
    return 0


def _run(part: str, folder: Path, wanted: Wanted, alone: bool) -> int:
    """One part; how many processes it killed."""
    started = time.monotonic()
    folder.mkdir()
    counted, told = _BY_NAME[part](folder, wanted, alone)
    killed = counted.total() if part in SHARES else 0
    seconds = time.monotonic() - started
    say(f"{part}: {told} in {seconds:.0f} s" + (f", seed {wanted.seed}" if killed else ""))
    for point, times in counted.most_common(POINTS_SHOWN):
        say(f"  {times:5}  {point}")
    if len(counted) > POINTS_SHOWN:
        rest = counted.most_common()[POINTS_SHOWN:]
        say(f"  {sum(n for _, n in rest):5}  at {len(rest)} other points")
    return killed


Counted = tuple[Counter[str], str]


def _tablet(folder: Path, wanted: Wanted, alone: bool) -> Counted:
    kills = wanted.share("tablet", alone)
    points = run_tablet_part(folder / "stage", kills, trace=wanted.trace, seed=wanted.seed)
    return points, f"{points.total()} tablet processes killed"


def _server(folder: Path, wanted: Wanted, alone: bool) -> Counted:
    kills = wanted.share("server", alone)
    points = run_server_part(
        folder / "stage", sqlite_databases(), kills, trace=wanted.trace, seed=wanted.seed
    )
    return points, f"{points.total()} server processes on SQLite killed"


def _postgres(folder: Path, wanted: Wanted, alone: bool) -> Counted:
    from tests.support.postgres import PostgresCluster

    cluster = PostgresCluster.start()
    try:
        points = run_server_part(
            folder / "stage",
            PostgresDatabases(cluster),
            wanted.share("postgres", alone),
            trace=wanted.trace,
            seed=wanted.seed,
        )
    finally:
        cluster.stop()
    return points, f"{points.total()} server processes on PostgreSQL killed"


def _fail(folder: Path, wanted: Wanted, alone: bool) -> Counted:
    if not wanted.trace:
        return Counter(), "not run, as nothing can be traced here"
    glance = random.Random(wanted.seed) if wanted.small else None
    failed = run_fail_part(folder / "stage", glance)
    return failed, f"{failed.total()} failing calls, each told in words and nothing lost"


def _power(folder: Path, wanted: Wanted, alone: bool) -> Counted:
    return run_power_part(folder, trace=wanted.trace, small=wanted.small, seed=wanted.seed)


_BY_NAME: dict[str, Callable[[Path, Wanted, bool], Counted]] = {
    "tablet": _tablet,
    "server": _server,
    "postgres": _postgres,
    "fail-nth": _fail,
    "power": _power,
}

if __name__ == "__main__":
    sys.exit(main())
