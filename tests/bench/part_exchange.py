"""A season's work through the office and on to another tablet, beside one table over Flask.

10,000 inspections of forty answers and three findings (2.1 KB of plain JSON each) are handed in by
one tablet and received by a fresh one; then come edits of two fields, a few changes among many, and
nothing new. The floor does the same with plain objects: no rights, no merging, no evidence.
"""

from __future__ import annotations

import gc
import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import requests

from shared.limits import SEGMENT_GROWTH_PLACES
from sync.codec import gzip_bytes
from tests.bench.figures import Figure, compared, held_against
from tests.bench.inspections import fill_in, plain
from tests.bench.offices import ROOT, Furnished, cpu_ms, furnish, open_at, process, serving

COUNT = 10_000
BATCH = 500
EDITS = 1_000
FEW = 100
FLOOR = "Flask + waitress + one SQLite table, gzip; the client's one table"
ROWS_OF_ONE = 4
SEGMENTS_S = 120.0
SERVER_MIB_MAX = 130.0
TABLET_MIB_MAX = 70.0


def session_of(home: Path, address: str, pid: int, *more: str) -> dict[str, float]:
    """One synchronisation in a process of its own, and the server's processor time (s) for it."""
    before = cpu_ms(pid)
    command = [sys.executable, "-m", "tests.bench.one_session", str(home), address, *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    found["cpu"] = (cpu_ms(pid) - before) / 1e3
    return found


def peak_mib(pid: int) -> float:
    """The most memory a process had so far, MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the system tells of no memory")


def our_round(
    template: Furnished, room: Path, records: Path, edits: int, few: int
) -> dict[str, dict[str, float]]:
    """One tablet hands everything in, another receives it all; then edits, and nothing."""
    used = template.copy(room)
    writer, reader = used.homes[:2]
    with serving(used.data) as (address, pid):
        requests.get(f"{address}/api/v1/health", timeout=10)
        out = {"push": session_of(writer, address, pid)}
        out["push"]["peak"] = peak_mib(pid)
        wait_for_segments(used.data, records)
        out["pull"] = session_of(reader, address, pid)
        out["pull"]["peak"] = peak_mib(pid)
        of_records = ("--records", str(records))
        out["edits"] = session_of(writer, address, pid, "--edit", str(edits), *of_records)
        session_of(reader, address, pid)
        session_of(writer, address, pid, "--edit", str(few), *of_records)
        out["few"] = session_of(reader, address, pid)
        out["nothing"] = session_of(reader, address, pid)
    return out


def wait_for_segments(data: Path, records: Path) -> None:
    """Until what is downloaded first has been made: the office does so in a few seconds."""
    rows = len(json.loads(records.read_text("utf-8"))) * ROWS_OF_ONE
    until = time.monotonic() + SEGMENTS_S
    while time.monotonic() < until:
        sets = [json.loads(path.read_bytes()) for path in (data / "segments").glob("*.json")]
        made = sum(segment["rows"] for found in sets for segment in found["segments"])
        if made >= rows - SEGMENT_GROWTH_PLACES:
            return
        time.sleep(0.2)
    raise AssertionError("the office made no segments")


def floor_round(count: int, edits: int, few: int, room: Path) -> dict[str, dict[str, float]]:
    """The same as plain objects into one table, and out of it into another."""
    room.mkdir()
    command = [sys.executable, "-m", "tests.bench.floor_server", str(room)]
    with process(command, "address", room / "floor.log") as (address, pid), requests.Session() as s:
        s.post(f"{address}/echo?bytes=1", data=b"x", timeout=10)
        push = floor_push(s, address, pid, count)
        client = sqlite3.connect(room / "client.sqlite3", isolation_level=None)
        client.execute("PRAGMA journal_mode=WAL")
        client.execute("PRAGMA synchronous=FULL")
        client.execute("CREATE TABLE doc(id TEXT PRIMARY KEY, body TEXT)")
        pull = floor_pull(s, address, pid, client, 0)
        edited = floor_push(s, address, pid, edits)
        floor_pull(s, address, pid, client, count)
        floor_push(s, address, pid, few)
        changed = floor_pull(s, address, pid, client, count + edits)
        client.close()
        push["peak"] = pull["peak"] = peak_mib(pid)
    return {"push": push, "pull": pull, "edits": edited, "few": changed}


def floor_push(s: requests.Session, address: str, pid: int, count: int) -> dict[str, float]:
    """Whole objects, 500 a request."""
    texts = [json.dumps(plain(number), ensure_ascii=False) for number in range(count)]
    cpu, began, up = cpu_ms(pid), time.perf_counter(), 0
    for start in range(0, count, BATCH):
        body = gzip_bytes(("[" + ",".join(texts[start : start + BATCH]) + "]").encode())
        up += len(body)
        s.post(f"{address}/push", data=body, timeout=60).raise_for_status()
    took = time.perf_counter() - began
    return {"push": took, "whole": took, "up": up, "cpu": (cpu_ms(pid) - cpu) / 1e3}


def floor_pull(
    s: requests.Session, address: str, pid: int, client: sqlite3.Connection, after: int
) -> dict[str, float]:
    """All behind a place into the client's table, 1,000 a request."""
    cpu, began, down = cpu_ms(pid), time.perf_counter(), 0
    while True:
        answer = s.get(f"{address}/pull?after={after}&limit=1000", timeout=60)
        rows = json.loads(answer.content)
        if not rows:
            break
        after = int(answer.headers["X-Last"])
        down += int(answer.headers["Content-Length"])
        client.execute("BEGIN")
        client.executemany(
            "INSERT OR REPLACE INTO doc VALUES (?, ?)",
            [(row["id"], json.dumps(row, ensure_ascii=False)) for row in rows],
        )
        client.execute("COMMIT")
    took = time.perf_counter() - began
    return {"pull": took, "whole": took, "down": down, "cpu": (cpu_ms(pid) - cpu) / 1e3}


def measure(room: Path, quick: bool) -> list[Figure]:
    """Fresh copies of the same office and tablets in every round."""
    count, edits, few = (200, 50, 10) if quick else (COUNT, EDITS, FEW)
    template = furnish(room / "template")
    tablet = open_at(template.homes[0], "http://127.0.0.1:9")
    began = time.perf_counter()
    roots = fill_in(tablet, count)
    filled = (time.perf_counter() - began) / count * 1e3
    tablet.close()
    records = room / "records.json"
    records.write_text(json.dumps(roots), "utf-8")
    ours: list[dict[str, dict[str, float]]] = []
    floors: list[dict[str, dict[str, float]]] = []
    for number in range(1 if quick else 2):
        gc.collect()
        floors.append(floor_round(count, edits, few, room / f"floor-{number}"))
        ours.append(our_round(template, room / f"round-{number}", records, edits, few))

    def figure(
        name: str,
        step: str,
        key: str,
        unit: str,
        *,
        scale: float = 1.0,
        budget: float | None = None,
    ) -> Figure:
        pairs = [
            (a[step][key] * scale, b[step][key] * scale) for a, b in zip(ours, floors, strict=True)
        ]
        return compared(name, unit, pairs, FLOOR, budget)

    return [
        sealing(filled, json_time(count)),
        figure(f"sending {count:,}", "push", "push", "s"),
        figure("sending, the server's processor time", "push", "cpu", "s"),
        figure("sending, bytes for one", "push", "up", "B", scale=1 / count),
        figure(f"receiving {count:,} on a fresh tablet", "pull", "whole", "s"),
        figure("receiving, the server's processor time", "pull", "cpu", "s"),
        figure("receiving, bytes for one", "pull", "down", "B", scale=1 / count),
        Figure(
            f"listing what was received ({count:,}), behind the tablet's own work",
            "s",
            median(one["pull"]["lines"] for one in ours),
            median(one["pull"]["whole"] for one in ours),
            median(one["pull"]["lines"] / one["pull"]["whole"] for one in ours),
            "receiving it",
        ),
        figure(f"sending {edits:,} edits of two fields", "edits", "push", "s", budget=0.5),
        figure("bytes of one such edit", "edits", "up", "B", scale=1 / edits),
        figure(f"receiving {few} changes among {count:,}", "few", "whole", "s", budget=0.04),
        held_against("nothing new: round trips", "", ours[-1]["nothing"]["trips"], 1, "one"),
        *appetites(ours[-1]),
    ]


def sealing(filled: float, dumped: float) -> Figure:
    """What a person waits for when an inspection is filled in at once."""
    name, limit = "filling in and sealing one inspection", "json.dumps and SHA-256 of the same"
    return Figure(name, "ms", filled, dumped, filled / dumped, limit)


def appetites(found: dict[str, dict[str, float]]) -> list[Figure]:
    """Memory at its highest: of the server, and what a synchronisation adds on the tablet."""
    out = []
    for step, name in (("push", "sending"), ("pull", "receiving")):
        server = f"the server's memory at its highest, {name}"
        tablet = f"memory that a tablet's synchronisation adds, {name}"
        out += [
            held_against(server, "MiB", found[step]["peak"], SERVER_MIB_MAX, "the design's bound"),
            held_against(
                tablet, "MiB", found[step]["memory"], TABLET_MIB_MAX, "the design's bound"
            ),
        ]
    return out


def json_time(count: int) -> float:
    """Milliseconds to write and hash one inspection as plain JSON."""
    import hashlib

    found = [plain(number) for number in range(min(count, 1_000))]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        for one in found:
            hashlib.sha256(json.dumps(one, ensure_ascii=False).encode()).digest()
        times.append((time.perf_counter() - began) / len(found) * 1e3)
    return median(times)
