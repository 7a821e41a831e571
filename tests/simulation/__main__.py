"""Play seeds: `python -m tests.simulation --seed N --steps N --tablets N`, or `--seeds N` of them.

One seed prints its whole trace (the same every time); many print a line each. When an invariant
breaks, the line that plays it again is printed; `--shrink` leaves out what is not needed for it.
`--faults` plays the seeds of `make test` and prints how often each fault happened.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

from tests.simulation.faults import Happened
from tests.simulation.playing import Logbook, Played, play, play_many, quietly
from tests.simulation.shrinking import shortest
from tests.simulation.world import Plan, from_ranges

SEEDS_OF_MAKE_TEST = 40
SHOWN_EVERY = 100


def main() -> int:
    """Play what was asked for; the exit code is 0 when everything held."""
    given = _parser().parse_args()
    only = None if given.only is None else from_ranges(given.only)
    plan = Plan(given.seed, given.steps, given.tablets, fault_rate=given.fault_rate, only=only)
    if given.shrink:
        return _shrink(plan)
    if given.seeds == 1 and not given.faults:
        return _one(plan)
    count = SEEDS_OF_MAKE_TEST if given.faults and given.seeds == 1 else given.seeds
    return _many(plan, count, given.processes, given.log)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--tablets", type=int, default=3)
    parser.add_argument("--fault-rate", type=float, default=Plan(0).fault_rate)
    parser.add_argument("--only", help="play these steps alone: 3-9,17")
    parser.add_argument("--shrink", action="store_true", help="the shortest history that breaks")
    parser.add_argument("--faults", action="store_true", help="how often each fault happened")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--log", type=Path, help="remember what was played, and go on from there")
    return parser


def _one(plan: Plan) -> int:
    quietly()
    played = play(plan)
    print("\n".join(played.trace))
    print(played)
    return 1 if played.broken else 0


def _shrink(plan: Plan) -> int:
    quietly()
    played = shortest(plan, lambda line: print(line, flush=True))
    print("\n".join(played.trace))
    print(played)
    return 1 if played.broken else 0


def _many(plan: Plan, count: int, processes: int, log: Path | None) -> int:
    book = None if log is None else Logbook(log, plan)
    before = {} if book is None else book.played
    wanted = range(plan.seed, plan.seed + count)
    plans = [replace(plan, seed=seed) for seed in wanted if seed not in before]
    happened = Happened() if book is None else book.happened
    broken = sum(1 for seed in wanted if before.get(seed))
    started, number = time.monotonic(), 0
    for number, played in enumerate(play_many(plans, processes), start=1):
        if book is None:
            happened.add(played.happened)
        else:
            book.note(played)
        broken += bool(played.broken)
        _tell(played, number, len(plans))
    seconds = time.monotonic() - started
    rate = 60 * number / seconds if number else 0
    print(happened.table())
    print(
        f"{count} seeds of {plan.steps} steps and {plan.tablets} tablets: {number} now"
        f" ({rate:.0f} a minute), {count - number} before; {broken} broken"
    )
    return 1 if broken else 0


def _tell(played: Played, number: int, count: int) -> None:
    if played.broken or count < SHOWN_EVERY:
        print(played, flush=True)
    elif number % SHOWN_EVERY == 0:
        print(f"{number} of {count}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
