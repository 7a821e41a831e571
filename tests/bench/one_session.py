"""One synchronisation of a tablet in a process of its own: times, bytes, and the memory it took.

    python -m tests.bench.one_session HOME ADDRESS [--edit N FILE]

With `--edit` two fields of N records named in a file (a JSON list) are changed and sealed first.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

from mobile.services.tablet import Tablet
from mobile.store import settings
from mobile.transport.http import HttpTransport
from sync.exchange import HttpReply, HttpRequest
from sync.session import PULL
from tests.bench.offices import open_at

NOTE = "visit/inspector_note"
RISK = "visit/risk"


class Timed:
    """The shipped transport, noting when the first pull begins and how many bytes went."""

    def __init__(self, address: str) -> None:
        self.token = ""
        self.inner = HttpTransport(address, lambda: self.token)
        self.first_pull = 0.0
        self.up = self.down = 0

    def exchange(self, request: HttpRequest) -> HttpReply:
        if request.path == PULL and not self.first_pull:
            self.first_pull = time.perf_counter()
        reply = self.inner.exchange(request)
        self.up += len(request.body)
        self.down += int(dict(reply.headers).get("content-length", len(reply.body)))
        return reply


def memory_mib(kind: str) -> float:
    """`VmRSS` now or `VmHWM` at its highest of this process, MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(kind + ":"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the system tells of no memory")


def edit_two_fields(tablet: Tablet, roots: list[str]) -> None:
    """Change two answers of each record, as a person would, but in one transaction."""
    with tablet.database.writing():
        for number, root in enumerate(roots):
            opened = tablet.capture.open_record(root, tablet.author())
            said = f"ตรวจซ้ำ {number} guard replaced"
            tablet.capture.answer_all(opened, root, {NOTE: said, RISK: "low"})
            tablet.capture.close(opened)


def main() -> None:
    """Synchronise once; one JSON object on the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("address")
    parser.add_argument("--edit", type=int, default=0)
    parser.add_argument("--records", type=Path)
    asked = parser.parse_args()
    timed = Timed(asked.address)
    tablet = open_at(asked.home, asked.address, timed)
    timed.token = settings.read(tablet.database.reader(), "token")
    if asked.edit:
        roots = json.loads(asked.records.read_text("utf-8"))
        edit_two_fields(tablet, roots[: asked.edit])
    Path("/proc/self/clear_refs").write_text("5")
    idle = memory_mib("VmRSS")
    began = time.perf_counter()
    report = tablet.synchroniser.run_once(list_now=False)
    ended = time.perf_counter()
    tablet.synchroniser.prepare_lines()
    listed = time.perf_counter()
    assert report.complete, report
    first_pull = timed.first_pull or ended
    found = {
        "push": first_pull - began,
        "pull": ended - first_pull,
        "whole": ended - began,
        "lines": listed - ended,
        "up": timed.up,
        "down": timed.down,
        "trips": report.round_trips,
        "memory": memory_mib("VmHWM") - idle,
    }
    tablet.close()
    timed.inner.close()
    print(json.dumps(found), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
