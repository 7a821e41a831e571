"""When to try again: exponential back-off with full jitter, on the monotonic clock.

Source: the "full jitter" rule (Brooker, 2015). 2 seconds to 15 minutes; an answer's Retry-After
wins when it asks for longer, within the longest wait: it may be a captive portal's.
"""

from __future__ import annotations

from typing import Final

FIRST_MS: Final = 2_000
LONGEST_MS: Final = 15 * 60 * 1_000


def wait_ms(failures: int, random_unit: float, retry_after_ms: int = 0) -> int:
    """How long to wait after `failures` (1 or more) in a row; `random_unit` is in [0, 1)."""
    ceiling = min(LONGEST_MS, FIRST_MS * 2 ** min(max(failures, 1) - 1, 30))
    wanted = max(retry_after_ms, int(ceiling * random_unit), FIRST_MS // 2)
    return min(wanted, LONGEST_MS)
