"""A world of one seed: tablets, an office, a network, people, and the truth about all of them."""

from __future__ import annotations

import atexit
import hashlib
import os
import random
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from server.services.enrol_device import make_enrolment_code
from server.services.publish_form import publish_form
from server.services.record_staff_change import StaffChange, record_staff_change
from shared.limits import RESTARTS_PER_SESSION_MAX
from shared.records.workflow import Role
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.simulation.checkers import CHECKERS
from tests.simulation.facts import Facts, office_facts, tablet_facts
from tests.simulation.ledger import Ledger
from tests.simulation.network import Network
from tests.simulation.officer import Officer
from tests.simulation.reviewer import Reviewer
from tests.support.databases import SqliteDatabases
from tests.support.offices import AREA, PIN, TestOffice, open_office, settle_people

CATALOG = Path(__file__).resolve().parents[2] / "shared" / "forms" / "catalog"
CHECK_EVERY = 20
OFFICE_LOST_EVERY = 3
"""In every third seed the office's disk is lost and its backup put back."""
SYNCS_TO_SETTLE = 4


def _scratch() -> Path:
    """A folder that is gone at the end; in memory where there is such a thing."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    folder = Path(tempfile.mkdtemp(prefix="samruat-world-", dir=memory if usable else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


SCRATCH = _scratch()
DATABASES = SqliteDatabases(SCRATCH)


class Broken(AssertionError):
    """An invariant does not hold; the message says which, and how to see it again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a simulation is made of; everything else follows from the seed."""

    seed: int
    steps: int = 200
    tablets: int = 3
    clock_jumps: bool = True
    fault_rate: float = 0.35

    def replay(self) -> str:
        """The line that plays it again."""
        return (
            f"python -m tests.simulation --seed {self.seed} --steps {self.steps}"
            f" --tablets {self.tablets}"
        )


def _furnish(url: str) -> None:
    """The template: people, two forms of the catalog, one factory that everybody edits."""
    first = open_office(SCRATCH / "template", url)
    settle_people(first)
    admin = first.people["admin"]
    for name in ("insp", "factory"):
        publish_form(first.office, admin, (CATALOG / f"{name}.md").read_text("utf-8"), name)
    for number in range(6):
        first.person(f"officer{number}", Role.OFFICER, AREA)
    first.close()


@dataclass
class World:
    """One simulation."""

    plan: Plan
    ledger: Ledger = field(default_factory=Ledger)
    trace: list[str] = field(default_factory=list)
    officers: list[Officer] = field(default_factory=list)
    steps_done: int = 0
    restores: int = 0
    disks_lost: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix=f"seed-{self.plan.seed}-", dir=SCRATCH))
        self.source = random.Random(f"people {self.plan.seed}")
        self.url = DATABASES.copy_of("simulation", _furnish)
        shutil.copytree(SCRATCH / "template", self.home / "office")
        self.office: TestOffice = open_office(self.home / "office", self.url, seed=self.plan.seed)
        self.office.clock.now += 60_000
        network_source = random.Random(f"network {self.plan.seed}")
        self.network = Network(self.office.app, network_source, fault_rate=0)
        people = self.office.people
        self.ledger.staff = {people["review"], people["admin"]}
        self.reviewer = Reviewer(
            people["review"], self.office.office, self.ledger, self.source, self.say
        )
        self._register()
        for number in range(self.plan.tablets):
            self.officers.append(self._enrolled(number))
        for officer in self.officers:
            officer.on_restored = self._after_restore
        self.network.fault_rate = self.plan.fault_rate
        self.network.between = self._between
        self.backup_at, self.restore_at = -1, -1
        if self.plan.seed % OFFICE_LOST_EVERY == 0:
            self.backup_at = self.source.randrange(self.plan.steps // 2 + 1)
            self.restore_at = self.source.randrange(self.plan.steps)

    def say(self, *words: object) -> None:
        """A line of the trace."""
        self.trace.append(" ".join(str(word) for word in words))

    def _register(self) -> None:
        """A factory in the register of the area."""
        record = self.office.office.ids.new()
        writes = {"identity/fac_name": FieldWrite("โรงน้ำตาล")}
        edit = RecordEdit(
            record, "factory", "factory", 1, Operation.CREATE, scope=AREA, writes=writes
        )
        record_staff_change(self.office.office, StaffChange(self.office.people["admin"], (edit,)))
        self.ledger.roots.append(record)

    def _enrolled(self, number: int) -> Officer:
        """A tablet that was enrolled, signed in on, and synchronised once."""
        clocks = random.Random(f"clock {self.plan.seed} {number}")
        if not self.plan.clock_jumps:
            clocks = _Still()
        officer = Officer(
            f"tablet{number + 1}",
            self.home / f"tablet{number + 1}",
            self.network,
            self.ledger,
            random.Random(f"tablet {self.plan.seed} {number}"),
            clocks,
            self.say,
        )
        app = officer.start()
        code = make_enrolment_code(
            self.office.office, self.office.people["admin"], officer.name, (AREA,)
        )
        app.enroller.enrol(code, officer.name)
        officer.person = app.person = app.people.sign_in(f"officer{number}", PIN)
        report = app.synchroniser.run_once()
        assert report.complete, report
        return officer

    def _after_restore(self, who: str) -> None:
        """What went with the disk: saves that are on no tablet and not in the office.

        Two disks may be lost one after the other: a tablet put back from a copy has no line of
        what only the office kept.
        """
        self.disks_lost.add(who)
        facts = self.facts()
        held = {w.number for w in facts.office.writes} | facts.office.aside_numbers
        for tablet in facts.tablets.values():
            held |= {n for _, n in (*tablet.sealed, *tablet.typed)}
        for save in self.ledger.saves.values():
            if save.by in self.disks_lost and save.number not in held:
                save.confirmed = False

    def back_up_office(self) -> None:
        """The office's database is copied while it runs; files and the epoch's file are not."""
        source, copy = sqlite3.connect(self._database), sqlite3.connect(self._copy)
        source.backup(copy)
        source.close()
        copy.close()
        self.say("office backed up")

    def restore_office(self) -> None:
        """The office's disk is gone; the backup comes back, and a new epoch begins.

        What staff saved since is gone with the disk (no journal is kept yet); tablets offer again
        what the office forgot.
        """
        if not self._copy.exists():
            return
        self.restores += 1
        before = self.office.office.epoch.text
        now = self.office.clock.now
        self.office.close()
        for suffix in ("-wal", "-shm"):
            self._database.with_name(self._database.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._copy, self._database)
        seed = self.plan.seed + 10_000 * self.restores
        self.office = open_office(self.home / "office", self.url, seed=seed)
        self.office.clock.now = now
        self.network.app = self.office.app
        self.reviewer.office, self.reviewer.page = self.office.office, None
        self.say("office restored", before != self.office.office.epoch.text)
        self._after_restore("office")

    @property
    def _database(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def _copy(self) -> Path:
        return self.home / "office.copy"

    def _between(self) -> None:
        """While a tablet waits for the network, others act: staff, and whoever holds it."""
        if self.source.random() < 0.15:
            self.reviewer.act()
        for officer in self.officers:
            if officer.in_sync and self.source.random() < 0.3:
                officer.answers_meanwhile()

    # -- running -----------------------------------------------------------------------------

    def run(self) -> None:
        """All steps, then a fair network until nothing is new; checked on the way and after.

        Raises Broken for whatever goes wrong, a defect that surfaces as another error included.
        """
        try:
            self._run()
        except Broken:
            raise
        except Exception as reason:
            last = "\n  ".join(self.trace[-5:])
            raise Broken(
                f"{type(reason).__name__}: {reason}\n  {last}\nsee it again: {self.plan.replay()}"
            ) from reason

    def _run(self) -> None:
        for step in range(self.plan.steps):
            self.steps_done = step + 1
            actor = self.source.choice([*self.officers, self.reviewer])
            if step == self.backup_at:
                self.back_up_office()
            if step == self.restore_at:
                self.restore_office()
            actor.act()
            if step % CHECK_EVERY == CHECK_EVERY - 1:
                self.check(settled=False)
        self.settle()
        self.check(settled=True)

    def settle(self) -> None:
        """Faults stop; every tablet synchronises until idle (I12: within a few rounds)."""
        self.network.fault_rate, self.network.between = 0, None
        self.network.delayed.clear()
        for officer in self.officers:
            officer.fuse.left = 0
            officer._close()
        assert SYNCS_TO_SETTLE > RESTARTS_PER_SESSION_MAX
        for _ in range(SYNCS_TO_SETTLE):
            reports = [officer.tablet.synchroniser.run_once() for officer in self.officers]
        for officer, report in zip(self.officers, reports, strict=True):
            self.say(officer.name, "settled", report.end, report.code)
            if not report.complete or report.sent or report.records_received:
                self._broken([f"I12 {officer.name} does not come to rest: {report}"])

    def facts(self) -> Facts:
        """Everything as it is on the disks now."""
        tablets = {o.name: tablet_facts(o.tablet.database.path) for o in self.officers}
        return Facts(office_facts(self.office.office), tablets)

    def check(self, *, settled: bool) -> None:
        """Put every checker to the facts."""
        facts = self.facts()
        wrong = [
            f"{checker.name} {sentence}"
            for checker in CHECKERS
            for sentence in checker.check(facts, self.ledger, settled=settled)
        ]
        if wrong:
            self._broken(wrong)

    def _broken(self, wrong: list[str]) -> None:
        shown = "\n  ".join(wrong[:8])
        raise Broken(
            f"after step {self.steps_done}:\n  {shown}\nsee it again: {self.plan.replay()}"
        )

    def trace_hash(self) -> str:
        """One hash over all that happened."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def close(self) -> None:
        """Close databases and remove the files."""
        for officer in self.officers:
            if officer.app is not None:
                officer.app.database.close()
        self.office.close()
        DATABASES.forget(self.url)
        shutil.rmtree(self.home, ignore_errors=True)


class _Still(random.Random):
    """Clocks that do not jump."""

    def random(self) -> float:
        return 1.0


def simulate(plan: Plan) -> World:
    """Run a plan to its end; the world is closed. Raises Broken."""
    world = World(plan)
    try:
        world.run()
    finally:
        world.close()
    return world
