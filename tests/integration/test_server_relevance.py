"""An answer that hides others whose author had not been shown them waits for somebody to choose."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.models import NoticeRow, RecordRow
from server.services.choose_relevance import RelevanceChoice, choose_relevance, read_relevance
from server.services.move_record import Move, move_record
from server.services.publish_form import publish_form
from server.services.review_record import Review, review_record
from server.store.contents import read_content
from shared.errors import TransitionRefused
from shared.records.workflow import Status
from sync.changes import FieldWrite, Operation
from sync.messages import Outcome
from tests.support.offices import AREA, OTHER_AREA, TestOffice, TestTablet

FORM = """
| survey |
| | type | name | label::ไทย (th) | label::English (en) | relevant |
| | begin_group | main | หลัก | Main | |
| | select_one yn | has_water | มีน้ำเสียหรือไม่ | Waste water? | |
| | decimal | measured | ค่าที่วัด | Measured | ${has_water} = 'yes' |
| | begin_repeat | wells | บ่อ | Wells | ${has_water} = 'yes' |
| | text | depth | ความลึก | Depth | |
| | end_repeat | | | | |
| | end_group | | | | |
| choices |
| | list_name | name | label::ไทย (th) | label::English (en) |
| | yn | yes | มี | Yes |
| | yn | no | ไม่มี | No |
| settings |
| | form_id | form_title | form_title_en | version | workflow | default_language |
| | water | น้ำเสีย | Waste water | 1 | review | ไทย (th) |
"""
WATER, MEASURED = "main/has_water", "main/measured"


@pytest.fixture(autouse=True)
def form(world: TestOffice) -> None:
    publish_form(world.office, world.people["admin"], FORM, "water.md")


def begun(world: TestOffice) -> tuple[TestTablet, TestTablet, str]:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({WATER: "yes"}, kind="water")
    one.push()
    for tablet in (one, two):
        tablet.pull()
    one.steps(record, "submitted")
    one.push()
    for tablet in (one, two):
        tablet.pull()
    return one, two, record


def stored(world: TestOffice, record: str) -> RecordRow:
    with world.office.database.reading() as session:
        row = session.get(RecordRow, record)
        assert row is not None
        return row


def open_in(world: TestOffice, record: str) -> int:
    return stored(world, record).relevance_conflicts


def approve(world: TestOffice, record: str) -> None:
    with world.office.database.reading() as session:
        seen = read_content(session, record)
    review_record(world.office, Review(world.people["review"], record, Status.APPROVED, seen))


@pytest.mark.parametrize("order", [("measures", "denies"), ("denies", "measures")])
def test_whoever_denies_unseen_what_another_measured_makes_a_conflict_in_any_order(
    world: TestOffice, order: tuple[str, str]
) -> None:
    one, two, record = begun(world)
    one.sets(record, {MEASURED: "7.5"})
    two.sets(record, {WATER: "no"})
    for deed in order:
        {"measures": one, "denies": two}[deed].push()
    assert open_in(world, record) == 1
    assert stored(world, record).tree_conflicts == 1
    with pytest.raises(TransitionRefused) as refused:
        approve(world, record)
    assert refused.value.facts["reason"] == "transition.open_conflict"
    with world.office.database.reading() as session:
        told = set(session.scalars(select(NoticeRow.person)))
    assert told == {world.people["somchai"], world.people["malee"]}


def test_whoever_was_shown_what_they_hide_decides(world: TestOffice) -> None:
    one, two, record = begun(world)
    one.sets(record, {MEASURED: "7.5"})
    one.push()
    two.pull()
    two.sets(record, {WATER: "no"})
    two.push()
    assert open_in(world, record) == 0
    approve(world, record)


def test_ones_own_answers_are_hidden_without_a_question(world: TestOffice) -> None:
    one, _, record = begun(world)
    one.sets(record, {MEASURED: "7.5"})
    one.sets(record, {WATER: "no"})
    one.push()
    assert open_in(world, record) == 0


def test_a_second_answer_over_ones_own_unsent_one_shows_nothing_of_what_others_sent(
    world: TestOffice,
) -> None:
    one, two, record = begun(world)
    first = two.sets(record, {WATER: "yes"})
    two.seal(two.edit(record, Operation.SET, writes={WATER: FieldWrite("no", (first,))}))
    one.sets(record, {MEASURED: "7.5"})
    one.push()
    two.push()
    assert open_in(world, record) == 1


def test_rows_that_somebody_added_meanwhile_are_not_hidden_in_silence(world: TestOffice) -> None:
    one, two, record = begun(world)
    one.creates({"depth": "12"}, kind="water/wells", parent=record)
    two.sets(record, {WATER: "no"})
    one.push()
    two.push()
    assert open_in(world, record) == 1


@pytest.mark.parametrize("keep", [True, False])
def test_staff_choose_between_the_answer_and_what_it_hides(world: TestOffice, keep: bool) -> None:
    one, two, record = begun(world)
    one.sets(record, {MEASURED: "7.5"})
    one.creates({"depth": "12"}, kind="water/wells", parent=record)
    two.sets(record, {WATER: "no"})
    one.push()
    two.push()
    with world.office.database.reading() as session:
        (found,) = read_relevance(session, world.office, record)
    assert [h.field for h in found.conflict.hidden] == [MEASURED, "depth"]
    assert [value for _, value in found.earlier] == ["yes"]
    choice = RelevanceChoice(
        world.people["review"],
        record,
        found.conflict.driver,
        found.conflict.hidden,
        None if keep else found.earlier[0][0],
    )
    assert choose_relevance(world.office, choice).outcome is Outcome.APPLIED
    assert open_in(world, record) == 0
    approve(world, record)
    one.pull()
    assert one.states[record].value(WATER) == ("no" if keep else "yes")
    assert one.states[record].value(MEASURED) == "7.5"


def test_a_place_in_the_feed_of_a_former_area_shows_nobody_anything(world: TestOffice) -> None:
    both = (AREA, OTHER_AREA)
    one, two = world.tablet("admin", areas=both), world.tablet("admin", areas=both)
    for _ in range(9):
        one.creates({WATER: "yes"}, kind="water")
    record = one.creates({WATER: "yes"}, kind="water")
    one.push()
    one.pull()
    one.steps(record, "submitted")
    one.push()
    move_record(world.office, Move(world.people["admin"], record, OTHER_AREA, "lies there"))
    for tablet in (one, two):
        tablet.pull()
    one.sets(record, {MEASURED: "7.5"})
    two.sets(record, {WATER: "no"})
    one.push()
    two.push()
    assert open_in(world, record) == 1
