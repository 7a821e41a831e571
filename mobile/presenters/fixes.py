"""Finding a place: fixes come in, the best is kept, and people are told in words how good it is.

`capture-accuracy` (5 m when left out) ends the search by itself, `warning-accuracy` (100 m) is what
is called poor; both are XLSForm's parameters of a geopoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from mobile.presenters.observed import Words
from mobile.presenters.scale import number_of

Place = Mapping[str, str]
Grade = Literal["good", "fair", "poor", "unknown"]
CAPTURE_M: Final = 5.0
WARNING_M: Final = 100.0
TONES: Final[Mapping[Grade, str]] = {
    "good": "good", "fair": "info", "poor": "warn", "unknown": "quiet",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Demands:
    """How exact a place must be, in metres."""

    capture: float = CAPTURE_M
    warning: float = WARNING_M

    def grade(self, place: Place | None) -> Grade:
        """How good a place is."""
        found = accuracy_of(place)
        if found is None:
            return "unknown"
        return "good" if found <= self.capture else "fair" if found <= self.warning else "poor"

    def words(self, place: Place | None) -> Words | None:
        """The accuracy of a place in a sentence; None when nobody knows it."""
        found = accuracy_of(place)
        if found is None:
            return None
        return Words(f"place.{self.grade(place)}", {"metres": f"{found:.0f}"})


def demands_of(parameters: Mapping[str, str]) -> Demands:
    """What a question's parameters ask for."""
    capture = number_of(parameters.get("capture-accuracy"))
    warning = number_of(parameters.get("warning-accuracy"))
    return Demands(
        CAPTURE_M if capture is None or capture < 0 else float(capture),
        WARNING_M if warning is None or warning < 0 else float(warning),
    )


def accuracy_of(place: Place | None) -> float | None:
    """Metres, when the receiver said."""
    found = number_of((place or {}).get("accuracy"))
    return None if found is None else float(found)


@dataclass(slots=True)
class Search:
    """One search. `take` fixes until `done`; the person may take the best of them before."""

    demands: Demands
    best: Place | None = None
    fixes: int = 0

    def take(self, place: Place | None) -> None:
        """A fix came in, or none did."""
        self.fixes += 1
        if place is None:
            return
        old, new = accuracy_of(self.best), accuracy_of(place)
        if self.best is None or new is None or (old is not None and new <= old):
            self.best = place

    @property
    def done(self) -> bool:
        """Exact enough, or a place whose accuracy nobody measures."""
        found = accuracy_of(self.best)
        return self.best is not None and (found is None or found <= self.demands.capture)
