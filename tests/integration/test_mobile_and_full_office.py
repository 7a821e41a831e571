"""An office without room is waited for: it is no fault of the changes that were sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shared.errors import StorageFull
from sync.exchange import HttpReply, HttpRequest
from tests.support.offices import TestOffice
from tests.support.tablets import json_reply
from tests.support.tablets_and_office import (
    Line,
    agree,
    count_changes,
    new_factory,
    publish_forms,
    sync,
    tablet,
)


def test_an_office_without_room_gets_the_change_itself_once_it_has_some(
    world: TestOffice, tmp_path: Path
) -> None:
    publish_forms(world)
    desk = tablet(world, tmp_path / "tablet", "somchai", 1)
    new_factory(desk, "โรงน้ำตาล")
    line = desk.line.answer
    assert isinstance(line, Line)
    line.meddle = _no_room
    for _ in range(4):
        report = desk.app.synchroniser.run_once()
        assert (report.end, report.code) == ("busy", StorageFull.code)
        assert report.round_trips == 1
    line.meddle = lambda _, go: go()
    report = desk.app.synchroniser.run_once()
    assert report.outcomes == {"applied": 1}, "and nothing was withheld in its place"
    sync(desk)
    agree(world, desk)
    assert count_changes(world) == 1
    desk.kill()


def _no_room(_: HttpRequest, __: Callable[[], HttpReply]) -> HttpReply:
    return json_reply(507, {"code": StorageFull.code})
