"""Backups while the server runs, damage that is found, restores and drills, on both databases."""

from __future__ import annotations

import hashlib
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from server.app import Ports, create_app, office_of
from server.config import Config
from server.models import BlobWantRow, JournalEntryRow
from server.services.back_up import back_up
from server.services.examine_installation import examine_installation
from server.services.likely_doubles import likely_doubles
from server.services.recover_at_start import last_recovery
from server.services.replay_journal import PLACES_KEPT
from server.services.restore_backup import Restored, restore_backup
from server.services.verify_backup import verify_backup
from server.store import serving_lock
from server.store.backup_folder import open_backup
from server.store.bulk import insert_new
from server.store.journal import JournalMissing
from server.store.journal_frames import SEGMENT, Tail, frame, read_frames, segments_of
from server.store.own_journal import JournalForeign
from shared.errors import ConflictingState, InvalidInput, StorageCorrupt
from shared.ids import SeededIds
from shared.records.workflow import Role
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.support.databases import Databases
from tests.support.offices import AREA, SteppingClock, TestOffice, open_office, settle_people
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


def test_the_database_lost_with_all_backups_comes_back_from_the_journal_alone(
    databases: Databases, tmp_path: Path
) -> None:
    first = databases.new()
    world = open_office(tmp_path / "office", first)
    settle_people(world)
    tablet = remembering(world.tablet("somchai"))
    record = tablet.creates({"a": "1"})
    tablet.syncs()
    before = holdings(world)
    world.close()
    databases.forget(first)
    again = open_office(tmp_path / "office", databases.new(), seed=4)
    assert again.office.epoch.text != world.office.epoch.text
    assert differences(before, holdings(again)) == []
    twin = tablet.in_world(again)
    twin.syncs()
    assert record in twin.states
    again.close()


def test_what_was_journalled_and_not_committed_is_done_at_the_next_start(
    world: TestOffice,
) -> None:
    class Cut(Exception):
        """The process ends here."""

    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    asked = world.office.database.before_commit
    assert asked is not None

    def cut(session: Any) -> Any:
        asked(session)
        raise Cut

    world.office.database.before_commit = cut
    reply = tablet.post("push", tablet.push_body())
    assert reply.status_code == 500
    assert any("journal has 1 entries" in one for one in examine_installation(world.office).wrong)
    world.close()
    again = open_office(world.office.config.data, world.office.config.database_url, seed=8)
    assert not again.office.epoch.renewed
    tablet.world = again
    assert [str(one.outcome) for one in tablet.push()] == ["duplicate"]
    assert examine_installation(again.office).wrong == []
    again.close()


def test_a_journal_that_is_gone_stops_the_start_until_somebody_says_what_happened(
    world: TestOffice,
) -> None:
    config = world.office.config
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.push()
    world.close()
    world.office.journal.close()
    moved = config.journal_folder.rename(config.data / "elsewhere")
    with pytest.raises(JournalMissing) as missing:
        open_office(config.data, config.database_url)
    assert "init --new-journal" in missing.value.detail
    for path in config.journal_folder.iterdir():
        path.unlink()
    config.journal_folder.rmdir()
    moved.rename(config.journal_folder)
    again = open_office(config.data, config.database_url, seed=8)
    assert not again.office.epoch.renewed
    again.close()


def test_a_journal_begun_anew_puts_the_old_one_aside_and_goes_on(world: TestOffice) -> None:
    config = world.office.config
    before = holdings(world)
    world.close()
    office_of(create_app(config, Ports(SteppingClock()), new_journal=True)).database.close()
    again = open_office(config.data, config.database_url, seed=8)
    assert differences(before, holdings(again)) == []
    assert segments_of(config.journal_folder / "put-aside-1")
    tablet = again.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.push()
    assert examine_installation(again.office, files_too=False).wrong == []
    again.close()


def test_another_offices_journal_is_refused(
    world: TestOffice, databases: Databases, tmp_path: Path
) -> None:
    other = open_office(tmp_path / "other", databases.new(), seed=5)
    other.close()
    with pytest.raises(JournalForeign):
        create_app(
            Config(
                world.office.config.data,
                world.office.config.database_url,
                testing=True,
                pages=False,
                journal=tmp_path / "other" / "journal",
            )
        )


def test_a_journal_behind_its_database_is_told(world: TestOffice, tmp_path: Path) -> None:
    config = world.office.config
    path = segments_of(config.journal_folder)[-1]
    old = path.read_bytes()
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.push()
    before = holdings(world)
    world.close()
    path.write_bytes(old)
    again = open_office(config.data, config.database_url, seed=8)
    assert differences(before, holdings(again)) == []
    assert again.office.journal.position.seq >= world.office.journal.position.seq
    again.close()


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


def test_places_of_old_entries_are_let_go_and_nothing_is_replayed_for_it(
    world: TestOffice,
) -> None:
    config = world.office.config
    fresh = ({"seq": 1_000 + n, "chain": f"{n:064x}"} for n in range(2 * PLACES_KEPT + 1))
    with world.office.database.writing() as session:
        insert_new(session, JournalEntryRow, fresh)
    world.close()
    for number in (8, 9):
        again = open_office(config.data, config.database_url, seed=number)
        assert last_recovery(again.office) is None
        with again.office.database.reading() as session:
            left = session.scalar(select(func.count()).select_from(JournalEntryRow))
        assert left == PLACES_KEPT
        again.close()


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
