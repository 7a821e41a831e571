"""Some tablets of a crowd in one process: `python -m tests.bench.crowd ADDRESS HOME...`.

It says "ready", begins when it is told to, and says how many changes were not taken, and when the
last tablet had sent all of its own and began to receive what the others had sent (on the clock that
all processes share).
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from mobile.services.tablet import Tablet
from mobile.store import settings
from tests.bench.offices import open_at
from tests.bench.one_session import Timed

TRIES = 40


def hand_in(tablet: Tablet) -> None:
    """Synchronise until all is sent; a busy office is asked again, as the app does by itself."""
    for _ in range(TRIES):
        report = tablet.synchroniser.run_once()
        if report.complete:
            return
        threading.Event().wait(min(report.retry_in_ms, 500) / 1e3)


def main() -> None:
    """Hand in everything of all homes at once."""
    address = sys.argv[1]
    tablets, lines = [], []
    for home in sys.argv[2:]:
        timed = Timed(address)
        tablet = open_at(Path(home), address, timed)
        timed.token = settings.read(tablet.database.reader(), "token")
        tablets.append(tablet)
        lines.append(timed)
    print("ready", flush=True)
    sys.stdin.readline()
    threads = [threading.Thread(target=hand_in, args=(tablet,)) for tablet in tablets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = sum(sum(tablet.capture.waiting()) for tablet in tablets)
    sent = max(timed.first_pull for timed in lines)
    print(json.dumps({"left": left, "sent_at": sent}), flush=True)
    for tablet in tablets:
        tablet.close()


if __name__ == "__main__":
    main()
