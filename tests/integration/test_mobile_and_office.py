"""Tablets and the real office over its HTTP doors: what is saved arrives once, and all agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from mobile.device.ports import Picture
from mobile.presenters.conflict import ConflictPresenter
from mobile.presenters.home import HomePresenter
from mobile.presenters.sync_report import SyncReportPresenter
from shared.records.state import decode_state
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from tests.support.offices import AREA, OTHER_AREA, PIN, TestOffice
from tests.support.tablets import rows_item
from tests.support.tablets_and_office import (
    Line,
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


@pytest.fixture
def forms(world: TestOffice) -> None:
    publish_forms(world)


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
    assert list(desk.app.replica.shelf.to_send()) == [], "the record goes first"
    sync(desk)
    assert list(desk.app.replica.shelf.to_send()) == []
    assert b"".join(world.office.blobs.read(line.picture)) == path.read_bytes()
    sync(two)
    agree(world, desk, two)
    assert two.app.browser.line(root) is not None
    small = two.app.attacher.thumbnail(line.picture)
    assert small is not None, "a colleague sees the small picture without the original"
    assert two.app.attacher.path(line.picture) is None
    assert small.read_bytes() == desk.app.replica.shelf.thumbnail(line.picture)
    two.app.replica.shelf.ask_for(line.picture)
    sync(two)
    original = two.app.attacher.path(line.picture)
    assert original is not None, "and the original once somebody asks for it"
    assert original.read_bytes() == path.read_bytes()


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
