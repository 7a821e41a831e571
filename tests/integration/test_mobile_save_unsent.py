"""What is unsent as a file: whole, the queue untouched, a duplicate when it comes by network."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mobile.config import TabletConfig
from mobile.services.save_unsent import DATABASE, Saved, rescue
from server.services.receive_changes import receive_changes
from shared.canonical import sha256_hex
from shared.errors import NotSignedIn, TabletStorageFailed, TabletStorageFull
from shared.limits import PUSH_BYTES_MAX
from sync.bundle import BundleReader
from sync.codec import decode_push
from tests.support.databases import SqliteDatabases
from tests.support.offices import TestOffice, furnished_office
from tests.support.tablets import Desk
from tests.support.tablets_and_office import (
    agree,
    answer,
    count_changes,
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


@pytest.fixture
def desk(world: TestOffice, tmp_path: Path) -> Desk:
    """A tablet that has sent one factory and has three unsent ones, one still being typed."""
    found = tablet(world, tmp_path / "one", "somchai", 1)
    new_factory(found, "ส่งแล้ว")
    sync(found)
    for n in range(2):
        new_factory(found, f"ยังไม่ส่ง {n}")
    answer(found, new_factory(found, "กำลังพิมพ์"), "identity/operator", "นาย ก")
    return found


def bodies(saved: Saved) -> list[bytes]:
    with saved.path.open("rb") as source:
        return list(BundleReader(source).parts())


def queue(desk: Desk) -> list[tuple[int, bytes]]:
    replica = desk.app.replica
    lines = replica.pending(replica.standing().number, 999, 10**8)
    return [(line.number, line.line) for line in lines]


def test_the_file_holds_all_that_waits_and_the_queue_stays_as_it_is(desk: Desk) -> None:
    desk.app.capture.seal_all()
    before = queue(desk)
    saved = desk.app.unsent.save()
    assert saved.path.parent == TabletConfig(desk.home).exports
    (body,) = bodies(saved)
    batch = decode_push(body)
    assert [*batch.lines] == [line for _, line in before]
    assert batch.header.number == desk.app.replica.standing().number == 1
    assert saved.changes == len(before)
    assert queue(desk) == before
    with saved.path.open("rb") as source:
        origin = BundleReader(source).manifest.origin
    assert (origin.client, origin.number) == (desk.app.replica.standing().client, 1)
    assert [path.name for path in saved.path.parent.iterdir()] == [saved.path.name]


def test_what_the_office_took_from_the_file_is_a_duplicate_over_the_network(
    world: TestOffice, desk: Desk
) -> None:
    saved = desk.app.unsent.save()
    before = count_changes(world)
    device = desk.app.replica.standing().client.partition(".")[0]
    for body in bodies(saved):
        receive_changes(world.office, device, body)
    taken = count_changes(world)
    assert taken == before + saved.changes
    report = desk.app.synchroniser.run_once()
    assert report.complete
    assert report.outcomes == {"duplicate": saved.changes}
    assert count_changes(world) == taken
    agree(world, desk)


def test_many_changes_become_several_messages_each_of_which_a_push_may_be(
    world: TestOffice, desk: Desk
) -> None:
    for n in range(12):
        new_factory(desk, f"{n} " + "ก" * 40_000)
    saved = desk.app.unsent.save()
    parts = bodies(saved)
    assert len(parts) > 1
    assert all(len(part) <= PUSH_BYTES_MAX for part in parts)
    device = desk.app.replica.standing().client.partition(".")[0]
    for body in parts:
        receive_changes(world.office, device, body)
    sync(desk)
    agree(world, desk)


def test_photographs_go_along_and_one_that_is_gone_is_named(desk: Desk, tmp_path: Path) -> None:
    data = [b"\x89PNG one", b"\x89PNG two"]
    with desk.app.database.writing() as connection:
        for one in data:
            name = desk.app.replica.shelf._files.write(one)
            connection.execute(
                "INSERT INTO blob (sha256, size, media_type, name, origin, confirmed, created_at) "
                "VALUES (?, ?, 'image/png', 'รูป.png', 'here', 0, 0)",
                (name, len(one)),
            )
            connection.execute(
                "INSERT INTO change_blob (sha256, change) "
                "SELECT ?, id FROM change WHERE status = 'pending' LIMIT 1",
                (name,),
            )
    names = [sha256_hex(one) for one in data]
    (desk.home / "files" / names[1][:2] / names[1]).unlink()
    saved = desk.app.unsent.save()
    with saved.path.open("rb") as source:
        reader = BundleReader(source)
        assert [file.sha256 for file in reader.manifest.files] == names[:1]
        assert b"".join(reader.file(names[0])) == data[0]
        assert reader.manifest.left_out == (names[1],)
    assert saved.left_out == 1


def test_a_stick_that_is_full_or_missing_is_said_and_leaves_nothing_half(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "stick").write_bytes(b"")
    desk.app.unsent.folder = tmp_path / "stick"
    before = queue(desk)
    with pytest.raises(TabletStorageFailed):
        desk.app.unsent.save()
    desk.app.capture.seal_all()
    assert queue(desk)[: len(before)] == before
    folder = tmp_path / "full"
    folder.mkdir()
    desk.app.unsent.folder = folder
    saved = desk.app.unsent.save()
    saved.path.unlink()
    saved.path.with_name(saved.path.name + ".part").symlink_to("/dev/full")
    with pytest.raises(TabletStorageFull):
        desk.app.unsent.save()
    assert list(folder.iterdir()) == []


def test_a_tablet_that_was_never_enrolled_has_nothing_to_save(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "new")
    desk.start()
    with pytest.raises(NotSignedIn):
        desk.app.unsent.save()
    desk.kill()


def test_a_damaged_database_gives_what_can_still_be_read_and_all_of_its_bytes(
    world: TestOffice, desk: Desk
) -> None:
    for n in range(120):
        new_factory(desk, f"ยังไม่ส่ง {n} " + "ข" * 300)
    desk.app.capture.seal_all()
    whole = dict(queue(desk))
    desk.kill()
    config = TabletConfig(desk.home)
    with sqlite3.connect(config.database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = config.database.stat().st_size
    with config.database.open("r+b") as file:
        # Some pages in the last third become noise.
        for at in range(size * 2 // 3 // 4096, size // 4096, 9):
            file.seek(at * 4096)
            file.write(b"\xa5" * 4096)
    saved = rescue(config.database, config.files, config.exports, 1_790_000_000_000, "1")
    assert 0 < saved.changes < len(whole)
    lines: list[bytes] = []
    with saved.path.open("rb") as source:
        reader = BundleReader(source)
        for body in reader.parts():
            batch = decode_push(body)
            for number, line in enumerate(batch.lines, batch.header.number + 1):
                assert whole[number] == line
                lines.append(line)
        copy = reader._archive.read(DATABASE)
    assert copy == config.database.read_bytes()
    assert len(set(lines)) == saved.changes


def test_a_database_of_which_nothing_can_be_read_is_copied_as_it_lies(tmp_path: Path) -> None:
    path, log = tmp_path / "tablet.db", tmp_path / "tablet.db-wal"
    path.write_bytes(b"\xa5" * 40_960)
    log.write_bytes(b"\x5a" * 4_096)
    saved = rescue(path, tmp_path / "files", tmp_path / "out", 0, "1")
    assert saved.copied
    assert list((tmp_path / "out").glob("*")) == [saved.path]
    with zipfile.ZipFile(saved.path) as archive:
        assert archive.read(DATABASE) == path.read_bytes()
        assert archive.read(DATABASE + "-wal") == log.read_bytes()


def test_what_was_saved_last_is_rescued_from_the_log_of_a_database_that_was_cut_off(
    world: TestOffice, desk: Desk
) -> None:
    for n in range(3):
        new_factory(desk, f"ยังไม่ส่ง {n}")
    desk.app.capture.seal_all()
    whole = dict(queue(desk))
    config = TabletConfig(desk.home)
    copy = desk.home.parent / "copy"
    copy.mkdir()
    for suffix in ("", "-wal"):
        path = config.database.with_name(config.database.name + suffix)
        (copy / path.name).write_bytes(path.read_bytes())
    desk.kill()
    saved = rescue(copy / config.database.name, config.files, config.exports, 0, "1")
    with saved.path.open("rb") as source:
        reader = BundleReader(source)
        lines = [line for body in reader.parts() for line in decode_push(body).lines]
        assert lines == list(whole.values())
        assert reader._archive.read(DATABASE + "-wal")


def test_a_saved_file_brings_the_work_of_a_lost_tablet_to_the_office(
    world: TestOffice, desk: Desk
) -> None:
    root = new_factory(desk, "ก่อนหาย")
    saved = desk.app.unsent.save()
    device = desk.app.replica.standing().client.partition(".")[0]
    desk.kill()
    for body in bodies(saved):
        receive_changes(world.office, device, body)
    assert on_server(world, root).title == "ก่อนหาย"
