"""Staff accept what was kept aside, as it is or as something else: merged as if it had come so."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from server.models import ChangeRow, QuarantineRow
from server.services.release_quarantine import Released, keep_for_good, release
from server.services.revoke_device import revoke_device
from shared.errors import ConflictingState, Forbidden, InvalidInput
from sync.accepting import Terms
from sync.changes import FieldWrite, Operation, RecordEdit
from sync.messages import Outcome
from tests.support.offices import AREA, OTHER_AREA, TestOffice, TestTablet


def entries(world: TestOffice) -> list[QuarantineRow]:
    with world.office.database.reading() as session:
        rows = select(QuarantineRow).order_by(QuarantineRow.client, QuarantineRow.number)
        return list(session.scalars(rows))


def accept(world: TestOffice, terms: Terms | None = None, at: int = 0) -> Released:
    entry = entries(world)[at].id
    return release(world.office, world.people["admin"], entry, terms or Terms())


def values(tablet: TestTablet, record: str, field: str = "a") -> list[object]:
    tablet.pull()
    return [s.value for s in tablet.states[record].fields.get(field, ())]


def test_all_of_a_records_changes_come_in_by_number_and_the_tablet_is_told(
    world: TestOffice,
) -> None:
    tablet, other = world.tablet("somchai"), world.tablet("malee")
    tablet.author = world.people["malee"]
    record = tablet.creates({"a": "1"})
    writes = {"a": FieldWrite("2", (tablet.pending[0].id,))}
    tablet.seal(RecordEdit(record, "insp", "insp", 1, Operation.SET, writes=writes))
    elsewhere = tablet.creates({"a": "9"})
    body = tablet.push_body()
    assert {r.outcome for r in tablet.push_answer().results} == {Outcome.QUARANTINED}
    done = accept(world, at=1)
    assert len(done.applied) == 2
    assert values(other, record) == ["2"]
    assert elsewhere not in other.states
    again = tablet.post("push", body)
    assert again.status_code == 200
    tablet.pending = tablet.pending[:]
    outcomes = [r.outcome for r in tablet.push_answer().results]
    assert outcomes == [Outcome.DUPLICATE, Outcome.DUPLICATE, Outcome.QUARANTINED]


def test_a_released_change_is_merged_by_the_set_rule_with_its_own_dots(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("somchai", "malee")
    record = one.creates({"a": "1"})
    one.push()
    two.pull()
    two.author = world.people["wichai"]
    late = two.sets(record, {"a": "2"})
    two.push()
    assert values(one, record) == ["1"]
    one.sets(record, {"a": "3"})
    one.push()
    accept(world)
    assert values(one, record) == ["3", "2"]
    assert late in {s.dot.id for s in one.states[record].fields["a"]}


def test_another_author_is_the_author_from_then_on(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.author = "0" * 8 + "-0000-7000-8000-" + "0" * 12
    record = tablet.creates({"a": "1"})
    tablet.push()
    accept(world, Terms(author=world.people["malee"]))
    tablet.pull()
    assert tablet.states[record].created.author == world.people["malee"]
    with world.office.database.reading() as session:
        assert session.scalars(select(ChangeRow.author)).all()[-1] == world.people["malee"]


def test_a_record_of_no_known_area_comes_into_the_area_that_staff_choose(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = tablet.creates({"a": "1"}, scope="area:nowhere")
    row = tablet.creates({"f": "1"}, kind="insp/findings", parent=record)
    tablet.push()
    kept = accept(world).kept
    assert {code for _, code in kept} == {"scope.not_held", "record.unknown"}
    done = accept(world, Terms(scope=AREA))
    assert len(done.applied) == 2
    assert values(tablet, record) == ["1"]
    assert tablet.states[row].scope == AREA


def test_a_change_of_an_unknown_record_goes_under_one_that_is_known_or_begins_one(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    known = tablet.creates({"a": "1"})
    tablet.push()
    lost, alone = tablet.new_id(), tablet.new_id()
    for record in (lost, alone):
        writes = {"a": FieldWrite("2")}
        tablet.seal(RecordEdit(record, "insp", "insp", 1, Operation.SET, base=1, writes=writes))
    row = tablet.creates({"f": "1"}, kind="insp/findings", parent=lost)
    tablet.push()
    done = accept(world, Terms(records={lost: known}))
    assert len(done.applied) == 2
    assert values(tablet, known) == ["1", "2"]
    assert tablet.states[row].parent == known
    assert accept(world, Terms(scope=AREA), at=1).kept == []
    assert values(tablet, alone) == ["2"]


def test_a_field_takes_the_name_that_staff_give_it(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.author = world.people["malee"]
    record = tablet.creates({"old": "1"})
    tablet.push()
    accept(world, Terms(fields={"insp:old": "new"}))
    assert values(tablet, record, "new") == ["1"]
    assert values(tablet, record, "old") == []


def test_a_save_of_two_records_or_of_another_kind_is_taken_apart_and_taken_in(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    one, two = tablet.creates({"a": "1"}), tablet.creates({"a": "1"})
    tablet.push()
    tablet.pull()
    dots = {r: (tablet.states[r].fields["a"][0].dot.id,) for r in (one, two)}
    tablet.seal(
        *(tablet.edit(r, Operation.SET, writes={"a": FieldWrite("2", dots[r])}) for r in (one, two))
    )
    edit = RecordEdit(one, "event", "event", 1, Operation.SET, writes={"b": FieldWrite("3")})
    tablet.seal(edit)
    tablet.push()
    assert accept(world).kept == []
    assert (values(tablet, one), values(tablet, two)) == (["2"], ["2"])
    assert values(tablet, one, "b") == ["3"]
    assert tablet.states[one].type == "insp"


def test_what_a_revoked_tablet_handed_in_can_be_let_in(world: TestOffice) -> None:
    tablet, other = world.tablet("somchai"), world.tablet("malee")
    record = tablet.creates({"a": "1"})
    revoke_device(world.office, world.people["admin"], tablet.device)
    tablet.push()
    accept(world)
    assert values(other, record) == ["1"]


def test_kept_for_good_says_why_and_nothing_lets_it_in_later(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "1"})
    late = one.pending.pop()
    edit = RecordEdit(record, "insp", "insp", 1, Operation.SET, writes={"b": FieldWrite("2")})
    two.seal(edit)
    two.push()
    (entry,) = entries(world)
    with pytest.raises(InvalidInput):
        keep_for_good(world.office, world.people["admin"], entry.id, "  ")
    keep_for_good(world.office, world.people["admin"], entry.id, "ซ้ำกับรายการอื่น")
    one.pending = [late]
    one.push()
    assert values(one, record, "b") == []
    (entry,) = entries(world)
    assert (entry.reason, entry.closed_by) == ("ซ้ำกับรายการอื่น", world.people["admin"])
    with pytest.raises(ConflictingState):
        release(world.office, world.people["admin"], entry.id, Terms())


def test_nobody_in_the_field_and_no_reviewer_of_other_areas_lets_anything_in(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    record = tablet.creates({"a": "1"}, scope=OTHER_AREA)
    tablet.push()
    (entry,) = entries(world)
    with pytest.raises(Forbidden):
        release(world.office, world.people["somchai"], entry.id, Terms())
    done = release(world.office, world.people["review"], entry.id, Terms())
    assert done.kept == [(entry.id, "scope.not_held")]
    assert accept(world).kept == []
    other = world.tablet("wichai", areas=(OTHER_AREA,))
    assert values(other, record) == ["1"]


def test_one_that_breaks_a_rule_stays_aside_alone(world: TestOffice) -> None:
    with world.office.database.writing() as session:
        if world.office.database.is_sqlite:
            session.execute(
                text(
                    "CREATE TRIGGER forbidden BEFORE INSERT ON record "
                    "WHEN instr(CAST(NEW.state AS TEXT), '\"poison\"') "
                    "BEGIN SELECT RAISE(ABORT, 'a rule'); END"
                )
            )
        else:
            rule = "CHECK (position('\"poison\"' IN encode(state, 'escape')) = 0)"
            session.execute(text(f"ALTER TABLE record ADD CONSTRAINT forbidden {rule}"))
    tablet = world.tablet("somchai")
    tablet.author = world.people["malee"]
    record = tablet.creates({"a": "1"})
    for name in ("poison", "b"):
        writes = {name: FieldWrite("1")}
        tablet.seal(RecordEdit(record, "insp", "insp", 1, Operation.SET, writes=writes))
    tablet.push()
    done = accept(world)
    poisoned = entries(world)[1].id
    assert done.kept == [(poisoned, "record.cannot_be_stored")]
    assert values(tablet, record) == ["1"]
    assert values(tablet, record, "b") == ["1"]
