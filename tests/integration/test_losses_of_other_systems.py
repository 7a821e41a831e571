"""Losses that other field systems really had, played again here: each is a public report.

The tablet is the shipped one on its SQLite file, the office the shipped app; only the line between
them misbehaves. The number behind a system's name is that of the thread in which people told it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from mobile.device.ports import Picture
from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.home import HomePresenter
from mobile.presenters.returned import ReturnedPresenter
from mobile.services.synchronise import SyncReport
from mobile.store import blobs
from server.catalog import catalog_forms
from server.models import RecordRow
from server.services.publish_form import publish_form
from server.services.review_record import Review, review_record
from server.store.contents import read_content
from shared.errors import SurveyError
from shared.limits import PART_BYTES_MIN
from shared.records.state import Comment, decode_state
from shared.records.workflow import Status
from sync.changes import SealedChange
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from sync.messages import Outcome
from sync.shelf import FileToSend
from tests.support.offices import AREA, OTHER_AREA, PIN, TestOffice
from tests.support.tablets import Desk, a_dot_id
from tests.support.tablets_and_office import (
    Line,
    Meddle,
    agree,
    answer,
    count_changes,
    honest,
    new_factory,
    on_server,
    publish_forms,
    sync,
    tablet,
)

TEN_YEARS_MS = 10 * 365 * 86_400_000
PORTAL = HttpReply(200, (("content-type", "text/html"),), b"<html>Welcome! Please sign in.</html>")


@pytest.fixture(autouse=True)
def forms(world: TestOffice) -> None:
    publish_forms(world)


def line_of(desk: Desk) -> Line:
    line = desk.line.answer
    assert isinstance(line, Line)
    return line


def through(desk: Desk, meddle: Meddle) -> SyncReport:
    """One synchronisation over a line that misbehaves, and an honest line afterwards."""
    line_of(desk).meddle = meddle
    report = desk.app.synchroniser.run_once()
    line_of(desk).meddle = honest
    return report


def visit_with_photo(desk: Desk, folder: Path) -> tuple[str, str]:
    """An inspection with one photo; the record and the photo's hash."""
    path = folder / "ภาพ.jpg"
    Image.effect_noise((640, 480), 80).convert("RGB").save(path, quality=90)
    form = HomePresenter(desk.app).begin("insp")
    root = form.state.root
    form.answer(root, "site/fac_name", "โรงน้ำตาล")
    form.go("pictures")
    form.attach_pictures(root, "pictures/photos", [Picture(path.name, path)])
    form.leave()
    (named,) = desk.app.browser.own_changes(root)[-1].change.records[-1].blobs or ("",)
    return root, named


def unsent_files(desk: Desk) -> list[FileToSend]:
    return blobs.to_send(desk.app.database.reader())


def hand_in(desk: Desk, root: str) -> None:
    opened = desk.app.capture.open_record(root, desk.app.person.person if desk.app.person else "")
    desk.app.capture.submit(opened)
    desk.app.capture.close(opened)


def review(world: TestOffice, root: str, target: Status, *comments: Comment) -> None:
    with world.office.database.reading() as session:
        content = read_content(session, root)
    message = "แก้ตามที่บอก" if target is Status.RETURNED else ""
    order = Review(world.people["review"], root, target, content, message, tuple(comments))
    review_record(world.office, order)


