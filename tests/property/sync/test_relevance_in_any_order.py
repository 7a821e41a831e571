"""Conflicts of relevance do not depend on the order in which changes arrive; wrong rules do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import relevance
from sync.relevance import Answer, Driver

CLIENTS = ("a.0000000000000000", "b.0000000000000000", "c.0000000000000000", "office")
Rule = Callable[[Driver, Answer], bool]


@dataclass(frozen=True)
class Save:
    """One change over the record: by whom, an answer or the one that decides, and the revision its
    author had been shown. Every client has received what it made itself before."""

    dot: str
    client: str
    drives: bool
    base: int


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Save], list[Save]]:
    """What the server had in its order, and what is on its way from several tablets at once."""
    kinds = st.tuples(st.sampled_from(CLIENTS), st.booleans())
    before = [
        Save(f"s{n}", client, drives, draw(st.integers(0, n)))
        for n, (client, drives) in enumerate(draw(st.lists(kinds, max_size=4)))
    ]
    coming = [
        Save(f"n{n}", client, drives, draw(st.integers(0, len(before))))
        for n, (client, drives) in enumerate(draw(st.lists(kinds, min_size=1, max_size=4)))
    ]
    return before, coming


def judged(saves: Sequence[Save], had_seen: Rule) -> frozenset[tuple[str, str]]:
    """(deciding, hidden) pairs in conflict when the server has taken these in this order."""
    answers = {
        save.dot: Answer("r", "d" if save.drives else save.dot, save.dot, save.client, n, n)
        for n, save in enumerate(saves, 1)
    }
    drivers = [
        Driver(answers[save.dot], {"r": save.base}, frozenset(), save.base)
        for save in saves
        if save.drives
    ]
    hidden = [answers[save.dot] for save in saves if not save.drives]
    return frozenset(
        (driver.answer.dot, one.dot)
        for one in hidden
        for driver in drivers
        if not had_seen(driver, one)
    )


def by_arrival(driver: Driver, hidden: Answer) -> bool:
    """Wrong: whatever the server had before was seen."""
    return hidden.revision < driver.answer.revision


def by_latest(driver: Driver, hidden: Answer) -> bool:
    """Wrong: the later of the two knew of the other."""
    return hidden.revision <= max(driver.answer.revision, driver.bases["r"])


def never(driver: Driver, hidden: Answer) -> bool:
    """Wrong: nothing is ever in conflict."""
    return True


def one_order(rule: Rule, story: tuple[list[Save], list[Save]]) -> bool:
    before, coming = story
    found = {judged([*before, *order], rule) for order in permutations(coming)}
    return len(found) == 1


def nothing_hidden(rule: Rule, story: tuple[list[Save], list[Save]]) -> bool:
    """Two clients' saves that were on their way at once: neither author had seen the other's."""
    before, coming = story
    found = judged([*before, *coming], rule)
    return all(
        (driver.dot, one.dot) in found
        for driver in coming
        for one in coming
        if driver.drives and not one.drives and driver.client != one.client
    )


@given(stories())
def test_the_rule_gives_one_result_in_every_order_and_hides_nothing_unseen(
    story: tuple[list[Save], list[Save]],
) -> None:
    assert one_order(relevance.had_seen, story)
    assert nothing_hidden(relevance.had_seen, story)


@given(stories())
def test_an_author_is_never_asked_about_what_they_had_been_shown(
    story: tuple[list[Save], list[Save]],
) -> None:
    before, coming = story
    found = judged([*before, *coming], relevance.had_seen)
    places = {save.dot: n for n, save in enumerate(before, 1)}
    for driver in coming:
        for dot, place in places.items():
            if place <= driver.base:
                assert (driver.dot, dot) not in found


@pytest.mark.parametrize("wrong", [by_arrival, by_latest, never])
def test_a_wrong_rule_is_caught(wrong: Rule) -> None:
    measured = Save("h", CLIENTS[0], drives=False, base=1)
    denied = Save("d", CLIENTS[1], drives=True, base=1)
    story = ([Save("s", CLIENTS[0], drives=True, base=0)], [measured, denied])
    assert not (one_order(wrong, story) and nothing_hidden(wrong, story))
