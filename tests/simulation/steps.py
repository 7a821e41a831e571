"""The steps of a simulation: each has its own stream of randomness, so that any can be left out."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

TABLET_ACTS: Final = {
    "begin": 2,
    "open": 5,
    "answer": 14,
    "row": 3,
    "delete": 1,
    "close": 2,
    "submit": 4,
    "resolve": 2,
    "sign": 2,
    "photo": 3,
    "sync": 10,
    "backup": 1,
    "restore": 1,
}
"""What a person does at a tablet, and how often."""
REVIEWER_ACTS: Final = {
    "look": 4,
    "edit": 4,
    "resolve": 2,
    "return": 2,
    "approve": 2,
    "delete": 1,
    "dispute": 1,
}
ADMINISTRATOR_ACTS: Final = {
    "take_area": 3,
    "give_area": 4,
    "publish": 2,
    "register": 2,
    "release": 4,
    "keep_aside": 1,
    "move": 3,
}
KEEPER_ACTS: Final = {
    "snapshot": 6,
    "copy": 3,
    "back_up": 3,
    "restore": 2,
    "copy_back": 2,
    "clone": 1,
    "enrol": 2,
    "segments": 4,
    "forget": 2,
}
"""What befalls the office's machine, and tablets in the hands of whoever looks after them."""
ACTS: Final = {
    "tablet": TABLET_ACTS,
    "reviewer": REVIEWER_ACTS,
    "administrator": ADMINISTRATOR_ACTS,
    "keeper": KEEPER_ACTS,
}
JOINED: Final = "joined"
"""A tablet that was not there at the beginning: cloned, or enrolled late."""
ACTORS: Final = {"tablet": 73, "reviewer": 17, "administrator": 6, "keeper": 4}


@dataclass(frozen=True, slots=True)
class Step:
    """One act of somebody. `faults` None leaves it to chance which befall it; else they strike
    one after the other, one an exchange (`""`: none), and `hazard` is the tablet's own."""

    number: int
    actor: str
    act: str
    stream: str
    faults: tuple[str, ...] | None = None
    hazard: str | None = None

    def __str__(self) -> str:
        return f"{self.number} {self.actor} {self.act}"


@dataclass
class Chance:
    """The randomness of the present step, shared by everybody in a world."""

    source: random.Random = field(default_factory=random.Random)
    clock: random.Random = field(default_factory=random.Random)

    def begin(self, stream: str) -> None:
        """A step begins: its own randomness, and that of clocks beside it."""
        self.source = random.Random(stream)
        self.clock = random.Random(f"clock {stream}")

    def happens(self, share: float) -> bool:
        """Does something happen that happens in this share of cases?"""
        return self.source.random() < share


def drawn(seed: int, number: int, tablets: int) -> Step:
    """Step `number` of a seed: the same whatever other steps are played."""
    source = random.Random(f"{seed} step {number}")
    kind = _weighted(source, ACTORS)
    act = _weighted(source, ACTS[kind])
    number_of_tablet = source.randrange(tablets + 1) + 1
    actor = f"tablet{number_of_tablet}" if number_of_tablet <= tablets else JOINED
    actor = actor if kind == "tablet" else kind
    return Step(number, actor, act, f"{seed} chance {number}")


def _weighted(source: random.Random, weights: dict[str, int]) -> str:
    return source.choices(tuple(weights), tuple(weights.values()))[0]
