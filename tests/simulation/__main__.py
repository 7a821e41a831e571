"""Play seeds: `python -m tests.simulation --seed N --steps N --tablets N`, or `--seeds N` of them.

Prints a hash of each trace (the same seed gives the same one) and, when an invariant breaks, the
line that plays it again.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter

from tests.simulation.world import Broken, Plan, World


def main() -> int:
    """Play what was asked for; the exit code is 0 when everything held."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--tablets", type=int, default=3)
    parser.add_argument("--trace", action="store_true", help="print every step")
    given = parser.parse_args()
    started, broken = time.monotonic(), 0
    faults: Counter[str] = Counter()
    for seed in range(given.seed, given.seed + given.seeds):
        world = World(Plan(seed, given.steps, given.tablets))
        try:
            world.run()
            verdict = "holds"
        except Broken as reason:
            broken += 1
            verdict = f"BROKEN {reason}"
            if given.trace and reason.__cause__ is not None:
                traceback.print_exception(reason.__cause__)
        finally:
            world.close()
        faults.update(world.network.counts)
        if given.trace:
            print("\n".join(world.trace))
        saves = len(world.ledger.saves)
        print(f"seed {seed}: {world.trace_hash()[:16]} {saves} saves, {verdict}", flush=True)
    seconds = time.monotonic() - started
    print(f"{given.seeds} seeds, {broken} broken, {seconds:.0f} s; faults: {dict(faults)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
