"""Several server processes on one PostgreSQL, one killed in a storm; a standby that takes over."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from mobile.store import settings
from server.models import ChangeRow
from server.services.examine_installation import examine_installation
from tests.support.databases import Databases, PostgresDatabases
from tests.support.offices import TestOffice, furnished_office, open_office
from tests.support.postgres import PostgresCluster
from tests.support.server_process import Doors, ServerProcess
from tests.support.standby import Standby
from tests.support.tablets import Desk
from tests.support.tablets_and_office import agree, answer, new_factory, publish_forms, sync, tablet

TABLETS, ROUNDS, TRIES = 4, 8, 12
FAILED = 1


@dataclass
class Region:
    """An office's data and database, its processes, and tablets that reach them by HTTP."""

    data: Path
    url: str
    desks: list[Desk] = field(default_factory=list)
    servers: list[ServerProcess] = field(default_factory=list)
    doors: list[Doors] = field(default_factory=list)

    def serve(self, count: int, url: str = "") -> None:
        """Start processes and lead every tablet to them."""
        self.servers = [ServerProcess(self.data, url or self.url) for _ in range(count)]
        addresses = [server.address for server in self.servers]
        for number, desk in enumerate(self.desks):
            door = Doors(addresses, number, lambda desk=desk: _token(desk))
            self.doors.append(door)
            desk.line.answer = door

    def ends(self) -> None:
        """End what still runs."""
        for server in self.servers:
            if server.process.poll() is None:
                server.stop()
        for door in self.doors:
            door.close()

    def office(self, url: str = "") -> TestOffice:
        """Look at what the processes left behind."""
        return open_office(self.data, url or self.url, seed=9)

    def made(self) -> set[str]:
        """Every change that a tablet ever sealed."""
        found: set[str] = set()
        for desk in self.desks:
            rows = desk.app.database.reader().execute("SELECT id FROM change").fetchall()
            found |= {row["id"] for row in rows}
        return found

    def acknowledged(self) -> int:
        """How many changes the tablets believe to be in the office."""
        query = "SELECT count(*) AS n FROM change WHERE status != 'pending'"
        return sum(d.app.database.reader().execute(query).fetchone()["n"] for d in self.desks)


def _token(desk: Desk) -> str:
    return settings.read(desk.app.database.reader(), "token")


def _settle(desks: Sequence[Desk]) -> None:
    """Synchronise until everybody has heard of everything."""
    for _ in range(2):
        for desk in desks:
            for _ in range(TRIES):
                if desk.app.synchroniser.run_once().complete:
                    break
            sync(desk)


def _region(databases: Databases, folder: Path, tablets: int) -> Region:
    world = furnished_office(databases, folder / "office")
    publish_forms(world)
    region = Region(folder / "office", world.office.config.url)
    for number in range(tablets):
        region.desks.append(tablet(world, folder / f"tablet-{number}", "somchai", number + 1))
    world.close()
    return region


@pytest.fixture
def region(postgres_databases: PostgresDatabases, tmp_path: Path) -> Iterator[Region]:
    """An office on PostgreSQL and tablets that are enrolled in it."""
    found = _region(postgres_databases, tmp_path, TABLETS)
    yield found
    found.ends()
    for desk in found.desks:
        desk.kill()


def test_a_process_killed_in_a_storm_of_pushes_loses_and_doubles_nothing(region: Region) -> None:
    shared = new_factory(region.desks[0], "โรงน้ำตาล")
    region.serve(3)
    _settle(region.desks)
    half = threading.Semaphore(0)

    def works(number: int) -> None:
        desk = region.desks[number]
        for turn in range(ROUNDS):
            answer(desk, shared, "contact/contact_tel", f"08{number} {turn:03d} 0000").leave()
            new_factory(desk, f"โรงงาน {number}/{turn}")
            desk.app.synchroniser.run_once()
            half.release()

    threads = [threading.Thread(target=works, args=(n,)) for n in range(TABLETS)]
    for thread in threads:
        thread.start()
    for _ in range(TABLETS * ROUNDS // 3):
        half.acquire()
    region.servers[0].kill()
    for thread in threads:
        thread.join()
    assert any(door.broken for door in region.doors), "nobody met the process that died"
    _settle(region.desks)
    region.ends()
    world = region.office()
    agree(world, *region.desks)
    with world.office.database.reading() as session:
        kept = list(session.scalars(select(ChangeRow.id).where(ChangeRow.source == "tablet")))
    assert sorted(kept) == sorted(region.made()), "each save has one effect, and none is missing"
    assert examine_installation(world.office).wrong == []
    world.close()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Region, Standby]]:
    """A PostgreSQL of its own with a standby, an office on it, and two tablets."""
    cluster = PostgresCluster.start()
    databases = PostgresDatabases(cluster)
    # Its own template: what was furnished in another PostgreSQL is not in this one.
    databases.kind = f"postgresql-{tmp_path.name}"
    found = _region(databases, tmp_path, 2)
    standby = Standby(cluster)
    yield found, standby
    found.ends()
    for desk in found.desks:
        desk.kill()
    standby.stop()
    cluster.stop()


