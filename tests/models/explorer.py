"""Exhaustive search: every state that a small model can reach, breadth first, without chance.

A model says where it starts, what can happen in a state, and whether a state breaks a law. The
search tells the shortest story that leads to a broken state; `stories` draws longer ones, seeded,
for playing on the real code.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeVar

S = TypeVar("S")


class Model(Protocol[S]):
    """What is searched."""

    def start(self) -> S:
        """The first state."""
        ...

    def moves(self, state: S) -> Iterator[tuple[str, S]]:
        """Everything that can happen now, by name."""
        ...

    def broken(self, state: S) -> str:
        """The law that this state breaks, with particulars; or the empty text."""
        ...


@dataclass(frozen=True)
class Found:
    """How many states there are, and the shortest story that breaks a law, if one does."""

    states: int
    broken: str = ""
    story: tuple[str, ...] = ()


def explore(model: Model[S], states_max: int = 400_000) -> Found:
    """Walk all reachable states. A walk that is cut at `states_max` proves nothing: it raises."""
    first = model.start()
    came: dict[S, tuple[S, str] | None] = {first: None}
    queue = deque([first])
    while queue:
        state = queue.popleft()
        broken = model.broken(state)
        if broken:
            return Found(len(came), broken, _story(came, state))
        for act, after in model.moves(state):
            if after not in came:
                came[after] = (state, act)
                queue.append(after)
        if len(came) > states_max:
            raise AssertionError(f"more than {states_max} states: the bound proves nothing")
    return Found(len(came))


def _story(came: dict[S, tuple[S, str] | None], state: S) -> tuple[str, ...]:
    acts: list[str] = []
    step = came[state]
    while step is not None:
        acts.append(step[1])
        step = came[step[0]]
    return tuple(reversed(acts))


def stories(
    model: Model[S], count: int, length: int, seed: int
) -> Iterator[tuple[tuple[str, S], ...]]:
    """Seeded walks: acts with the state after each. Acts that were taken seldom are preferred."""
    random = Random(seed)
    taken: dict[str, int] = {}
    for _ in range(count):
        state, story = model.start(), []
        for _ in range(length):
            possible = list(model.moves(state))
            if not possible:
                break
            weights = [1 / (1 + taken.get(act, 0)) for act, _ in possible]
            act, state = random.choices(possible, weights)[0]
            taken[act] = taken.get(act, 0) + 1
            story.append((act, state))
        yield tuple(story)
