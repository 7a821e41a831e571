"""What the journey prints: a heading a step, and below it every value with where it was read."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class DoesNotHold(AssertionError):
    """A step of the story does not hold; the text says what was wanted and what was found."""


class Teller:
    """Prints, and remembers the step it is in."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._begun = time.monotonic()
        self.step = "before the first step"

    def line(self, text: str = "") -> None:
        """One line, at once: whoever watches sees where it stands."""
        print(text, file=self._out, flush=True)

    @contextmanager
    def within(self, number: int, count: int, name: str) -> Iterator[None]:
        """A step: its heading, and at its end how long it took."""
        self.step = name
        begun = time.monotonic()
        self.line(f"\n[{number:2d}/{count}] {name}")
        yield
        self.line(f"        holds, {time.monotonic() - begun:.1f} s")

    def widget(self, where: str, value: object) -> None:
        """Read from a widget of a tablet."""
        self._value("widget", where, value)

    def page(self, where: str, value: object) -> None:
        """Read from a page of the office in the browser."""
        self._value("page", where, value)

    def database(self, where: str, value: object) -> None:
        """Read from a database."""
        self._value("database", where, value)

    def digest(self, where: str, value: object) -> None:
        """A digest."""
        self._value("digest", where, value)

    def network(self, where: str, value: object) -> None:
        """Counted by the proxies between."""
        self._value("network", where, value)

    def picture(self, path: object) -> None:
        """A picture was taken."""
        self._value("picture", "", path)

    def seconds(self) -> float:
        """Since the telling began."""
        return time.monotonic() - self._begun

    def _value(self, kind: str, where: str, value: object) -> None:
        words = " ".join(str(value).split())
        self.line(f"        {kind:<9}{where + ': ' if where else ''}{words}")


def holds(condition: object, wanted: str, found: object = None) -> None:
    """The assertion of the journey: it names what was wanted and what was found instead."""
    if not condition:
        raise DoesNotHold(wanted if found is None else f"{wanted}; found {found}")


def same(found: object, wanted: object, what: str) -> None:
    """Two values are equal."""
    holds(found == wanted, f"{what} is {wanted!r}", repr(found))
