"""The disk is full at any step of writing: it is said, nothing is lost, and once more is enough."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image

from mobile.config import TabletConfig
from mobile.presenters.observed import told as in_words
from mobile.presenters.sync_report import report_view
from mobile.store import blobs
from mobile.store.blobs import FileStore
from mobile.store.identity import write_durably
from shared.canonical import sha256_hex
from shared.errors import NotFound, TabletStorageFailed, TabletStorageFull
from tests.support.tablet_day import FACTORY, Told, begin_home, check, held, story
from tests.support.tablets import SOMCHAI, Desk, Fuse

T = TypeVar("T")


class FullDisk(Fuse):
    """What SQLite says when the n-th writing step finds no room."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []

    def quiet(self) -> set[int]:
        """The steps that only make a small picture: nobody needs to hear of those."""
        found: set[int] = set()
        begun = 0
        for step, sql in enumerate(self.log, start=1):
            if sql.startswith("BEGIN"):
                begun = step
            elif sql.startswith("COMMIT"):
                inside = self.log[begun : step - 1]
                if inside and all("thumbnail" in one for one in inside):
                    found |= set(range(begun, step + 1))
        return found

    def __call__(self, sql: str) -> None:
        self.steps += 1
        self.log.append(sql)
        if self.steps == self.at:
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise full


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tablet to be copied."""
    folder = tmp_path_factory.mktemp("template") / "tablet"
    begin_home(folder)
    return folder


def a_day(home: Path, folder: Path, step: int) -> tuple[Desk, Told, list[TabletStorageFull]]:
    """The day on a copy, the disk full at one step; each act that says so is done once more."""
    shutil.copytree(home, folder)
    desk = Desk(folder, fuse=FullDisk(), source=random.Random(step))
    desk.start()
    desk.sign_in()
    desk.fuse.at, desk.fuse.steps = step, 0
    desk.fuse.log.clear()  # type: ignore[attr-defined]
    said: list[TabletStorageFull] = []

    def attempt(act: Callable[[], T]) -> T:
        try:
            return act()
        except TabletStorageFull as problem:
            said.append(problem)
            return act()

    told = Told()
    story(desk, told, attempt)
    desk.fuse.at = 0
    return desk, told, said


def fields_and_values(desk: Desk) -> list[tuple[str, str]]:
    return sorted((name, value) for _, name, value in held(desk))


def test_a_disk_that_is_full_at_any_step_costs_one_more_try_and_nothing_else(
    home: Path, tmp_path: Path
) -> None:
    calm, _, said = a_day(home, tmp_path / "calm", 0)
    assert said == []
    wanted = fields_and_values(calm)
    steps = calm.fuse.steps
    quiet = calm.fuse.quiet()  # type: ignore[attr-defined]
    assert len(quiet) < 6
    calm.kill()
    assert steps > 50, "the story is expected to write in many steps"
    for step in range(1, steps + 1):
        desk, told, said = a_day(home, tmp_path / f"full-{step}", step)
        wanted_count = 0 if step in quiet else 1
        assert len(said) == wanted_count, f"step {step} found no room, and nobody was told"
        for one in said:
            assert "storage is nearly full" in in_words(one).en
            assert "พื้นที่ของแท็บเล็ต" in in_words(one).th
        assert fields_and_values(desk) == wanted, f"after step {step} found no room"
        desk.kill()
        desk.start()
        check(desk, told)
        desk.kill()
        shutil.rmtree(desk.home)


def test_a_picture_that_finds_no_room_is_said_and_leaves_nothing_behind(
    home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "tablet"
    shutil.copytree(home, folder)
    desk = Desk(folder)
    app = desk.start()
    picture = folder / "small.jpg"
    Image.new("RGB", (60, 40), (90, 10, 10)).save(picture)
    target = FileStore(TabletConfig(folder).files).path(sha256_hex(picture.read_bytes()))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.symlink_to("/dev/full")
    with pytest.raises(TabletStorageFull):
        app.attacher.picture(picture)
    assert list(target.parent.iterdir()) == []
    assert blobs.known(app.database.reader(), target.name) is None
    shot = app.attacher.picture(picture)
    assert target.read_bytes() == picture.read_bytes()
    assert app.attacher.path(str(shot["sha256"])) == target
    picture.unlink()
    with pytest.raises(NotFound):
        app.attacher.picture(picture)
    desk.kill()


def test_a_folder_that_cannot_be_written_is_told_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TabletStorageFailed) as told:
        write_durably(tmp_path / "file" / "below", b"1")
    assert "could not be written" in in_words(told.value).en


def test_a_synchronisation_that_finds_no_room_says_so_in_both_languages(
    home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "tablet"
    shutil.copytree(home, folder)
    desk = Desk(folder, fuse=FullDisk())
    app = desk.start()
    opened = app.capture.open_record(FACTORY, SOMCHAI)
    app.capture.answer(opened, FACTORY, "identity/fac_name", "ก่อนเต็ม")
    desk.fuse.at, desk.fuse.steps = 1, 0
    report = app.synchroniser.run_once()
    assert (report.end, report.code) == ("failed", "tablet.storage_full")
    assert report_view(report).end.parts["why"] == in_words(TabletStorageFull())
    assert (FACTORY, "identity/fac_name", '"ก่อนเต็ม"') in held(desk)
    assert app.synchroniser.run_once().end == "no_network"
    assert app.capture.waiting() == (1, 0)
    desk.kill()
