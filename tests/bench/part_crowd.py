"""Twenty tablets that come back to the office in the same minute, beside one table over Flask.

Each hands in 200 inspections of its own. The tablets are the shipped ones, four processes with five
each; they begin together. Refused is what a tablet still has when it is done.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

from sync.codec import gzip_bytes
from tests.bench.figures import Figure, compared
from tests.bench.inspections import fill_in, plain
from tests.bench.offices import ROOT, cpu_ms, furnish, open_at, process, serving
from tests.bench.part_exchange import FLOOR, peak_mib

TABLETS = 20
EACH = 200
PROCESSES = 4


def ours(homes: list[Path], address: str) -> tuple[float, float, int]:
    """Seconds until the last had sent, until the last had received what all others sent, and how
    many changes were not taken."""
    shares = [homes[number::PROCESSES] for number in range(PROCESSES)]
    command = [sys.executable, "-m", "tests.bench.crowd", address]
    children = [
        subprocess.Popen(
            [*command, *map(str, share)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for share in shares
        if share
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    left, sent = 0, began
    for child in children:
        assert child.stdout is not None
        said = json.loads(child.stdout.readline())
        left, sent = left + said["left"], max(sent, said["sent_at"])
    took = time.perf_counter() - began
    for child in children:
        child.communicate()
    return sent - began, took, left


def floor(room: Path, tablets: int, each: int) -> tuple[float, float]:
    """Twenty clients of the bare server, each one request; seconds, and the server's own."""
    room.mkdir()
    command = [sys.executable, "-m", "tests.bench.floor_server", str(room)]
    with process(command, "address", room / "floor.log") as (address, pid):
        requests.post(f"{address}/echo?bytes=1", data=b"x", timeout=10)
        bodies = [
            gzip_bytes(
                json.dumps(
                    [plain(n) for n in range(who * each, who * each + each)], ensure_ascii=False
                ).encode()
            )
            for who in range(tablets)
        ]
        ready = threading.Barrier(tablets + 1)

        def one(body: bytes) -> None:
            with requests.Session() as session:
                ready.wait()
                session.post(f"{address}/push", data=body, timeout=60).raise_for_status()

        threads = [threading.Thread(target=one, args=(body,)) for body in bodies]
        for thread in threads:
            thread.start()
        cpu = cpu_ms(pid)
        began = time.perf_counter()
        ready.wait()
        for thread in threads:
            thread.join()
        return time.perf_counter() - began, (cpu_ms(pid) - cpu) / 1e3


def measure(room: Path, quick: bool) -> list[Figure]:
    """Once: twenty tablets are a sample of their own."""
    tablets, each = (4, 20) if quick else (TABLETS, EACH)
    template = furnish(room / "template", tablets)
    for number, home in enumerate(template.homes):
        tablet = open_at(home, "http://127.0.0.1:9")
        fill_in(tablet, each, first=number * each)
        tablet.close()
    bare, bare_cpu = floor(room / "floor", tablets, each)
    with serving(template.data) as (address, pid):
        requests.get(f"{address}/api/v1/health", timeout=10)
        cpu = cpu_ms(pid)
        sent, took, left = ours(list(template.homes), address)
        spent = (cpu_ms(pid) - cpu) / 1e3
        peak = peak_mib(pid)
    name = f"{tablets} tablets with {each} inspections each, at once"
    return [
        compared(name, "s", [(sent, bare)], FLOOR),
        compared(
            "the same, and each with what the nineteen others sent", "s", [(took, bare)], FLOOR
        ),
        compared("the server's processor time for it", "s", [(spent, bare_cpu)], FLOOR),
        Figure("changes that were not taken", "", left, 0, 0.0, "none"),
        Figure("the server's memory at its highest", "MiB", peak, 130, peak / 130, "the design's"),
    ]
