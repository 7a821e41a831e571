"""What a measurement says: a figure beside the limit of the same run, never a bare number.

This machine and the next differ, and both are shared; the ratio to what no program could do faster
there is what can be compared. Works and limits take turns, so that a noisy minute hits both.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Work = Callable[[], object]
Pairs = Sequence[tuple[float, float]]
"""(work, limit) of one round each."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `limit` is what `limit_is` names, in the same unit and run.

    `ratio` is the median of the rounds' own ratios, `low` and `high` are their quartiles. `budget`
    is what the design asks for, in the unit of the figure (None: only the ratio counts).
    """

    name: str
    unit: str
    measured: float
    limit: float
    ratio: float
    limit_is: str
    low: float = 0.0
    high: float = 0.0
    rounds: int = 1
    budget: float | None = None


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The lower and the upper quartile; of a single value, itself twice."""
    if len(values) == 1:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def compared(
    name: str, unit: str, pairs: Pairs, limit_is: str, budget: float | None = None
) -> Figure:
    """The medians of both, and the median of the ratios of each round."""
    ratios = [work / limit if limit else float("inf") for work, limit in pairs]
    low, high = quartiles(ratios)
    return Figure(
        name,
        unit,
        statistics.median(work for work, _ in pairs),
        statistics.median(limit for _, limit in pairs),
        statistics.median(ratios),
        limit_is,
        low,
        high,
        len(pairs),
        budget,
    )


def held_against(name: str, unit: str, measured: float, limit: float, limit_is: str) -> Figure:
    """A count or a size: the same every time, so once is enough. The limit is the budget too."""
    ratio = measured / limit
    return Figure(name, unit, measured, limit, ratio, limit_is, ratio, ratio, 1, limit)


def in_turns(
    work: Work,
    limit: Work,
    rounds: int,
    scale: float = 1e3,
    clock: Callable[[], float] = time.perf_counter,
) -> Pairs:
    """Times of both, each round in the other order; by default in milliseconds.

    `clock` is `time.process_time` for what only computes: others on the machine do not count then.
    One untimed round goes before; garbage is collected before the rounds and not within them.
    """

    def seconds(act: Work) -> float:
        began = clock()
        act()
        return clock() - began

    work()
    limit()
    out: list[tuple[float, float]] = []
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            if turn % 2:
                after = seconds(limit)
                out.append((seconds(work) * scale, after * scale))
            else:
                before = seconds(work)
                out.append((before * scale, seconds(limit) * scale))
    finally:
        gc.enable()
    return out


def tail_of(name: str, unit: str, pairs: Pairs, share: float, limit_is: str) -> Figure:
    """A percentile of the works beside the same percentile of the limits."""
    work = percentile([pair[0] for pair in pairs], share)
    limit = percentile([pair[1] for pair in pairs], share)
    return Figure(name, unit, work, limit, work / limit, limit_is, rounds=len(pairs))
