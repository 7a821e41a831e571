"""How large the story is told: in full for `make journey`, small for `make test`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Numbers:
    """How many of what people do a hundred times on the day of an event."""

    people: int
    statements: int
    scored: int


FULL = Numbers(people=120, statements=25, scored=20)
SMALL = Numbers(people=6, statements=3, scored=2)
EVENT_PHOTOS = 4
VISIT_PHOTOS = 3
