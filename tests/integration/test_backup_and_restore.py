"""Backups while the server runs, damage that is found, restores and drills, on both databases."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from server.app import Ports, create_app, office_of
from server.commands.recovery import add_commands, make_backup
from server.commands.running import CommandFailed
from server.config import Config
from server.models import BlobWantRow
from server.services.back_up import back_up
from server.services.examine_installation import examine_installation
from server.services.likely_doubles import likely_doubles
from server.services.restore_backup import Restored, restore_backup
from server.services.verify_backup import verify_backup
from server.store import serving_lock
from server.store.backup_folder import forget_older, open_backup, pool_path
from server.store.journal_frames import SEGMENT, Tail, frame, read_frames, segments_of
from server.store.trees import held_files
from shared.errors import ConflictingState, InvalidInput, StorageCorrupt
from shared.ids import SeededIds
from shared.records.workflow import Role
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.support.offices import AREA, SteppingClock, TestOffice, open_office
from tests.support.rollbacks import differences, holdings, remembering


def opener(world: TestOffice) -> Any:
    """Opens installations as the command does, with a test's clock."""

    def opened(config: Config, new_journal: bool) -> Any:
        clock, source = SteppingClock(world.clock.now), random.Random(3)
        ports = Ports(clock, source.randbytes, SeededIds(clock.now_ms, source))
        return office_of(create_app(config, ports, new_epoch=True, new_journal=new_journal))

    return opened


def restored(world: TestOffice, source: Path, **more: Any) -> Restored:
    """A backup put back in the place of a world that was closed."""
    config = more.pop("config", world.office.config)
    return restore_backup(opener(world), config, source, **more)


def with_photo(world: TestOffice) -> tuple[Any, str]:
    """A tablet that handed in a record naming a photo, and the photo."""
    tablet = remembering(world.tablet("somchai"))
    data = b"bytes of a photo"
    name = hashlib.sha256(data).hexdigest()
    record = tablet.new_id()
    tablet.seal(
        RecordEdit(
            record,
            "insp",
            "insp",
            1,
            Operation.CREATE,
            scope=AREA,
            writes={"photo": FieldWrite(name)},
            blobs=(name,),
        )
    )
    tablet.syncs()
    headers = {**tablet.headers, "Content-Type": "image/png"}
    assert world.http.put(f"/api/v1/blobs/{name}", data=data, headers=headers).status_code < 300
    return tablet, name


def test_a_backup_is_read_back_and_every_hash_in_it_is_right(
    world: TestOffice, tmp_path: Path
) -> None:
    _, photo = with_photo(world)
    made = back_up(world.office, tmp_path / "backups", verify=True)
    assert (made.wrong, made.missing, made.new_files) == ((), (), 1)
    found = verify_backup(open_backup(tmp_path / "backups"))
    assert (found.wrong, found.files_wrong) == ([], [])
    assert (found.records, found.changes) == (made.records, made.changes)
    again = back_up(world.office, tmp_path / "backups")
    assert (again.files, again.new_files) == (1, 0), "a file is copied once"
    assert again.folder != made.folder
    assert not list((tmp_path / "backups").glob(".partial*"))
    assert photo in (made.folder / "files.txt").read_text()


def test_older_backups_go_only_when_the_new_one_is_right_and_their_files_stay(
    world: TestOffice, tmp_path: Path
) -> None:
    _, photo = with_photo(world)
    folder = tmp_path / "backups"
    made = [back_up(world.office, folder).folder for _ in range(4)]
    assert forget_older(folder, 9) == []
    assert forget_older(folder, 2) == sorted(one.name for one in made)[:2]
    assert open_backup(folder).folder == sorted(made)[-1]
    assert sorted(p.name for p in folder.iterdir()) == [*sorted(p.name for p in made)[2:], "blobs"]
    assert pool_path(folder / "blobs", photo).is_file()
    for flags in (["--keep", "0", "--verify"], ["--keep", "2"]):
        with pytest.raises(CommandFailed):
            make_backup(None, parsed("backup", str(folder), *flags))  # type: ignore[arg-type]


