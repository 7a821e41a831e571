"""Segments are made while nobody sends, or after a minute of sending without a rest."""

from __future__ import annotations

import threading

from server.services.keep_segments import PuttingOff
from server.store.turns import Turns


def test_what_can_wait_waits_while_tablets_send_and_goes_on_when_they_rest() -> None:
    putting_off = PuttingOff()
    assert not putting_off.goes_on(0)
    assert putting_off.goes_on(3)
    assert putting_off.goes_on(4)
    assert not putting_off.goes_on(4)


def test_sending_without_end_puts_nothing_off_for_ever() -> None:
    putting_off = PuttingOff(times=3)
    assert [putting_off.goes_on(given) for given in range(1, 9)] == [
        *(True, True, True, False),
        *(True, True, True, False),
    ]


def test_every_turn_is_counted_also_one_that_waited() -> None:
    turns = Turns(1, 5, 10)
    waits = threading.Thread(target=lambda: _take(turns))
    with turns.taken():
        waits.start()
        while not turns.waiting:
            threading.Event().wait(0.001)
    waits.join()
    assert turns.given == 2


def _take(turns: Turns) -> None:
    with turns.taken():
        pass
