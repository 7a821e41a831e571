"""Transitions are decided by role and content; deletions are disputed, never silently lost."""

from __future__ import annotations

import pytest

from server.models import RecordRow
from server.services.resolve_conflict import Pick, resolve_conflict, settle_deletion
from server.services.review_record import Review, review_record
from server.store.contents import read_content
from shared.errors import InvalidInput, OutsideArea, TransitionRefused
from shared.records.state import EXISTENCE, Comment
from shared.records.workflow import Role, Status
from sync.changes import FieldWrite, Operation
from sync.messages import Outcome
from tests.support.offices import OTHER_AREA, TestOffice, TestTablet


def head(world: TestOffice, record: str) -> RecordRow:
    with world.office.database.reading() as session:
        row = session.get(RecordRow, record)
        assert row is not None
        return row


def content(world: TestOffice, record: str) -> str:
    with world.office.database.reading() as session:
        return read_content(session, record)


def submitted(tablet: TestTablet) -> str:
    record = tablet.creates({"a": "1"})
    tablet.push()
    tablet.pull()
    tablet.steps(record, "submitted")
    assert tablet.push()[0].outcome is Outcome.APPLIED
    tablet.pull()
    return record


def review(world: TestOffice, record: str, target: Status, named: str = "", **more: object) -> None:
    author = world.people["review"]
    review_record(
        world.office,
        Review(author, record, target, named or content(world, record), **more),  # type: ignore[arg-type]
    )


