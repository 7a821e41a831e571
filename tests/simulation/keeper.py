"""What befalls machines: the office's disk is lost and comes back, tablets are cloned."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from server.services.build_segments import build_segments
from server.services.enrol_device import make_enrolment_code
from server.services.forget_tombstones import forget_tombstones
from sync.segments import Sizes
from tests.simulation.facts import Facts
from tests.simulation.faults import Happened
from tests.simulation.house import House
from tests.simulation.ledger import Ledger
from tests.simulation.officer import Officer
from tests.simulation.steps import Chance
from tests.simulation.template import OFFICERS_MAX, areas_of
from tests.support.offices import PIN

SMALL: Final = Sizes(growth=4, full=4_000)


@dataclass
class Keeper:
    """Backs up, restores, clones; `facts` looks at all disks."""

    house: House
    ledger: Ledger
    chance: Chance
    happened: Happened
    say: Callable[..., None]
    officers: list[Officer]
    facts: Callable[[], Facts]
    join: Callable[[Officer], None]
    disks_lost: set[str] = field(default_factory=set)

    def act(self, what: str) -> None:
        """One act."""
        getattr(self, f"_{what}")()
        self.say("keeper", what)

    def _snapshot(self) -> None:
        self.house.take_snapshot()

    def _copy(self) -> None:
        self.house.copy()

    def _back_up(self) -> None:
        self.house.back_up()

    def _copy_back(self) -> None:
        """Somebody puts an older file in the place of the database, and tells nobody."""
        before = self.house.office.epoch.text
        if self.house.copy_back():
            self.happened.note("office_restored_by_file_copy")
            self.say("another epoch", before != self.house.office.epoch.text)
            self.officers[0].network.wire.forgot()

    def _restore(self) -> None:
        if self.house.restore():
            self.happened.note("office_restored_from_backup")
            self.officers[0].network.wire.forgot()

    def _segments(self) -> None:
        """What a new tablet downloads first is made, in pieces that are small here."""
        build_segments(self.house.office, sizes=SMALL)

    def _forget(self) -> None:
        """A long time has passed for the feed."""
        if forget_tombstones(self.house.office, 0):
            self.happened.note("tombstones_forgotten")

    def _enrol(self) -> None:
        """A tablet joins in the middle of the story."""
        if len(self.officers) >= OFFICERS_MAX or any(o.late for o in self.officers):
            return
        turn = max(o.turn for o in self.officers) + 1
        first = self.officers[0]
        name = f"tablet{turn + 1}"
        officer = first.another(name, turn, areas_of(turn))
        office = self.house.office
        code = make_enrolment_code(office, self.house.now.people["admin"], name, areas_of(turn))
        script, first.network.script = first.network.script, []
        officer.tablet.enroller.enrol(code, name)
        officer.person = officer.tablet.people.sign_in(f"officer{turn}", PIN)
        officer.stop()
        first.network.script = script
        officer.late = True
        self.officers.append(officer)
        self.join(officer)
        self.happened.note("tablet_enrolled_late")

    def _clone(self) -> None:
        """A second tablet goes on from a copy of the first, its incarnation's file included."""
        if any(officer.name.endswith("b") for officer in self.officers):
            return
        first = self.chance.source.choice(self.officers)
        if first.in_sync:
            return
        first.act("close", "")
        name = first.name + "b"
        first.stop()
        clone = first.another(name, first.turn, first.areas)
        clone.person, clone.clock = first.person, copy.copy(first.clock)
        shutil.copytree(first.home, clone.home)
        self.officers.append(clone)
        first.network.wire.forgot(first.name, name)
        first.network.wire.traffic[name] = copy.deepcopy(first.network.wire.traffic[first.name])
        self.happened.note("tablet_cloned")

    def forgive(self, who: str) -> None:
        """What went with a tablet's disk: saves that are on no tablet and not in the office."""
        self.disks_lost.add(who)
        self.officers[0].network.wire.forgot(who)
        facts = self.facts()
        held = facts.held()
        for save in self.ledger.saves.values():
            if save.by in self.disks_lost and save.number not in held:
                save.confirmed = False
