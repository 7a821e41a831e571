"""Restored, copied and cloned tablets: told apart, both lines kept, gaps noted for staff."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from server.models import ChangeRow, ClientRow, IncidentRow, QuarantineRow
from sync.changes import frame, read_change
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from sync.predecessor import PREDECESSOR_CODE, Predecessor, predecessor_of
from sync.session import PUSH
from tests.support.databases import SqliteDatabases
from tests.support.offices import TestOffice, furnished_office
from tests.support.tablets import Desk
from tests.support.tablets_and_office import (
    Line,
    agree,
    answer,
    new_factory,
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
    """A tablet that has sent one factory."""
    found = tablet(world, tmp_path / "one", "somchai", 1)
    new_factory(found, "โรงที่หนึ่ง")
    sync(found)
    return found


def copy_of(world: TestOffice, desk: Desk, folder: Path, seed: int, *, bits: bool) -> Desk:
    """The home folder copied while the app is closed; with `bits` the no-backup file as well."""
    person = desk.app.person
    desk.kill()
    shutil.copytree(desk.home, folder)
    if not bits:
        shutil.rmtree(folder / "no_backup")
    desk.start()
    desk.app.person = person
    clone = Desk(folder, seed=seed)
    clone.start()
    clone.app.person = person
    clone.line.answer = Line(world, clone)
    desk.line.answer = Line(world, desk)
    return clone


def rollback(desk: Desk, saved: Path, meanwhile: Callable[[], None]) -> None:
    """The database alone is put back to what it was; the no-backup file stays."""
    person = desk.app.person
    desk.kill()
    shutil.copytree(desk.home, saved)
    desk.start()
    desk.app.person = person
    meanwhile()
    desk.kill()
    for path in desk.home.glob("tablet.db*"):
        path.unlink()
    for path in saved.glob("tablet.db*"):
        shutil.copy(path, desk.home / path.name)
    desk.start()
    desk.app.person = person


def client(desk: Desk) -> str:
    return desk.app.replica.standing().client


def incidents(world: TestOffice) -> list[str]:
    with world.office.database.reading() as session:
        return sorted(session.scalars(select(IncidentRow.kind)))


def said(world: TestOffice) -> list[Predecessor]:
    """What tablets said of the clients they go on from."""
    with world.office.database.reading() as session:
        rows = session.scalars(
            select(QuarantineRow.line)
            .where(QuarantineRow.code == PREDECESSOR_CODE)
            .order_by(QuarantineRow.received_at, QuarantineRow.id)
        )
        found = [predecessor_of(read_change(frame(line))) for line in rows if line]
    return [one for one in found if one is not None]


def names(desk: Desk) -> list[str]:
    from mobile.store.listing import Filter

    lines = desk.app.browser.first(Filter(types=("factory",)), 50)
    return sorted(line.title for line in lines)


def clients(world: TestOffice) -> int:
    with world.office.database.reading() as session:
        return len(list(session.scalars(select(ClientRow.id))))


def test_a_backup_restored_on_another_tablet_speaks_under_its_own_name(
    world: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    before = client(desk)
    waiting = new_factory(desk, "รออยู่ในทั้งสอง")
    clone = copy_of(world, desk, tmp_path / "clone", 2, bits=False)
    assert client(clone) != before == client(desk)
    new_factory(clone, "ของสำเนา")
    new_factory(desk, "ของต้นฉบับ")
    for one in (clone, desk, clone):
        sync(one)
    assert names(desk) == names(clone) == ["ของต้นฉบับ", "ของสำเนา", "รออยู่ในทั้งสอง", "โรงที่หนึ่ง"]
    assert [(p.client, p.number, p.missing) for p in said(world)] == [(before, 1, 0)]
    assert incidents(world) == ["tablet.copied"]
    with world.office.database.reading() as session:
        made = session.scalars(select(ChangeRow.id).where(ChangeRow.root == waiting))
        assert len(list(made)) == 1, "what both had waiting is one change"
    agree(world, desk, clone)


def test_an_image_of_the_whole_tablet_is_told_by_its_chain_at_the_first_push(
    world: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    clone = copy_of(world, desk, tmp_path / "clone", 2, bits=True)
    assert client(clone) == client(desk)
    new_factory(desk, "ของต้นฉบับ")
    new_factory(clone, "ของสำเนา")
    sync(desk)
    report = clone.app.synchroniser.run_once()
    assert report.complete
    assert report.copied
    assert client(clone) != client(desk)
    sync(desk)
    assert names(desk) == names(clone) == ["ของต้นฉบับ", "ของสำเนา", "โรงที่หนึ่ง"]
    agree(world, desk, clone)


def test_an_image_that_only_reads_learns_it_before_its_next_save_is_numbered(
    world: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    clone = copy_of(world, desk, tmp_path / "clone", 2, bits=True)
    new_factory(desk, "ของต้นฉบับ")
    sync(desk)
    sync(clone)
    assert client(clone) != client(desk)
    new_factory(clone, "ของสำเนา")
    sync(clone)
    sync(desk)
    assert names(desk) == names(clone) == ["ของต้นฉบับ", "ของสำเนา", "โรงที่หนึ่ง"]
    assert said(world)[0].missing == 1, "the copy lacks the change that the original sent"
    assert incidents(world) == ["tablet.copied"]
    agree(world, desk, clone)


def test_the_same_image_twice_and_the_original_speak_in_turn_and_nothing_is_lost(
    world: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    first = copy_of(world, desk, tmp_path / "first", 2, bits=True)
    second = copy_of(world, desk, tmp_path / "second", 3, bits=True)
    made = ["โรงที่หนึ่ง"]
    for turn in range(3):
        for who, one in (("ก", first), ("ข", second), ("ต้น", desk)):
            made.append(f"{who} {turn}")
            new_factory(one, made[-1])
            sync(one)
    assert len({client(one) for one in (desk, first, second)}) == 3
    for one in (first, second, desk):
        sync(one)
        assert names(one) == sorted(made)
    agree(world, desk, first, second)


def test_a_database_put_back_to_before_what_it_sent_keeps_both_lines(
    world: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    before = client(desk)

    def later() -> None:
        for n in range(4):
            new_factory(desk, f"ส่งแล้ว {n}")
        sync(desk)

    rollback(desk, tmp_path / "saved", later)
    assert client(desk) == before, "the file beside it is the same: nothing tells it yet"
    new_factory(desk, "หลังกู้คืน")
    sync(desk)
    assert client(desk) != before
    assert names(desk) == sorted(["โรงที่หนึ่ง", "หลังกู้คืน", *(f"ส่งแล้ว {n}" for n in range(4))])
    (gap,) = said(world)
    assert (gap.client, gap.number, gap.missing) == (before, 1, 3)
    assert incidents(world) == ["tablet.copied"]
    agree(world, desk)


def test_a_database_put_back_in_the_middle_of_a_push_sends_nothing_twice(
    world: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    desk.line.answer = None
    for n in range(3):
        new_factory(desk, f"รอ {n}")

    def cut_push() -> None:
        new_factory(desk, "ก่อนดับ")

        def meddle(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
            go()
            return NO_NETWORK

        desk.line.answer = Line(world, desk, meddle)
        assert desk.app.synchroniser.run_once().end == "no_network"

    rollback(desk, tmp_path / "saved", cut_push)
    new_factory(desk, "หลังดับ")
    desk.line.answer = Line(world, desk)
    sync(desk)
    wanted = ["โรงที่หนึ่ง", "รอ 0", "รอ 1", "รอ 2", "ก่อนดับ", "หลังดับ"]
    assert names(desk) == sorted(wanted)
    with world.office.database.reading() as session:
        rows = list(session.scalars(select(ChangeRow.id).where(ChangeRow.source == "tablet")))
    assert len(rows) == len(wanted)
    agree(world, desk)


def test_an_office_put_back_to_before_what_a_tablet_has_forgotten_is_told_of_the_gap(
    world: TestOffice, desk: Desk
) -> None:
    for n in range(5):
        new_factory(desk, f"ส่งแล้ว {n}")
    sync(desk)
    with desk.app.database.writing() as connection:
        # Numbers 3 and 4 were in a verified backup, so the tablet let go of them.
        connection.execute("DELETE FROM change WHERE number IN (3, 4)")
    standing = desk.app.replica.standing()
    at_two = desk.app.database.reader().execute("SELECT chain FROM change WHERE number = 2")
    forgotten = f'{{"epoch":"epoch-2","number":2,"chain":"{at_two.fetchone()["chain"]}"}}'
    honest = Line(world, desk)
    world.office.epoch.text = "epoch-2"

    def meddle(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        if request.path == PUSH or standing.client not in request.body.decode(errors="replace"):
            return go()
        problem = (("content-type", "application/problem+json"),)
        return HttpReply(409, problem, forgotten.encode())

    desk.line.answer = Line(world, desk, meddle)
    desk.app.synchroniser.run_once()
    assert client(desk) != standing.client
    desk.line.answer = honest
    sync(desk)
    (gap,) = said(world)
    assert (gap.client, gap.number, gap.missing) == (standing.client, 2, 2)
    agree(world, desk)


def test_a_person_sees_none_of_it_in_the_lists(
    world: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    from mobile.store.listing import Filter

    clone = copy_of(world, desk, tmp_path / "clone", 2, bits=False)
    before = clone.app.browser.count(Filter(marks=("editing", "pending")))
    assert before == 0
    sync(clone)
    assert clone.app.browser.needing_attention() == []
    form = answer(clone, clone.app.browser.first(Filter(types=("factory",)), 1)[0].root,
                  "identity/fac_name", "แก้แล้ว")  # fmt: skip
    form.leave()
    sync(clone)
    sync(desk)
    assert names(desk) == ["แก้แล้ว"]
