"""Pushes take turns: one at a time, in the order in which they came, and not too many wait."""

from __future__ import annotations

import threading

import pytest

from server.store.turns import Turns
from shared.errors import Busy


def hold(turns: Turns, began: threading.Event, end: threading.Event) -> threading.Thread:
    """A thread that has the turn until it is told to end."""

    def work() -> None:
        with turns.taken():
            began.set()
            assert end.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    assert began.wait(10)
    return thread


def waiting_behind(turns: Turns, served: list[int], number: int) -> threading.Thread:
    """A thread that stands in the queue when this returns."""

    def work() -> None:
        with turns.taken():
            served.append(number)

    thread = threading.Thread(target=work)
    before = turns.waiting
    thread.start()
    while turns.waiting == before:
        threading.Event().wait(0.001)
    return thread


def test_they_are_served_in_the_order_in_which_they_came() -> None:
    turns, end = Turns(1, 5, 10), threading.Event()
    first = hold(turns, threading.Event(), end)
    served: list[int] = []
    others = [waiting_behind(turns, served, number) for number in range(5)]
    assert served == []
    end.set()
    for thread in (first, *others):
        thread.join(10)
    assert served == [0, 1, 2, 3, 4]


def test_one_too_many_is_told_at_once_to_come_again() -> None:
    turns, end = Turns(1, 1, 10), threading.Event()
    served: list[int] = []
    threads = [hold(turns, threading.Event(), end), waiting_behind(turns, served, 1)]
    with pytest.raises(Busy) as refused, turns.taken():
        raise AssertionError("there was no turn")
    assert refused.value.facts["retry_after_s"] > 0
    end.set()
    for thread in threads:
        thread.join(10)
    assert served == [1]


def test_who_waited_too_long_leaves_the_queue_and_the_turn_to_others() -> None:
    turns, end = Turns(1, 3, 0.01), threading.Event()
    first = hold(turns, threading.Event(), end)
    with pytest.raises(Busy), turns.taken():
        raise AssertionError("there was no turn")
    assert turns.waiting == 0
    end.set()
    first.join(10)
    with turns.taken():
        assert turns.waiting == 0


def test_a_failure_gives_its_turn_back() -> None:
    turns = Turns(1, 0, 0)
    with pytest.raises(ZeroDivisionError), turns.taken():
        _ = 1 / 0
    with turns.taken():
        assert turns.waiting == 0


def test_two_at_once_where_two_are_allowed() -> None:
    turns, end = Turns(2, 0, 0), threading.Event()
    threads = [hold(turns, threading.Event(), end) for _ in range(2)]
    with pytest.raises(Busy), turns.taken():
        raise AssertionError("a third one had a turn")
    end.set()
    for thread in threads:
        thread.join(10)
