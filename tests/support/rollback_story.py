"""A story of two tablets and staff, told in steps: the database may be put back to any of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from server.catalog import catalog_forms
from server.models import QuarantineRow, RecordRow
from server.services.enrol_device import make_enrolment_code
from server.services.manage_areas import AreaEntry, put_area
from server.services.manage_people import PersonEntry, change_person
from server.services.note_incident import note_incident, settle_incident
from server.services.publish_form import publish_form
from server.services.record_staff_change import StaffChange, record_staff_change
from server.services.release_quarantine import keep_for_good, release
from server.services.resolve_conflict import Pick, resolve_conflict
from server.services.review_record import Review, review_record
from server.services.revoke_device import revoke_device
from server.store.contents import read_content
from shared.errors import SurveyError
from shared.records.state import decode_state
from shared.records.workflow import Role, Status
from sync.accepting import Terms
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.support.offices import AREA, OTHER_AREA, TestOffice
from tests.support.rollbacks import RemembersAll, remembering


@dataclass
class Story:
    """Who acts, and what they did so far. After a step all is acknowledged or still unsent."""

    world: TestOffice
    random: random.Random
    tablets: list[RemembersAll] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def begins(self) -> None:
        """A form that goes through review, two tablets, one record each."""
        world = self.world
        publish_form(world.office, world.people["admin"], catalog_forms()["factory"], "factory.md")
        for login in ("somchai", "malee"):
            self.tablets.append(remembering(world.tablet("somchai", "malee")))
            self.tablets[-1].author = world.people[login]

    def goes_on(self, steps: int) -> Iterator[int]:
        """So many steps; each is one act of somebody."""
        acts: list[tuple[int, Callable[[], None]]] = [
            (5, self.fills), (5, self.changes), (3, self.adds_row), (4, self.hands_in),
            (3, self.looks), (2, self.both_change), (2, self.deletes), (3, self.submits),
            (4, self.reviews), (3, self.resolves), (3, self.staff_corrects), (2, self.strays),
            (2, self.decides), (1, self.hires), (1, self.new_area), (1, self.new_tablet),
            (1, self.incident), (1, self.new_code),
        ]  # fmt: skip
        weights = [weight for weight, _ in acts]
        for number in range(steps):
            ((_, act),) = self.random.choices(acts, weights)
            self.told.append(act.__name__)
            act()
            yield number

    def _tablet(self) -> RemembersAll:
        return self.random.choice(self.tablets[:2])

    def _known(self, tablet: RemembersAll) -> str | None:
        found = sorted(r for r in self.roots if r in tablet.states)
        return self.random.choice(found) if found else None

    def _value(self) -> str:
        return f"v{self.random.randrange(10**6)}"

    def fills(self) -> None:
        """A new record, sealed; perhaps not sent yet."""
        values = {name: self._value() for name in ("a", "b", "c")}
        self.roots.append(self._tablet().creates(values))

    def changes(self) -> None:
        """A save over what the tablet has seen."""
        tablet = self._tablet()
        record = self._known(tablet)
        if record is not None:
            tablet.sets(record, {self.random.choice("abc"): self._value()})

    def adds_row(self) -> None:
        """A row below a record."""
        tablet = self._tablet()
        record = self._known(tablet)
        if record is not None:
            tablet.creates({"f": self._value()}, kind="insp/findings", parent=record)

    def hands_in(self) -> None:
        """A tablet sends and reads."""
        self._tablet().syncs()

    def looks(self) -> None:
        """A tablet only reads."""
        tablet = self._tablet()
        if not tablet.pending:
            tablet.syncs()

    def both_change(self) -> None:
        """Both write one field without having seen each other."""
        one, two = self.tablets[:2]
        both = sorted(r for r in self.roots if r in one.states and r in two.states)
        if both:
            record = self.random.choice(both)
            for tablet in (one, two):
                tablet.sets(record, {"a": self._value()})
                tablet.syncs()

    def deletes(self) -> None:
        """A record is deleted by somebody who saw all of it."""
        tablet = self._tablet()
        record = self._known(tablet)
        if record is None or self.random.random() < 0.5:
            return
        state = tablet.states[record]
        seen = tuple(s.dot.id for found in state.fields.values() for s in found)
        write = FieldWrite({"act": "delete", "reason": "a double"}, seen)
        edit = tablet.edit(record, Operation.DELETE, writes={"@existence": write})
        tablet.seal(edit)

    def submits(self) -> None:
        """A record is handed in for review."""
        tablet = self._tablet()
        record = self._known(tablet)
        if record is not None:
            tablet.steps(record, "submitted")
            tablet.syncs()

    def _roots(self, *status: str) -> list[RecordRow]:
        with self.world.office.database.reading() as session:
            wanted = select(RecordRow).where(RecordRow.parent.is_(None), RecordRow.type == "insp")
            found = list(session.scalars(wanted.order_by(RecordRow.id)))
        return [row for row in found if not status or row.status in status]

    def reviews(self) -> None:
        """Staff approve what was handed in, or send it back."""
        waiting = self._roots("submitted")
        if not waiting:
            return
        row = self.random.choice(waiting)
        back = self.random.random() < 0.3
        target = Status.RETURNED if back else Status.APPROVED
        with self.world.office.database.reading() as session:
            content = read_content(session, row.id)
        review = Review(self.world.people["review"], row.id, target, content, "look again")
        try:
            review_record(self.world.office, review)
        except SurveyError:
            # Refused: a conflict is open, or somebody changed it. That, too, must come back.
            return

    def resolves(self) -> None:
        """Staff settle a conflict."""
        for row in self._roots():
            state = decode_state(row.state)
            for name in state.conflicts():
                seen = tuple(s.dot.id for s in state.fields[name])
                pick = Pick(row.id, name, self.random.choice(seen), seen)
                resolve_conflict(self.world.office, self.world.people["review"], [pick])
                return

    def staff_corrects(self) -> None:
        """Somebody in the office writes into a record."""
        rows = self._roots()
        if rows:
            row = self.random.choice(rows)
            seen = tuple(s.dot.id for s in decode_state(row.state).fields.get("c", ())[:1])
            edit = RecordEdit(
                row.id, row.type, row.form, row.version, Operation.SET, base=row.revision,
                writes={"c": FieldWrite(self._value(), seen)},
            )  # fmt: skip
            change = StaffChange(self.world.people["review"], (edit,))
            record_staff_change(self.world.office, change)

    def strays(self) -> None:
        """A change that is kept aside: in an area that the tablet does not hold."""
        tablet = self._tablet()
        tablet.creates({"a": self._value()}, scope=OTHER_AREA)
        tablet.syncs()

    def decides(self) -> None:
        """Staff accept something kept aside as of another area, or keep it aside for good."""
        with self.world.office.database.reading() as session:
            wanted = select(QuarantineRow.id).where(
                QuarantineRow.released_at.is_(None), QuarantineRow.closed_at.is_(None)
            )
            found = list(session.scalars(wanted.order_by(QuarantineRow.number, QuarantineRow.id)))
        if not found:
            return
        entry, admin = self.random.choice(found), self.world.people["admin"]
        if self.random.random() < 0.7:
            release(self.world.office, admin, entry, Terms(scope=AREA))
        else:
            keep_for_good(self.world.office, admin, entry, "not ours")

    def hires(self) -> None:
        """A new person, or a changed one."""
        name = f"p{len(self.world.people)}"
        self.world.person(name, Role.OFFICER, AREA)
        entry = PersonEntry("wichai", self._value(), Role.OFFICER, (OTHER_AREA,))
        change_person(
            self.world.office, self.world.people["admin"], self.world.people["wichai"], entry
        )

    def new_area(self) -> None:
        """An area is added or corrected."""
        code = f"40-{self.random.randrange(1, 9)}"
        area = AreaEntry(code, self._value(), "", "40", ("13.3", "101.2"))
        put_area(self.world.office, self.world.people["admin"], area)

    def new_tablet(self) -> None:
        """A tablet is enrolled, works, and is revoked."""
        tablet = remembering(self.world.tablet("malee"))
        self.tablets.append(tablet)
        self.roots.append(tablet.creates({"a": self._value(), "b": "1", "c": "1"}))
        tablet.syncs()
        if self.random.random() < 0.5:
            revoke_device(self.world.office, self.world.people["admin"], tablet.device)
            self.tablets.remove(tablet)

    def incident(self) -> None:
        """Something is noticed, and looked into."""
        with self.world.office.database.writing() as session:
            found = note_incident(session, self.world.office, "digest_differs", scope=AREA)
        if self.random.random() < 0.5:
            settle_incident(self.world.office, self.world.people["admin"], found)

    def new_code(self) -> None:
        """An enrolment code is made and not used."""
        make_enrolment_code(self.world.office, self.world.people["admin"], "spare", [AREA])
