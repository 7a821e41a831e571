"""Areas lost and regained, and changes kept aside: nothing unsent goes, nothing stale stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mobile.presenters.sync_report import SyncReportPresenter
from mobile.store import changes
from server.models import DeviceAreaRow, QuarantineRow
from server.services.release_quarantine import keep_for_good, release
from sync.accepting import Terms
from sync.asides import RESULTS
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from sync.session import PUSH
from tests.support.databases import SqliteDatabases
from tests.support.offices import AREA, OTHER_AREA, TestOffice, furnished_office
from tests.support.tablets import Desk
from tests.support.tablets_and_office import (
    agree,
    answer,
    new_factory,
    on_server,
    publish_forms,
    sync,
    tablet,
)


@pytest.fixture
def world(tmp_path: Path, sqlite_databases: SqliteDatabases) -> Iterator[TestOffice]:
    found = furnished_office(sqlite_databases, tmp_path / "office")
    publish_forms(found)
    yield found
    found.close()


def hold(world: TestOffice, desk: Desk, *, area: bool) -> None:
    """The office takes the area from the tablet, or gives it back."""
    device = desk.app.replica.standing().client.partition(".")[0]
    until = None if area else world.clock.now_ms()
    with world.office.database.writing() as session:
        session.execute(
            update(DeviceAreaRow)
            .where(DeviceAreaRow.device == device, DeviceAreaRow.scope == AREA)
            .values(until=until)
        )


def shown(desk: Desk, root: str) -> object:
    state = desk.app.browser.states(root).get(root)
    return None if state is None else state.value("identity/fac_name")


def handed(desk: Desk) -> list[str]:
    return [line.root for line in SyncReportPresenter(desk.app).state.handed_over]


def test_a_lost_area_keeps_what_is_unsent_in_sight_until_it_is_received(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    mine, other = new_factory(desk, "ของฉัน"), new_factory(desk, "อีกแห่ง")
    sync(desk)
    hold(world, desk, area=False)
    answer(desk, mine, "identity/fac_name", "แก้ก่อนรู้").leave()
    typing = answer(desk, mine, "identity/operator", "ยังพิมพ์อยู่")
    # The pull tells that the area is lost before what was typed meanwhile is sealed and sent.
    desk.app.replica.hold_scopes(["programme"])
    assert shown(desk, mine) == "แก้ก่อนรู้"
    assert shown(desk, other) is None
    assert handed(desk) == [mine]
    assert desk.app.capture.waiting() == (1, 1)
    typing.leave()
    sync(desk)
    assert desk.app.capture.waiting() == (0, 0)
    found = {own.status for own in changes.own_of(desk.app.database.reader(), mine)}
    assert found == {changes.Waiting.DONE}
    assert handed(desk) == []
    assert shown(desk, mine) is None
    assert on_server(world, mine).title == "แก้ก่อนรู้"


def test_an_area_regained_returns_and_ones_own_work_lies_over_it_again(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    mine, other = new_factory(desk, "ของฉัน"), new_factory(desk, "อีกแห่ง")
    sync(desk)
    sync(two)
    line = desk.line.answer
    desk.line.answer = None
    answer(desk, mine, "identity/fac_name", "ยังไม่ส่ง").leave()
    desk.app.replica.hold_scopes(["programme"])
    answer(two, mine, "identity/operator", "มาลีกรอก").leave()
    sync(two)
    desk.app.replica.hold_scopes(["programme", AREA])
    assert shown(desk, mine) == "ยังไม่ส่ง"
    desk.line.answer = line
    sync(desk)
    sync(two)
    state = desk.app.browser.states(mine)[mine]
    assert state.value("identity/fac_name") == "ยังไม่ส่ง"
    assert state.value("identity/operator") == "มาลีกรอก"
    assert shown(desk, other) == "อีกแห่ง"
    assert handed(desk) == []
    agree(world, desk, two)


def test_work_on_a_lost_area_that_is_cut_while_it_is_sent_is_sent_once(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    mine = new_factory(desk, "ของฉัน")
    sync(desk)
    answer(desk, mine, "identity/fac_name", "ก่อนเสียพื้นที่").leave()
    hold(world, desk, area=False)
    line = desk.line.answer
    replies = iter([line, lambda _: NO_NETWORK])

    def once(request: HttpRequest) -> HttpReply:
        reply = next(replies)(request)
        return NO_NETWORK if request.path == PUSH else reply

    desk.line.answer = once
    assert desk.app.synchroniser.run_once().end == "no_network"
    assert handed(desk) == [], "nobody has told the tablet yet"
    desk.line.answer = line
    sync(desk)
    desk.kill()
    desk.start()
    hold(world, desk, area=True)
    sync(desk)
    assert shown(desk, mine) == "ก่อนเสียพื้นที่"
    agree(world, desk)


def kept_aside(world: TestOffice, desk: Desk, root: str, value: str) -> str:
    """Somebody who never signed in here saves: kept in quarantine; the entry's id."""
    person = desk.app.person
    assert person is not None
    desk.app.person = replace(person, person=world.people["wichai"])
    answer(desk, root, "identity/fac_name", value).leave()
    desk.app.person = person
    sync(desk)
    with world.office.database.reading() as session:
        rows = session.scalars(select(QuarantineRow.id).where(QuarantineRow.released_at.is_(None)))
        (entry,) = rows
    return entry


