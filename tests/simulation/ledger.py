"""The truth of a simulation: every save with what its author was really shown, kept outside.

Every value is made once (`v17`, or a group whose parts are all `v17`), so that wherever it turns up
its save is known, whatever name the system gave it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from shared.canonical import JsonValue
from shared.records.state import RecordState

_NUMBERED = re.compile(r"v([0-9]+)")


@dataclass(slots=True)
class Save:
    """One value that somebody saved. `confirmed` once the screen said so; `overwrites` an answer
    of the same person in the same form that was never sealed; `beside` are saves of the driven
    question that were shown when the driving one was answered."""

    number: int
    by: str
    record: str
    name: str
    shown: frozenset[int]
    overwrites: int | None = None
    confirmed: bool = False
    beside: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Existence:
    """Somebody deleted a record or took a deletion back: `change` did it."""

    record: str
    change: str
    act: str
    by_staff: bool


@dataclass(slots=True)
class Ledger:
    """All saves, the contents that reviewers saw, and the order in which roots were begun."""

    saves: dict[int, Save] = field(default_factory=dict)
    contents: dict[str, set[str]] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    staff: set[str] = field(default_factory=set)
    acts: list[Existence] = field(default_factory=list)

    def begin(
        self,
        by: str,
        record: str,
        name: str,
        shown: frozenset[int],
        overwrites: int | None = None,
    ) -> Save:
        """A save is about to be made."""
        number = len(self.saves) + 1
        save = self.saves[number] = Save(number, by, record, name, shown, overwrites)
        return save

    def existence(self, record: str, change: str, act: str, *, by_staff: bool = True) -> None:
        """A record was deleted, or its deletion taken back."""
        self.acts.append(Existence(record, change, act, by_staff))

    def closure(self, number: int, through: Container[int | None] | None = None) -> set[int]:
        """Everything the author of a save had been shown, through others (of `through` only)."""
        out: set[int] = set()
        stack = list(self.saves[number].shown)
        while stack:
            met = stack.pop()
            if met not in out and met in self.saves:
                out.add(met)
                if through is None or met in through:
                    stack.extend(self.saves[met].shown)
        return out


GROUP = "visit/times"
DRIVER, DRIVEN = "site/smell", "site/smell_text"
"""A number that decides whether the text beside it is asked for: odd saves show it, even hide."""
OURS = 7_000_000_000
"""Numbers above this one were made by saves."""


def value_of(number: int, name: str) -> JsonValue:
    """The value of a save."""
    if name == DRIVER:
        return OURS + 10 * number + (9 if number % 2 else 1)
    text = f"v{number}"
    return {"t_in": text, "t_out": text} if name == GROUP else text


def number_of(value: JsonValue) -> int | None:
    """The save that made a value; None for values from before the simulation."""
    if type(value) is int:
        return (value - OURS) // 10 if value > OURS else None
    text = value.get("t_in") if isinstance(value, dict) else value
    found = _NUMBERED.fullmatch(text) if isinstance(text, str) else None
    return None if found is None else int(found.group(1))


def displayed(state: RecordState | None, name: str) -> frozenset[int]:
    """The save whose value a form shows for a field: the first sibling's."""
    found = state.fields.get(name, ()) if state is not None else ()
    number = number_of(found[0].value) if found else None
    return frozenset() if number is None else frozenset({number})


def listed(state: RecordState, name: str) -> frozenset[int]:
    """The saves of all values that a conflict lists."""
    numbers = (number_of(s.value) for s in state.fields.get(name, ()))
    return frozenset(n for n in numbers if n is not None)


def driven_of(states: Iterable[RecordState]) -> frozenset[int]:
    """Every save of the driven question that these states show."""
    return frozenset(n for state in states for n in listed(state, DRIVEN))
