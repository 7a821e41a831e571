"""A clock that lives through the weeks before today, so that the data has a past."""

from __future__ import annotations

from random import Random
from typing import Final

from shared.ids import SeededIds

SEED: Final = 2569
DAY_MS: Final = 24 * 60 * 60_000
DAYS: Final = 60


class PastClock:
    """Begins two months ago and goes where the story needs it; each look costs a millisecond."""

    def __init__(self, today_ms: int) -> None:
        self.today_ms = today_ms
        self._now = today_ms - DAYS * DAY_MS
        self._start = self._now

    def now_ms(self) -> int:
        """The story's time."""
        self._now += 1
        return self._now

    def monotonic_ms(self) -> int:
        """Milliseconds since the story began."""
        return self._now - self._start

    def boot_id(self) -> str:
        """The story is one boot."""
        return "demonstration"

    def go_to(self, days_ago: float) -> None:
        """Go on to a moment so many days before today; never back."""
        self._now = max(self._now, int(self.today_ms - days_ago * DAY_MS))


def past_ids(clock: PastClock) -> SeededIds:
    """The same ids in every demonstration that begins at the same moment."""
    return SeededIds(clock.now_ms, Random(SEED))  # noqa: S311 - ids are no secret
