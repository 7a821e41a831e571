"""Every reachable state of one field keeps the law under the real merge, and not under others."""

from __future__ import annotations

import itertools

import pytest

from tests.simulation.field_model import (
    Log,
    Mark,
    Rule,
    explore,
    last_writer_wins,
    lost,
    real_rule,
    reject,
    step,
)

X: Mark = ("x", frozenset(), frozenset())


def test_no_reachable_state_of_a_field_loses_a_value() -> None:
    found = explore(3)
    assert found.broken == "", found.story
    assert found.states > 10_000, "the walk reaches what it is meant to reach"


@pytest.mark.parametrize("rule", [last_writer_wins, reject])
def test_rules_of_other_engines_lose_one_and_the_model_tells_the_story(rule: Rule) -> None:
    found = explore(3, rule)
    assert found.broken
    assert found.story


def test_naming_what_the_database_holds_when_saving_loses_a_value_in_six_steps() -> None:
    found = explore(2, at_save=True)
    assert found.broken.startswith("I1")
    assert len(found.story) <= 6, found.story


def histories() -> list[Log]:
    """Four writes, each shown any one or two of those before it: all honest short histories."""
    out: list[Log] = []
    names = ("a", "b", "c", "d")
    choices = [
        [frozenset(c) for size in (1, 2) for c in itertools.combinations(("x", *names[:n]), size)]
        for n in range(4)
    ]
    for seen in itertools.product(*choices):
        out.append((X, *zip(names, seen, seen, strict=True)))
    return out


def test_the_real_merge_is_the_same_for_every_order_of_every_short_history() -> None:
    for log in histories():
        live = real_rule(log)
        assert lost(log, live) == ""
        for order in itertools.permutations(log[1:]):
            assert real_rule((X, *order)) == live


def test_a_rule_that_steps_from_state_to_state_depends_on_the_order() -> None:
    wrong = 0
    for log in histories():
        orders = itertools.permutations(log[1:])
        wrong += any(step((X, *order)) != real_rule(log) for order in orders)
    assert wrong > len(histories()) // 2
