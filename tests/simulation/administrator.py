"""Who runs the programme: areas are taken and given back, forms published, factories entered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update

from server.models import DeviceAreaRow, FormRow, PersonAreaRow, QuarantineRow, RecordRow
from server.services.manage_people import change_person
from server.services.move_record import Move, move_record, moves_of
from server.services.publish_form import publish_form
from server.services.record_staff_change import StaffChange, record_staff_change
from server.services.release_quarantine import keep_for_good, release
from server.store.office import Office
from server.store.rights import device_scopes
from shared.errors import SurveyError
from sync.accepting import Terms
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.simulation.faults import Happened
from tests.simulation.house import House
from tests.simulation.ledger import Ledger
from tests.simulation.officer import Officer
from tests.simulation.steps import Chance
from tests.simulation.template import areas_of, form_text, officer_entry
from tests.support.offices import AREA, OTHER_AREA

FACTORIES_MAX = 3
VERSIONS_MAX = 3


@dataclass
class Administrator:
    """One administrator. `officers` are those whose tablets are known in the office."""

    person: str
    house: House
    ledger: Ledger
    chance: Chance
    happened: Happened
    say: Callable[..., None]
    officers: list[Officer]

    @property
    def office(self) -> Office:
        """The running office."""
        return self.house.office

    def act(self, what: str) -> None:
        """One act of administration."""
        try:
            getattr(self, f"_{what}")()
        except SurveyError as reason:
            self.say("administrator", what, reason.code, reason.facts)
        else:
            self.say("administrator", what)

    # -- rights --------------------------------------------------------------------------------

    def _take_area(self) -> None:
        officer = self.chance.source.choice(self.officers)
        if self.chance.happens(0.5):
            self._set_areas(officer, ())
        else:
            self._set_device_area(officer, held=False)
        self.happened.note("rights_lost")

    def _give_area(self) -> None:
        for officer in self.officers:
            if self.give_back(officer):
                self.happened.note("rights_regained")
                return

    def give_back(self, officer: Officer) -> bool:
        """Everything an officer was first given; False when nothing had been taken."""
        wanted = areas_of(officer.turn)
        with self.office.database.reading() as session:
            person = set(
                session.scalars(
                    select(PersonAreaRow.scope).where(PersonAreaRow.person == self._person(officer))
                )
            )
            device = device_scopes(session, officer.device)
        if person != set(wanted):
            self._set_areas(officer, wanted)
        missing = set(wanted) - device
        if missing:
            self._set_device_area(officer, held=True)
        return person != set(wanted) or bool(missing)

    def _person(self, officer: Officer) -> str:
        return self.house.now.people[f"officer{officer.turn}"]

    def _set_areas(self, officer: Officer, areas: tuple[str, ...]) -> None:
        entry = officer_entry(officer.turn, areas)
        change_person(self.office, self.person, self._person(officer), entry)

    def _set_device_area(self, officer: Officer, *, held: bool) -> None:
        """As a page for a tablet's areas would: a right ends, and begins again."""
        until = None if held else self.office.clock.now_ms()
        with self.office.database.writing() as session:
            session.execute(
                update(DeviceAreaRow)
                .where(DeviceAreaRow.device == officer.device, DeviceAreaRow.scope == AREA)
                .values(until=until)
            )

    # -- what was kept aside, what lies elsewhere ----------------------------------------------

    def _kept(self) -> str | None:
        """Something that is kept aside, or None."""
        with self.office.database.reading() as session:
            rows = session.execute(
                select(QuarantineRow.id, QuarantineRow.line, QuarantineRow.client)
                .where(QuarantineRow.released_at.is_(None), QuarantineRow.line.is_not(None))
                .order_by(QuarantineRow.received_at, QuarantineRow.id)
            ).all()
        return self.chance.source.choice(rows).id if rows else None

    def _release(self) -> None:
        entry = self._kept()
        if entry is not None:
            done = release(self.office, self.person, entry, Terms())
            self.say("released", len(done.applied), [code for _, code in done.kept])
            if done.applied:
                self.happened.note("released_from_quarantine")

    def _keep_aside(self) -> None:
        entry = self._kept()
        if entry is not None:
            keep_for_good(self.office, self.person, entry, "not ours")

    def _move(self) -> None:
        with self.office.database.reading() as session:
            rows = session.execute(select(RecordRow.id, RecordRow.scope)).all()
        scopes = {row.id: row.scope for row in rows}
        there = [root for root in self.ledger.roots if root in scopes]
        if not there:
            return
        root = self.chance.source.choice(there)
        to = OTHER_AREA if scopes[root] == AREA else AREA
        with self.office.database.reading() as session:
            seen = tuple(place.dot for place in moves_of(session, root))
        move_record(self.office, Move(self.person, root, to, "lies elsewhere", seen))
        self.happened.note("record_moved")

    # -- forms and registers -------------------------------------------------------------------

    def _publish(self) -> None:
        with self.office.database.reading() as session:
            versions = session.scalars(select(FormRow.version).where(FormRow.form_id == "visit"))
            newest = max(versions)
        if newest < VERSIONS_MAX:
            publish_form(self.office, self.person, form_text("visit", newest + 1), "visit")
            self.happened.note("form_published_meanwhile")

    def _register(self) -> None:
        if sum(self.ledger.kinds.get(r) == "factory" for r in self.ledger.roots) < FACTORIES_MAX:
            self.register_factory()

    def register_factory(self) -> None:
        """A factory in the register of the area."""
        record = self.office.ids.new()
        writes = {"identity/fac_name": FieldWrite("โรงน้ำตาล")}
        edit = RecordEdit(
            record, "factory", "factory", 1, Operation.CREATE, scope=AREA, writes=writes
        )
        record_staff_change(self.office, StaffChange(self.person, (edit,)))
        self.ledger.roots.append(record)
        self.ledger.kinds[record] = "factory"
