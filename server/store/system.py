"""The machine's clock and randomness, behind the ports that the rest is handed."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable

from shared.ids import RANDOM_BYTES, uuid7

Randomness = Callable[[int], bytes]
"""Gives that many unpredictable bytes."""


class SystemClock:
    """The server's clock."""

    def now_ms(self) -> int:
        """Wall time in milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds since some start of this boot."""
        return time.monotonic_ns() // 1_000_000

    def boot_id(self) -> str:
        """Names this process's boot; enough for changes made by the office."""
        return f"office-{os.getpid()}"


class SystemIds:
    """Fresh ids from a clock and randomness."""

    def __init__(self, now_ms: Callable[[], int], randomness: Randomness) -> None:
        self._now_ms = now_ms
        self._randomness = randomness

    def new(self) -> str:
        """A fresh UUIDv7."""
        return uuid7(self._now_ms(), self._randomness(RANDOM_BYTES))


def system_randomness(count: int) -> bytes:
    """Bytes of the operating system's secure generator."""
    return secrets.token_bytes(count)
