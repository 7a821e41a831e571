"""What every shelf of files promises: the tablet's on SQLite and a folder, one in memory."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mobile.store import blobs
from mobile.store.blobs import FileStore
from mobile.store.database import TabletDatabase
from mobile.store.shelf import SqliteShelf
from shared.limits import KIB
from sync.shelf import FileShelf, LostFile
from tests.support.memory_shelf import MemoryShelf
from tests.support.offices import SteppingClock
from tests.support.pictures import picture

DATA = random.Random(1).randbytes(700 * KIB)
NAME = hashlib.sha256(DATA).hexdigest()
OTHER = hashlib.sha256(b"another file").hexdigest()


@dataclass
class Shelved:
    """A shelf, and hands that do what the rest of a tablet would."""

    shelf: FileShelf
    make: Callable[[bytes], str]
    spoil: Callable[[str, bytes | None], None]
    name_picture: Callable[[str], None]


def in_memory() -> Shelved:
    shelf = MemoryShelf({}, [], [], {})

    def make(data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        shelf.files[name] = data
        shelf.unsent.append(name)
        shelf.small_unsent.append(name)
        shelf.small[name] = picture(32, 24)
        return name

    def spoil(name: str, data: bytes | None) -> None:
        if data is None:
            del shelf.files[name]
        else:
            shelf.files[name] = data

    return Shelved(shelf, make, spoil, shelf.small_wanted.append)


def on_disk(folder: Path) -> Iterator[Shelved]:
    database, files = TabletDatabase(folder / "tablet.db"), FileStore(folder / "files")
    clock = SteppingClock()

    def make(data: bytes) -> str:
        name = files.write(data)
        files.write_thumbnail(name, picture(32, 24))
        with database.writing() as connection:
            blobs.note(
                connection,
                name,
                size=len(data),
                media_type="image/jpeg",
                name="a.jpg",
                origin=blobs.MADE_HERE,
                created_at=clock.now_ms(),
            )
            blobs.note_thumbnail(connection, name, clock.now_ms())
            number = connection.execute("SELECT count(*) AS n FROM change").fetchone()["n"] + 1
            connection.execute(
                "INSERT INTO change (id, client, number, line, head_hash, chain, root, author,"
                " status) VALUES (?, 'c', ?, '', '', '', 'r', 'a', 'done')",
                (f"change-{number}", number),
            )
            connection.execute(
                "INSERT INTO change_blob (sha256, change) VALUES (?, ?)", (name, f"change-{number}")
            )
        return name

    def spoil(name: str, data: bytes | None) -> None:
        if data is None:
            files.path(name).unlink()
        else:
            files.path(name).write_bytes(data)

    def name_picture(original: str) -> None:
        with database.writing() as connection:
            connection.execute(
                "INSERT INTO thumbnail (original, origin, settled, tries, noted_at) "
                "VALUES (?, 'received', 0, 0, 1)",
                (original,),
            )

    yield Shelved(SqliteShelf(database, files, clock), make, spoil, name_picture)
    database.close()


@pytest.fixture(params=["memory", "disk"])
def shelved(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelved]:
    if request.param == "memory":
        yield in_memory()
    else:
        yield from on_disk(tmp_path)


def test_a_file_is_offered_until_the_server_holds_it(shelved: Shelved) -> None:
    shelf = shelved.shelf
    assert list(shelf.to_send()) == []
    name = shelved.make(DATA)
    (file,) = shelf.to_send()
    assert (file.sha256, file.size, file.doubted) == (name, len(DATA), False)
    assert shelf.is_sound(name) == ""
    assert shelf.read(name, 100, 50) == DATA[100:150]
    assert shelf.read(name, len(DATA) - 5, 50) == DATA[-5:]
    shelf.sent(name, "blob.unknown_type")
    shelf.sent(OTHER)
    assert list(shelf.to_send()) == []


@pytest.mark.parametrize(("bytes_left", "reason"), [(None, "missing"), (DATA[:-1], "damaged")])
def test_a_file_that_cannot_be_sent_is_told_once_and_offered_no_more(
    shelved: Shelved, bytes_left: bytes | None, reason: str
) -> None:
    shelf, name = shelved.shelf, shelved.make(DATA)
    shelved.spoil(name, bytes_left)
    assert shelf.is_sound(name) == reason
    shelf.lost([LostFile(name, reason)])
    assert list(shelf.to_send()) == []
    assert list(shelf.lost_to_tell()) == [LostFile(name, reason)]
    shelf.lost_told([name])
    assert list(shelf.lost_to_tell()) == []


def test_what_is_wanted_again_is_offered_when_it_is_here_and_else_named(shelved: Shelved) -> None:
    shelf, name = shelved.shelf, shelved.make(DATA)
    shelf.sent(name)
    assert list(shelf.wanted_again([name, OTHER])) == [LostFile(OTHER, "missing")]
    assert [file.sha256 for file in shelf.to_send()] == [name]
    shelf.lost([LostFile(name, "missing")])
    assert list(shelf.to_send()) == []
    assert list(shelf.wanted_again([name])) == []
    assert [file.sha256 for file in shelf.to_send()] == [name]
    assert list(shelf.lost_to_tell()) == []


def test_a_thumbnail_is_offered_until_it_is_sent(shelved: Shelved) -> None:
    shelf, name = shelved.shelf, shelved.make(DATA)
    assert list(shelf.thumbnails_to_send()) == [name]
    assert shelf.thumbnail(name) == picture(32, 24)
    assert shelf.thumbnail(OTHER) == b""
    shelf.thumbnail_sent(name)
    assert list(shelf.thumbnails_to_send()) == []


def test_a_thumbnail_that_is_wanted_is_asked_for_until_there_is_an_answer(
    shelved: Shelved,
) -> None:
    shelf = shelved.shelf
    assert list(shelf.thumbnails_wanted(9)) == []
    for original in (NAME, OTHER):
        shelved.name_picture(original)
    assert len(shelf.thumbnails_wanted(1)) == 1
    shelf.keep_thumbnail(NAME, picture(32, 24))
    assert list(shelf.thumbnails_wanted(9)) == [OTHER]
    shelf.keep_thumbnail(OTHER, b"")
    assert list(shelf.thumbnails_wanted(9)) == [], "nothing more this time"
    assert shelf.thumbnail(NAME) == picture(32, 24)


def test_a_file_is_fetched_part_by_part_and_kept_only_when_it_is_what_its_name_says(
    shelved: Shelved,
) -> None:
    shelf = shelved.shelf
    assert shelf.begun(NAME) == 0
    shelf.keep_part(NAME, 0, DATA[:1000])
    shelf.keep_part(NAME, 1000, b"to be cut off by a part that comes again")
    shelf.keep_part(NAME, 1000, DATA[1000:2000])
    assert shelf.begun(NAME) == 2000
    shelf.keep_part(NAME, 2000, DATA[2000:])
    assert shelf.finish(NAME)
    assert shelf.is_sound(NAME) == ""
    assert shelf.begun(NAME) == 0
    shelf.keep_part(OTHER, 0, DATA)
    assert not shelf.finish(OTHER)
    assert shelf.begun(OTHER) == 0
    assert shelf.is_sound(OTHER) == "missing"
    shelf.keep_part(OTHER, 0, DATA)
    shelf.not_to_be_had(OTHER)
    assert shelf.begun(OTHER) == 0


def test_a_tablet_that_starts_anew_asks_again_for_thumbnails_it_did_not_get(tmp_path: Path) -> None:
    for shelved in on_disk(tmp_path):
        shelved.name_picture(NAME)
        shelved.shelf.keep_thumbnail(NAME, b"")
        assert list(shelved.shelf.thumbnails_wanted(9)) == []
    tries = 1
    while True:
        database = TabletDatabase(tmp_path / "tablet.db")
        shelf = SqliteShelf(database, FileStore(tmp_path / "files"), SteppingClock())
        wanted = list(shelf.thumbnails_wanted(9))
        for original in wanted:
            shelf.keep_thumbnail(original, b"")
        database.close()
        if not wanted:
            break
        tries += 1
        assert tries < 20
    assert tries == 5


def test_what_claims_to_be_a_small_picture_and_is_none_is_never_kept(tmp_path: Path) -> None:
    for shelved in on_disk(tmp_path):
        for wrong in (picture(4_000, 3_000), b"<svg/>", DATA[:900]):
            shelved.name_picture(hashlib.sha256(wrong).hexdigest())
            shelved.shelf.keep_thumbnail(hashlib.sha256(wrong).hexdigest(), wrong)
            assert shelved.shelf.thumbnail(hashlib.sha256(wrong).hexdigest()) == b""
