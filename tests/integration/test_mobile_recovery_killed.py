"""Reading anew and repairing, the power cut before each writing step: whole before, whole after."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from server.models import ScopeRow
from server.services.forget_tombstones import move_horizon
from sync.repair import DAY_MS
from tests.support.databases import SqliteDatabases
from tests.support.offices import AREA, TestOffice, furnished_office
from tests.support.tablets import Desk, Fuse, Killed
from tests.support.tablets_and_office import (
    Line,
    agree,
    answer,
    new_factory,
    publish_forms,
    sync,
    tablet,
)

RECORDS = 6
EVERY = 3
"""Each third step: all of them (1) take a quarter of a minute and find no more."""


@pytest.fixture
def world(tmp_path: Path, sqlite_databases: SqliteDatabases) -> Iterator[TestOffice]:
    found = furnished_office(sqlite_databases, tmp_path / "office")
    publish_forms(found)
    yield found
    found.close()


def names(desk: Desk, roots: list[str]) -> list[object]:
    found = []
    for root in roots:
        state = desk.app.browser.states(root).get(root)
        found.append(None if state is None else state.value("identity/fac_name"))
    return found


def every_cut(
    world: TestOffice, template: Desk, look: Callable[[Desk], None], every: int = EVERY
) -> int:
    """Synchronise a copy of the tablet, the power cut before its n-th writing step, for each n;
    `look` at what the next start finds, then synchronise to the end. Returns how many cuts."""
    person = template.app.person
    template.kill()
    step, cuts, finished = 1, 0, False
    while not finished:
        home = template.home.with_name(f"cut-{step}")
        shutil.copytree(template.home, home)
        clock = template.clock
        desk = Desk(home, clock=clock, fuse=Fuse(), source=random.Random(step))
        desk.start()
        desk.app.person = person
        desk.line.answer = Line(world, desk)
        desk.fuse.at, desk.fuse.steps = step, 0
        try:
            desk.app.synchroniser.run_once()
            finished = True
        except Killed:
            cuts += 1
        desk.fuse.at = 0
        desk.kill()
        desk.start()
        desk.line.answer = Line(world, desk)
        look(desk)
        sync(desk)
        agree(world, desk)
        desk.kill()
        shutil.rmtree(home)
        step += every
    return cuts


def test_an_area_read_anew_is_the_old_or_the_new_one_after_any_cut(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    roots = [new_factory(one, f"เก่า {n}") for n in range(RECORDS)]
    sync(one)
    two = tablet(world, tmp_path / "two", "malee", 2)
    for n, root in enumerate(roots):
        answer(one, root, "identity/fac_name", f"ใหม่ {n}").leave()
    sync(one)
    with world.office.database.writing() as session:
        head = session.scalar(select(ScopeRow.seq).where(ScopeRow.id == AREA))
        assert head is not None
        move_horizon(session, AREA, head)
    old, new = ([f"{word} {n}" for n in range(RECORDS)] for word in ("เก่า", "ใหม่"))
    mine = new_factory(two, "ยังไม่ส่ง")

    def look(desk: Desk) -> None:
        assert names(desk, roots) in (old, new)
        assert names(desk, [mine]) == ["ยังไม่ส่ง"]

    assert every_cut(world, two, look) > 20 // EVERY


def test_a_repair_cut_anywhere_leaves_what_was_sound_and_ends_whole(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    roots = [new_factory(one, f"โรงงาน {n}") for n in range(RECORDS)]
    sync(one)
    with one.app.database.writing() as connection:
        connection.execute("DELETE FROM base WHERE record = ?", (roots[0],))
        connection.execute("UPDATE base SET revision = revision + 5 WHERE record = ?", (roots[1],))
    world.clock.now += DAY_MS
    one.clock.passes(DAY_MS)
    mine = new_factory(one, "ยังไม่ส่ง")

    def look(desk: Desk) -> None:
        assert names(desk, roots[1:]) == [f"โรงงาน {n}" for n in range(1, RECORDS)]
        assert names(desk, [mine]) == ["ยังไม่ส่ง"]
        # Each copy is a tablet of its own to this test, not to the office's count of a day.
        world.clock.now += DAY_MS
        desk.clock.passes(DAY_MS)

    assert every_cut(world, one, look) > 15 // EVERY
