"""How many pushes are worked on at once in one process: one after the other, and few that wait.

A push only computes and writes, and one process does both for one at a time (the interpreter, the
database's one writer). Twenty at once are no faster: they take twenty times the memory, and ask
the database for its lock until their time is over. So they take turns, whoever came first first;
the threads that wait are fewer than all, so that pages and other tablets are answered meanwhile.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from shared.errors import Busy

RETRY_AFTER_S: Final = 2


class Turns:
    """Lets `at_once` in, has at most `waiting_max` wait for at most `wait_s` seconds."""

    def __init__(self, at_once: int, waiting_max: int, wait_s: float) -> None:
        self._lock = threading.Lock()
        self._free = at_once
        self._waiting_max = waiting_max
        self._wait_s = wait_s
        self._queue: deque[threading.Event] = deque()
        self.given = 0
        """How many turns were given so far: who sees it rise knows that tablets are sending."""

    @property
    def waiting(self) -> int:
        """How many stand in the queue now."""
        with self._lock:
            return len(self._queue)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One turn. Raises Busy when too many wait, or none came within the time."""
        self._wait()
        try:
            yield
        finally:
            with self._lock:
                self._hand_on()

    def _wait(self) -> None:
        with self._lock:
            self.given += 1
            if self._free:
                self._free -= 1
                return
            if len(self._queue) >= self._waiting_max:
                raise Busy("too many tablets send at once", retry_after_s=RETRY_AFTER_S)
            mine = threading.Event()
            self._queue.append(mine)
        if mine.wait(self._wait_s):
            return
        with self._lock:
            if mine.is_set():
                # It came in the moment in which the waiting ended.
                self._hand_on()
            else:
                self._queue.remove(mine)
        raise Busy("others were served for too long", retry_after_s=RETRY_AFTER_S)

    def _hand_on(self) -> None:
        if self._queue:
            self._queue.popleft().set()
        else:
            self._free += 1
