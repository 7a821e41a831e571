"""Histories shrink: by hypothesis on the same world, and by leaving steps out of a seed."""

from __future__ import annotations

from collections import Counter

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.simulation.faults import DRAWN, IN_AN_ACT, Happened
from tests.simulation.playing import Played
from tests.simulation.shrinking import reason_of, shortest
from tests.simulation.steps import ADMINISTRATOR_ACTS, KEEPER_ACTS, REVIEWER_ACTS, TABLET_ACTS, Step
from tests.simulation.world import Plan, World

TABLETS = 2
NUMBERS = st.integers(0, 9)
FAULTS = st.lists(st.sampled_from(["", *DRAWN]), max_size=4).map(tuple)


class AnyHistory(RuleBasedStateMachine):
    """People act, faults strike where hypothesis says; at the end everybody agrees."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Plan(0, steps=0, tablets=TABLETS))

    def _play(
        self, actor: str, act: str, number: int, faults: tuple[str, ...], hazard: str
    ) -> None:
        stream = f"{actor} {act} {number}"
        self.world.play(Step(self.world.played, actor, act, stream, faults, hazard))

    @rule(
        tablet=st.integers(1, TABLETS),
        act=st.sampled_from([act for act in TABLET_ACTS if act != "sync"]),
        number=NUMBERS,
        hazard=st.sampled_from(["", "", "", *IN_AN_ACT]),
    )
    def somebody_works(self, tablet: int, act: str, number: int, hazard: str) -> None:
        """An act at a tablet."""
        self._play(f"tablet{tablet}", act, number, (), hazard)

    @rule(
        tablet=st.integers(1, TABLETS),
        number=NUMBERS,
        faults=FAULTS,
        hazard=st.sampled_from(["", "", *IN_AN_ACT]),
    )
    def somebody_synchronises(
        self, tablet: int, number: int, faults: tuple[str, ...], hazard: str
    ) -> None:
        """A synchronisation under faults."""
        self._play(f"tablet{tablet}", "sync", number, faults, hazard)

    @rule(act=st.sampled_from(list(REVIEWER_ACTS)), number=NUMBERS)
    def staff_review(self, act: str, number: int) -> None:
        """An act in the office."""
        self._play("reviewer", act, number, (), "")

    @rule(act=st.sampled_from(list(ADMINISTRATOR_ACTS)), number=NUMBERS)
    def staff_administer(self, act: str, number: int) -> None:
        """Rights, forms, quarantine, moves."""
        self._play("administrator", act, number, (), "")

    @precondition(lambda self: self.world.played > 3)
    @rule(act=st.sampled_from(list(KEEPER_ACTS)), number=NUMBERS)
    def machines_are_kept(self, act: str, number: int) -> None:
        """Backups, restores, clones."""
        self._play("keeper", act, number, (), "")

    def teardown(self) -> None:
        """Everybody synchronises on a fair network, and every checker looks."""
        try:
            self.world.check(settled=False)
            self.world.settle()
            self.world.check(settled=True)
        finally:
            self.world.close()


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = hypothesis.settings(
    max_examples=12, stateful_step_count=25, suppress_health_check=list(hypothesis.HealthCheck)
)


def two_steps_break_it(plan: Plan) -> Played:
    """As if steps 7 and 31 together broke I1, and step 3 alone something else."""
    numbers = set(range(plan.steps) if plan.only is None else plan.only)
    broken = "after 9 steps:\n  I1 v3 is gone" if {7, 31} <= numbers else ""
    if not broken and 3 in numbers:
        broken = "KeyError: 'x'"
    return Played(plan, "", 0, broken, Happened(Counter(), Counter()))


def test_a_broken_history_is_cut_down_to_the_steps_that_break_it() -> None:
    found = shortest(Plan(1, steps=60), lambda _: None, two_steps_break_it)
    assert found.plan.only == (7, 31)
    assert found.plan.replay().endswith("--only 7,31")


def test_a_history_that_holds_stays_as_it_is() -> None:
    found = shortest(Plan(1, steps=60, only=(1, 2)), lambda _: None, two_steps_break_it)
    assert not found.broken


def test_the_reason_of_a_complaint_is_its_invariant_or_its_error() -> None:
    assert reason_of("after 3 steps:\n  I12 tablet1 does not come to rest") == "I12"
    assert reason_of("KeyError: 'x'\n  tablet1 sync") == "KeyError"
    assert reason_of("") == ""
