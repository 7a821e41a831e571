"""The app is killed before any step of writing: nothing that was confirmed is lost, ever.

One story runs again and again, the power cut before its first, second, third ... writing step,
until it gets to its end. After each cut the app starts on what the disk holds.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.changes import frame, read_change
from sync.predecessor import predecessor_of
from tests.support.tablet_day import FACTORY, Told, begin_home, check, story
from tests.support.tablets import SOMCHAI, Desk, Fuse, Killed


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tablet to be copied."""
    folder = tmp_path_factory.mktemp("template") / "tablet"
    begin_home(folder)
    return folder


def cuts(home: Path, folder: Path) -> Iterator[tuple[int, Desk, Told, bool]]:
    """The story cut before each writing step in turn, and once to its end."""
    step = 0
    finished = False
    while not finished:
        step += 1
        copy = folder / f"cut-{step}"
        shutil.copytree(home, copy)
        desk = Desk(copy, fuse=Fuse(), source=random.Random(step))
        desk.start()
        desk.sign_in()
        desk.fuse.at, desk.fuse.steps = step, 0
        told = Told()
        try:
            story(desk, told)
            finished = True
        except Killed:
            pass
        desk.fuse.at = 0
        desk.kill()
        yield step, desk, told, finished
        shutil.rmtree(copy)


def test_a_kill_before_any_writing_step_loses_nothing_that_was_confirmed(
    home: Path, tmp_path: Path
) -> None:
    seen: list[int] = []
    for step, desk, told, _ in cuts(home, tmp_path):
        seen.append(step)
        desk.start()
        check(desk, told)
        desk.kill()
    assert len(seen) > 50, "the story is expected to write in many steps"


def test_a_kill_while_the_start_repairs_is_repaired_by_the_next_start(
    home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "tablet"
    shutil.copytree(home, copy)
    desk = Desk(copy)
    desk.start()
    told = Told()
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ก่อนดับ")
    told.saved.append((FACTORY, "identity/fac_name", "ก่อนดับ"))
    desk.kill()
    for step in range(1, 50):
        desk.fuse.at, desk.fuse.steps = step, 0
        try:
            desk.start()
        except Killed:
            continue
        break
    desk.fuse.at = 0
    check(desk, told)
    desk.kill()


def test_a_restored_copy_becomes_another_client_and_keeps_what_waits(
    home: Path, tmp_path: Path
) -> None:
    original, copy = tmp_path / "tablet", tmp_path / "copy"
    shutil.copytree(home, original)
    desk = Desk(original)
    desk.start()
    opened = desk.app.capture.open_record(FACTORY, SOMCHAI)
    desk.app.capture.answer(opened, FACTORY, "identity/fac_name", "ยังไม่ส่ง")
    desk.app.capture.close(opened)
    before = desk.app.replica.standing().client
    desk.kill()
    shutil.copytree(original, copy)
    shutil.rmtree(copy / "no_backup")
    clone = Desk(copy, seed=2)
    clone.start()
    standing = clone.app.replica.standing()
    assert standing.client != before
    assert standing.number == 0
    first, second = clone.app.replica.pending(0, 9, 10**9)
    assert (first.number, second.number) == (1, 2)
    came_from = predecessor_of(read_change(frame(first.line)))
    assert came_from is not None
    assert came_from.client == before
    client = standing.client
    clone.kill()
    clone.start()
    assert clone.app.replica.standing().client == client, "minted once, not at every start"
    clone.kill()
