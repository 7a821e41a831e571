"""What befalls machines: the office's disk is lost and comes back, tablets are cloned."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulation.facts import Facts
from tests.simulation.faults import Happened
from tests.simulation.house import House
from tests.simulation.ledger import Ledger
from tests.simulation.officer import Officer
from tests.simulation.steps import Chance


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
    disks_lost: set[str] = field(default_factory=set)

    def act(self, what: str) -> None:
        """One act."""
        getattr(self, f"_{what}")()
        self.say("keeper", what)

    def _snapshot(self) -> None:
        self.house.take_snapshot()

    def _back_up(self) -> None:
        self.house.back_up()

    def _copy_back(self) -> None:
        """Somebody puts an older file in the place of the database, and tells nobody."""
        before = self.house.office.epoch.text
        if self.house.copy_back():
            self.happened.note("office_restored_by_file_copy")
            self.say("another epoch", before != self.house.office.epoch.text)
            self.forgive("office")

    def _restore(self) -> None:
        self._copy_back()

    def _clone(self) -> None:
        """A second tablet goes on from a copy of the first, its incarnation's file included."""
        if any(officer.name.endswith("b") for officer in self.officers):
            return
        first = self.chance.source.choice(self.officers)
        if first.in_sync:
            return
        first.act("close", "")
        name = first.name + "b"
        home = first.home.with_name(name)
        first.stop()
        shutil.copytree(first.home, home)
        self.officers.append(
            Officer(
                name,
                home,
                first.network,
                first.ledger,
                first.chance,
                first.happened,
                first.say,
                first.turn,
                first.areas,
                first.seed,
                first.clock_jumps,
                copy.copy(first.clock),
                person=first.person,
                on_restored=first.on_restored,
            )
        )
        first.network.wire.forgot(first.name, name)
        first.network.wire.traffic[name] = copy.deepcopy(first.network.wire.traffic[first.name])
        self.happened.note("tablet_cloned")

    def forgive(self, who: str) -> None:
        """What went with a disk: saves that are on no tablet and not in the office.

        Two disks may be lost one after the other: a tablet put back from a copy has no line of
        what only the office kept.
        """
        self.disks_lost.add(who)
        self.officers[0].network.wire.forgot(*([] if who == "office" else [who]))
        facts = self.facts()
        held = {w.number for w in facts.office.writes} | facts.office.aside_numbers
        for tablet in facts.tablets.values():
            held |= {n for _, n in (*tablet.sealed, *tablet.typed)}
        for save in self.ledger.saves.values():
            if save.by in self.disks_lost and save.number not in held:
                save.confirmed = False
