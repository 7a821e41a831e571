"""How often somebody tried in vain lately: slows guessing of PINs, passwords and codes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from shared.errors import TooManyAttempts
from shared.limits import SIGN_IN_ATTEMPTS_MAX, SIGN_IN_WINDOW_MS

KEYS_MAX: Final = 10_000


class Attempts:
    """Failures by key within the window, in memory; a restart forgets them."""

    def __init__(self, monotonic_ms: Callable[[], int]) -> None:
        self._now = monotonic_ms
        self._failed: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    def check(self, *keys: str) -> None:
        """Raises TooManyAttempts when any of the keys failed too often."""
        with self._lock:
            for key in keys:
                recent = self._recent(key)
                if len(recent) >= SIGN_IN_ATTEMPTS_MAX:
                    wait_ms = recent[0] + SIGN_IN_WINDOW_MS - self._now()
                    raise TooManyAttempts(
                        "too many attempts in vain", retry_after_s=max(1, wait_ms // 1000)
                    )

    def failed(self, *keys: str) -> None:
        """One more attempt in vain."""
        with self._lock:
            for key in keys:
                if len(self._failed) >= KEYS_MAX and key not in self._failed:
                    self._failed.pop(next(iter(self._failed)))
                self._failed[key] = [*self._recent(key), self._now()]

    def succeeded(self, *keys: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            for key in keys:
                self._failed.pop(key, None)

    def _recent(self, key: str) -> list[int]:
        since = self._now() - SIGN_IN_WINDOW_MS
        return [at for at in self._failed.get(key, []) if at > since]
