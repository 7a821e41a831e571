"""Journal and database compared at every start: lost, behind, another office's, begun anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.app import Ports, create_app, office_of
from server.config import Config
from server.models import JournalEntryRow
from server.services.examine_installation import examine_installation
from server.services.recover_at_start import last_recovery
from server.services.replay_journal import PLACES_KEPT
from server.store.bulk import insert_new
from server.store.journal import JournalMissing
from server.store.journal_frames import segments_of
from server.store.own_journal import JournalForeign
from tests.support.databases import Databases
from tests.support.offices import SteppingClock, TestOffice, open_office, settle_people
from tests.support.rollbacks import differences, holdings, remembering


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
