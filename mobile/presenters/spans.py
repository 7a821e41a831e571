"""Lines and areas on a map: the points while they are put down, and what they measure in words.

Lengths and areas are those of the form language's `distance()` and `area()`, on the same sphere.
Thai land is measured in rai, ngan and square wa: 1 rai = 4 ngan = 400 square wa = 1,600 m².
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from mobile.presenters.observed import Words
from shared.forms.expressions.geometry import RADIUS_M
from shared.forms.expressions.geometry import length_m as way_m
from shared.limits import PLACES_PER_LINE_MAX

Place = Mapping[str, str]
Kind = Literal["trace", "shape"]
LEAST: Final[Mapping[Kind, int]] = {"trace": 2, "shape": 3}
WA_M2: Final = 4
NGAN_WA: Final = 100
RAI_WA: Final = 400


@dataclass(frozen=True, slots=True)
class Span:
    """A line or area being drawn: its points in order."""

    kind: Kind
    places: tuple[Place, ...] = ()

    @property
    def lacking(self) -> int:
        """How many points it still needs to be an answer."""
        return max(0, LEAST[self.kind] - len(self.places))

    @property
    def full(self) -> bool:
        """Whether it may have no more points."""
        return len(self.places) >= PLACES_PER_LINE_MAX

    def with_place(self, place: Place) -> Span:
        """One point more; the same point twice is one, and a full line stays as it is."""
        if self.full or (self.places and _spot(self.places[-1]) == _spot(place)):
            return self
        return Span(self.kind, (*self.places, dict(place)))

    def without_last(self) -> Span:
        """The last point taken back."""
        return Span(self.kind, self.places[:-1])

    def answer(self) -> list[dict[str, str]] | None:
        """What is stored; None while points are lacking."""
        return None if self.lacking else [dict(place) for place in self.places]

    def measured(self) -> Words | None:
        """Length, or round and area, in words."""
        spots = [_spot(place) for place in self.places]
        if self.kind == "trace" or len(spots) < LEAST["shape"]:
            return Words("span.length", {"length": metres(length_m(spots))}) if spots[1:] else None
        round_m, area = length_m([*spots, spots[0]]), area_m2(spots)
        return Words(
            "span.area",
            {"rai": rai(area), "area": square_metres(area), "round": metres(round_m)},
        )


def span_of(kind: Kind, value: object) -> Span:
    """The stored answer as points."""
    if not isinstance(value, list):
        return Span(kind)
    return Span(kind, tuple(place for place in value if isinstance(place, dict)))


def _spot(place: Place) -> tuple[float, float]:
    return float(place["lat"]), float(place["lon"])


def length_m(spots: Sequence[tuple[float, float]]) -> float:
    """Metres along (latitude, longitude) points."""
    return sum(way_m(one, other) for one, other in pairwise(spots))


def area_m2(spots: Sequence[tuple[float, float]]) -> float:
    """Square metres within (latitude, longitude) corners, whichever way round they go."""
    total = 0.0
    for at, (lat1, lon1) in enumerate(spots):
        lat2, lon2 = spots[(at + 1) % len(spots)]
        turn = math.radians(lon2 - lon1)
        total += turn * (2 + math.sin(math.radians(lat1)) + math.sin(math.radians(lat2)))
    return abs(total * RADIUS_M**2 / 2)


def metres(length: float) -> str:
    """A length as people say it: `38 m`, `1.24 km`; the unit is a key of the catalogue."""
    return f"{length:,.0f}" if length >= 10 else f"{length:.1f}"


def square_metres(area: float) -> str:
    """An area in square metres."""
    return f"{area:,.0f}" if area >= 10 else f"{area:.1f}"


def rai(area: float) -> str:
    """Rai, ngan and square wa with dashes between, as on a title deed: `2-1-35.5`."""
    wa = round(area / WA_M2, 1)
    whole_rai, rest = divmod(wa, RAI_WA)
    whole_ngan, rest = divmod(rest, NGAN_WA)
    return f"{int(whole_rai):,}-{int(whole_ngan)}-{rest:.1f}".removesuffix(".0")