def test_kobocat_432_an_answer_of_success_without_its_attachments_is_not_success(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root, photo = visit_with_photo(desk, tmp_path)
    hand_in(desk, root)

    def eats_files(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        if "/blobs/" in request.path and request.method in ("PUT", "POST"):
            return HttpReply(200, (("content-type", "application/json"),), b'{"ok":true}')
        return go()

    assert not through(desk, eats_files).complete
    assert photo in {file.sha256 for file in unsent_files(desk)}
    assert on_server(world, root).missing_files >= 1
    with pytest.raises(SurveyError):
        review(world, root, Status.APPROVED)
    sync(desk)
    assert on_server(world, root).missing_files == 0
    agree(world, desk)


def test_collect_3517_a_double_send_makes_no_duplicates(world: TestOffice, tmp_path: Path) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")

    def twice(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        if request.path.endswith("push"):
            go()
        return go()

    assert through(desk, twice).complete
    assert count_changes(world) == 1
    state = decode_state(on_server(world, root).state)
    assert len(state.fields["identity/fac_name"]) == 1
    agree(world, desk)


@pytest.mark.parametrize(
    "reply",
    [PORTAL, HttpReply(500), HttpReply(413), HttpReply(403), NO_NETWORK],
    ids=["captive portal", "500", "413", "403", "no network"],
)
def test_getodk_1017_nothing_leaves_the_tablet_when_sending_failed(
    world: TestOffice, tmp_path: Path, reply: HttpReply
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    report = through(desk, lambda request, go: reply)
    assert not report.complete
    assert desk.app.capture.waiting() == (1, 0)
    assert desk.app.browser.states(root)[root].value("identity/fac_name") == "โรงน้ำตาล"
    sync(desk)
    assert count_changes(world) == 1
    agree(world, desk)


def test_surveysolutions_1856_a_rejection_reaches_the_tablet_though_its_answer_was_lost(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    form = HomePresenter(desk.app).begin("insp")
    root = form.state.root
    form.answer(root, "site/fac_name", "โรงน้ำตาล")
    form.leave()
    hand_in(desk, root)
    sync(desk)
    review(world, root, Status.RETURNED, Comment(a_dot_id(9), root, "site/fac_name", "ชื่อผิด"))

    def lost(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        go()
        return NO_NETWORK

    through(desk, lost)
    sync(desk)
    (back,) = ReturnedPresenter(desk.app).state.records
    assert [comment.text for comment in back.comments] == ["ชื่อผิด"]
    assert HomePresenter(desk.app).state.returned.count == 1


def test_tangerine_2722_a_fills_b_fills_both_sync_and_neither_is_lost(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    root = new_factory(one, "โรงน้ำตาล")
    sync(one)
    sync(two)
    answer(one, root, "identity/fac_name", "ของสมชาย").leave()
    answer(two, root, "identity/fac_name", "ของมาลี").leave()
    for desk in (one, two, one):
        sync(desk)
    state = decode_state(on_server(world, root).state)
    assert {s.value for s in state.fields["identity/fac_name"]} == {"ของสมชาย", "ของมาลี"}
    assert all(len(desk.app.browser.disputed(root)) == 1 for desk in (one, two))
    agree(world, one, two)


def test_mergin_4363_deleting_against_editing_blocks_no_synchronisation(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    root = new_factory(one, "โรงน้ำตาล")
    sync(one)
    sync(two)
    opened = one.app.capture.open_record(root, world.people["somchai"])
    one.app.capture.delete(opened, root, "ปิดกิจการ")
    one.app.capture.close(opened)
    answer(two, root, "identity/reg_old", "3-106-33/50รย").leave()
    for desk in (one, two, one, two):
        sync(desk)
    row = on_server(world, root)
    assert row.disputed
    assert not row.deleted, "what the deleter had not seen is not hidden"
    new_factory(one, "โรงแป้ง")
    sync(one)
    sync(two)
    agree(world, one, two)


def test_collect_5947_a_draft_is_not_stranded_by_a_new_version_of_its_form(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    form = HomePresenter(desk.app).begin("insp")
    root = form.state.root
    form.answer(root, "site/fac_name", "เริ่มด้วยรุ่นเก่า")
    form.leave()
    newer = catalog_forms()["insp"].replace("visit | 1 | review |", "visit | 2 | review |")
    assert newer != catalog_forms()["insp"]
    publish_form(world.office, world.people["admin"], newer, "insp.md")
    sync(desk)
    again: FormPresenter = HomePresenter(desk.app).open(root)
    assert again.answer(root, "site/fac_name", "เขียนต่อได้")
    again.leave()
    hand_in(desk, root)
    sync(desk)
    row = on_server(world, root)
    assert (row.version, row.status) == (1, "submitted")
    assert decode_state(row.state).value("site/fac_name") == "เขียนต่อได้"


def test_claude_mem_3964_two_hundred_unreadable_changes_hold_up_none_behind_them(
    world: TestOffice,
) -> None:
    device = world.tablet("somchai")
    for number in range(500):
        device.creates({"a": str(number)})
        if number < 200:
            sealed = device.pending[-1]
            assert isinstance(sealed, SealedChange)
            bad = sealed.line.replace(b'[["', b'[["!')
            device.pending[-1] = SealedChange(sealed.id, bad, sealed.head_hash)
    lines, outcomes = list(device.pending), []
    for start in range(0, 500, 250):
        device.pending = lines[start : start + 250]
        outcomes += [result.outcome for result in device.push()]
    assert outcomes.count(Outcome.QUARANTINED) == 200
    assert outcomes.count(Outcome.APPLIED) == 300
    assert Outcome.QUARANTINED not in outcomes[200:]


def test_cht_core_5701_11306_a_record_that_leaves_the_tablets_areas_takes_nothing_unsent_along(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1, AREA, OTHER_AREA)
    root = new_factory(desk, "โรงน้ำตาล")
    sync(desk)
    answer(desk, root, "identity/reg_old", "3-106-33/50รย").leave()
    desk.app.replica.hold_scopes(["programme", OTHER_AREA])
    line = desk.app.browser.line(root)
    assert line is not None, "a record with unsent work stays visible"
    assert desk.app.capture.waiting() == (1, 0)
    sync(desk)
    assert desk.app.capture.waiting() == (0, 0)
    state = decode_state(on_server(world, root).state)
    assert state.value("identity/reg_old") == "3-106-33/50รย"


def test_collect_7356_an_upload_that_was_cut_goes_on_where_it_was(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    path = tmp_path / "ใหญ่.jpg"
    Image.effect_noise((2000, 1500), 100).convert("RGB").save(path, quality=95)
    form = HomePresenter(desk.app).begin("insp")
    root = form.state.root
    form.answer(root, "site/fac_name", "โรงน้ำตาล")
    form.go("pictures")
    form.attach_pictures(root, "pictures/photos", [Picture(path.name, path)])
    form.leave()
    hand_in(desk, root)
    through(desk, lambda request, go: NO_NETWORK if "/blobs/" in request.path else go())
    size = max(file.size for file in unsent_files(desk))
    assert size > 3 * PART_BYTES_MIN
    sent: list[int] = []

    def cut_half_way(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        if "/blobs/" in request.path and request.method == "PUT":
            if sum(sent) > size // 2 and not cut:
                cut.append(len(request.body))
                return NO_NETWORK
            sent.append(len(request.body))
        return go()

    cut: list[int] = []
    for _ in range(4):
        through(desk, cut_half_way)
    assert cut, "the line was cut while a file went up"
    assert unsent_files(desk) == []
    assert on_server(world, root).missing_files == 0
    assert sum(sent) <= size * 1.25 + max(sent), "what had arrived was not sent again"


@pytest.mark.parametrize("wrong", [-TEN_YEARS_MS, TEN_YEARS_MS], ids=["ten years back", "ahead"])
def test_joplin_5738_a_wrong_clock_makes_no_conflicts_and_wins_none(
    world: TestOffice, tmp_path: Path, wrong: int
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    one.clock.now += wrong
    roots = [new_factory(one, f"โรงงาน {number}") for number in range(20)]
    sync(one)
    sync(two)
    for root in roots:
        answer(two, root, "identity/fac_name", "แก้แล้ว").leave()
    sync(two)
    sync(one)
    assert all(one.app.browser.disputed(root) == [] for root in roots)
    states = [decode_state(on_server(world, root).state) for root in roots]
    assert {state.value("identity/fac_name") for state in states} == {"แก้แล้ว"}
    agree(world, one, two)


def test_turso_8129_a_restored_database_loses_no_later_write(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    new_factory(desk, "ก่อนสำรอง")
    desk.kill()
    shutil.copytree(desk.home, tmp_path / "image")
    desk.start()
    desk.app.person = desk.app.people.sign_in("somchai", PIN)
    new_factory(desk, "หลังสำรอง ส่งแล้ว")
    sync(desk)
    desk.kill()
    shutil.rmtree(desk.home)
    shutil.copytree(tmp_path / "image", desk.home)
    desk.start()
    desk.app.person = desk.app.people.sign_in("somchai", PIN)
    new_factory(desk, "หลังกู้คืน")
    sync(desk)
    sync(desk)
    with world.office.database.reading() as session:
        named = {row.title for row in session.scalars(select(RecordRow)) if row.type == "factory"}
    assert named == {"ก่อนสำรอง", "หลังสำรอง ส่งแล้ว", "หลังกู้คืน"}
    agree(world, desk)


def test_collect_3379_a_form_with_a_hundred_rows_asks_its_database_no_more_than_one_with_forty(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    asked = [_statements_of_opening(desk, world, rows) for rows in (40, 100)]
    assert asked[0] == asked[1], "nothing is asked once a row"


def _statements_of_opening(desk: Desk, world: TestOffice, rows: int) -> int:
    capture = desk.app.capture
    visit = capture.begin_record("insp", AREA, world.people["somchai"])
    for number in range(rows):
        capture.add_row(visit, visit.root, "insp/findings", {"f_desc": f"ข้อ {number}"})
    capture.close(visit)
    reader = desk.app.database.reader()
    statements: list[str] = []
    reader.set_trace_callback(statements.append)
    form = HomePresenter(desk.app).open(visit.root)
    assert form.answer(visit.root, "site/fac_name", "ตอบได้")
    reader.set_trace_callback(None)
    form.leave()
    return len(statements)
