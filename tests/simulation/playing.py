"""Playing seeds: one, many, many over several processes; what was played is remembered."""

from __future__ import annotations

import gc
import json
import logging
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.simulation.faults import Happened
from tests.simulation.world import Broken, Plan, World


@dataclass(frozen=True, slots=True)
class Played:
    """What one seed came to. `broken` is empty when everything held."""

    plan: Plan
    trace_hash: str
    saves: int
    broken: str
    happened: Happened
    trace: tuple[str, ...] = ()

    def __str__(self) -> str:
        verdict = f"BROKEN {self.broken}" if self.broken else "holds"
        return f"seed {self.plan.seed}: {self.trace_hash[:16]} {self.saves} saves, {verdict}"


def play(plan: Plan) -> Played:
    """Play a plan to its end."""
    world = World(plan)
    broken = ""
    try:
        world.run()
    except Broken as reason:
        broken = str(reason)
    finally:
        world.close()
    return Played(
        plan,
        world.trace_hash(),
        len(world.ledger.saves),
        broken,
        world.happened,
        tuple(world.trace),
    )


def quietly() -> None:
    """Before many seeds: what was imported is never collected, what servers log is not shown."""
    gc.collect()
    gc.freeze()
    logging.disable(logging.CRITICAL)


def play_for(plan: Plan, seconds: float, at_least: int) -> Iterator[Played]:
    """Seeds from the plan's on, until the time is over and at least so many were played."""
    ends = time.monotonic() + seconds
    number = 0
    while number < at_least or time.monotonic() < ends:
        yield play(replace(plan, seed=plan.seed + number))
        number += 1


class Logbook:
    """Which seeds of a plan were played, on the disk: a long run that was ended goes on."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self._path = path
        self._head = f"{plan.steps} {plan.tablets} {plan.fault_rate}"
        self.played: dict[int, str] = {}
        self.happened = Happened()
        if path.exists():
            self._read()

    def _read(self) -> None:
        for line in self._path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["plan"] == self._head:
                self.played[row["seed"]] = row["broken"]
                counted = Happened(Counter(row["counts"]), Counter(row["details"]))
                self.happened.add(counted)

    def note(self, one: Played) -> None:
        """Write what a seed came to."""
        row = {
            "plan": self._head,
            "seed": one.plan.seed,
            "broken": one.broken,
            "counts": one.happened.counts,
            "details": one.happened.details,
        }
        self.played[one.plan.seed] = one.broken
        self.happened.add(one.happened)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(row) + "\n")


def play_many(plans: Sequence[Plan], processes: int) -> Iterator[Played]:
    """All plans, over so many processes; each as soon as it is played."""
    quietly()
    if processes == 1:
        yield from map(play, plans)
        return
    fresh = multiprocessing.get_context("spawn")
    with fresh.Pool(processes, initializer=quietly) as pool:
        yield from pool.imap_unordered(play, plans)
