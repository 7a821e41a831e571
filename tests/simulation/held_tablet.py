"""A tablet in somebody's hands: the real app on its SQLite file, and what befalls the machine."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from mobile.bootstrap import Machine, open_tablet
from mobile.config import TabletConfig
from mobile.device.desktop import FolderCamera, PickedLocation
from mobile.services.opened import OpenRecord
from mobile.services.tablet import Tablet
from mobile.services.worker import AtOnce
from mobile.store import settings
from mobile.store.people import Person
from shared.errors import SurveyError
from shared.ids import SeededIds
from shared.limits import STORAGE_RESERVE_BYTES
from tests.simulation.faults import IN_AN_ACT, Happened
from tests.simulation.ledger import Ledger
from tests.simulation.network import Line, Network
from tests.simulation.steps import Chance
from tests.simulation.tripwire import AUDIT, At, Tripwire, Trouble
from tests.support.offices import AREA
from tests.support.tablets import HandClock, Killed, Room

TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000
HAZARD_SHARE = 0.12
FILES_ARE_WRITTEN = ("photo", "sign")
FILE_HAZARDS = ("tablet_killed_at_file", "tablet_file_disk_full")
FAR = 30
"""Steps within which trouble that was armed strikes."""


class RandomUnit(random.Random):
    """The chance of back-off, from the seed."""


def _nothing(_: str) -> None:
    """Nobody minds."""


@dataclass
class HeldTablet:
    """One tablet and who holds it. `say` writes the trace; `turn` numbers the tablets from 0."""

    name: str
    home: Path
    network: Network
    ledger: Ledger
    chance: Chance
    happened: Happened
    say: Callable[..., None]
    turn: int = 0
    areas: tuple[str, ...] = (AREA,)
    seed: int = 0
    clock_jumps: bool = True
    clock: HandClock = field(default_factory=HandClock)
    room: Room = field(default_factory=Room)
    wire: Tripwire = field(default_factory=Tripwire)
    app: Tablet | None = None
    person: Person | None = None
    opened: OpenRecord | None = None
    shown: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    in_sync: bool = False
    late: bool = False
    full_at_answer: bool = False
    on_restored: Callable[[str], None] = _nothing

    def __post_init__(self) -> None:
        self.ids_source = random.Random(f"tablet {self.seed} {self.name}")
        self.wire.folder = f"{self.home}/"
        AUDIT.install()

    # -- the tablet --------------------------------------------------------------------------

    def another(self, name: str, turn: int, areas: tuple[str, ...]) -> Self:
        """A further tablet of this world, with nothing on it."""
        return type(self)(
            name,
            self.home.with_name(name),
            self.network,
            self.ledger,
            self.chance,
            self.happened,
            self.say,
            turn,
            areas,
            self.seed,
            self.clock_jumps,
            on_restored=self.on_restored,
        )

    def start(self) -> Tablet:
        """Open the app on what the disk holds."""
        machine = Machine(
            clock=self.clock,
            ids=SeededIds(self.clock.now_ms, self.ids_source),
            storage=self.room,
            camera=FolderCamera(self.home / "camera"),
            location=PickedLocation(),
            random_bytes=self.ids_source.randbytes,
            transport=Line(self.network, self.name, self._token, self._push_answered),
            jobs=AtOnce(),
            network=AtOnce(),
            before_write=self.wire.before_write,
            random=RandomUnit(1),  # type: ignore[arg-type]
        )
        self.app = open_tablet(TabletConfig(self.home), lambda act: act(), machine)
        self.app.person = self.person
        return self.app

    @property
    def tablet(self) -> Tablet:
        """The running app; started when it is not."""
        return self.start() if self.app is None else self.app

    @property
    def path(self) -> Path:
        """The tablet's database."""
        return TabletConfig(self.home).database

    @property
    def device(self) -> str:
        """Its name in the office."""
        return settings.read(self.tablet.database.reader(), "device")

    def stop(self) -> None:
        """The app ends without a word: connections drop, nothing is committed by it."""
        if self.app is not None:
            self.app.database.close()
            self.app = None

    def _token(self) -> str:
        return settings.read(self.tablet.database.reader(), "token")

    def _push_answered(self) -> None:
        """The next thing the tablet writes is what the office acknowledged."""
        if self.full_at_answer:
            self.full_at_answer = False
            self.wire.on_met = lambda step: self.happened.note("disk_full_at_acknowledgement", step)
            self.wire.arm(Trouble.FULL, At.STATEMENT, self.chance.source.randint(1, 6))

    def kill(self) -> None:
        """The power is cut: connections drop, then the app starts again."""
        self.wire.disarm()
        self.opened, self.shown, self.in_sync = None, {}, False
        self.stop()
        self.clock.ticks, self.clock.boot = 0, self.clock.boot + "'"
        self.start()

    def act(self, what: str, hazard: str | None = None) -> None:
        """Something that a person at a tablet does, under a hazard of the tablet's own."""
        self._jump_clock()
        self._endanger(self._hazard(what) if hazard is None else hazard)
        try:
            getattr(self, f"_{what}")()
        except Killed:
            self.say(self.name, what, "killed before", self.wire.met)
            self.network.wire.suffered(self.name)
            self.kill()
        except SurveyError as reason:
            self.say(self.name, what, reason.code)
        else:
            self.say(self.name, what)
        finally:
            if self.wire.disarm():
                self.network.wire.suffered(self.name)
            self.room.free, self.full_at_answer = Room().free, False

    def _hazard(self, what: str) -> str:
        """By chance, and only while the field is not fair; files where files are written."""
        if not self.network.fault_rate:
            return ""
        if what in FILES_ARE_WRITTEN and self.chance.happens(2 * HAZARD_SHARE):
            return self.chance.source.choice(FILE_HAZARDS)
        return self.chance.source.choice(IN_AN_ACT) if self.chance.happens(HAZARD_SHARE) else ""

    def _endanger(self, hazard: str) -> None:
        """Arm what may befall this act; it is counted when it strikes."""
        far = self.chance.source.randint(1, FAR)
        self.wire.on_met = lambda step: self.happened.note(hazard, step)
        if hazard == "tablet_killed":
            self.wire.arm(Trouble.KILL, At.STATEMENT, far)
        elif hazard == "tablet_killed_at_file":
            self.wire.arm(Trouble.KILL, At.FILE, 1 + far % 4)
        elif hazard == "tablet_disk_full":
            self.wire.arm(Trouble.FULL, At.STATEMENT, far)
        elif hazard == "tablet_file_disk_full":
            self.wire.arm(Trouble.FULL, At.FILE, 1 + far % 3)
        elif hazard == "disk_full_at_acknowledgement":
            self.full_at_answer = True
        elif hazard == "tablet_storage_low":
            self.room.free = STORAGE_RESERVE_BYTES - 1
            self.happened.note("tablet_storage_low")

    def _jump_clock(self) -> None:
        """The wall clock goes anywhere within ten years; the monotonic one goes on."""
        self.clock.passes(self.chance.source.randint(1, 60_000))
        if self.clock_jumps and self.chance.clock.random() < 0.1:
            self.clock.now += self.chance.clock.randint(-TEN_YEARS_MS, TEN_YEARS_MS)
            self.happened.note("clock_jumped")

    def _backup(self) -> None:
        """Somebody copies the tablet's files; nothing is unsealed in the copy."""
        self._close()
        self.tablet.capture.seal_all()
        self.wire.disarm()
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.home, self.copy)

    def _restore(self) -> None:
        """The files come back as they were: with the file that no backup takes, or without.

        What only this tablet held since is gone with the disk, not by any fault of the protocol.
        """
        self.wire.disarm()
        if not self.copy.exists() or self.in_sync:
            return
        config = TabletConfig(self.home)
        kept = config.no_backup if self.chance.happens(0.5) else None
        self.opened, self.shown = None, {}
        self.stop()
        if kept is not None:
            shutil.rmtree(self.copy / kept.relative_to(self.home), ignore_errors=True)
            shutil.copytree(kept, self.copy / kept.relative_to(self.home))
        shutil.rmtree(self.home)
        shutil.copytree(self.copy, self.home)
        self.start()
        how = "tablet_restored_by_copy" if kept is None else "tablet_restored_from_backup"
        self.happened.note(how)
        self.say(self.name, how)
        self.on_restored(self.name)

    @property
    def copy(self) -> Path:
        """Where somebody copied the files to."""
        return self.home.with_name(self.home.name + ".copy")

    def _close(self) -> None:
        """The person leaves the record that is open."""
        opened, self.opened, self.shown = self.opened, None, {}
        if opened is not None:
            self.tablet.capture.close(opened)
