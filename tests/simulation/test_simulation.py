"""Real tablets and the real office agree after anything the field can do, seed after seed."""

from __future__ import annotations

import pytest

from tests.simulation.checkers import I14
from tests.simulation.world import Plan, World, simulate

SEEDS = range(1, 9)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_everybody_agrees(seed: int) -> None:
    simulate(Plan(seed, steps=150, tablets=3))


def test_two_tablets_on_a_terrible_line_agree() -> None:
    simulate(Plan(50, steps=120, tablets=2, fault_rate=0.8))


def test_the_same_seed_is_the_same_story() -> None:
    plan = Plan(7, steps=80, tablets=2)
    assert simulate(plan).trace_hash() == simulate(plan).trace_hash()


@pytest.mark.parametrize("seed", [3])
def test_clocks_that_are_ten_years_off_change_no_merged_value(seed: int) -> None:
    runs = []
    for jumps in (True, False):
        world = World(Plan(seed, steps=150, tablets=3, clock_jumps=jumps))
        try:
            world.run()
            runs.append((world.facts(), world.ledger))
        finally:
            world.close()
    assert I14().check(*runs) == []
