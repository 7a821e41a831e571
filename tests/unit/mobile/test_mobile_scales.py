"""A range is exact at every step and at its ends; an order keeps every option once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile.presenters.ranking import moved, ranking_of
from mobile.presenters.scale import Scale, interval_of, number_of, scale_of, written

NUMBERS = st.decimals(-1000, 1000, places=2, allow_nan=False)


def test_steps_of_a_tenth_are_tenths_and_not_nearly_so() -> None:
    scale = scale_of({"start": "0", "end": "1", "step": "0.1"})
    assert [written(scale.value_at(place)) for place in range(scale.last + 1)] == [
        "0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1",
    ]  # fmt: skip


def test_the_end_is_reached_also_when_it_lies_between_two_steps() -> None:
    scale = scale_of({"start": "10", "end": "0", "step": "3"})
    assert [written(scale.value_at(place)) for place in range(scale.last + 1)] == [
        "10", "7", "4", "1", "0",
    ]  # fmt: skip
    assert scale.at_share(1.0) == 0


def test_what_a_form_leaves_out_or_misspells_is_xlsforms_own_scale() -> None:
    assert scale_of({}) == Scale(Decimal(1), Decimal(10), Decimal(1))
    assert scale_of({"start": "x", "step": "0"}) == Scale(Decimal(1), Decimal(10), Decimal(1))
    assert interval_of({"tick_interval": "5"}) == 5
    assert interval_of({}) is None


@given(NUMBERS, NUMBERS, st.decimals("0.05", 50, places=2), st.floats(0, 1))
def test_wherever_a_finger_stands_it_is_on_a_step_between_the_ends(
    start: Decimal, end: Decimal, step: Decimal, share: float
) -> None:
    scale = Scale(start, end, step)
    found = scale.at_share(share)
    assert min(start, end) <= found <= max(start, end)
    assert found == end or abs(found - start) % step == 0
    assert scale.value_at(scale.place_of(found)) == found
    assert number_of(written(found)) == found


@given(NUMBERS, NUMBERS, st.decimals("0.05", 50, places=2))
def test_a_step_up_and_a_step_down_again_is_where_one_was(
    start: Decimal, end: Decimal, step: Decimal
) -> None:
    scale = Scale(start, end, step)
    for place in {0, scale.last // 2, max(0, scale.last - 1)}:
        here = scale.value_at(place)
        if place < scale.last:
            assert scale.stepped(scale.stepped(here, 1), -1) == here
    assert scale.stepped(end, 1) == end


def test_from_nothing_the_first_step_shows_an_end() -> None:
    scale = scale_of({"start": "0", "end": "5"})
    assert [int(scale.stepped(None, steps)) for steps in (1, -1)] == [0, 5]


def test_too_many_marks_are_none() -> None:
    assert scale_of({"end": "1000"}).ticks() == ()
    assert scale_of({"start": "0", "end": "1000"}).ticks(Decimal(250)) == tuple(
        Decimal(each) for each in (0, 250, 500, 750, 1000)
    )


def test_a_moved_option_is_at_its_place_and_none_is_lost() -> None:
    assert moved(["a", "b", "c"], "c", 0) == ["c", "a", "b"]
    assert moved(["a", "b", "c"], "a", 99) == ["b", "c", "a"]
    assert moved(["a", "b", "c"], "a", -1) == ["a", "b", "c"]


@pytest.mark.parametrize("ranked", [None, [], ["c", "gone", "a", "c"]])
def test_an_order_holds_every_offered_option_once(ranked: list[str] | None) -> None:
    found = ranking_of(["a", "b", "c"], ranked)
    assert sorted(found) == ["a", "b", "c"]
    assert found[0] == ("c" if ranked else "a")