def parsed(*words: str) -> argparse.Namespace:
    """Arguments as the command line reads them."""
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    return parser.parse_args(words)


def test_a_restored_office_knows_files_that_came_after_the_backup(
    world: TestOffice, tmp_path: Path
) -> None:
    made = back_up(world.office, tmp_path / "backups")
    _, photo = with_photo(world)
    world.close()
    assert restored(world, made.folder).wanted_files == ()
    again = open_office(world.office.config.data, world.office.config.database_url, seed=8)
    with again.office.database.reading() as session:
        assert photo in held_files(session, {photo})
    again.close()


def test_a_backup_never_lies_with_what_it_is_a_copy_of(world: TestOffice, tmp_path: Path) -> None:
    data = world.office.config.data
    for target in (data, data / "backups", data.parent, world.office.journal.folder / "x"):
        with pytest.raises(InvalidInput):
            back_up(world.office, target)


def test_every_damaged_byte_of_a_backup_is_found(world: TestOffice, tmp_path: Path) -> None:
    with_photo(world)
    made = back_up(world.office, tmp_path / "backups")
    source = random.Random(5)
    for path in sorted(p for p in (tmp_path / "backups").rglob("*") if p.is_file()):
        data = path.read_bytes()
        for _ in range(3):
            hurt = bytearray(data)
            hurt[source.randrange(len(hurt))] ^= 0x10
            path.write_bytes(hurt)
            try:
                found = verify_backup(open_backup(made.folder))
                assert found.wrong or found.files_wrong, path.name
            except StorageCorrupt:
                assert path.name.startswith("manifest")
        path.write_bytes(data)
    assert verify_backup(open_backup(made.folder)).wrong == []


def test_a_damaged_backup_changes_nothing(world: TestOffice, tmp_path: Path) -> None:
    made = back_up(world.office, tmp_path / "backups")
    url, before = world.office.config.database_url, holdings(world)
    world.close()
    path = made.folder / "database.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(StorageCorrupt):
        restored(world, made.folder)
    again = open_office(world.office.config.data, url, seed=8)
    assert not again.office.epoch.renewed
    assert differences(before, holdings(again)) == []
    again.close()


def test_a_running_server_is_not_restored_under_its_feet(world: TestOffice, tmp_path: Path) -> None:
    made = back_up(world.office, tmp_path / "backups")
    handle = serving_lock.hold(world.office.config.data)
    with pytest.raises(ConflictingState):
        restored(world, made.folder)
    os.close(handle)
    assert not serving_lock.is_served(world.office.config.data)


def test_a_restore_says_what_came_back_and_keeps_what_was_there(
    world: TestOffice, tmp_path: Path
) -> None:
    tablet, _ = with_photo(world)
    made = back_up(world.office, tmp_path / "backups")
    record = next(iter(tablet.states))
    tablet.sets(record, {"a": "2"})
    tablet.syncs()
    world.person("nui", Role.OFFICER, AREA)
    before = holdings(world)
    world.close()
    done = restored(world, tmp_path / "backups")
    assert done.backup == made.folder
    assert done.recovery is not None
    assert (done.recovery.changes, done.recovery.saves) == (1, 1)
    assert done.recovery.failed == ()
    assert done.put_aside
    again = open_office(world.office.config.data, world.office.config.database_url, seed=8)
    assert again.office.epoch.text == done.epoch != world.office.epoch.text
    assert differences(before, holdings(again)) == []
    tablet.in_world(again).syncs()
    assert examine_installation(again.office).wrong == []
    again.close()


