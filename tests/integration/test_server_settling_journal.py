"""What staff settled comes back from the journal alone: accepted, kept for good, moved, renamed."""

from __future__ import annotations

from sqlalchemy import select

from server.models import QuarantineRow
from server.services.examine_installation import examine_installation
from server.services.move_record import Move, move_record
from server.services.release_quarantine import keep_for_good, release
from sync.accepting import Terms
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.support.databases import Databases
from tests.support.offices import AREA, OTHER_AREA, TestOffice, open_office
from tests.support.rollbacks import differences, holdings


def decided(world: TestOffice) -> list[tuple[str, str, str, bool]]:
    with world.office.database.reading() as session:
        rows = session.scalars(select(QuarantineRow).order_by(QuarantineRow.id))
        return [(r.id, r.terms, r.reason, r.released_at is not None) for r in rows]


def test_what_staff_settled_comes_back_from_the_journal_alone(
    world: TestOffice, databases: Databases
) -> None:
    admin, tablet = world.people["admin"], world.tablet("somchai")
    record = tablet.creates({"a": "1"})
    row = tablet.creates({"f": "1"}, kind="insp/findings", parent=record)
    tablet.push()
    tablet.pull()
    tablet.author = world.people["malee"]
    tablet.sets(record, {"a": "2"})
    strange = tablet.creates({"a": "3"}, scope="area:nowhere")
    tablet.push()
    tablet.author = world.people["somchai"]
    name = tablet.new_id()
    for value in ("4", "5"):
        writes = {"b": FieldWrite(value)}
        edit = RecordEdit(record, "insp", "insp", 1, Operation.SET, base=1, writes=writes)
        tablet.seal(edit, change_id=name)
    tablet.push()
    first, second = [one[0] for one in decided(world)]
    release(world.office, admin, first, Terms(author=world.people["somchai"]))
    release(world.office, admin, second, Terms(scope=AREA, fields={"insp:a": "c"}))
    move_record(world.office, Move(admin, record, OTHER_AREA, "ข้ามเขต"))
    tablet.creates({"a": "6"}, scope="area:nowhere")
    tablet.push()
    (last,) = [one[0] for one in decided(world) if one[0] not in (first, second)]
    keep_for_good(world.office, admin, last, "ทดสอบ")
    before, said = holdings(world), decided(world)
    world.close()
    again = open_office(world.office.config.data, databases.new(), seed=6)
    assert differences(before, holdings(again)) == []
    assert decided(again) == said
    assert examine_installation(again.office).wrong == []
    other = again.tablet("wichai", areas=(OTHER_AREA,))
    other.pull()
    assert (other.states[record].value("b"), other.states[row].scope) == ("5", OTHER_AREA)
    here = again.tablet("somchai")
    here.pull()
    assert here.states[strange].value("c") == "3"
    again.close()