def test_a_return_with_a_comment_reaches_the_tablet_and_a_correction_goes_in_again(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    record = submitted(tablet)
    comment = Comment(world.office.ids.new(), record, "a", "ตรวจอีกครั้ง")
    review(world, record, Status.RETURNED, message="แก้", comments=(comment,))
    tablet.pull()
    flow = tablet.states[record].workflow
    assert flow is not None
    assert (flow.status, flow.message, flow.comments) == (Status.RETURNED, "แก้", (comment,))
    tablet.sets(record, {"a": "2"})
    tablet.steps(record, "submitted")
    assert [r.outcome for r in tablet.push()] == [Outcome.APPLIED, Outcome.APPLIED]
    assert head(world, record).status == "submitted"
    assert head(world, record).submitted_at


def test_an_approval_names_the_content_seen_and_other_content_is_refused(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    record = submitted(tablet)
    seen = content(world, record)
    tablet.sets(record, {"a": "2"})
    tablet.push()
    with pytest.raises(TransitionRefused) as refused:
        review(world, record, Status.APPROVED, seen)
    assert refused.value.facts["reason"] == "transition.content_changed"
    review(world, record, Status.APPROVED)
    assert head(world, record).status == "approved"


def test_evidence_after_approval_is_kept_and_the_record_says_changed_since(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    record = submitted(tablet)
    review(world, record, Status.APPROVED)
    tablet.pull()
    tablet.creates({"f": "new"}, kind="insp/findings", parent=record)
    tablet.push()
    tablet.pull()
    flow = tablet.states[record].workflow
    assert flow is not None
    assert flow.status is Status.APPROVED
    assert flow.changed_since_approval
    assert head(world, record).changed_since_approval
    review(world, record, Status.APPROVED)
    assert not head(world, record).changed_since_approval


def test_no_approval_while_a_conflict_is_open_and_settling_it_makes_way(
    world: TestOffice,
) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = submitted(one)
    two.pull()
    one.sets(record, {"a": "2"})
    two.sets(record, {"a": "3"})
    one.push()
    two.push()
    assert head(world, record).tree_conflicts == 1
    with pytest.raises(TransitionRefused) as refused:
        review(world, record, Status.APPROVED)
    assert refused.value.facts["reason"] == "transition.open_conflict"
    one.pull()
    dots = tuple(s.dot.id for s in one.states[record].fields["a"])
    resolve_conflict(world.office, world.people["review"], [Pick(record, "a", dots[1], dots)])
    assert head(world, record).tree_conflicts == 0
    review(world, record, Status.APPROVED)


def test_a_value_that_arrives_while_staff_choose_stays_beside_the_chosen_one(
    world: TestOffice,
) -> None:
    tablets = [world.tablet("somchai"), world.tablet("malee"), world.tablet("somchai")]
    record = submitted(tablets[0])
    for tablet in tablets:
        tablet.pull()
    for number, tablet in enumerate(tablets):
        tablet.sets(record, {"a": f"v{number}"})
    tablets[0].push()
    tablets[1].push()
    tablets[0].pull()
    dots = tuple(s.dot.id for s in tablets[0].states[record].fields["a"])
    tablets[2].push()
    resolve_conflict(world.office, world.people["review"], [Pick(record, "a", dots[0], dots)])
    tablets[0].pull()
    assert {s.value for s in tablets[0].states[record].fields["a"]} == {"v0", "v2"}


def test_a_choice_that_was_not_listed_is_refused(world: TestOffice) -> None:
    with pytest.raises(InvalidInput):
        resolve_conflict(
            world.office, world.people["review"], [Pick("x", "a", "not-listed", ("b",))]
        )


@pytest.mark.parametrize("target", ["approved", "returned"])
def test_the_field_may_not_review(world: TestOffice, target: str) -> None:
    tablet = world.tablet("somchai")
    record = submitted(tablet)
    tablet.steps(record, target, content(world, record))
    found = tablet.push()[0]
    assert (found.outcome, found.code) == (
        Outcome.REFUSED_TRANSITION,
        "transition.not_your_role",
    )


def test_submitting_twice_is_already_there(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = submitted(tablet)
    tablet.steps(record, "submitted")
    assert tablet.push()[0].outcome is Outcome.ALREADY


def test_approving_a_draft_is_refused_and_a_row_has_no_workflow(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = tablet.creates({"a": "1"})
    row = tablet.creates({"f": "1"}, kind="insp/findings", parent=record)
    tablet.push()
    tablet.pull()
    with pytest.raises(TransitionRefused) as refused:
        review(world, record, Status.APPROVED)
    assert refused.value.facts["reason"] == "transition.wrong_state"
    tablet.steps(row, "submitted")
    assert tablet.push()[0].code == "transition.not_reviewed"


def test_staff_of_another_area_may_not_review(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = submitted(tablet)
    world.person("elsewhere", Role.REVIEWER, OTHER_AREA)
    world.people["review"] = world.people["elsewhere"]
    with pytest.raises(OutsideArea):
        review(world, record, Status.APPROVED)
    assert head(world, record).status == "submitted"


def test_a_review_sent_twice_has_one_effect(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = submitted(tablet)
    name = world.office.ids.new()
    seen = content(world, record)
    review(world, record, Status.APPROVED, seen, change_id=name)
    revision = head(world, record).revision
    review(world, record, Status.APPROVED, seen, change_id=name)
    assert head(world, record).revision == revision


def deletes(tablet: TestTablet, record: str) -> None:
    live = {s.dot.id for found in tablet.states[record].fields.values() for s in found}
    for state in tablet.states.values():
        if state.parent == record:
            live |= {s.dot.id for found in state.fields.values() for s in found}
    gone = FieldWrite({"act": "delete", "reason": "ซ้ำ"}, tuple(sorted(live)))
    tablet.seal(tablet.edit(record, Operation.DELETE, writes={EXISTENCE: gone}))


def test_a_deleted_row_leaves_the_content_and_comes_back_when_restored(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = tablet.creates({"a": "1"})
    tablet.push()
    before = content(world, record)
    row = tablet.creates({"f": "1"}, kind="insp/findings", parent=record)
    tablet.push()
    tablet.pull()
    with_row = content(world, record)
    deletes(tablet, row)
    tablet.push()
    assert content(world, record) == before != with_row
    assert head(world, row).deleted
    tablet.pull()
    dots = tuple(s.dot.id for s in tablet.states[row].existence)
    back = FieldWrite({"act": "restore", "reason": "ผิดแถว"}, dots)
    tablet.seal(tablet.edit(row, Operation.RESTORE, writes={EXISTENCE: back}))
    tablet.push()
    assert not head(world, row).deleted


@pytest.mark.parametrize("edit_first", [True, False])
def test_a_deletion_that_had_not_seen_an_edit_is_disputed_in_either_order(
    world: TestOffice, edit_first: bool
) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "1"})
    one.push()
    one.pull()
    two.pull()
    deletes(one, record)
    two.sets(record, {"b": "unseen"})
    for tablet in (two, one) if edit_first else (one, two):
        tablet.push()
    found = head(world, record)
    assert (found.disputed, found.deleted) == (True, False)
    one.pull()
    seen = {s.dot.id for f in one.states[record].fields.values() for s in f}
    seen |= {s.dot.id for s in one.states[record].existence}
    settle_deletion(
        world.office,
        world.people["review"],
        record,
        keep=True,
        reason="มีข้อมูลใหม่",
        seen=sorted(seen),
    )
    found = head(world, record)
    assert (found.disputed, found.deleted) == (False, False)
