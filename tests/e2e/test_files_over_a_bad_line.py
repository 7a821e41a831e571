"""A real office process, the shipped transport, and a line that breaks: what a file costs then."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mobile.transport.http import HttpTransport
from shared.limits import MIB, PART_BYTES_MAX
from sync.exchange import End
from sync.parts import cut_of
from tests.support.chaos_proxy import ChaosProxy, Fault
from tests.support.file_sessions import exchange_files, shelf_of
from tests.support.offices import open_office, settle_people

COST_MAX = 1.03
STATUS = Path("/proc")
FLAT_KIB = 24 * 1024


@dataclass
class Line:
    """An office process behind a line that misbehaves on order."""

    proxy: ChaosProxy
    transport: HttpTransport
    process_id: int

    def peak_kib(self) -> int:
        """The most memory that the office ever held."""
        text = (STATUS / str(self.process_id) / "status").read_text("ascii")
        return int(next(x for x in text.splitlines() if x.startswith("VmHWM")).split()[1])


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    data = tmp_path / "office"
    world = open_office(data, f"sqlite:///{data / 'office.sqlite3'}")
    settle_people(world)
    token = world.tablet("somchai").token
    world.close()
    command = [sys.executable, "-m", "server.cli", "--data", str(data), "--json", "serve"]
    server = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        address = urlsplit(json.loads(server.stdout.readline())["address"])
        assert address.hostname
        assert address.port
        with ChaosProxy(address.hostname, address.port) as proxy:
            transport = HttpTransport(proxy.address, lambda: token)
            yield Line(proxy, transport, server.pid)
            transport.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        server.stdout.close()


def test_a_file_of_20_mb_over_a_line_cut_half_way_costs_at_most_three_in_a_hundred_more(
    line: Line,
) -> None:
    data = random.Random(1).randbytes(20 * MIB)
    name, cut = hashlib.sha256(data).hexdigest(), cut_of(20 * MIB)
    shelf = shelf_of(data)
    half = f"/api/v1/blobs/{name}/parts/{cut.count // 2}?"
    line.proxy.plan(Fault("cut_request", half))
    assert exchange_files(shelf, line.transport).end is End.NO_NETWORK
    report = exchange_files(shelf, line.transport)
    assert (report.end, report.blobs_sent) == (End.DONE, 1)
    assert shelf.unsent == []
    cost = sum(met.bytes_up + met.head_up + met.bytes_down for met in line.proxy.log) / len(data)
    print(f"20 MB cut half-way: {cost:.4f} x its bytes in {len(line.proxy.log)} requests")
    assert line.proxy.met["cut_request"] == 1
    assert cost <= COST_MAX


def test_every_cut_answer_or_request_costs_at_most_one_part_again(line: Line) -> None:
    data = random.Random(2).randbytes(3 * MIB + 77)
    name = hashlib.sha256(data).hexdigest()
    shelf = shelf_of(data)
    part = f"/api/v1/blobs/{name}/parts/"
    kinds = ("cut_request", "lose_answer", "cut_answer", "lose_answer", "cut_request")
    for number, kind in enumerate(kinds):
        line.proxy.plan(Fault(kind, f"{part}{2 * number}?"))
    line.proxy.plan(Fault("lose_answer", f"/api/v1/blobs/{name}/done"))
    sessions = 0
    while shelf.unsent:
        sessions += 1
        assert sessions <= len(kinds) + 2
        exchange_files(shelf, line.transport)
    sent = sum(met.bytes_up for met in line.proxy.log if part in met.path)
    assert sent <= len(data) + len(kinds) * cut_of(len(data)).part_bytes
    assert line.proxy.planned() == []


def test_a_download_goes_on_where_the_line_broke(line: Line) -> None:
    data = random.Random(3).randbytes(3 * MIB)
    name = hashlib.sha256(data).hexdigest()
    exchange_files(shelf_of(data), line.transport)
    line.proxy.log.clear()
    shelf = shelf_of()
    shelf.asked.append(name)
    line.proxy.plan(Fault("delay", f"/api/v1/blobs/{name}"), Fault("cut_answer", "/api/v1/blobs"))
    assert exchange_files(shelf, line.transport).end is End.NO_NETWORK
    assert shelf.begun(name) > 0
    assert exchange_files(shelf, line.transport).blobs_received == 1
    assert shelf.files[name] == data
    down = sum(met.bytes_down for met in line.proxy.log)
    assert down <= len(data) + PART_BYTES_MAX


def test_the_office_needs_no_more_memory_for_a_large_file_than_for_a_small_one(line: Line) -> None:
    exchange_files(shelf_of(random.Random(4).randbytes(2 * MIB)), line.transport)
    before = line.peak_kib()
    data = random.Random(5).randbytes(40 * MIB)
    assert exchange_files(shelf_of(data), line.transport).blobs_sent == 1
    shelf = shelf_of()
    shelf.asked.append(hashlib.sha256(data).hexdigest())
    assert exchange_files(shelf, line.transport).blobs_received == 1
    assert line.peak_kib() - before < FLAT_KIB
