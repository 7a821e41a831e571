"""What a tablet says of itself: only when it is news, and as the office's pages read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from server.models import DeviceReportRow, DeviceRow
from server.services.list_devices import list_devices
from server.services.look_at_device import list_handed_over
from shared.limits import MIB
from sync.exchange import HttpReply, HttpRequest
from sync.session import PUSH
from sync.tablet_report import REPORT, decode_report
from tests.support.databases import SqliteDatabases
from tests.support.offices import TestOffice, furnished_office
from tests.support.tablets import Desk
from tests.support.tablets_and_office import (
    answer,
    new_factory,
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


def told(desk: Desk) -> int:
    return [request.path for request in desk.line.asked].count(REPORT)


def kept(world: TestOffice) -> DeviceReportRow | None:
    with world.office.database.reading() as session:
        return session.scalar(select(DeviceReportRow))


def test_an_ordinary_day_says_nothing_of_itself(world: TestOffice, tmp_path: Path) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    new_factory(desk, "โรงน้ำตาล")
    for _ in range(3):
        sync(desk)
    assert told(desk) == 0
    assert kept(world) is None


def test_what_cannot_be_sent_is_told_once_and_its_end_too(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    line = desk.line.answer

    def refuses(request: HttpRequest) -> HttpReply:
        if request.path == PUSH:
            return HttpReply(404, (("content-type", "application/problem+json"),), b"{}")
        return line(request)

    desk.line.answer = refuses
    for _ in range(3):
        assert desk.app.synchroniser.run_once().end == "refused"
    assert told(desk) == 1
    row = kept(world)
    assert row is not None
    assert (row.pending, row.editing, row.files, row.kept_aside) == (1, 0, 0, 0)
    assert row.oldest_at == desk.clock.now
    # The area goes meanwhile: what is unsent there is told by its record.
    desk.app.replica.hold_scopes(["programme"])
    desk.app.synchroniser.run_once()
    with world.office.database.reading() as session:
        (one,) = list_handed_over(session, list_devices(session, None))
    assert (one.record, one.saves) == (root, 1)
    desk.line.answer = line
    sync(desk)
    row = kept(world)
    assert row is not None
    assert (row.pending, row.handed_over) == (0, "[]")
    before = told(desk)
    sync(desk)
    assert told(desk) == before


def test_little_room_and_a_wrong_clock_are_told(world: TestOffice, tmp_path: Path) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    desk.room.free = 120 * MIB
    desk.clock.passes(-10 * 60_000)
    sync(desk)
    row = kept(world)
    assert row is not None
    assert row.free_bytes == 120 * MIB
    with world.office.database.reading() as session:
        offset = session.scalar(
            select(DeviceRow.clock_offset_ms).where(DeviceRow.clock_offset_ms.is_not(None))
        )
    assert offset is not None
    assert offset > 9 * 60_000
    answer(desk, new_factory(desk, "ก"), "identity/operator", "ข").leave()
    sync(desk)
    assert told(desk) == 1, "a saved answer more is no news"


def test_a_report_under_another_name_or_of_odd_bytes_is_refused(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    two = tablet(world, tmp_path / "two", "malee", 2)
    one.room.free = 10 * MIB
    sync(one)
    (request,) = [request for request in one.line.asked if request.path == REPORT]
    assert decode_report(request.body).free_bytes == 10 * MIB
    assert two.line.answer(request).status == 403
    for body in (b"", b"{}", b"[]", b"\xff", request.body.replace(b'"pending":0', b'"pending":-1')):
        odd = HttpRequest("POST", REPORT, body, request.headers)
        assert two.line.answer(odd).status == 400