def test_what_staff_accepted_and_somebody_replaced_before_the_next_sync_stays_over_nothing(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    root = new_factory(desk, "ตอนแรก")
    sync(desk)
    entry = kept_aside(world, desk, root, "ถูกเก็บไว้")
    assert shown(desk, root) == "ถูกเก็บไว้", "its author sees it all the same"
    report = SyncReportPresenter(desk.app).state
    ((label, value),) = report.kept_aside[0].typed
    assert value.th == "ถูกเก็บไว้"
    assert label.th
    assert "ผู้บันทึก" in report.kept_aside[0].why.th
    release(world.office, world.people["admin"], entry, Terms())
    sync(two)
    assert shown(two, root) == "ถูกเก็บไว้"
    answer(two, root, "identity/fac_name", "มาลีแก้ต่อ").leave()
    sync(two)
    sync(desk)
    assert shown(desk, root) == "มาลีแก้ต่อ"
    assert SyncReportPresenter(desk.app).state.kept_aside == ()
    assert changes.kept_aside(desk.app.database.reader()) == set()
    agree(world, desk, two)


def test_what_staff_keep_aside_for_good_is_told_as_that(world: TestOffice, tmp_path: Path) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "ตอนแรก")
    sync(desk)
    entry = kept_aside(world, desk, root, "ถูกเก็บไว้")
    SyncReportPresenter(desk.app).told()
    keep_for_good(world.office, world.people["admin"], entry, "ซ้ำกับของอีกคน")
    world.clock.now += 7 * 60 * 60 * 1000
    sync(desk)
    assert desk.app.browser.states(root)[root] is not None
    last = changes.own_of(desk.app.database.reader(), root)[-1]
    assert (last.outcome, last.code, last.status) == (
        "quarantined",
        "aside.for_good",
        changes.Waiting.DONE,
    )
    assert shown(desk, root) == "ตอนแรก"
    assert len(SyncReportPresenter(desk.app).state.needs_you) == 1, "its author is told"


def test_results_are_asked_for_only_when_there_is_something_to_ask(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "ตอนแรก")
    sync(desk)
    assert RESULTS not in [request.path for request in desk.line.asked]
    kept_aside(world, desk, root, "ถูกเก็บไว้")
    assert RESULTS in [request.path for request in desk.line.asked]
    desk.line.asked.clear()
    for _ in range(3):
        sync(desk)
    assert [request.path for request in desk.line.asked] == ["/api/v1/sync/pull"] * 3
    world.clock.now += 7 * 60 * 60 * 1000
    sync(desk)
    assert [r.path for r in desk.line.asked].count(RESULTS) == 1


def test_another_tablets_results_are_told_to_nobody(world: TestOffice, tmp_path: Path) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    spy = tablet(world, tmp_path / "two", "wichai", 2, OTHER_AREA)
    root = new_factory(desk, "ตอนแรก")
    sync(desk)
    kept_aside(world, desk, root, "ถูกเก็บไว้")
    (name,) = changes.kept_aside(desk.app.database.reader())
    standing = spy.app.replica.standing()
    body = (
        f'{{"client":"{standing.client}","epoch":"{standing.epoch}","ids":["{name}"],"protocol":1}}'
    )
    media = (("content-type", "application/vnd.samruat.sync+ndjson"),)
    reply = spy.line.answer(HttpRequest("POST", RESULTS, body.encode(), media))
    assert reply.status == 200
    assert name.encode() not in reply.body