def test_a_drill_into_another_folder_touches_nothing_of_the_office(
    world: TestOffice, tmp_path: Path
) -> None:
    tablet, _ = with_photo(world)
    back_up(world.office, tmp_path / "backups")
    tablet.creates({"a": "after"})
    tablet.syncs()
    before = holdings(world)
    data = world.office.config.data
    journal = {p.name: p.read_bytes() for p in world.office.journal.folder.iterdir() if p.is_file()}
    config = Config(tmp_path / "drill", testing=True, quick_passwords=True, pages=False)
    done = restored(
        world, tmp_path / "backups", config=config, journals=[data / "journal"], new_journal=True
    )
    assert done.recovery is not None
    assert done.recovery.changes == 1
    drilled = open_office(tmp_path / "drill", "", seed=9)
    assert differences(before, holdings(drilled)) == []
    assert examine_installation(drilled.office).wrong == []
    drilled.close()
    after = {p.name: p.read_bytes() for p in world.office.journal.folder.iterdir() if p.is_file()}
    assert after == journal
    assert differences(before, holdings(world)) == []


def test_files_that_are_lost_are_wanted_from_tablets(world: TestOffice, tmp_path: Path) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.push()
    made = back_up(world.office, tmp_path / "backups")
    _, photo = with_photo(world)
    world.close()
    for path in world.office.config.blobs.rglob(photo):
        path.unlink()
    done = restored(world, made.folder)
    assert done.wanted_files == (photo,)
    again = open_office(world.office.config.data, world.office.config.database_url, seed=8)
    with again.office.database.reading() as session:
        assert photo in set(session.scalars(select(BlobWantRow.sha256)))
    again.close()


def test_a_file_that_is_damaged_here_comes_back_from_the_backup(
    world: TestOffice, tmp_path: Path
) -> None:
    _, photo = with_photo(world)
    made = back_up(world.office, tmp_path / "backups")
    (path,) = world.office.config.blobs.rglob(photo)
    path.write_bytes(b"bytes of a phot0")
    assert any("damaged" in one for one in examine_installation(world.office).wrong)
    world.close()
    restored(world, made.folder)
    assert path.read_bytes() == b"bytes of a photo"


def test_what_looks_like_one_thing_entered_twice_is_listed(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    ids = [tablet.creates({"name": "x"}, kind="factory") for _ in range(3)]
    tablet.push()
    since = world.clock.now
    with world.office.database.writing() as session:
        session.execute(text("UPDATE record SET title = 'โรงงาน ก' WHERE type = 'factory'"))
        gone = text("UPDATE record SET deleted = :yes WHERE id = :id")
        session.execute(gone, {"yes": True, "id": ids[2]})
    with world.office.database.reading() as session:
        assert likely_doubles(session, since) == []
        (found,) = likely_doubles(session, 0)
    assert (found.title, set(found.records)) == ("โรงงาน ก", set(ids[:2]))


def test_a_manifest_of_a_later_program_is_not_guessed_at(world: TestOffice, tmp_path: Path) -> None:
    made = back_up(world.office, tmp_path / "backups")
    path = made.folder / "manifest.json"
    data = json.dumps({**json.loads(path.read_text()), "format": 99}).encode()
    path.write_bytes(data)
    (made.folder / "manifest.json.sha256").write_text(hashlib.sha256(data).hexdigest())
    with pytest.raises(StorageCorrupt):
        open_backup(made.folder)


def test_a_journal_whose_beginning_was_taken_away_is_told(
    world: TestOffice, tmp_path: Path
) -> None:
    tablet = world.tablet("somchai")
    made = back_up(world.office, tmp_path / "backups")
    for value in "ab":
        tablet.creates({"a": value})
        tablet.push()
    config = world.office.config
    world.close()
    path = segments_of(config.journal_folder)[-1]
    data, tail = path.read_bytes(), Tail()
    frames = [(offset, one) for offset, one in read_frames(data, "", tail)]
    last = frames[-1][0]
    before = frames[-2][1].position
    head = frame(SEGMENT, before.seq, b"{}", before.chain)
    path.write_bytes(head + data[last:])
    done = restored(world, made.folder)
    assert done.recovery is not None
    assert done.recovery.changes == 1
    assert done.recovery.damaged
    again = open_office(config.data, config.database_url, seed=8)
    twin = remembering(tablet)
    twin.world = again
    reply = twin.post("push", twin.push_body())
    assert reply.json["number"] < tablet.number, "the tablet is asked for what is missing"
    again.close()
