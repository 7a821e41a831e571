"""A range question in plain numbers: its ends, its steps, and what each place on it is worth.

Everything is exact decimals: the third step of 0.1 from 0 is 0.3, whatever a screen's pixels say.
Parameters are those of XLSForm's `range` (start 1, end 10, step 1 when left out).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

TICKS_MAX: Final = 25  # more marks than this are a grey line
STARS_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Scale:
    """From `start` to `end` (which may be the smaller one) by `step`, always above 0."""

    start: Decimal
    end: Decimal
    step: Decimal

    @property
    def last(self) -> int:
        """The number of the last place; the first is 0. The end is one whatever the step."""
        steps = abs(self.end - self.start) / self.step
        whole = int(steps)
        return whole if steps == whole else whole + 1

    def value_at(self, place: int) -> Decimal:
        """What a place is worth; places beyond the ends are the ends."""
        if place <= 0:
            return self.start
        if place >= self.last:
            return self.end
        way = self.step * place
        return self.start + way if self.end >= self.start else self.start - way

    def place_of(self, value: Decimal) -> int:
        """The place nearest to a value."""
        way = abs(value - self.start) if (value > self.start) == (self.end > self.start) else 0
        below = min(self.last, int(way / self.step))
        above = min(self.last, below + 1)
        nearer = abs(self.value_at(above) - value) <= abs(value - self.value_at(below))
        return above if nearer else below

    def share_of(self, value: Decimal) -> float:
        """How far along the line a value stands, 0 to 1."""
        whole = self.end - self.start
        return float(min(Decimal(1), max(Decimal(0), (value - self.start) / whole))) if whole else 0

    def at_share(self, share: float) -> Decimal:
        """The value of the place nearest to a share of the line."""
        way = (self.end - self.start) * Decimal(repr(min(1.0, max(0.0, share))))
        return self.value_at(self.place_of(self.start + way))

    def stepped(self, value: Decimal | None, places: int) -> Decimal:
        """So many places on from a value; from nothing the first step shows the start."""
        if value is None:
            return self.start if places > 0 else self.end
        return self.value_at(self.place_of(value) + places)

    def ticks(self, interval: Decimal | None = None) -> tuple[Decimal, ...]:
        """The values to mark on the line; () when there would be too many to tell apart."""
        every = Scale(self.start, self.end, interval) if interval else self
        if every.last > TICKS_MAX:
            return ()
        return tuple(every.value_at(place) for place in range(every.last + 1))


def scale_of(parameters: Mapping[str, str]) -> Scale:
    """The scale that a question's parameters describe; what is no number is as if left out."""
    start = _number(parameters.get("start"), Decimal(1))
    end = _number(parameters.get("end"), Decimal(10))
    step = abs(_number(parameters.get("step"), Decimal(1)))
    return Scale(start, end, step or Decimal(1))


def interval_of(parameters: Mapping[str, str]) -> Decimal | None:
    """The distance of the marks, when the form names one."""
    interval = abs(_number(parameters.get("tick_interval"), Decimal(0)))
    return interval or None


def written(value: Decimal) -> str:
    """A value as it is stored: plain digits, no needless zeros, never an exponent."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def number_of(text: object) -> Decimal | None:
    """A stored answer as a number."""
    if not isinstance(text, str):
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _number(text: str | None, otherwise: Decimal) -> Decimal:
    found = number_of((text or "").strip())
    return otherwise if found is None else found
