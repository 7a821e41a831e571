"""What every simulation starts from, made once a process: a furnished office, enrolled tablets."""

from __future__ import annotations

import atexit
import os
import random
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from server.services.enrol_device import make_enrolment_code
from server.services.manage_people import PersonEntry
from server.services.publish_form import publish_form
from shared.records.workflow import Role
from tests.simulation.faults import Happened
from tests.simulation.ledger import Ledger
from tests.simulation.network import Network
from tests.simulation.officer import Officer
from tests.simulation.steps import Chance
from tests.support.databases import SqliteDatabases
from tests.support.offices import AREA, OTHER_AREA, PIN, TestOffice, open_office, settle_people

FORMS = Path(__file__).resolve().parent / "forms"
OFFICERS_MAX = 16
SIZES = (4, 12, 40)


def _scratch() -> Path:
    """A folder that is gone at the end; in memory where there is such a thing."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    folder = Path(tempfile.mkdtemp(prefix="samruat-world-", dir=memory if usable else None))
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: Path, owner: int) -> None:
    """Only who made it removes it: another process may have inherited the promise."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


SCRATCH = _scratch()


def areas_of(number: int) -> tuple[str, ...]:
    """The areas of tablet `number` (from 0): every second one works in both."""
    return (AREA, OTHER_AREA) if number % 2 else (AREA,)


@dataclass
class Template:
    """An office with people and forms, and `size` tablets on which somebody signed in."""

    size: int
    databases: SqliteDatabases
    officers: list[Officer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = SCRATCH / f"template-{self.size}"
        self.url = self.databases.copy_of(f"template {self.size}", self._prepare)

    def _prepare(self, url: str) -> None:
        office = open_office(self.folder / "office", url)
        self._furnish(office)
        for number in range(self.size):
            self.officers.append(self._enrolled(office, number))
        office.close()
        office.office.journal.close()

    def _furnish(self, office: TestOffice) -> None:
        settle_people(office)
        admin = office.people["admin"]
        for name in ("visit", "factory"):
            publish_form(office.office, admin, form_text(name), name)
        for number in range(OFFICERS_MAX):
            office.person(f"officer{number}", Role.OFFICER, *areas_of(number))

    def _enrolled(self, office: TestOffice, number: int) -> Officer:
        """A tablet that was enrolled, signed in on, synchronised once, and closed."""
        happened, chance = Happened(), Chance(random.Random(f"template {number}"))
        network = Network(lambda: office.app, chance, happened, fault_rate=0)
        name = f"tablet{number + 1}"
        officer = Officer(
            name,
            self.folder / name,
            network,
            Ledger(),
            chance,
            happened,
            lambda *_: None,
            number,
            areas_of(number),
        )
        officer.clock.now = office.clock.now
        admin = office.people["admin"]
        code = make_enrolment_code(office.office, admin, name, areas_of(number))
        officer.tablet.enroller.enrol(code, name)
        officer.person = officer.tablet.people.sign_in(f"officer{number % OFFICERS_MAX}", PIN)
        report = officer.tablet.synchroniser.run_once()
        assert report.complete, report
        officer.stop()
        return officer


def form_text(name: str, version: int = 1) -> str:
    """A form of the simulation; later versions ask one more question."""
    text = (FORMS / f"{name}.md").read_text("utf-8")
    if version == 1:
        return text
    lines = text.splitlines()
    at = next(n for n, line in enumerate(lines) if "| paper_no |" in line)
    for extra in range(2, version + 1):
        lines.insert(at + 1, lines[at].replace("paper_no", f"remark_{extra}"))
    joined = "\n".join(lines) + "\n"
    return joined.replace("| Visit | 1 | review |", f"| Visit | {version} | review |")


def officer_entry(number: int, areas: tuple[str, ...]) -> PersonEntry:
    """Officer `number` with other areas than before; PIN and password stay."""
    login = f"officer{number}"
    return PersonEntry(login, login.title(), Role.OFFICER, areas)


DATABASES = SqliteDatabases(SCRATCH)
_TEMPLATES: dict[int, Template] = {}


def template_for(tablets: int) -> Template:
    """The template for so many tablets. Its size does not depend on what was played before, so
    that a seed is the same story in every process."""
    size = next(one for one in SIZES if one >= tablets)
    if size not in _TEMPLATES:
        _TEMPLATES[size] = Template(size, DATABASES)
    return _TEMPLATES[size]
