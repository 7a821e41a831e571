"""Tablets and the real office over its HTTP doors: what is saved arrives once, and all agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from mobile.device.ports import Picture
from mobile.presenters.conflict import ConflictPresenter
from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.history import HistoryPresenter
from mobile.presenters.home import HomePresenter
from mobile.presenters.returned import ReturnedPresenter
from mobile.presenters.sync_report import SyncReportPresenter
from mobile.store import base, settings
from server.catalog import catalog_forms
from server.models import ChangeRow, RecordRow
from server.services.enrol_device import make_enrolment_code
from server.services.publish_form import publish_form
from server.services.read_head import read_head
from server.services.review_record import Review, review_record
from shared.records.state import Comment, decode_state
from shared.records.workflow import Status
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from tests.support.offices import AREA, OTHER_AREA, PIN, TestOffice
from tests.support.tablets import Desk, a_dot_id, rows_item

Meddle = Callable[[HttpRequest, Callable[[], HttpReply]], HttpReply]


def honest(_: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
    return go()


@dataclass
class Line:
    """The office's app as the other end of a tablet's line; `meddle` stands between."""

    world: TestOffice
    desk: Desk
    meddle: Meddle = honest

    def __call__(self, request: HttpRequest) -> HttpReply:
        return self.meddle(request, lambda: self.exchange(request))

    def exchange(self, request: HttpRequest) -> HttpReply:
        token = settings.read(self.desk.app.database.reader(), "token")
        headers = dict(request.headers)
        if token:
            headers["authorization"] = f"Bearer {token}"
        answer = self.world.http.open(
            request.path, method=request.method, data=request.body or None, headers=headers
        )
        reply = HttpReply(
            answer.status_code,
            tuple((name.lower(), value) for name, value in answer.headers),
            answer.data,
        )
        answer.close()
        return reply


def tablet(world: TestOffice, home: Path, login: str, seed: int, *areas: str) -> Desk:
    """A tablet that enrolled with a code, on which somebody signed in with name and PIN."""
    desk = Desk(home, seed=seed)
    desk.start()
    line = Line(world, desk)
    desk.line.answer = line
    code = make_enrolment_code(world.office, world.people["admin"], login, areas or (AREA,))
    desk.app.enroller.enrol(code, login)
    desk.app.person = desk.app.people.sign_in(login, PIN)
    sync(desk)
    return desk


def sync(desk: Desk) -> None:
    report = desk.app.synchroniser.run_once()
    assert report.complete, report


@pytest.fixture
def forms(world: TestOffice) -> None:
    for name in ("factory", "insp"):
        publish_form(world.office, world.people["admin"], catalog_forms()[name], f"{name}.md")


def new_factory(desk: Desk, name: str) -> str:
    form = HomePresenter(desk.app).begin("factory")
    root = form.state.root
    assert form.answer(root, "identity/fac_name", name)
    form.leave()
    return root


def answer(desk: Desk, root: str, key: str, value: str) -> FormPresenter:
    form = HomePresenter(desk.app).open(root)
    form.go(key.partition("/")[0])
    assert form.answer(root, key, value)
    return form


def agree(world: TestOffice, *desks: Desk) -> None:
    """Digests of all are equal, running ones are those of the rows, nothing waits."""
    digests = []
    for desk in desks:
        standing = desk.app.replica.standing()
        assert desk.app.capture.waiting() == (0, 0)
        assert dict(standing.digests) == dict(base.recount(desk.app.database.reader()))
        digests.append(standing.digests[AREA])
    assert len(set(digests)) == 1


def on_server(world: TestOffice, record: str) -> RecordRow:
    with world.office.database.reading() as session:
        found = session.get(RecordRow, record)
        assert found is not None
        return found


def count_changes(world: TestOffice) -> int:
    with world.office.database.reading() as session:
        found = session.scalar(
            select(func.count()).select_from(ChangeRow).where(ChangeRow.source == "tablet")
        )
        return int(found or 0)


@pytest.mark.usefixtures("forms")
def test_a_new_tablet_receives_areas_people_and_forms(world: TestOffice, tmp_path: Path) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    state = HomePresenter(desk.app).state
    assert [area.name_th for area in state.areas] == ["พื้นที่ 20-1"]
    assert [journey.form_id for journey in state.journeys] == ["factory", "insp"]
    assert state.sentences == ()
    assert world.people["somchai"] in desk.app.browser.names()
    agree(world, desk)
    idle = desk.app.synchroniser.run_once()
    assert (idle.round_trips, idle.records_received) == (1, 0)


@pytest.mark.usefixtures("forms")
def test_two_tablets_merge_different_fields_and_settle_a_conflict(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    root = new_factory(one, "โรงน้ำตาล")
    sync(one)
    sync(two)
    answer(one, root, "identity/fac_name", "โรงน้ำตาลหนึ่ง").leave()
    answer(one, root, "identity/juristic", "0105536000315").leave()
    answer(two, root, "identity/fac_name", "โรงน้ำตาลสอง").leave()
    answer(two, root, "identity/reg_old", "3-106-33/50รย").leave()
    for desk in (one, two, one):
        sync(desk)
    agree(world, one, two)
    for desk in (one, two):
        screen = ConflictPresenter(desk.app, root)
        (found,) = screen.state.fields
        assert {option.value for option in found.options} == {"โรงน้ำตาลหนึ่ง", "โรงน้ำตาลสอง"}
        assert {who.name for option in found.options for who in option.who} == {
            "Somchai",
            "Malee",
        }
        state = desk.app.browser.states(root)[root]
        assert state.value("identity/juristic") == "0105536000315"
        assert state.value("identity/reg_old") == "3-106-33/50รย"
    report = SyncReportPresenter(two.app)
    assert [n.why.key for n in report.state.needs_you] == ["needs.conflict"]
    screen = ConflictPresenter(one.app, root)
    chosen = [o.value for o in screen.state.fields[0].options].index("โรงน้ำตาลสอง")
    assert screen.settle(0, chosen)
    sync(one)
    sync(two)
    agree(world, one, two)
    for desk in (one, two):
        assert desk.app.browser.disputed(root) == []
        assert desk.app.browser.states(root)[root].value("identity/fac_name") == "โรงน้ำตาลสอง"


@pytest.mark.usefixtures("forms")
def test_an_answer_lost_after_the_server_committed_sends_nothing_twice(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    lost: list[str] = []

    def loses(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        reply = go()
        if request.path.endswith("push") and not lost:
            lost.append(request.path)
            return NO_NETWORK
        return reply

    line = desk.line.answer
    assert isinstance(line, Line)
    line.meddle = loses
    report = desk.app.synchroniser.run_once()
    assert report.end == "no_network"
    assert report.retry_in_ms > 0
    assert desk.app.synchroniser.pill().here_only == 1, (
        "not confirmed, so it is on this tablet only"
    )
    answer(desk, root, "identity/reg_old", "3-106-33/50รย").leave()
    sync(desk)
    assert count_changes(world) == 2
    assert len(desk.app.browser.own_changes(root)) == 2
    agree(world, desk)


@pytest.mark.usefixtures("forms")
def test_whatever_request_is_lost_or_cut_the_queue_drains_and_all_agree(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    line = desk.line.answer
    assert isinstance(line, Line)
    for number in range(12):
        new_factory(desk, f"โรงงาน {number}")
        calls = 0

        def breaks(
            request: HttpRequest, go: Callable[[], HttpReply], at: int = number % 4
        ) -> HttpReply:
            nonlocal calls
            calls += 1
            if calls - 1 != at // 2:
                return go()
            reply = go() if at % 2 else NO_NETWORK
            return HttpReply(reply.status, reply.headers, reply.body[: len(reply.body) // 2])

        line.meddle = breaks
        desk.app.synchroniser.run_once()
    line.meddle = honest
    sync(desk)
    assert count_changes(world) == 12
    agree(world, desk)


@pytest.mark.usefixtures("forms")
def test_an_inspection_with_a_photo_arrives_with_its_file(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    path = tmp_path / "ภาพ.jpg"
    Image.new("RGB", (300, 200), "navy").save(path)
    form = HomePresenter(desk.app).begin("insp")
    root = form.state.root
    form.answer(root, "site/fac_name", "โรงน้ำตาล")
    form.go("pictures")
    form.attach_pictures(root, "pictures/photos", [Picture(path.name, path)])
    (line,) = rows_item(form, "pictures/photos").rows
    form.leave()
    assert [b.sha256 for b in desk.app.replica.blobs_to_send()] == [], "the record goes first"
    sync(desk)
    assert list(desk.app.replica.blobs_to_send()) == []
    with world.office.blobs.open(line.picture) as stored:
        assert stored.read() == path.read_bytes()
    sync(two)
    agree(world, desk, two)
    assert two.app.browser.line(root) is not None


@pytest.mark.usefixtures("forms")
def test_a_pull_that_lands_while_the_form_is_open_makes_no_overwrite_look_informed(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    root = new_factory(one, "โรงน้ำตาล")
    sync(one)
    sync(two)
    form = HomePresenter(one.app).open(root)
    answer(two, root, "identity/fac_name", "ของมาลี").leave()
    sync(two)
    sync(one)
    assert form.answer(root, "identity/fac_name", "ของสมชาย")
    form.leave()
    sync(one)
    state = decode_state(on_server(world, root).state)
    assert {s.value for s in state.fields["identity/fac_name"]} == {"ของมาลี", "ของสมชาย"}


@pytest.mark.usefixtures("forms")
def test_a_restored_copy_of_a_tablet_sends_what_waits_once(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    new_factory(desk, "หนึ่ง")
    sync(desk)
    new_factory(desk, "สอง")
    desk.kill()
    (desk.home / "no_backup" / "incarnation").unlink()
    desk.start()
    desk.app.person = desk.app.people.sign_in("somchai", PIN)
    sync(desk)
    assert count_changes(world) == 2
    agree(world, desk)


@pytest.mark.usefixtures("forms")
def test_losing_an_area_takes_its_records_but_nothing_unsent(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1, AREA, OTHER_AREA)
    held = set(desk.app.replica.standing().cursors)
    assert held == {"programme", AREA, OTHER_AREA}
    root = new_factory(desk, "หนึ่ง")
    desk.app.replica.hold_scopes(["programme", OTHER_AREA])
    assert desk.app.browser.line(root) is not None
    assert desk.app.capture.waiting() == (1, 0)


def review(world: TestOffice, root: str, target: Status, *comments: Comment) -> None:
    with world.office.database.reading() as session:
        content = read_head(session, root).content
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
        content = read_head(session, root).content
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
