"""What the office answers reaches the tablet: returned, approved, kept aside, revoked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mobile.presenters.history import HistoryPresenter
from mobile.presenters.home import HomePresenter
from mobile.presenters.observed import Words, meaning
from mobile.presenters.returned import ReturnedPresenter
from mobile.presenters.sync_report import SyncReportPresenter
from mobile.store import settings
from server.services.review_record import Review, review_record
from server.store.contents import read_content
from shared.records.state import Comment
from shared.records.workflow import Status
from tests.support.offices import AREA, TestOffice
from tests.support.tablets import a_dot_id
from tests.support.tablets_and_office import (
    agree,
    new_factory,
    publish_forms,
    sync,
    tablet,
)


@pytest.fixture
def forms(world: TestOffice) -> None:
    publish_forms(world)


def review(world: TestOffice, root: str, target: Status, *comments: Comment) -> None:
    with world.office.database.reading() as session:
        content = read_content(session, root)
    message = "แก้ตามที่บอก" if target is Status.RETURNED else ""
    review_record(
        world.office,
        Review(world.people["review"], root, target, content, message, tuple(comments)),
    )


@pytest.mark.usefixtures("forms")
def test_handed_in_sent_back_with_a_comment_corrected_and_approved(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    capture = desk.app.capture
    visit = capture.begin_record("insp", AREA, world.people["somchai"])
    root = visit.root
    capture.answer(visit, root, "visit/visit_date", "2025-08-15")
    gone = capture.add_row(visit, root, "insp/findings", {"f_desc": "ผิด"})
    capture.add_row(visit, root, "insp/findings", {"f_desc": "ท่อรั่ว"})
    capture.delete(visit, gone, "ซ้ำ")
    step = capture.submit(visit)[-1].records[0].transition
    capture.close(visit)
    sync(desk)
    with world.office.database.reading() as session:
        content = read_content(session, root)
    assert step is not None
    assert step.content_hash == content, "both sides hash the same content"
    review(world, root, Status.RETURNED, Comment(a_dot_id(9), root, "visit/visit_date", "ผิดวัน"))
    sync(desk)
    assert HomePresenter(desk.app).state.returned.count == 1
    (back,) = ReturnedPresenter(desk.app).state.records
    assert [comment.text for comment in back.comments] == ["ผิดวัน"]
    assert back.by == "Review"
    form = HomePresenter(desk.app).open(root)
    assert form.state.section == "visit"
    assert not form.answer(root, "place/paper_no", "1"), "only what was commented on"
    assert form.type_text(root, "visit/visit_date", "14/8/2568")
    form.leave()
    again = capture.open_record(root, world.people["somchai"])
    capture.submit(again)
    capture.close(again)
    sync(desk)
    review(world, root, Status.APPROVED)
    sync(desk)
    agree(world, desk)
    line = desk.app.browser.line(root)
    assert line is not None
    assert line.status == "approved"
    assert HomePresenter(desk.app).open(root).state.locked
    words = [entry.words.key for entry in HistoryPresenter(desk.app, root).state.entries]
    assert {"history.begun", "history.submitted", "history.returned", "history.approved"} <= set(
        words
    )


@pytest.mark.usefixtures("forms")
def test_what_the_office_keeps_aside_is_told_and_stays_on_the_tablet(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    person = desk.app.person
    assert person is not None
    desk.app.person = replace(person, person=world.people["wichai"])
    root = new_factory(desk, "ของคนที่ไม่เคยลงชื่อเข้าใช้")
    desk.app.person = person
    sync(desk)
    report = SyncReportPresenter(desk.app).state
    assert [need.why.key for need in report.needs_you] == ["needs.quarantined"]
    assert report.needs_you[0].why.parts["why"] == meaning("author.unknown_here")
    assert Words("report.why", {"count": 1, "why": meaning("author.unknown_here")}) in (
        report.reports[0].sentences
    )
    assert report.needs_you[0].line.sync == "kept_aside"
    assert desk.app.browser.states(root)[root].value("identity/fac_name") is not None
    SyncReportPresenter(desk.app).told()
    assert SyncReportPresenter(desk.app).state.needs_you == ()


@pytest.mark.usefixtures("forms")
def test_a_revoked_tablet_keeps_everything_and_says_so(world: TestOffice, tmp_path: Path) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "ก่อนถูกเพิกถอน")
    with desk.app.database.writing() as connection:
        settings.write(connection, "token", "not a token")
    report = desk.app.synchroniser.run_once()
    assert report.end == "not_signed_in"
    assert desk.app.capture.waiting() == (1, 0)
    assert desk.app.browser.line(root) is not None
