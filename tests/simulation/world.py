"""A world of one seed: tablets, an office, a network, people, and the truth about all of them."""

from __future__ import annotations

import copy
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mobile.services.synchronise import SyncReport
from server.store.rights import device_scopes
from shared.limits import RESTARTS_PER_SESSION_MAX
from sync.exchange import HttpReply
from tests.simulation.administrator import Administrator
from tests.simulation.checkers import CHECKERS
from tests.simulation.facts import Facts, office_facts, tablet_facts
from tests.simulation.faults import Happened
from tests.simulation.house import House
from tests.simulation.keeper import Keeper
from tests.simulation.ledger import Ledger
from tests.simulation.network import Defect, Network
from tests.simulation.officer import Officer
from tests.simulation.reviewer import Reviewer
from tests.simulation.steps import JOINED, Chance, Step, drawn
from tests.simulation.template import DATABASES, SCRATCH, template_for

CHECK_EVERY = 30
SYNCS_TO_SETTLE = 5


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
    only: tuple[int, ...] | None = None

    def replay(self) -> str:
        """The line that plays it again."""
        line = (
            f"python -m tests.simulation --seed {self.seed} --steps {self.steps}"
            f" --tablets {self.tablets}"
        )
        if self.fault_rate != Plan.__dataclass_fields__["fault_rate"].default:
            line += f" --fault-rate {self.fault_rate}"
        if self.only is not None:
            line += f" --only {in_ranges(self.only)}"
        return line

    def drawn(self) -> list[Step]:
        """The steps to play."""
        numbers = range(self.steps) if self.only is None else self.only
        return [drawn(self.seed, number, self.tablets) for number in numbers]


