"""A tablet's first download from the real office: whole, cut anywhere, stopped, gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.presenters.sync_report import SyncReportPresenter
from server.services.build_segments import build_segments
from server.services.enrol_device import make_enrolment_code
from sync.changes import FieldWrite, Operation, RecordEdit
from sync.downloading import FAR_BEHIND
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from sync.segments import SEGMENTS, Sizes
from tests.support.offices import AREA, PIN, TestOffice
from tests.support.tablets import Desk
from tests.support.tablets_and_office import Line, agree

ROWS = 450
SIZES = Sizes(growth=100, full=200_000)


@pytest.fixture
def season(world: TestOffice) -> TestOffice:
    """An office with more places in an area's feed than a tablet reads page by page."""
    writer = world.tablet("somchai")
    while world_head(writer.cursors) <= FAR_BEHIND:
        root = writer.creates({"a": "ต้นเรื่อง"})
        writer.seal(
            *(
                RecordEdit(
                    writer.new_id(),
                    "insp/findings",
                    "insp",
                    1,
                    Operation.CREATE,
                    parent=root,
                    local_order=number,
                    writes={"f": FieldWrite(f"ข้อตรวจพบ {number}")},
                )
                for number in range(ROWS)
            )
        )
        writer.push()
        writer.pull()
    assert build_segments(world.office, sizes=SIZES) > 3
    return world


def world_head(cursors: dict[str, int]) -> int:
    return cursors.get(AREA, 0)


def fresh(world: TestOffice, home: Path) -> tuple[Desk, Line]:
    """A tablet that has just been enrolled and has received nothing."""
    desk = Desk(home, seed=5)
    desk.start()
    line = Line(world, desk)
    desk.line.answer = line
    code = make_enrolment_code(world.office, world.people["admin"], "fresh", (AREA,))
    desk.app.enroller.enrol(code, "fresh")
    desk.app.person = desk.app.people.sign_in("somchai", PIN)
    return desk, line


def files_of(asked: list[str]) -> list[str]:
    return [path for path in asked if path.startswith(SEGMENTS + "/")]


def noting(asked: list[str]) -> Callable[[HttpRequest, Callable[[], HttpReply]], HttpReply]:
    def meddle(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        asked.append(request.path)
        return go()

    return meddle


def test_a_season_comes_by_segments_and_the_digests_agree(
    season: TestOffice, tmp_path: Path
) -> None:
    desk, line = fresh(season, tmp_path / "tablet")
    asked: list[str] = []
    line.meddle = noting(asked)
    report = desk.app.synchroniser.run_once()
    assert report.complete, report
    names = files_of(asked)
    assert len(names) == len(set(names)) > 3
    agree(season, desk)
    assert desk.app.browser.preparing() == 0
    asked.clear()
    assert desk.app.synchroniser.run_once().round_trips == 1
    desk.kill()


def test_a_download_cut_at_any_request_goes_on_where_it_was(
    season: TestOffice, tmp_path: Path
) -> None:
    whole: list[str] = []
    desk, line = fresh(season, tmp_path / "whole")
    line.meddle = noting(whole)
    assert desk.app.synchroniser.run_once().complete
    desk.kill()
    for cut in range(0, len(whole), 3):
        desk, line = fresh(season, tmp_path / f"cut-{cut}")
        asked: list[str] = []

        def cuts(
            request: HttpRequest,
            go: Callable[[], HttpReply],
            asked: list[str] = asked,
            cut: int = cut,
        ) -> HttpReply:
            asked.append(request.path)
            reply = go()
            return NO_NETWORK if len(asked) == cut + 1 else reply

        line.meddle = cuts
        assert not desk.app.synchroniser.run_once().complete
        desk.kill()
        desk.start()
        assert desk.app.synchroniser.run_once().complete
        agree(season, desk)
        assert len(files_of(asked)) <= len(files_of(whole)) + 1, "at most one is fetched again"
        desk.kill()


def test_a_person_can_stop_the_download_and_go_on_with_it(
    season: TestOffice, tmp_path: Path
) -> None:
    desk, line = fresh(season, tmp_path / "tablet")
    report = SyncReportPresenter(desk.app)
    report.listen()
    asked: list[str] = []
    seen: list[str] = []

    def stops(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        asked.append(request.path)
        words = report.state.progress
        if words is not None:
            seen.append(words.key)
        if len(files_of(asked)) == 2:
            desk.app.synchroniser.cancel()
        return go()

    line.meddle = stops
    assert not desk.app.synchroniser.run_once().complete
    assert "progress.download" in seen
    first = files_of(asked)
    desk.app.sign_out()
    line.meddle = noting(asked)
    assert desk.app.synchroniser.run_once().complete
    agree(season, desk)
    assert not set(first) & set(files_of(asked)[len(first) :])
    desk.kill()