def test_a_standby_that_has_everything_goes_on_in_the_same_epoch(
    pair: tuple[Region, Standby],
) -> None:
    region, standby = pair
    region.serve(2)
    for desk in region.desks:
        new_factory(desk, "โรงงาน")
    _settle(region.desks)
    epochs = {desk.app.replica.standing().epoch for desk in region.desks}
    standby.has_all_of(region.url)
    standby.primary_dies()
    region.ends()
    standby.is_promoted(region.url)
    region.serve(2, standby.url_of(region.url))
    new_factory(region.desks[0], "หลังย้าย")
    _settle(region.desks)
    assert {desk.app.replica.standing().epoch for desk in region.desks} == epochs
    _is_whole(region, standby)


def test_a_standby_that_lacks_what_was_acknowledged_begins_an_epoch_and_hears_it_again(
    pair: tuple[Region, Standby],
) -> None:
    region, standby = pair
    region.serve(2)
    for desk in region.desks:
        for number in range(3):
            new_factory(desk, f"โรงงาน {number}")
    _settle(region.desks)
    epochs = {desk.app.replica.standing().epoch for desk in region.desks}
    standby.has_all_of(region.url)
    standby.is_cut_off(region.url)
    lost = new_factory(region.desks[0], "รับแล้ว แต่ไม่ถึงเครื่องสำรอง")
    sync(region.desks[0])
    standby.primary_dies()
    region.ends()
    standby.is_promoted(region.url)
    region.serve(2, standby.url_of(region.url))
    _settle(region.desks)
    assert not epochs & {desk.app.replica.standing().epoch for desk in region.desks}
    assert all(lost in _roots(desk) for desk in region.desks)
    _is_whole(region, standby)


def test_a_process_that_meets_a_promoted_standby_ends_and_compares_itself_at_its_next_start(
    pair: tuple[Region, Standby],
) -> None:
    region, standby = pair
    either = standby.url_of_either(region.url)
    region.serve(1, either)
    _settle(region.desks)
    epochs = {desk.app.replica.standing().epoch for desk in region.desks}
    standby.has_all_of(region.url)
    standby.is_cut_off(region.url)
    lost = new_factory(region.desks[0], "รับแล้ว แต่ไม่ถึงเครื่องสำรอง")
    sync(region.desks[0])
    standby.primary_dies()
    standby.is_promoted(region.url)
    new_factory(region.desks[1], "ก่อนเริ่มใหม่")
    for _ in range(TRIES):
        assert not region.desks[1].app.synchroniser.run_once().complete
        if region.servers[0].process.poll() is not None:
            break
    assert region.servers[0].ended() == FAILED
    assert "a standby took the place" in (region.data / "server.log").read_text()
    region.serve(1, either)
    _settle(region.desks)
    assert not epochs & {desk.app.replica.standing().epoch for desk in region.desks}
    assert all(lost in _roots(desk) for desk in region.desks)
    _is_whole(region, standby)


def _roots(desk: Desk) -> set[str]:
    rows = desk.app.database.reader().execute("SELECT root FROM base").fetchall()
    return {row["root"] for row in rows}


def _is_whole(region: Region, standby: Standby) -> None:
    """Everything that was ever saved has one effect in the promoted database; digests agree."""
    region.ends()
    world = region.office(standby.url_of(region.url))
    agree(world, *region.desks)
    with world.office.database.reading() as session:
        kept = list(session.scalars(select(ChangeRow.id).where(ChangeRow.source == "tablet")))
    assert sorted(kept) == sorted(region.made())
    assert examine_installation(world.office).wrong == []
    world.close()
