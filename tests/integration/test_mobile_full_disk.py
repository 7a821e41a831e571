"""A real small disk that is filled: nothing is typed in vain, and what waits still gets out."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mobile.device.desktop import DiskStorage
from mobile.presenters.form_locks import NO_ROOM
from mobile.presenters.home import HomePresenter
from mobile.store import settings
from mobile.store.ballast import Ballast
from mobile.store.listing import Filter
from shared.canonical import sha256_hex
from shared.errors import TabletStorageFull
from shared.limits import BALLAST_BYTES, MIB, STORAGE_RESERVE_BYTES
from tests.support.databases import SqliteDatabases
from tests.support.offices import TestOffice, furnished_office
from tests.support.tablets import Desk
from tests.support.tablets_and_office import (
    agree,
    answer,
    new_factory,
    publish_forms,
    sync,
    tablet,
)

DISK_BYTES = 120 * MIB


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 120 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={DISK_BYTES}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("this machine does not let tests mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def world(tmp_path: Path, sqlite_databases: SqliteDatabases) -> Iterator[TestOffice]:
    found = furnished_office(sqlite_databases, tmp_path / "office")
    publish_forms(found)
    yield found
    found.close()


def on_disk(world: TestOffice, disk: Path) -> Desk:
    """A tablet whose home lies on the small disk, with its reserve."""
    desk = tablet(world, disk / "home", "somchai", 1)
    person = desk.app.person
    desk.kill()
    desk.room = DiskStorage(disk)  # type: ignore[assignment]
    desk.ballast = BALLAST_BYTES
    desk.start()
    desk.app.person = person
    return desk


def fill(disk: Path, leave: int) -> Path:
    """Another app takes the room, but for `leave` bytes."""
    junk = disk / "films"
    with junk.open("ab") as out:
        while (free := DiskStorage(disk).free_bytes() - leave) > 0:
            try:
                out.write(b"\xff" * min(free, MIB))
                out.flush()
            except OSError:
                break
    return junk


def test_below_the_reserve_a_form_opens_to_read_and_says_what_to_do(
    world: TestOffice, disk: Path
) -> None:
    desk = on_disk(world, disk)
    root = new_factory(desk, "ก่อนเต็ม")
    junk = fill(disk, STORAGE_RESERVE_BYTES - MIB)
    form = HomePresenter(desk.app).open(root)
    assert form.state.blocked == NO_ROOM
    assert not form.answer(root, "identity/fac_name", "พิมพ์ไม่ได้")
    form.leave()
    with pytest.raises(TabletStorageFull):
        desk.app.capture.answer(
            desk.app.capture.open_record(root, desk.app.author()), root, "identity/fac_name", "x"
        )
    junk.unlink()
    form = HomePresenter(desk.app).open(root)
    assert form.state.blocked is None
    assert form.answer(root, "identity/fac_name", "มีที่แล้ว")
    form.leave()
    desk.kill()


def test_a_disk_filled_to_the_last_byte_still_syncs_by_the_room_in_reserve(
    world: TestOffice, disk: Path
) -> None:
    desk = on_disk(world, disk)
    ballast = Ballast(disk / "home" / "ballast")
    assert ballast.held()
    roots = [new_factory(desk, f"โรงงาน {n}") for n in range(20)]
    junk = fill(disk, 0)
    assert DiskStorage(disk).free_bytes() == 0
    report = desk.app.synchroniser.run_once()
    assert report.complete, report
    assert report.sent == 20
    assert desk.app.capture.waiting() == (0, 0)
    assert not ballast.held(), "under pressure the room stays free"
    other = tablet(world, disk.parent / "other", "malee", 2)
    assert other.app.browser.count(Filter(types=("factory",))) == 20
    junk.unlink()
    sync(desk)
    assert ballast.held(), "taken again as soon as there is room"
    answer(desk, roots[0], "identity/fac_name", "หลังเต็ม").leave()
    sync(desk)
    agree(world, desk)
    desk.kill()
    other.kill()


def test_the_reserve_is_really_allocated(disk: Path) -> None:
    before = DiskStorage(disk).free_bytes()
    ballast = Ballast(disk / "ballast")
    assert ballast.make()
    assert before - DiskStorage(disk).free_bytes() >= BALLAST_BYTES
    ballast.release()
    assert DiskStorage(disk).free_bytes() == before
    fill(disk, BALLAST_BYTES // 2)
    assert not ballast.make()
    assert not (disk / "ballast").exists(), "half a reserve takes no room"


def test_under_pressure_others_pictures_go_first_then_what_is_backed_up_and_never_what_waits(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    for n in range(6):
        new_factory(desk, f"โรงงาน {n}")
    sync(desk)
    waiting = new_factory(desk, "ยังไม่ส่ง")
    files = desk.home / "files"
    own = [_own_file(desk, b"own %d" % n, number) for n, number in enumerate((2, 4, 6))]
    others = sha256_hex(b"others")
    small = files / "thumbnails" / f"{others}.jpg"
    small.parent.mkdir(parents=True, exist_ok=True)
    small.write_bytes(b"small")
    with desk.app.database.writing() as connection:
        connection.execute(
            "INSERT INTO thumbnail (original, origin, settled, tries, noted_at) "
            "VALUES (?, 'received', 2, 0, 0)",
            (others,),
        )
        connection.executemany(
            "UPDATE blob SET forgettable = 1 WHERE sha256 = ?", [(p.name,) for p in own]
        )
        settings.write(connection, "forgettable_to", 4)
        settings.write(connection, "forgettable_client", desk.app.replica.standing().client)
    desk.app.storage.free = 0  # type: ignore[attr-defined]
    desk.line.answer = None
    desk.app.synchroniser.run_once()
    left = [path.is_file() for path in own]
    assert not small.exists()
    assert left == [False, False, True], "only what the office allows to forget is forgotten"
    numbers = [
        row["number"]
        for row in desk.app.database.reader().execute("SELECT number FROM change ORDER BY number")
    ]
    assert numbers == [5, 6, 7]
    assert desk.app.browser.states(waiting)[waiting].value("identity/fac_name") == "ยังไม่ส่ง"
    desk.kill()
    desk.room.free = 1 << 40
    desk.start()
    assert desk.app.capture.waiting() == (1, 0)
    desk.kill()


def _own_file(desk: Desk, data: bytes, number: int) -> Path:
    """A confirmed file made here and named by the change of this number."""
    name = sha256_hex(data)
    with desk.app.database.writing() as connection:
        connection.execute(
            "INSERT INTO blob (sha256, size, media_type, name, origin, confirmed, created_at) "
            "VALUES (?, ?, 'image/jpeg', 'a.jpg', 'here', 1, 0)",
            (name, len(data)),
        )
        connection.execute(
            "INSERT INTO change_blob (sha256, change) SELECT ?, id FROM change WHERE number = ?",
            (name, number),
        )
    path = desk.home / "files" / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
