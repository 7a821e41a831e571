"""Real tablets and the real office agree after anything the field can do, seed after seed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulation.checkers import I14
from tests.simulation.faults import Happened
from tests.simulation.playing import play, play_for
from tests.simulation.world import Plan, World, from_ranges, in_ranges, simulate

SECONDS = 60
SEEDS_MIN = 40
STORY = Plan(1, steps=150, tablets=3)


@pytest.fixture(scope="module")
def played() -> tuple[list[str], Happened, int]:
    """As many seeds as fit a minute: complaints, what happened in them, how many they were."""
    complaints: list[str] = []
    happened, count = Happened(), 0
    for one in play_for(STORY, SECONDS, SEEDS_MIN):
        count += 1
        happened.add(one.happened)
        if one.broken:
            complaints.append(str(one))
    return complaints, happened, count


def test_nothing_is_lost_and_everybody_agrees(
    played: tuple[list[str], Happened, int], record_property: Callable[[str, object], None]
) -> None:
    complaints, _, count = played
    record_property("seeds", count)
    print(f"\n{count} seeds of {STORY.steps} steps and {STORY.tablets} tablets were played")
    assert not complaints, "\n".join(complaints)


def test_every_named_fault_happened(played: tuple[list[str], Happened, int]) -> None:
    _, happened, count = played
    assert not happened.never(), f"in {count} seeds:\n{happened.table()}"


def test_twelve_tablets_agree() -> None:
    simulate(Plan(7, steps=200, tablets=12))


def test_two_tablets_on_a_terrible_line_agree() -> None:
    simulate(Plan(50, steps=120, tablets=2, fault_rate=0.8))


def test_the_same_seed_is_the_same_story_byte_for_byte() -> None:
    plan = Plan(7, steps=80, tablets=2)
    assert play(plan).trace == play(plan).trace


def test_a_seed_is_the_same_story_whatever_was_played_before() -> None:
    alone = play(Plan(9, steps=40, tablets=2)).trace
    play(Plan(3, steps=30, tablets=5))
    assert play(Plan(9, steps=40, tablets=2)).trace == alone


def test_a_step_that_is_left_out_changes_no_other_steps_draw() -> None:
    whole, part = Plan(4, steps=30), Plan(4, steps=30, only=tuple(range(0, 30, 2)))
    assert part.drawn() == whole.drawn()[::2]
    assert part.replay().endswith("--only 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28")
    assert from_ranges(in_ranges((0, 1, 2, 5, 7, 8))) == (0, 1, 2, 5, 7, 8)


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
