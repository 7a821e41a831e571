"""The stage: one office process, a browser, two tablets, and a bad network before each of them."""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

from server.demonstration.pictures import draw_scene
from tests.journey import cast
from tests.journey.browser import Browser
from tests.journey.evidence import OfficeDatabase
from tests.journey.hand import Hand
from tests.journey.numbers import Numbers
from tests.journey.telling import Teller, holds
from tests.support.chaos_proxy import ChaosProxy

ROOT = Path(__file__).resolve().parents[2]
SERVER = Path(sys.executable).with_name("samruat-server")
SCENES = 4
MARK = "journey.txt"
SERVES = re.compile(r"http://[^:]+:(\d+)")


@dataclass
class Stage:
    """Everything that runs. `facts` holds what one step learned and a later one needs."""

    folder: Path
    numbers: Numbers
    teller: Teller
    plant: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._empty_folder()
        self.data = self.folder / "office"
        self.office: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.database = OfficeDatabase(self.data)
        self.browser: Browser | None = None
        self.proxies: list[ChaosProxy] = []
        self.hands: list[Hand] = []

    def _empty_folder(self) -> None:
        """Begin with nothing; only a folder that an earlier journey made is thrown away."""
        mark = self.folder / MARK
        if self.folder.is_dir() and any(self.folder.iterdir()) and not mark.exists():
            raise SystemExit(f"{self.folder} holds something that no journey made: name another")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        mark.write_text("Made by python -m tests.journey, thrown away by the next one.\n")

    # -- the office

    def set_up_office(self) -> str:
        """Run the commands that make the office; what they printed."""
        command = [sys.executable, "-m", "tests.journey.set_up_office", str(self.data)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
        holds(done.returncode == 0, "the office's commands succeed", done.stderr[-2000:])
        return done.stdout

    def start_office(self) -> None:
        """Start the server, whole or with a planted fault, and wait until it says its address."""
        command = [str(SERVER)]
        if self.plant:
            command = [sys.executable, "-m", "tests.journey.faulty_server", self.plant]
        options = ["--data", str(self.data), "serve", "--port", "0"]
        with (self.folder / "office.log").open("wb") as log:
            self.office = subprocess.Popen(
                [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=log
            )
        assert self.office.stdout is not None
        said = self.office.stdout.readline().decode()
        found = SERVES.search(said)
        holds(found, "the server says its address", said or self._office_log())
        assert found is not None
        self.port = int(found[1])

    def health(self) -> int:
        """What the health address answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", "/api/v1/health")
            return line.getresponse().status
        finally:
            line.close()

    def _office_log(self) -> str:
        return (self.folder / "office.log").read_text("utf-8", "replace")[-2000:]

    def open_browser(self) -> Browser:
        """The browser of the office, once."""
        if self.browser is None:
            self.browser = Browser(f"http://127.0.0.1:{self.port}", self)
        return self.browser

    # -- the tablets

    def start_tablets(self) -> None:
        """Two apps, each behind a network of its own."""
        for number, name in enumerate((cast.TABLET_1, cast.TABLET_2), 1):
            proxy = ChaosProxy("127.0.0.1", self.port)
            self.proxies.append(proxy)
            home = self.folder / f"tablet-{number}"
            self._draw_scenes(home / "camera", seed=number)
            self.hands.append(
                Hand(f"tablet {number}", home, proxy, self.teller, cast.STANDS[number - 1])
            )
            self.facts[f"label {number}"] = name

    def _draw_scenes(self, camera: Path, seed: int) -> None:
        """What the camera of a desktop tablet sees: a folder of scenes, the same each time."""
        camera.mkdir(parents=True)
        random = Random(seed)
        for number in range(1, SCENES + 1):
            (camera / f"scene-{number}.jpg").write_bytes(draw_scene(random, number).data)

    @property
    def one(self) -> Hand:
        """The officer's tablet."""
        return self.hands[0]

    @property
    def two(self) -> Hand:
        """The event's tablet."""
        return self.hands[1]

    def picture(self, name: str) -> Path:
        """Where a picture of this name goes."""
        return self.folder / f"{name}.png"

    # -- the end

    def close(self) -> None:
        """End everything that was started, tablets first."""
        for hand in self.hands:
            hand.close()
        if self.browser is not None:
            self.browser.close()
        for proxy in self.proxies:
            proxy.close()
        if self.office is not None:
            self.office.send_signal(signal.SIGTERM)
            try:
                self.office.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.office.kill()
                self.office.wait()
            assert self.office.stdout is not None
            self.office.stdout.close()

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._last_look()
        self.close()

    def _last_look(self) -> None:
        """What everybody saw when the story broke off."""
        for hand in self.hands:
            self.teller.line(f"{hand.name} did last: {', '.join(hand.acts)}")
            if hand.tablet.process.poll() is None:
                try:
                    hand.tablet.shot(self.picture(f"broken-off-{hand.name.replace(' ', '-')}"))
                except (AssertionError, OSError, ValueError):
                    self.teller.line(f"{hand.name} shows nothing any more")
        if self.browser is not None:
            self.browser.last_look(self.picture("broken-off-office"))
        for log in ("office.log", "tablet-1/driver.log", "tablet-2/driver.log"):
            path = self.folder / log
            if path.exists() and path.stat().st_size:
                tail = path.read_text("utf-8", "replace").strip()[-1500:]
                self.teller.line(f"--- {log}\n{tail}")
