"""How much memory the tablet's app takes at each step of a day, beside a bare Kivy window.

The app is the shipped one, driven as the journey drives it; the window draws offscreen. What Mesa's
software renderer takes is in both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from mobile.bootstrap import open_tablet
from mobile.config import TabletConfig
from mobile.services.sign_in import verifier_of
from mobile.store import people
from tests.bench.figures import Figure, compared
from tests.bench.long_lists import home_with
from tests.bench.tablets import sign_in_as_somchai
from tests.support.tablet_process import Tablet

ROOT = Path(__file__).resolve().parents[2]
MANY = 100_000
PIN = "246810"
HELLO = "a bare Kivy window with one label"


def resident_mib(pid: int) -> float:
    """Memory of a process that is in RAM now, MiB; what it shares with others counts whole."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the system tells of no memory")


def day_of(home: Path) -> dict[str, float]:
    """MiB of the shipped app after each step."""
    found = {}
    with Tablet(home) as tablet:
        pid = tablet.process.pid
        tablet.wait(id="sign_in.person:somchai", seconds=60)
        found["after the start"] = resident_mib(pid)
        tablet.tap(id="sign_in.person:somchai")
        for digit in PIN:
            tablet.tap(id=f"sign_in.digit:{digit}")
        tablet.tap(id="sign_in.go")
        tablet.wait(id="home.records", seconds=60)
        found["at home, signed in"] = resident_mib(pid)
        tablet.tap(id="home.records")
        tablet.wait(id="records.row:0", seconds=60)
        found[f"the list of {MANY:,} open"] = resident_mib(pid)
        for _ in range(20):
            tablet.ask("scroll", id="records.list", rows=10)
        found["after scrolling 200 rows of it"] = resident_mib(pid)
        tablet.ask("scroll", id="records.list", rows=-200)
        tablet.tap(id="records.row:0")
        tablet.wait(id="form", seconds=60)
        found["a form open above it"] = resident_mib(pid)
    return found


def hello(room: Path) -> float:
    """MiB of a window with one label, after as many frames."""
    environment = {**os.environ, "KIVY_HOME": str(room / "kivy")}
    command = [sys.executable, "-m", "tests.bench.hello_window"]
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        assert json.loads(child.stdout.readline()) == "ready"
        return resident_mib(child.pid)
    finally:
        child.stdin.close()
        child.wait(20)
        child.stdout.close()


def known_home(home: Path) -> Path:
    """A home with the long list, on which Somchai signed in before."""
    home_with(home, MANY)
    tablet = open_tablet(TabletConfig(home), lambda act: act())
    sign_in_as_somchai(tablet)
    assert tablet.person is not None
    salt = bytes(16)
    with tablet.database.writing() as connection:
        people.keep(connection, tablet.person, salt, verifier_of(PIN, salt))
    tablet.close()
    return home


def measure(room: Path, quick: bool) -> list[Figure]:
    """Once: memory hardly varies."""
    home = known_home(room / "tablet")
    day, bare = day_of(home), hello(room)
    return [compared(step, "MiB", [(size, bare)], HELLO) for step, size in day.items()]
