"""Many inspections sent by one tablet and received by another, beside one table over Flask."""

from __future__ import annotations

import gc
import json
import sqlite3
import sys
import time
from pathlib import Path
from statistics import median

import requests

from mobile.services.tablet import Tablet
from mobile.store import settings
from mobile.transport.http import HttpTransport
from sync.codec import gzip_bytes
from sync.exchange import HttpReply, HttpRequest
from sync.session import PULL
from tests.bench.figures import Figure, compared
from tests.bench.inspections import fill_in, plain
from tests.bench.offices import Furnished, cpu_ms, furnish, open_at, process, serving

COUNT = 500
BATCH = 500
FLOOR = "Flask + waitress + one SQLite table, gzip; the client's one table"


class Timed:
    """The shipped transport, noting when the first pull begins and what was waited for."""

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


def session_of(home: Path, address: str, pid: int) -> dict[str, float]:
    """One synchronisation of a tablet: seconds until it began to pull, and after; bytes; CPU."""
    timed = Timed(address)
    tablet: Tablet = open_at(home, address, timed)
    timed.token = settings.read(tablet.database.reader(), "token")
    before, began = cpu_ms(pid), time.perf_counter()
    report = tablet.synchroniser.run_once()
    ended = time.perf_counter()
    assert report.complete, report
    cpu = cpu_ms(pid) - before
    tablet.close()
    timed.inner.close()
    return {
        "push": timed.first_pull - began,
        "pull": ended - timed.first_pull,
        "up": timed.up,
        "down": timed.down,
        "cpu": cpu / 1e3,
        "trips": report.round_trips,
    }


def our_round(template: Furnished, room: Path) -> dict[str, float]:
    """One tablet hands everything in, another receives it all."""
    used = template.copy(room)
    with serving(used.data) as (address, pid):
        requests.get(f"{address}/api/v1/health", timeout=10)
        sent = session_of(used.homes[0], address, pid)
        got = session_of(used.homes[1], address, pid)
    return {
        "push": sent["push"],
        "pull": got["pull"],
        "up": sent["up"],
        "down": got["down"],
        "push_cpu": sent["cpu"],
        "pull_cpu": got["cpu"],
    }


def floor_round(count: int, room: Path) -> dict[str, float]:
    """The same inspections as plain objects into one table, and out of it into another."""
    room.mkdir()
    texts = [json.dumps(plain(number), ensure_ascii=False) for number in range(count)]
    command = [sys.executable, "-m", "tests.bench.floor_server", str(room)]
    with process(command, "address", room / "floor.log") as (address, pid), requests.Session() as s:
        s.post(f"{address}/echo?bytes=1", data=b"x", timeout=10)
        cpu, began, up, down = cpu_ms(pid), time.perf_counter(), 0, 0
        for start in range(0, count, BATCH):
            body = gzip_bytes(("[" + ",".join(texts[start : start + BATCH]) + "]").encode())
            up += len(body)
            s.post(f"{address}/push", data=body, timeout=60).raise_for_status()
        pushed, push_cpu = time.perf_counter() - began, cpu_ms(pid) - cpu
        client = sqlite3.connect(room / "client.sqlite3", isolation_level=None)
        client.execute("PRAGMA journal_mode=WAL")
        client.execute("PRAGMA synchronous=FULL")
        client.execute("CREATE TABLE doc(id TEXT PRIMARY KEY, body TEXT)")
        cpu, began, after, received = cpu_ms(pid), time.perf_counter(), 0, 0
        while received < count:
            answer = s.get(f"{address}/pull?after={after}&limit=1000", timeout=60)
            after = int(answer.headers["X-Last"])
            down += int(answer.headers["Content-Length"])
            rows = json.loads(answer.content)
            received += len(rows)
            client.execute("BEGIN")
            client.executemany(
                "INSERT INTO doc VALUES (?, ?)",
                [(row["id"], json.dumps(row, ensure_ascii=False)) for row in rows],
            )
            client.execute("COMMIT")
        pulled = time.perf_counter() - began
        client.close()
        return {
            "push": pushed,
            "pull": pulled,
            "up": up,
            "down": down,
            "push_cpu": push_cpu / 1e3,
            "pull_cpu": (cpu_ms(pid) - cpu) / 1e3,
        }


def measure(room: Path, quick: bool) -> list[Figure]:
    """Fresh copies of the same office and tablets in every round."""
    count = 50 if quick else COUNT
    template = furnish(room / "template")
    tablet = open_at(template.homes[0], "http://127.0.0.1:9")
    began = time.perf_counter()
    fill_in(tablet, count)
    filled = (time.perf_counter() - began) / count * 1e3
    tablet.close()
    ours: list[dict[str, float]] = []
    floors: list[dict[str, float]] = []
    for number in range(1 if quick else 3):
        gc.collect()
        floors.append(floor_round(count, room / f"floor-{number}"))
        ours.append(our_round(template, room / f"round-{number}"))

    def figure(name: str, key: str, unit: str, scale: float) -> Figure:
        pairs = [(a[key] * scale, b[key] * scale) for a, b in zip(ours, floors, strict=True)]
        return compared(name, unit, pairs, FLOOR)

    each = 1e3 / count
    dumped = json_time(count)
    return [
        Figure(
            "filling in and sealing one inspection",
            "ms",
            filled,
            dumped,
            filled / dumped,
            "json.dumps and SHA-256 of the same",
        ),
        figure(f"sending {count}, time for one", "push", "ms", each),
        figure("sending, the server's processor time for one", "push_cpu", "ms", each),
        figure("sending, bytes for one", "up", "B", 1 / count),
        figure(f"receiving {count} on a fresh tablet, time for one", "pull", "ms", each),
        figure("receiving, the server's processor time for one", "pull_cpu", "ms", each),
        figure("receiving, bytes for one", "down", "B", 1 / count),
    ]


def json_time(count: int) -> float:
    """Milliseconds to write and hash one inspection as plain JSON."""
    import hashlib

    found = [plain(number) for number in range(count)]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        for one in found:
            hashlib.sha256(json.dumps(one, ensure_ascii=False).encode()).digest()
        times.append((time.perf_counter() - began) / count * 1e3)
    return median(times)
