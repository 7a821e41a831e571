"""The named fault points: statements and commits of a database, files written, renamed, removed.

They are seen from outside, at the ports that SQLAlchemy, Python and the tablet have for it.
"""

from __future__ import annotations

import os
import random
import re
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from tests.crash.children import Countdown, Tell

WRITES = os.O_WRONLY | os.O_RDWR


def name_of(sql: str) -> str:
    """The first words of a statement, which name it in the tables of this tool."""
    words = re.sub(r"[^A-Za-z_. ]+", " ", " ".join(sql.split())[:400]).split()
    short = [w for w in words[:40] if w.isupper() or w in words[1:4]]
    return "before " + " ".join(short[:4])


def watch_files(folder: Path, countdown: Countdown, tell: Tell) -> None:
    """A step before each file of the folder is opened for writing, renamed or removed."""
    inside = str(folder)

    def hook(name: str, given: tuple[Any, ...]) -> None:
        if name not in ("open", "os.rename", "os.remove", "os.mkdir"):
            return
        path = given[0]
        if not isinstance(path, str | os.PathLike) or not os.fspath(path).startswith(inside):
            return
        if name == "open" and not (isinstance(given[2], int) and given[2] & WRITES):
            return
        countdown.step(f"before {name} of a file", tell)

    sys.addaudithook(hook)


def watch_engines(countdown: Countdown, tell: Tell) -> None:
    """A step before each statement and each commit of the office's database, and after commits."""

    def statement(_: Any, __: Any, sql: str, *___: Any) -> None:
        countdown.step(name_of(sql), tell)

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", lambda _: countdown.step("before COMMIT", tell))
    event.listen(Session, "after_commit", lambda _: countdown.step("after COMMIT", tell))


class Turns:
    """The numbers from 1 to `most`, each once a round, in an order by chance; `most` shrinks to
    what there turns out to be."""

    def __init__(self, source: random.Random, most: int) -> None:
        self._random, self._most = source, most
        self._left: list[int] = []

    def next(self) -> int:
        """The next number."""
        self._left = [one for one in self._left if one <= self._most]
        if not self._left:
            self._left = self._random.sample(range(1, self._most + 1), self._most)
        return self._left.pop()

    def was_too_many(self, number: int) -> None:
        """There are fewer steps than this number."""
        self._most = max(1, min(self._most, number - 1))


def injection(syscall: str, number: int, what: str = "signal=KILL") -> list[str]:
    """The options of an strace that does this at a thread's N-th call."""
    inject = f"inject={syscall}:{what}:when={number}"
    return ["-o", os.devnull, "-e", f"trace={syscall}", "-e", inject]
