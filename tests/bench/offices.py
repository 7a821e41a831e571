"""A real office process and real tablets that are enrolled with it, ready to be measured."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mobile.bootstrap import Machine, desktop, open_tablet
from mobile.config import TabletConfig
from mobile.services.tablet import Tablet
from mobile.transport.port import Transport
from server.services.enrol_device import make_enrolment_code
from server.services.publish_form import publish_form
from tests.bench.inspections import FORM, form_source
from tests.support.offices import AREA, PIN, open_office, settle_people

ROOT = Path(__file__).resolve().parents[2]
STOP_S = 15


@dataclass(frozen=True, slots=True)
class Furnished:
    """Folders of an office and of tablets that have synchronised with it once."""

    data: Path
    homes: tuple[Path, ...]

    def copy(self, room: Path) -> Furnished:
        """The same again, to be used up."""
        room.mkdir(parents=True)
        homes = tuple(room / home.name for home in self.homes)
        for source, target in zip((self.data, *self.homes), (room / "office", *homes), strict=True):
            shutil.copytree(source, target)
        return Furnished(room / "office", homes)


@contextmanager
def process(command: list[str], address_key: str, log: Path) -> Iterator[tuple[str, int]]:
    """A server of our own while it is used: its address and its process id.

    It says `{"address": ...}` on its first line when it listens.
    """
    with log.open("wb") as errors:
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors)
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            assert line, f"the server did not start: {log.read_text('utf-8', 'replace')[-1500:]}"
            yield json.loads(line)[address_key], server.pid
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(STOP_S)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            server.stdout.close()


@contextmanager
def serving(data: Path) -> Iterator[tuple[str, int]]:
    """The shipped server over a folder."""
    command = [sys.executable, "-m", "server.cli", "--data", str(data), "--json"]
    command += ["serve", "--port", "0"]
    with process(command, "address", data / "bench.log") as found:
        yield found


def open_at(home: Path, address: str, transport: Transport | None = None) -> Tablet:
    """The shipped tablet without its window; Somchai works on it when he is known there."""
    config = TabletConfig(home, address)
    machine: Machine = desktop(config)
    machine.transport = transport
    tablet = open_tablet(config, lambda act: act(), machine)
    known = tablet.people.known()
    tablet.person = known[0] if known else None
    return tablet


def synchronised(tablet: Tablet) -> Tablet:
    """Synchronise, and stop the measuring when that did not go well."""
    report = tablet.synchroniser.run_once()
    assert report.complete, report
    return tablet


def furnish(room: Path, tablets: int = 2) -> Furnished:
    """An office with a form of forty questions, and tablets that have received it."""
    data = room / "office"
    world = open_office(data, f"sqlite:///{data / 'office.sqlite3'}")
    world.clock.now = time.time_ns() // 1_000_000  # codes last a day by the server's own clock
    settle_people(world)
    admin = world.people["admin"]
    publish_form(world.office, admin, form_source(), FORM)
    areas = [AREA]
    codes = [make_enrolment_code(world.office, admin, f"T{n}", areas) for n in range(tablets)]
    world.close()
    homes = []
    with serving(data) as (address, _):
        for number, code in enumerate(codes):
            home = room / f"tablet-{number + 1}"
            tablet = open_at(home, address)
            tablet.enroller.enrol(code, f"T{number + 1}")
            tablet.people.sign_in("somchai", PIN)
            synchronised(tablet).close()
            homes.append(home)
    return Furnished(data, tuple(homes))


def cpu_ms(pid: int) -> float:
    """Processor time of every thread of a process so far, in milliseconds."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e6
