"""Making a failing history short: steps are left out as long as the same invariant breaks.

Each step has a stream of randomness of its own, so those that stay are played as before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.simulation.playing import Played, play
from tests.simulation.world import Plan

_NAMED = re.compile(r"^  (I[0-9]+) |^([A-Za-z]+): ", re.MULTILINE)


def reason_of(broken: str) -> str:
    """Which invariant (or error) a complaint is about; empty when there is none."""
    found = _NAMED.search(broken)
    return "" if found is None else found.group(1) or found.group(2)


def shortest(
    plan: Plan, tell: Callable[[str], None], player: Callable[[Plan], Played] = play
) -> Played:
    """The shortest history found that breaks as `plan` does; what `plan` comes to if it holds."""
    best = player(plan)
    wanted = reason_of(best.broken)
    if not best.broken:
        return best
    kept = tuple(range(plan.steps)) if plan.only is None else plan.only
    pieces = 2
    while len(kept) > 1:
        found = _without_a_piece(replace(plan, only=kept), pieces, wanted, player)
        if found is not None:
            assert found.plan.only is not None
            best, kept = found, found.plan.only
            tell(f"{len(kept)} steps still break {wanted}")
            pieces = max(2, pieces - 1)
        elif pieces >= len(kept):
            break
        else:
            pieces = min(len(kept), 2 * pieces)
    return best


def _without_a_piece(
    plan: Plan, pieces: int, wanted: str, player: Callable[[Plan], Played]
) -> Played | None:
    """The first history that still breaks when one of so many pieces is left out."""
    assert plan.only is not None
    for left_out in _cut(plan.only, pieces):
        gone = set(left_out)
        rest = tuple(number for number in plan.only if number not in gone)
        tried = player(replace(plan, only=rest))
        if reason_of(tried.broken) == wanted:
            return tried
    return None


def _cut(numbers: Sequence[int], pieces: int) -> list[Sequence[int]]:
    size = max(1, -(-len(numbers) // pieces))
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]
