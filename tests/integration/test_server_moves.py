"""A root moves to another area with all of its rows; nothing that was made meanwhile is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from server.models import MembershipRow, QuarantineRow, RecordRow
from server.services.examine_installation import examine_installation
from server.services.manage_people import PersonEntry, change_person
from server.services.move_record import Move, move_record, moves_of
from server.services.record_staff_change import StaffChange, record_staff_change
from server.store.contents import read_content
from server.store.scopes import add_scopes
from shared.errors import Busy, InvalidInput, OutsideArea
from shared.records.workflow import Role
from sync.changes import FieldWrite, Operation, RecordEdit
from sync.messages import Outcome
from tests.support.offices import AREA, OTHER_AREA, TestOffice, TestTablet


def move(world: TestOffice, record: str, scope: str = OTHER_AREA, *, seen: tuple = ()) -> None:
    by = world.people["admin"]
    move_record(world.office, Move(by, record, scope, "ข้ามเขต", seen))


def sound(world: TestOffice) -> None:
    assert examine_installation(world.office, files_too=False).wrong == []


def filled(tablet: TestTablet) -> tuple[str, str]:
    record = tablet.creates({"a": "1"})
    row = tablet.creates({"f": "1"}, kind="insp/findings", parent=record)
    tablet.push()
    tablet.pull()
    return record, row


def test_a_move_takes_the_rows_along_and_both_areas_agree(world: TestOffice) -> None:
    old, new = world.tablet("somchai"), world.tablet("wichai", areas=(OTHER_AREA,))
    record, row = filled(old)
    move(world, record)
    old.pull()
    new.pull()
    assert not {record, row} & set(old.states)
    assert {new.states[one].scope for one in (record, row)} == {OTHER_AREA}
    assert new.states[record].revision > 1
    sound(world)
    with world.office.database.reading() as session:
        rows = session.execute(
            select(MembershipRow.scope, MembershipRow.kind).where(MembershipRow.record == row)
        )
        assert {tuple(one) for one in rows} == {(AREA, "leave"), (OTHER_AREA, "put")}


def test_moved_there_and_back_it_is_where_it_was(world: TestOffice) -> None:
    old, new = world.tablet("somchai"), world.tablet("wichai", areas=(OTHER_AREA,))
    record, row = filled(old)
    move(world, record)
    new.pull()
    with world.office.database.reading() as session:
        seen = tuple(one.dot for one in moves_of(session, record))
    move(world, record, AREA, seen=seen)
    old.pull()
    new.pull()
    assert {record, row} <= set(old.states)
    assert record not in new.states
    sound(world)


def test_work_done_before_the_move_arrives_and_follows_the_record(world: TestOffice) -> None:
    old, new = world.tablet("somchai"), world.tablet("wichai", areas=(OTHER_AREA,))
    record, row = filled(old)
    old.sets(record, {"a": "2"})
    old.sets(row, {"f": "2"})
    added = old.creates({"f": "3"}, kind="insp/findings", parent=record)
    move(world, record)
    results = old.push()
    assert [r.code for r in results] == ["scope.no_longer_held"] * 3
    assert {r.scope for r in results} == {OTHER_AREA}
    old.pull()
    new.pull()
    assert record not in old.states
    assert new.states[record].value("a") == "2"
    assert (new.states[row].value("f"), new.states[added].scope) == ("2", OTHER_AREA)
    sound(world)


def test_a_tablet_that_never_held_the_record_is_kept_aside(world: TestOffice) -> None:
    old, stranger = world.tablet("somchai"), world.tablet("malee")
    record, _ = filled(old)
    move(world, record)
    other = world.tablet("wichai", areas=(OTHER_AREA,))
    other.pull()
    later = other.sets(record, {"a": "5"})
    other.push()
    writes = {"a": FieldWrite("9", (later,))}
    stranger.seal(RecordEdit(record, "insp", "insp", 1, Operation.SET, base=1, writes=writes))
    assert [r.code for r in stranger.push()] == ["scope.not_held"]
    unseen = {"b": FieldWrite("9")}
    stranger.seal(RecordEdit(record, "insp", "insp", 1, Operation.SET, base=1, writes=unseen))
    assert [r.code for r in stranger.push()] == ["scope.not_held"]


def test_an_author_who_lost_the_area_is_heard_on_what_they_had_been_shown(
    world: TestOffice,
) -> None:
    tablet, other = world.tablet("somchai"), world.tablet("malee")
    record, _ = filled(tablet)
    other.pull()
    other.sets(record, {"a": "2"})
    other.creates({"a": "new"})
    entry = PersonEntry("malee", "Malee", Role.FACILITATOR, (OTHER_AREA,))
    change_person(world.office, world.people["admin"], world.people["malee"], entry)
    codes = [r.code for r in other.push()]
    assert codes == ["scope.no_longer_held", "scope.not_held"]
    tablet.pull()
    assert tablet.states[record].value("a") == "2"


def test_two_moves_at_once_are_a_conflict_and_the_latest_decides(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record, row = filled(tablet)
    admin = world.people["admin"]
    with world.office.database.writing() as session:
        add_scopes(session, ["area:50-1"])
    move(world, record, OTHER_AREA)
    move(world, record, "area:50-1")
    with world.office.database.reading() as session:
        said = moves_of(session, record)
        stored = session.get(RecordRow, record)
        assert stored is not None
        assert (stored.scope, stored.tree_conflicts) == ("area:50-1", 1)
    assert [one.scope for one in said] == [OTHER_AREA, "area:50-1"]
    seen = tuple(one.dot for one in said)
    move_record(world.office, Move(admin, record, "area:50-1", "ตามที่ตกลง", seen))
    with world.office.database.reading() as session:
        rows = session.scalars(select(RecordRow).where(RecordRow.root == record)).all()
        assert {(one.scope, one.tree_conflicts) for one in rows} == {("area:50-1", 0)}
        assert row in {one.id for one in rows}
    sound(world)


def test_a_move_needs_a_reason_and_both_areas(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record, _ = filled(tablet)
    review = world.people["review"]
    for scope, reason in (
        (OTHER_AREA, " "),
        ("area:nowhere", "x"),
        (AREA, "x"),
        ("programme", "x"),
    ):
        with pytest.raises(InvalidInput):
            move_record(world.office, Move(world.people["admin"], record, scope, reason))
    with pytest.raises(OutsideArea):
        move_record(world.office, Move(review, record, OTHER_AREA, "x"))


def test_a_tablet_moves_nothing(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record, row = filled(tablet)
    for one in (record, row):
        edit = tablet.edit(one, Operation.MOVE, writes={"@scope": FieldWrite(OTHER_AREA)})
        tablet.seal(edit)
    writes = {"@scope": FieldWrite(OTHER_AREA)}
    tablet.seal(tablet.edit(record, Operation.SET, writes=writes))
    found = tablet.push()
    assert [r.outcome for r in found] == [Outcome.QUARANTINED] * 3
    assert [r.code for r in found] == ["move.staff_only", "operation.not_taken", "change.malformed"]
    with world.office.database.reading() as session:
        assert len(session.scalars(select(QuarantineRow.id)).all()) == 3


def test_a_move_leaves_the_approved_content_as_it_is(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record, _ = filled(tablet)
    with world.office.database.reading() as session:
        before = read_content(session, record)
    move(world, record)
    with world.office.database.reading() as session:
        after = read_content(session, record)
    assert before == after


def test_moves_edits_and_deletions_at_once_lose_nothing(world: TestOffice) -> None:
    """Staff move a record to and fro and delete it while tablets of both areas push what they made
    of it: every value is there, the deletion that saw none of them is disputed, digests agree."""
    first = world.tablet("somchai")
    record, row = filled(first)
    tablets = [world.tablet("somchai") for _ in range(3)]
    for tablet in tablets:
        tablet.pull()
    for number, tablet in enumerate(tablets):
        for turn in range(4):
            tablet.sets(record, {"a": f"{number}/{turn}"})
            tablet.sets(row, {"f": f"{number}/{turn}"})
    admin, failed = world.people["admin"], list[BaseException]()

    def moving() -> None:
        for turn in range(6):
            with world.office.database.reading() as session:
                seen = tuple(one.dot for one in moves_of(session, record))
            move(world, record, (OTHER_AREA, AREA)[turn % 2], seen=seen)

    def deleting() -> None:
        state = first.states[record]
        seen = tuple(s.dot.id for found in state.fields.values() for s in found)
        writes = {"@existence": FieldWrite({"act": "delete", "reason": "x"}, seen)}
        edit = RecordEdit(record, "insp", "insp", 1, Operation.DELETE, base=1, writes=writes)
        record_staff_change(world.office, StaffChange(admin, (edit,)))

    def guarded(deed: Callable[[], object]) -> None:
        try:
            deed()
        except Busy:
            guarded(deed)
        except BaseException as error:
            failed.append(error)

    deeds = [moving, deleting, *(tablet.push for tablet in tablets)]
    workers = [threading.Thread(target=guarded, args=(deed,)) for deed in deeds]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    here, there = world.tablet("somchai"), world.tablet("wichai", areas=(OTHER_AREA,))
    here.pull()
    there.pull()
    (holder,) = [tablet for tablet in (here, there) if record in tablet.states]
    last = {f"{number}/3" for number in range(3)}
    assert last <= {s.value for s in holder.states[record].fields["a"]}
    assert last <= {s.value for s in holder.states[row].fields["f"]}
    with world.office.database.reading() as session:
        stored = session.get(RecordRow, record)
        assert stored is not None
        assert (stored.disputed, stored.deleted) == (True, False)
    sound(world)
