"""What a download brings is held at once and listed soon after, and the list says so meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mobile.presenters.records import RecordsPresenter
from mobile.store import base, preparing
from mobile.store.listing import Filter
from shared.records.state import encode_state
from sync.messages import Page, Put
from sync.segments import read_segment, write_segment
from tests.support.tablets import AREA, Desk, a_dot_id, ready_desk, state_of

MANY = 150
FEW = 3


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = ready_desk(tmp_path / "tablet")
    yield made
    if made.tablet is not None:
        made.kill()


def states(count: int) -> list[bytes]:
    found = []
    for number in range(count):
        fields = {"identity/fac_name": f"โรงงาน {number:03d}"}
        record = a_dot_id(5_000 + number)
        found.append(encode_state(state_of("factory", fields, record=record)))
    return found


def receives(desk: Desk, count: int) -> None:
    start = desk.app.replica.standing().cursors[AREA]
    end = start + count
    segment, data = write_segment("epoch-1", AREA, start, end, states(count))
    page = read_segment(segment, "epoch-1", data, end)
    assert desk.app.replica.apply_page(page)


def listed(desk: Desk) -> int:
    return desk.app.browser.count(Filter(types=("factory",)))


def test_many_records_are_held_first_and_listed_in_batches(desk: Desk) -> None:
    receives(desk, MANY)
    assert (listed(desk), desk.app.browser.preparing()) == (0, MANY)
    assert desk.app.replica.prepare_lines() == preparing.BATCH
    assert listed(desk) == preparing.BATCH
    desk.app.synchroniser.prepare_lines()
    assert (listed(desk), desk.app.browser.preparing()) == (MANY, 0)


def test_a_few_records_are_listed_at_once(desk: Desk) -> None:
    receives(desk, FEW)
    assert (listed(desk), desk.app.browser.preparing()) == (FEW, 0)


def test_a_kill_before_the_lines_are_made_loses_none_of_them(desk: Desk) -> None:
    receives(desk, MANY)
    desk.app.replica.prepare_lines()
    desk.kill()
    desk.start()
    assert desk.app.browser.preparing() == MANY - preparing.BATCH
    desk.app.synchroniser.prepare_lines()
    assert listed(desk) == MANY


def test_the_list_says_how_many_are_still_to_be_listed_and_hears_when_they_are(desk: Desk) -> None:
    told: list[int] = []
    receives(desk, MANY)
    presenter = RecordsPresenter(desk.app, ("factory",))
    assert (presenter.state.count, presenter.state.preparing) == (0, MANY)
    desk.app.synchroniser.on_listed = lambda: told.append(desk.app.browser.preparing())
    desk.app.synchroniser.prepare_lines()
    presenter.refresh()
    assert told == [0]
    assert (presenter.state.count, presenter.state.preparing) == (MANY, 0)
    line = presenter.row(0)
    assert line is not None
    assert line.title == "โรงงาน 000"


def test_rows_of_a_segment_and_of_a_page_are_held_alike(desk: Desk, tmp_path: Path) -> None:
    other = ready_desk(tmp_path / "other")
    receives(desk, MANY)
    page = Page(AREA, 0, MANY, MANY, tuple(Put(state) for state in states(MANY)))
    assert other.app.replica.apply_page(page)
    ours, theirs = desk.app.database.reader(), other.app.database.reader()
    wanted = "SELECT record, scope, revision, current, type, root, state FROM base ORDER BY record"
    rows = [tuple(row) for row in ours.execute(wanted)]
    assert rows == [tuple(row) for row in theirs.execute(wanted)]
    standing = desk.app.replica.standing()
    assert standing.digests == other.app.replica.standing().digests
    assert dict(standing.digests) == dict(base.recount(ours))
    other.kill()
