"""The scale of a `range` question: from a start to an end, on a step."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shared.forms.parts import Question
from shared.forms.typed import DECIMAL


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from `start` to `end`, `step` apart. `end` may be below `start`."""

    start: Decimal
    end: Decimal
    step: Decimal

    def has(self, value: Decimal) -> bool:
        """Whether a number is on the scale; the end is, also when it lies between two steps."""
        if not min(self.start, self.end) <= value <= max(self.start, self.end):
            return False
        return (value - self.start) % self.step == 0 or value == self.end


def scale_of(question: Question) -> Scale | None:
    """The scale of a question's parameters; None when they are none. XLSForm's own scale goes
    from 1 to 10 by 1."""
    texts = [
        question.parameters.get(name, otherwise).strip()
        for name, otherwise in (("start", "1"), ("end", "10"), ("step", "1"))
    ]
    if any(DECIMAL.fullmatch(text) is None for text in texts):
        return None
    start, end, step = (Decimal(text) for text in texts)
    if step == 0 or abs(step) > abs(end - start):
        return None
    return Scale(start, end, abs(step))
