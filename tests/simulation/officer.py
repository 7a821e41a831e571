"""An officer and their tablet: the real app on its own SQLite file, killed when it pleases."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

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
from shared.records.state import RecordState
from tests.simulation.ledger import Ledger, displayed, listed, number_of, value_of
from tests.simulation.network import Line, Network
from tests.support.offices import AREA
from tests.support.tablets import HandClock, Killed, Room

FIELDS = {
    "insp": ("place/paper_no", "site/fac_name", "site/operator", "visit/times"),
    "insp/inspectors": ("ins_name", "ins_pos"),
    "factory": ("identity/fac_name", "identity/operator", "contact/contact_pos"),
}
ACTS = {
    "begin": 2,
    "open": 5,
    "answer": 14,
    "row": 3,
    "delete": 1,
    "close": 2,
    "submit": 4,
    "resolve": 2,
    "sign": 1,
    "sync": 9,
    "backup": 1,
    "restore": 1,
}
"""What a person does at a tablet, and how often."""
SIGNATURE = "closing/sig_fac"
TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000
ROOTS_MAX = 6


class RandomUnit(random.Random):
    """The chance of back-off, from the seed."""


@dataclass
class Fuse:
    """Cuts the power before one of the next writing steps; remembers which."""

    left: int = 0
    last: str = ""

    def __call__(self, sql: str) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                self.last = " ".join(sql.split()[:3])
                raise Killed


def _nothing(_: object) -> None:
    """Nobody minds."""


@dataclass
class Officer:
    """One person at one tablet. `say` writes the trace."""

    name: str
    home: Path
    network: Network
    ledger: Ledger
    source: random.Random
    clock_source: random.Random
    say: Callable[..., None]
    clock: HandClock = field(default_factory=HandClock)
    fuse: Fuse = field(default_factory=Fuse)
    app: Tablet | None = None
    person: Person | None = None
    opened: OpenRecord | None = None
    shown: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    in_sync: bool = False
    on_restored: Callable[[str], None] = _nothing

    # -- the tablet --------------------------------------------------------------------------

    def start(self) -> Tablet:
        """Open the app on what the disk holds."""
        machine = Machine(
            clock=self.clock,
            ids=SeededIds(self.clock.now_ms, self.source),
            storage=Room(),
            camera=FolderCamera(self.home / "camera"),
            location=PickedLocation(),
            random_bytes=self.source.randbytes,
            transport=Line(self.network, self._token),
            jobs=AtOnce(),
            network=AtOnce(),
            before_write=self.fuse,
            random=RandomUnit(1),  # type: ignore[arg-type]
        )
        self.app = open_tablet(TabletConfig(self.home), lambda act: act(), machine)
        self.app.person = self.person
        return self.app

    @property
    def tablet(self) -> Tablet:
        """The running app."""
        assert self.app is not None
        return self.app

    def _token(self) -> str:
        return settings.read(self.tablet.database.reader(), "token")

    def kill(self) -> None:
        """The power is cut: connections drop, then the app starts again."""
        self.fuse.left = 0
        self.opened, self.shown, self.in_sync = None, {}, False
        self.tablet.database.close()
        self.clock.ticks, self.clock.boot = 0, self.clock.boot + "'"
        self.start()

    # -- acts --------------------------------------------------------------------------------

    def act(self) -> None:
        """Something that a person at a tablet does; the power may go at any writing step."""
        what = self.source.choices(tuple(ACTS), tuple(ACTS.values()))[0]
        self._jump_clock()
        if self.source.random() < 0.06:
            self.fuse.left = self.source.randint(1, 30)
        try:
            getattr(self, f"_{what}")()
        except Killed:
            self.say(self.name, what, "killed before", self.fuse.last)
            self.kill()
        except SurveyError as reason:
            self.say(self.name, what, reason.code)
        else:
            self.say(self.name, what)

    def _jump_clock(self) -> None:
        """The wall clock goes anywhere within ten years; the monotonic one goes on."""
        self.clock.passes(self.source.randint(1, 60_000))
        if self.clock_source.random() < 0.1:
            self.clock.now += self.clock_source.randint(-TEN_YEARS_MS, TEN_YEARS_MS)

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
        opened = self.tablet.capture.begin_record("insp", AREA, self._author())
        self.opened, self.shown = opened, {}
        self.ledger.roots.append(opened.root)
        return self._answer()

    def _open(self) -> None:
        self._close()
        known = self.roots()
        if known:
            root = self.source.choice(known)
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
        record = self.source.choice(records)
        name = self.source.choice(FIELDS[self.opened.type_of(record)[0]])
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
        if self.opened is None or self.opened.type != "insp":
            return
        if self.opened.is_new or len(self._records()) > 4:
            return
        # The row's id is made inside; the save is named once it is known.
        number = len(self.ledger.saves) + 1
        save = self.ledger.begin(self.name, "", "ins_name", frozenset())
        values = {"ins_name": value_of(number, "ins_name")}
        row = self.tablet.capture.add_row(self.opened, self.opened.root, "insp/inspectors", values)
        save.record, save.confirmed = row, True
        self.shown[row, "ins_name"] = frozenset({number})

    def _delete(self) -> None:
        if self.opened is None:
            return
        rows = [r for r in self._records() if r != self.opened.root]
        if rows:
            row = self.source.choice(rows)
            self.tablet.capture.delete(self.opened, row, "twice")
            self._open()

    def _submit(self) -> None:
        if self.opened is None or self.opened.type != "insp":
            self._open()
        if self.opened is not None and self.opened.type == "insp" and not self.opened.is_new:
            self.tablet.capture.submit(self.opened)

    def _resolve(self) -> None:
        for root in self.roots():
            states = self.states(root)
            for state in sorted(states.values(), key=lambda s: (s.order, s.type)):
                fields = [n for n in state.conflicts() if n in FIELDS.get(state.type, ())]
                if fields:
                    self._close()
                    return self._settle(root, state, self.source.choice(sorted(fields)))
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
        if self.opened is None or self.opened.type != "insp" or self.opened.is_new:
            return
        strokes = [[(self.source.random(), self.source.random()) for _ in range(3)]]
        value = self.tablet.attacher.signature(strokes)
        self.tablet.capture.answer(self.opened, self.opened.root, SIGNATURE, value)

    def _sync(self) -> None:
        if self.in_sync:
            return
        self.in_sync = True
        try:
            report = self.tablet.synchroniser.run_once()
        finally:
            self.in_sync = False
        self.say(self.name, "synced", report.end, report.code, sorted(report.outcomes.items()))

    def answers_meanwhile(self) -> None:
        """The person goes on typing while the network is waited for."""
        if self.in_sync and self.opened is not None:
            self._answer()

    def _backup(self) -> None:
        """Somebody copies the tablet's files; nothing is unsealed in the copy."""
        self._close()
        self.tablet.capture.seal_all()
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self.home, self._copy)

    def _restore(self) -> None:
        """The files come back as they were: with the file that no backup takes, or without.

        What only this tablet held since is gone with the disk, not by any fault of the protocol.
        """
        if not self._copy.exists() or self.in_sync:
            return
        config = TabletConfig(self.home)
        kept = config.no_backup if self.source.random() < 0.5 else None
        self.opened, self.shown = None, {}
        self.tablet.database.close()
        if kept is not None:
            shutil.rmtree(self._copy / kept.relative_to(self.home), ignore_errors=True)
            shutil.copytree(kept, self._copy / kept.relative_to(self.home))
        shutil.rmtree(self.home)
        shutil.copytree(self._copy, self.home)
        self.start()
        self.say(self.name, "restored", "a copy" if kept is None else "a backup")
        self.on_restored(self.name)

    @property
    def _copy(self) -> Path:
        return self.home.with_name(self.home.name + ".copy")

    def _author(self) -> str:
        return self.tablet.author()
