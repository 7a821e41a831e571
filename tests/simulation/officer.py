"""An officer and their tablet: the real app on its own SQLite file, killed when it pleases."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from mobile.bootstrap import Machine, open_tablet
from mobile.config import TabletConfig
from mobile.device.desktop import FolderCamera, PickedLocation
from mobile.services.opened import OpenRecord
from mobile.services.tablet import Tablet
from mobile.services.worker import AtOnce
from mobile.store import editing, settings
from mobile.store.people import Person
from mobile.store.shown import shown_states
from shared.errors import SurveyError
from shared.ids import SeededIds
from shared.limits import STORAGE_RESERVE_BYTES
from shared.records.state import EXISTENCE, RecordState
from tests.simulation.faults import IN_AN_ACT, Happened
from tests.simulation.ledger import Ledger, displayed, listed, number_of, value_of
from tests.simulation.network import Defect, Line, Network
from tests.simulation.steps import Chance
from tests.simulation.tripwire import AUDIT, At, Tripwire, Trouble
from tests.support.offices import AREA
from tests.support.tablets import HandClock, Killed, Room

FIELDS = {
    "visit": ("place/paper_no", "site/fac_name", "site/operator", "visit/times"),
    "visit/inspectors": ("ins_name", "ins_pos"),
    "factory": ("identity/fac_name", "identity/operator", "contact/contact_pos"),
}
ROW = "visit/inspectors"
SIGNATURE, PHOTO, SMELL = "closing/sig_fac", "place/photo", "site/smell"
TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000
ROOTS_MAX = 6
HAZARD_SHARE = 0.12
FAR = 30
"""Steps within which trouble that was armed strikes."""


class RandomUnit(random.Random):
    """The chance of back-off, from the seed."""


def _nothing(_: str) -> None:
    """Nobody minds."""


@dataclass
class Officer:
    """One person at one tablet. `say` writes the trace; `turn` numbers the tablets from 0."""

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
    full_at_answer: bool = False
    on_restored: Callable[[str], None] = _nothing

    def __post_init__(self) -> None:
        self.ids_source = random.Random(f"tablet {self.seed} {self.name}")
        self.wire.folder = f"{self.home}/"
        AUDIT.install()

    # -- the tablet --------------------------------------------------------------------------

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

    # -- acts --------------------------------------------------------------------------------

    def act(self, what: str, hazard: str | None = None) -> None:
        """Something that a person at a tablet does, under a hazard of the tablet's own."""
        self._jump_clock()
        self._endanger(self._hazard() if hazard is None else hazard)
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

    def _hazard(self) -> str:
        """By chance, and only while the field is not fair."""
        if self.network.fault_rate and self.chance.happens(HAZARD_SHARE):
            return self.chance.source.choice(IN_AN_ACT)
        return ""

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

    def states(self, root: str) -> dict[str, RecordState]:
        """What the tablet shows of a record."""
        return shown_states(self.tablet.database.reader(), root)

    def roots(self) -> list[str]:
        """Records in the field that this tablet knows, in an order that no clock decides."""
        reader = self.tablet.database.reader()
        known = {row["root"] for row in reader.execute("SELECT root FROM listing")}
        return [root for root in self.ledger.roots if root in known]

    def _begin(self) -> None:
        if len(self.ledger.roots) >= ROOTS_MAX:
            return self._open()
        self._close()
        opened = self.tablet.capture.begin_record(
            "visit", self.chance.source.choice(self.areas), self._author()
        )
        self.opened, self.shown = opened, {}
        self.ledger.roots.append(opened.root)
        return self._answer()

    def _open(self) -> None:
        self._close()
        known = self.roots()
        if known:
            root = self.chance.source.choice(known)
            self.opened = self.tablet.capture.open_record(root, self._author())
            self.shown = {
                (record, name): displayed(state, name)
                for record, state in self.states(root).items()
                for name in FIELDS.get(state.type, ())
            }

    def _close(self) -> None:
        opened, self.opened, self.shown = self.opened, None, {}
        if opened is not None:
            self.tablet.capture.close(opened)

    def _records(self) -> list[str]:
        """The root that is open and its rows that are not deleted."""
        assert self.opened is not None
        begun = [r for r in self.opened.begun if r not in self.opened.states]
        there = [
            r
            for r, s in sorted(self.opened.states.items(), key=lambda item: item[1].order)
            if s.type in FIELDS and not s.deleted
        ]
        return [*there, *begun]

    def _answer(self) -> None:
        if self.opened is None:
            self._open()
        if self.opened is None:
            return
        records = self._records()
        if not records:
            return
        record = self.chance.source.choice(records)
        name = self.chance.source.choice(FIELDS[self.opened.type_of(record)[0]])
        shown = self.shown.get((record, name), frozenset())
        save = self.ledger.begin(self.name, record, name, shown, self._unsealed(record, name))
        opened = self.opened
        self.tablet.capture.answer(opened, record, name, value_of(save.number, name))
        self.shown[record, name] = frozenset({save.number})
        save.confirmed = True

    def _unsealed(self, record: str, name: str) -> int | None:
        """An answer of this form that is not sealed yet: the next one takes its place."""
        assert self.opened is not None
        reader = self.tablet.database.reader()
        for one in editing.of_root(reader, self.opened.root):
            if (one.record, one.field) == (record, name):
                return number_of(one.value)
        return None

    def _row(self) -> None:
        if self.opened is None or self.opened.type != "visit":
            return
        if self.opened.is_new or len(self._records()) > 4:
            return
        # The row's id is made inside; the save is named once it is known.
        number = len(self.ledger.saves) + 1
        save = self.ledger.begin(self.name, "", "ins_name", frozenset())
        values = {"ins_name": value_of(number, "ins_name")}
        row = self.tablet.capture.add_row(self.opened, self.opened.root, ROW, values)
        save.record, save.confirmed = row, True
        self.shown[row, "ins_name"] = frozenset({number})

    def _delete(self) -> None:
        if self.opened is None:
            return
        rows = [r for r in self._records() if r != self.opened.root]
        if self.chance.happens(0.25):
            rows = [self.opened.root]
        if not rows or self.opened.is_new:
            return
        row = self.chance.source.choice(rows)
        state = self.opened.seen_states().get(row)
        gone = state is not None and state.deleted
        if gone:
            made = self.tablet.capture.restore(self.opened, row, "a mistake")
        else:
            made = self.tablet.capture.delete(self.opened, row, "twice")
        for change in made:
            if any(EXISTENCE in edit.writes for edit in change.records):
                act = "restore" if gone else "delete"
                self.ledger.existence(row, change.id, act, by_staff=False)
        self._open()

    def _submit(self) -> None:
        if self.opened is None or self.opened.type != "visit":
            self._open()
        if self.opened is not None and self.opened.type == "visit" and not self.opened.is_new:
            self.tablet.capture.submit(self.opened)

    def _resolve(self) -> None:
        for root in self.roots():
            states = self.states(root)
            for state in sorted(states.values(), key=lambda s: (s.order, s.type)):
                fields = [n for n in state.conflicts() if n in FIELDS.get(state.type, ())]
                if fields:
                    self._close()
                    return self._settle(root, state, self.chance.source.choice(sorted(fields)))
        return None

    def _settle(self, root: str, state: RecordState, name: str) -> None:
        state = self.states(root)[state.record]
        save = self.ledger.begin(self.name, state.record, name, listed(state, name))
        self.tablet.capture.resolve(
            root,
            state.record,
            name,
            value_of(save.number, name),
            tuple(s.dot.id for s in state.fields.get(name, ())),
            self._author(),
        )
        save.confirmed = True

    def _sign(self) -> None:
        self._attach(SIGNATURE, "PNG")

    def _photo(self) -> None:
        self._attach(PHOTO, "JPEG")

    def _attach(self, name: str, kind: str) -> None:
        """A small picture, no two alike."""
        if self.opened is None or self.opened.type != "visit" or self.opened.is_new:
            return
        out = io.BytesIO()
        Image.frombytes("L", (8, 8), self.chance.source.randbytes(64)).save(out, kind)
        if kind == "PNG":
            value = self.tablet.attacher.signature_png(out.getvalue())
        else:
            picture = self.home.with_name(f"{self.name}.jpg")
            picture.write_bytes(out.getvalue())
            value = self.tablet.attacher.picture(picture)
        self.tablet.capture.answer(self.opened, self.opened.root, name, value)

    def _choose(self) -> None:
        """A choice whose text nobody numbers: what drives whether another question is asked."""
        if self.opened is not None and self.opened.type == "visit" and not self.opened.is_new:
            value = self.chance.source.choice(("yes", "no"))
            self.tablet.capture.answer(self.opened, self.opened.root, SMELL, value)

    def _sync(self) -> None:
        if self.in_sync:
            return
        self.in_sync = True
        try:
            report = self.tablet.synchroniser.run_once()
        finally:
            self.in_sync = False
        if report.code.startswith("internal"):
            raise Defect(f"{self.name}: {report}")
        self.say(self.name, "synced", report.end, report.code, sorted(report.outcomes.items()))

    def answers_meanwhile(self) -> None:
        """The person goes on typing while the network is waited for."""
        if self.in_sync and self.opened is not None:
            self.happened.note("typing_while_synchronising")
            with suppress(SurveyError):
                self._answer()

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

    def _author(self) -> str:
        return self.tablet.author()