def in_ranges(numbers: Sequence[int]) -> str:
    """`0-3,7` for 0, 1, 2, 3, 7."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number])
    return ",".join("-".join(str(n) for n in part) for part in parts)


def from_ranges(text: str) -> tuple[int, ...]:
    """The numbers that `in_ranges` wrote."""
    out: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        out.extend(range(int(first), int(last or first) + 1))
    return tuple(out)


@dataclass
class World:
    """One simulation."""

    plan: Plan
    ledger: Ledger = field(default_factory=Ledger)
    trace: list[str] = field(default_factory=list)
    officers: list[Officer] = field(default_factory=list)
    happened: Happened = field(default_factory=Happened)
    chance: Chance = field(default_factory=Chance)
    played: int = 0
    unrest: list[str] = field(default_factory=list)
    plant: Callable[[World], None] | None = None
    """Puts something faulty behind a port: a checker must notice. Again after each restart."""

    def __post_init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix=f"seed-{self.plan.seed}-", dir=SCRATCH))
        self.chance.begin(f"{self.plan.seed} beginning")
        template = template_for(self.plan.tablets)
        self.url = DATABASES.copy_of_url(template.url)
        shutil.copytree(template.folder / "office", self.home / "office")
        self.house = House(
            self.home / "office", self.url, self.plan.seed, self.chance, self.happened, self.say
        )
        self.house.behind_at = Path(template.url.removeprefix("sqlite:///"))
        self.network = Network(lambda: self.house.now.app, self.chance, self.happened, 0)
        self.network.wire.held = self._scopes_of
        for number in range(self.plan.tablets):
            self.officers.append(self._moved_in(template.officers[number]))
        self._call_in_people()
        self.administrator.register_factory()
        self.network.fault_rate = self.plan.fault_rate
        self.network.between = self._between
        self.network.at_office = self.house.under
        self.network.lagging = self._lagging
        self.house.on_opened = self._office_opened
        if self.plant is not None:
            self.plant(self)

    def _call_in_people(self) -> None:
        people = self.house.now.people
        self.ledger.staff = {people["review"], people["admin"]}
        shared = (self.house, self.ledger, self.chance)
        self.reviewer = Reviewer(people["review"], *shared, self.happened, self.say)
        self.administrator = Administrator(
            people["admin"], *shared, self.happened, self.say, list(self.officers)
        )
        self.keeper = Keeper(
            self.house,
            self.ledger,
            self.chance,
            self.happened,
            self.say,
            self.officers,
            self.facts,
            self.administrator.officers.append,
        )

    def _moved_in(self, made: Officer) -> Officer:
        """A tablet of the template, in this world."""
        home = self.home / made.name
        shutil.copytree(made.home, home)
        officer = Officer(
            made.name,
            home,
            self.network,
            self.ledger,
            self.chance,
            self.happened,
            self.say,
            made.turn,
            made.areas,
            self.plan.seed,
            self.plan.clock_jumps,
            copy.copy(made.clock),
            person=made.person,
        )
        officer.on_restored = lambda name: self.keeper.forgive(name)
        return officer

    def say(self, *words: object) -> None:
        """A line of the trace."""
        self.trace.append(" ".join(str(word) for word in words))

    # -- the office, as the network finds it -------------------------------------------------

    def _office_opened(self) -> None:
        self.reviewer.page = None
        if self.plant is not None:
            self.plant(self)

    def _scopes_of(self, who: str) -> frozenset[str]:
        """What a tablet may read: now, or at the moment that a lagging replica shows."""
        device = next(o for o in self.officers if o.name == who).device
        if self.network.lagged:
            return self.house.behind(lambda: self._scopes(device)) or frozenset()
        return self._scopes(device)

    def _scopes(self, device: str) -> frozenset[str]:
        with self.house.office.database.reading() as session:
            return device_scopes(session, device)

    def _lagging(self, ask: Callable[[], HttpReply]) -> HttpReply | None:
        return self.house.behind(ask)

    def _between(self) -> None:
        """While a tablet waits for the network, others act: staff, and whoever holds it."""
        if self.chance.happens(0.15):
            self.happened.note("reviewer_racing")
            self.reviewer.act()
        for officer in self.officers:
            if officer.in_sync and self.chance.happens(0.3):
                officer.answers_meanwhile()

    # -- running -----------------------------------------------------------------------------

    def run(self, steps: Sequence[Step] | None = None) -> None:
        """All steps, then a fair network until nothing is new; checked on the way and after.

        Raises Broken for whatever goes wrong, a defect that surfaces as another error included.
        """
        try:
            for step in self.plan.drawn() if steps is None else steps:
                self.play(step)
                if self.played % CHECK_EVERY == 0:
                    self.check(settled=False)
            self.settle()
            self.check(settled=True)
        except Broken:
            raise
        except (Exception, Defect) as reason:
            last = "\n  ".join(self.trace[-5:])
            raise Broken(
                f"{type(reason).__name__}: {reason}\n  {last}\nsee it again: {self.plan.replay()}"
            ) from reason

    def play(self, step: Step) -> None:
        """One step."""
        self.played += 1
        self.say("step", step)
        self.chance.begin(step.stream)
        self.reviewer.fair = step.faults is not None
        self.network.script = None if step.faults is None else list(step.faults)
        if step.actor.startswith("tablet") or step.actor == JOINED:
            first = self.officers[: self.plan.tablets]
            joined = self.officers[self.plan.tablets :] or first
            named = [o for o in first if o.name == step.actor]
            self.chance.source.choice(named or joined).act(step.act, step.hazard)
        elif step.actor == "reviewer":
            self.reviewer.act(step.act)
        elif step.actor == "administrator":
            self.administrator.act(step.act)
        else:
            self.keeper.act(step.act)

    def settle(self) -> None:
        """Faults stop; every tablet synchronises until idle (I12: within a few rounds)."""
        self.chance.begin(f"{self.plan.seed} end")
        self.network.fault_rate, self.network.between, self.network.script = 0, None, None
        self.network.delayed.clear()
        self.reviewer.fair = True
        for officer in self.administrator.officers:
            self.administrator.give_back(officer)
        for officer in self.officers:
            officer.act("close", "")
        assert SYNCS_TO_SETTLE > RESTARTS_PER_SESSION_MAX
        for _ in range(SYNCS_TO_SETTLE):
            reports = [officer.tablet.synchroniser.run_once() for officer in self.officers]
            if all(is_idle(report) for report in reports):
                break
        for officer, report in zip(self.officers, reports, strict=True):
            self.say(officer.name, "settled", report.end, report.code)
            if not is_idle(report):
                self.unrest.append(f"{officer.name} does not come to rest: {report}")

    def facts(self) -> Facts:
        """Everything as it is on the disks now."""
        tablets = {o.name: tablet_facts(o.path) for o in self.officers}
        facts = Facts(office_facts(self.house.office, self.network.wire.have), tablets)
        facts.wire, facts.unrest = replace(self.network.wire, held=None), list(self.unrest)
        return facts

    def check(self, *, settled: bool) -> None:
        """Put every checker to the facts."""
        facts = self.facts()
        wrong = [
            f"{checker.name} {sentence}"
            for checker in CHECKERS
            for sentence in checker.check(facts, self.ledger, settled=settled)
        ]
        if wrong:
            shown = "\n  ".join(wrong[:8])
            raise Broken(
                f"after {self.played} steps:\n  {shown}\nsee it again: {self.plan.replay()}"
            )

    def trace_hash(self) -> str:
        """One hash over all that happened."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def close(self) -> None:
        """Close databases and remove the files."""
        for officer in self.officers:
            officer.wire.disarm()
            officer.stop()
        self.house.close()
        DATABASES.forget(self.url)
        shutil.rmtree(self.home, ignore_errors=True)


def is_idle(report: SyncReport) -> bool:
    """Did a synchronisation find that everything was said before?"""
    return report.complete and not report.sent and not report.records_received


def simulate(plan: Plan) -> World:
    """Run a plan to its end; the world is closed. Raises Broken."""
    world = World(plan)
    try:
        world.run()
    finally:
        world.close()
    return world
