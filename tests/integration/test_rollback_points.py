"""Put back to any of a hundred moments, the office has everything again, and nothing twice.

On SQLite each moment is put back one way, by copying and by the command in turn; with EVERY_WAY=1
in the environment both ways.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.app import Ports, create_app, office_of
from server.config import Config
from server.services.back_up import back_up
from server.services.examine_installation import examine_installation
from server.services.restore_backup import restore_backup
from server.store.journal import Journal
from server.store.journal_frames import Entry, Position
from shared.ids import SeededIds
from tests.support.databases import Databases
from tests.support.offices import SteppingClock, TestOffice, furnished_office
from tests.support.rollback_story import Story
from tests.support.rollbacks import differences, holdings, rewound, snapshot

POINTS = {"sqlite": 104, "postgresql": 16}


@dataclass
class Told:
    """A story told to its end, and all moments on the way."""

    databases: Databases
    folder: Path
    story: Story
    moments: list[str]
    backups: list[Path]
    at_end: dict[str, Any]

    @property
    def office_folder(self) -> Path:
        return self.folder / "office"


def tell(databases: Databases, folder: Path, points: int, **ports: Any) -> Told:
    """Tell a story; after every step the database is copied, and backed up by the command."""
    world = furnished_office(databases, folder / "office")
    if ports:
        world.close()
        world = reopen(folder / "office", world.office.config.database_url, world, **ports)
    story = Story(world, random.Random(11))
    story.begins()
    moments, backups = [], []
    for number in story.goes_on(points):
        world.office.database.close()
        moments.append(snapshot(databases, world.office.config.database_url, folder, number))
        backups.append(back_up(world.office, folder / "backups").folder)
    for tablet in (*story.tablets, *story.tablets):
        tablet.syncs()
    told = Told(databases, folder, story, moments, backups, holdings(world))
    world.close()
    return told


def reopen(folder: Path, url: str, before: TestOffice, **ports: Any) -> TestOffice:
    """The office on a folder and database, opened by a later process."""
    clock, source = SteppingClock(before.clock.now + 1), random.Random(99)
    config = Config(folder, url, testing=True, quick_passwords=True, pages=False)
    made = Ports(clock, source.randbytes, SeededIds(clock.now_ms, source), **ports)
    app = create_app(config, made)
    return TestOffice(app, office_of(app), clock, source, dict(before.people))


def by_copy(told: Told, number: int, folder: Path, **ports: Any) -> TestOffice:
    """The database of a moment put back by hand; everything else is as it was at the end."""
    shutil.copytree(told.office_folder, folder)
    url = rewound(told.databases, told.moments[number], folder)
    return reopen(folder, url, told.story.world, **ports)


def by_command(told: Told, number: int, folder: Path) -> TestOffice:
    """The backup of a moment put back by the command's service."""
    shutil.copytree(told.office_folder, folder)
    world = told.story.world
    url = rewound(told.databases, told.moments[-1], folder)
    config = Config(folder, url, testing=True, quick_passwords=True, pages=False)

    def opened(wanted: Config, new_journal: bool) -> Any:
        clock, source = SteppingClock(world.clock.now), random.Random(7)
        ports = Ports(clock, source.randbytes, SeededIds(clock.now_ms, source))
        return office_of(create_app(wanted, ports, new_epoch=True, new_journal=new_journal))

    restore_backup(opened, config, told.backups[number])
    return reopen(folder, url, world)


PutBack = Callable[[Told, int, Path], TestOffice]


def wrong_after(told: Told, world: TestOffice) -> list[str]:
    """Everybody synchronises with the office that was put back: what is not as it should be."""
    tablets = [tablet.in_world(world) for tablet in told.story.tablets]
    try:
        for tablet in (*tablets, *tablets):
            tablet.syncs()
        found = differences(told.at_end, holdings(world))
        return found + examine_installation(world.office, files_too=False).wrong
    except AssertionError as reason:
        return [f"no agreement: {reason}"]
    finally:
        world.close()


@pytest.fixture(scope="module")
def told(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Told once; on PostgreSQL, where making a database takes a second, it is shorter."""
    return tell(databases, tmp_path_factory.mktemp("story"), POINTS[databases.kind])


@pytest.mark.slow
def test_put_back_to_any_moment_nothing_is_lost_and_nothing_is_there_twice(
    told: Told, tmp_path: Path
) -> None:
    wrong = {}
    for number in range(len(told.moments)):
        ways: list[PutBack] = [by_copy, by_command]
        if told.databases.kind == "sqlite" and "EVERY_WAY" not in os.environ:
            ways = [ways[number % 2]]
        for way in ways:
            folder = tmp_path / f"{way.__name__}-{number}"
            found = wrong_after(told, way(told, number, folder))
            if found:
                wrong[f"{way.__name__} {number}"] = found[:5]
            shutil.rmtree(folder)
    assert wrong == {}


class Unwritten(Journal):
    """Planted: says that entries are kept, and keeps none."""

    def append(self, entry: Entry) -> Position:
        """A place that is none."""
        self._at = Position(self._at.seq + 1, os.urandom(32).hex())
        return self._at


@pytest.fixture(scope="module")
def short(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A shorter story, for planted faults."""
    return tell(sqlite_databases, tmp_path_factory.mktemp("short"), 30)


def without_journal(told: Told, folder: Path) -> TestOffice:
    """The database of an early moment, and a journal that begins there."""
    url = rewound(told.databases, told.moments[1], folder)
    config = Config(folder, url, testing=True, quick_passwords=True, pages=False)
    clock = SteppingClock(told.story.world.clock.now)
    app = create_app(config, Ports(clock), new_journal=True)
    return TestOffice(app, office_of(app), clock, random.Random(1))


def test_a_journal_that_is_not_written_is_noticed(
    sqlite_databases: Databases, tmp_path: Path
) -> None:
    told = tell(sqlite_databases, tmp_path / "told", 30, journal=Unwritten)
    assert wrong_after(told, by_copy(told, 3, tmp_path / "back"))


def test_a_replay_that_is_left_out_is_noticed(short: Told, tmp_path: Path) -> None:
    shutil.copytree(short.office_folder, tmp_path / "back")
    found = wrong_after(short, without_journal(short, tmp_path / "back"))
    assert any("is gone" in one for one in found)


def test_an_epoch_that_stays_the_same_is_noticed(short: Told, tmp_path: Path) -> None:
    folder = tmp_path / "back"
    shutil.copytree(short.office_folder, folder)
    old = short.story.world.office.epoch.text
    for path in (folder / "epoch", folder / "journal" / "epoch"):
        path.write_text(f'{{"epoch": "{old}", "mark": 0}}'.ljust(95) + "\n")
    world = without_journal(short, folder)
    assert world.office.epoch.text == old
    assert any(one.startswith("no agreement") for one in wrong_after(short, world))
