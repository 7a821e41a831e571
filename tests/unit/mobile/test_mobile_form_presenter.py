"""The form as a person meets it: sections, consequences of an answer, locks, comments, rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from mobile.device.ports import Picture
from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.home import HomePresenter
from mobile.presenters.observed import Words
from mobile.presenters.returned import ReturnedPresenter
from shared.canonical import JsonValue
from shared.limits import STORAGE_RESERVE_BYTES
from shared.records.state import Comment, RecordState, WorkflowState
from shared.records.workflow import Status
from tests.support.forms import document, group, question
from tests.support.tablets import (
    AREA,
    Desk,
    a_dot_id,
    dot,
    item,
    keys,
    ready_desk,
    rows_item,
    state_of,
)

FACTORY, VISIT, ROW = a_dot_id(500), a_dot_id(600), a_dot_id(601)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = ready_desk(tmp_path)
    made.receives(AREA, factory())
    return made


def factory() -> RecordState:
    fields: dict[str, JsonValue] = {
        "identity/fac_name": "โรงน้ำตาล",
        "identity/reg_no": "3-106",
        "identity/operator": "นาย ก",
    }
    return state_of("factory", fields, record=FACTORY)


def visit(status: Status, *comments: Comment, **more: JsonValue) -> RecordState:
    fields: dict[str, JsonValue] = {
        "site/factory": FACTORY,
        "site/fac_name": "โรงน้ำตาล",
        "visit/day": "2025-08-15",
        "visit/smell": "no",
        **more,
    }
    flow = WorkflowState(status, dot(a_dot_id(7)), "แก้วันที่", comments)
    return state_of("visit", fields, record=VISIT, workflow=flow)


def begun(desk: Desk) -> FormPresenter:
    return HomePresenter(desk.app).begin("visit")


def opened(desk: Desk, root: str = VISIT) -> FormPresenter:
    return HomePresenter(desk.app).open(root)


def test_an_answer_shows_its_consequences_at_once_and_says_that_it_is_saved(desk: Desk) -> None:
    form = begun(desk)
    form.go("visit")
    root = form.state.root
    assert "visit/smell_text" not in keys(form)
    assert form.answer(root, "visit/smell", "yes")
    assert "visit/smell_text" in keys(form)
    assert item(form, "visit/smell_text").required
    assert item(form, "visit/smell").saved == "saved"
    assert (root, "visit/smell") in form.state.changed
    form.answer(root, "visit/smell", "no")
    assert "visit/smell_text" not in keys(form)


def test_a_typed_date_is_read_and_what_cannot_be_read_stays_as_typed(desk: Desk) -> None:
    form = begun(desk)
    form.go("visit")
    root = form.state.root
    assert form.type_text(root, "visit/day", "๑๕/๘/๒๕๖๘")
    assert item(form, "visit/day").value == "2025-08-15"
    assert item(form, "visit/day").shown.th == "15 ส.ค. 2568"
    assert not form.type_text(root, "visit/day", "เมื่อวาน")
    view = item(form, "visit/day")
    assert (view.typed, view.value) == ("เมื่อวาน", "2025-08-15")
    assert view.problem is not None
    assert not form.submit()


def test_the_parts_of_an_atomic_group_are_saved_as_one_value(desk: Desk) -> None:
    form = begun(desk)
    form.go("visit")
    root = form.state.root
    form.answer(root, "visit/times/t_in", "09:00")
    form.answer(root, "visit/times/t_out", "11:30")
    form.leave()
    (own,) = desk.app.browser.own_changes(root)
    writes = own.change.records[0].writes
    assert writes["visit/times"].value == {"t_in": "09:00", "t_out": "11:30"}
    assert "visit/times/t_in" not in writes


def test_first_values_of_the_form_are_saved_with_the_first_answer(desk: Desk) -> None:
    form = begun(desk)
    form.go("visit")
    assert item(form, "visit/note_text").value == "ไม่มี"
    form.answer(form.state.root, "visit/smell", "no")
    form.leave()
    (own,) = desk.app.browser.own_changes(form.state.root)
    assert own.change.records[0].writes["visit/note_text"].value == "ไม่มี"


def test_choosing_a_factory_fills_in_its_identity(desk: Desk) -> None:
    form = begun(desk)
    (found,) = form.search_choices(form.state.root, "site/factory", "นํ้าตาล")
    assert found.name == FACTORY, "another spelling of the same word finds it"
    form.answer(form.state.root, "site/factory", FACTORY)
    assert item(form, "site/fac_name").value == "โรงน้ำตาล"
    assert item(form, "site/factory").shown.th == "โรงน้ำตาล"
    assert form.state.offer is None


def test_a_differing_identity_is_offered_to_the_register_and_taken_over_once(desk: Desk) -> None:
    form = begun(desk)
    root = form.state.root
    form.answer(root, "site/factory", FACTORY)
    form.answer(root, "site/fac_name", "โรงน้ำตาลไทย")
    assert form.state.offer is not None
    (difference,) = form.state.offer.differences
    assert (difference[1].th, difference[2].th) == ("โรงน้ำตาล", "โรงน้ำตาลไทย")
    form.take_offer()
    assert form.state.offer is None
    (own,) = desk.app.browser.own_changes(FACTORY)
    write = own.change.records[0].writes["identity/fac_name"]
    assert (write.value, write.seen) == ("โรงน้ำตาลไทย", (a_dot_id(1),))
    form.answer(root, "site/fac_name", "อีกชื่อ")
    assert form.state.offer is not None
    form.take_offer()
    second = desk.app.browser.own_changes(FACTORY)[1].change
    assert second.records[0].writes["identity/fac_name"].seen == (own.change.id,)
    assert desk.app.browser.disputed(FACTORY) == []


def test_declining_the_offer_leaves_the_register_alone(desk: Desk) -> None:
    form = begun(desk)
    form.answer(form.state.root, "site/factory", FACTORY)
    form.answer(form.state.root, "site/fac_name", "อื่น")
    form.dismiss_offer()
    assert form.state.offer is None
    assert desk.app.browser.own_changes(FACTORY) == []


def test_the_answers_of_the_last_visit_are_at_hand(desk: Desk) -> None:
    desk.receives(AREA, visit(Status.APPROVED, **{"visit/people": 42}))
    form = begun(desk)
    form.answer(form.state.root, "site/factory", FACTORY)
    form.go("visit")
    assert item(form, "visit/people").previous.th == "42"
    assert form.same_as_before(form.state.root, "visit/people")
    assert item(form, "visit/people").value == 42


def test_what_is_unanswered_is_no_problem_until_somebody_hands_in(desk: Desk) -> None:
    form = begun(desk)
    assert form.state.problems == ()
    assert not form.submit()
    assert {p.key for p in form.state.problems} == {"site/fac_name", "visit/day"}
    assert form.state.notice == Words("form.problems", {"count": 2})
    assert form.state.section == "site"
    assert [s.problems for s in form.state.sections] == [1, 1, 0]


def test_a_soft_problem_is_passed_by_a_reason(desk: Desk) -> None:
    form = begun(desk)
    form.go("visit")
    root = form.state.root
    form.type_text(root, "visit/people", "๑๕๐")
    view = item(form, "visit/people")
    assert view.problem is not None
    assert view.needs_reason
    assert not view.hard
    form.give_reason(root, "visit/people", "นับสองรอบแล้ว")
    assert item(form, "visit/people").problem is None
    form.leave()
    (own,) = desk.app.browser.own_changes(root)
    assert own.change.records[0].writes["visit/people?reason"].value == "นับสองรอบแล้ว"


def test_a_row_exists_from_its_first_answer_and_can_hold_rows(desk: Desk) -> None:
    form = begun(desk)
    form.go("found")
    root = form.state.root
    row = form.add_row(root, "found/findings")
    assert row is not None
    form.leave()
    assert desk.app.browser.line(root) is None, "an empty row is nothing"
    form = begun(desk)
    form.go("found")
    root = form.state.root
    row = form.add_row(root, "found/findings")
    assert row is not None
    form.enter(row)
    assert [c[0] for c in form.state.crumbs] == [row]
    inner = form.add_row(row, "photos")
    assert inner is not None
    form.enter(inner)
    assert [c[0] for c in form.state.crumbs] == [row, inner]
    assert form.back()
    form.answer(row, "fact", "ท่อรั่ว")
    assert form.back()
    assert not form.back()
    assert [line.title.th for line in rows_item(form, "found/findings").rows] == ["ท่อรั่ว"]
    assert form.delete_row(row, "ซ้ำ")
    assert not rows_item(form, "found/findings").rows


def test_pictures_become_rows_with_their_files(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "ภาพ ๑.png"
    Image.new("RGB", (2400, 1200), "green").save(path)
    form = begun(desk)
    form.go("found")
    row = form.add_row(form.state.root, "found/findings")
    assert row is not None
    form.attach_pictures(row, "photos", [Picture(path.name, path)])
    form.enter(row)
    (line,) = rows_item(form, "photos").rows
    assert line.picture
    assert desk.app.attacher.thumbnail(line.picture) is not None
    form.leave()
    own = desk.app.browser.own_changes(form.state.root)
    blobs = {sha for one in own for edit in one.change.records for sha in edit.blobs}
    assert blobs == {line.picture}


def test_handing_in_locks_the_record(desk: Desk) -> None:
    form = begun(desk)
    root = form.state.root
    form.answer(root, "site/fac_name", "โรงงาน")
    form.go("visit")
    form.answer(root, "visit/day", "2025-08-15")
    assert form.submit()
    assert form.state.locked
    assert form.state.status == "submitted"
    assert form.state.notice == Words("form.handed_in")
    assert not form.answer(root, "visit/day", "2025-08-16")


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED])
def test_what_was_handed_in_or_approved_is_locked(desk: Desk, status: Status) -> None:
    desk.receives(AREA, visit(status))
    form = opened(desk)
    assert form.state.locked
    assert form.state.lock_words == Words(f"lock.{status}")
    assert not form.answer(VISIT, "visit/smell", "yes")
    form.go("found")
    assert not rows_item(form, "found/findings").can_add


def test_a_return_unlocks_just_the_questions_commented_on(desk: Desk) -> None:
    comment = Comment("c1", VISIT, "visit/day", "วันที่ไม่ตรงกับรายงาน")
    desk.receives(AREA, visit(Status.RETURNED, comment))
    form = opened(desk)
    assert form.state.section == "visit", "the page that was commented on comes first"
    assert form.state.message == "แก้วันที่"
    assert item(form, "visit/day").comments == ("วันที่ไม่ตรงกับรายงาน",)
    assert not item(form, "visit/day").locked
    assert item(form, "visit/smell").lock_words == Words("lock.not_asked")
    assert not form.answer(VISIT, "visit/smell", "yes")
    form.go("found")
    assert not rows_item(form, "found/findings").can_add
    form.go("visit")
    assert form.answer(VISIT, "visit/day", "2025-08-14")
    assert form.submit()
    assert form.state.status == "submitted"


@pytest.mark.parametrize("asked", [False, True])
def test_rows_of_a_returned_record_are_deleted_only_where_the_reviewer_asked(
    desk: Desk, asked: bool
) -> None:
    row = a_dot_id(8)
    about = "found/findings" if asked else "visit/day"
    finding = state_of("visit/findings", {"what": "พื้นเปียก"}, record=row, parent=VISIT, root=VISIT)
    comment = Comment("c1", VISIT, about, "แก้")
    desk.receives(AREA, visit(Status.RETURNED, comment), finding)
    form = opened(desk)
    form.go("found")
    assert rows_item(form, "found/findings").count == 1
    assert rows_item(form, "found/findings").can_delete is asked
    assert form.delete_row(row, "ซ้ำ") is asked


def test_a_correction_that_makes_a_question_necessary_unlocks_it(desk: Desk) -> None:
    desk.receives(AREA, visit(Status.RETURNED, Comment("c1", VISIT, "visit/smell", "แน่ใจหรือ")))
    form = opened(desk)
    form.answer(VISIT, "visit/smell", "yes")
    assert not item(form, "visit/smell_text").locked
    assert form.answer(VISIT, "visit/smell_text", "กลิ่นกำมะถัน")


@pytest.mark.parametrize(
    "comments",
    [(), (Comment("c1", VISIT, None, "ทั้งหมด"),)],
    ids=["no comment", "a comment on the whole record"],
)
def test_a_return_that_names_no_question_unlocks_all(
    desk: Desk, comments: tuple[Comment, ...]
) -> None:
    desk.receives(AREA, visit(Status.RETURNED, *comments))
    form = opened(desk)
    form.go("visit")
    assert not item(form, "visit/smell").locked
    assert item(form, "visit/checked").lock_words == Words("lock.office"), "the office answers that"


def test_a_comment_on_a_row_unlocks_that_row_only(desk: Desk) -> None:
    other = a_dot_id(602)
    comment = Comment("c1", ROW, None, "ใส่วันครบกำหนด")
    findings = [
        state_of(
            "visit/findings", {"fact": name}, record=record, parent=VISIT, root=VISIT, form="visit"
        )
        for record, name in ((ROW, "หนึ่ง"), (other, "สอง"))
    ]
    desk.receives(AREA, visit(Status.RETURNED, comment), *findings)
    form = opened(desk)
    form.enter(ROW)
    assert not item(form, "due").locked
    form.enter(other)
    assert item(form, "due").locked
    form.back()
    lines = {line.record: line.comments for line in rows_item(form, "found/findings").rows}
    assert lines == {ROW: 1, other: 0}


def test_returned_records_are_listed_with_message_and_questions(desk: Desk) -> None:
    desk.receives(AREA, visit(Status.RETURNED, Comment("c1", VISIT, "visit/day", "ผิดวัน")))
    (record,) = ReturnedPresenter(desk.app).state.records
    assert (record.title, record.message) == ("โรงน้ำตาล", "แก้วันที่")
    assert [(c.question.th, c.text) for c in record.comments] == [("day", "ผิดวัน")]


def test_below_the_reserve_the_form_says_so_before_anybody_types(desk: Desk) -> None:
    desk.room.free = STORAGE_RESERVE_BYTES - 1
    form = begun(desk)
    assert form.state.blocked == Words("lock.no_room")
    assert item(form, "site/fac_name").locked
    assert not form.answer(form.state.root, "site/fac_name", "x")


def test_what_could_not_be_saved_says_so_and_can_be_saved_again(desk: Desk) -> None:
    form = begun(desk)
    form.go("visit")
    root = form.state.root
    desk.room.free = 0
    form.answer(root, "visit/smell", "no")
    assert item(form, "visit/smell").saved == "not_saved"
    assert form.state.saved == "not_saved"
    assert form.state.blocked is not None
    desk.room.free = 1 << 40
    form.save_again()
    assert item(form, "visit/smell").saved == "saved"
    assert form.state.saved == "saved"
    assert form.state.blocked is None
    assert form.answer(root, "visit/smell", "yes")
    form.leave()
    assert len(desk.app.browser.own_changes(root)) == 1


def test_a_record_that_is_not_here_is_told_in_words(desk: Desk) -> None:
    form = opened(desk, a_dot_id(999))
    assert form.state.phase == "gone"
    assert form.state.notice == Words("form.gone")


def test_formulas_that_took_too_much_work_are_counted(tmp_path: Path) -> None:
    long = "concat(" + ", ".join(["${name}"] * 24) + ")"
    form = document(
        group("s", question("name"), question("all", "calculate", calculation=long)), form="heavy"
    )
    desk = ready_desk(tmp_path)
    desk.publish(form)
    presenter = FormPresenter(desk.app).begin("heavy", AREA)
    presenter.answer(presenter.state.root, "s/name", "สั้น")
    assert presenter.state.given_up == 0
    presenter.answer(presenter.state.root, "s/name", "ก" * 10_000)
    assert presenter.state.given_up == 1
