"""The journal under threads, failing disks and commits that fail; backups amid all of it."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from server.models import PersonRow, RecordRow
from server.services.back_up import back_up
from server.services.examine_installation import examine_installation
from server.services.record_staff_change import StaffChange, record_staff_change
from server.services.revoke_device import revoke_device
from server.services.verify_backup import verify_backup
from server.store.backup_folder import open_backup
from server.store.database import RuleBroken
from server.store.journal import Journal, JournalFailed
from server.store.journal_frames import Found, read_journal
from shared.errors import SurveyError
from shared.records.state import decode_state
from shared.records.workflow import Role
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.support.databases import Databases
from tests.support.offices import (
    AREA,
    TestOffice,
    open_office,
    reopened_office,
)
from tests.support.rollbacks import RemembersAll, differences, holdings, remembering


def at_once(*acts: Callable[[], None]) -> None:
    """All of these in threads of their own; the first error of any is raised."""
    errors: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as reason:
            errors.append(reason)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def works(tablet: RemembersAll, record: str, rounds: int) -> Callable[[], None]:
    """A tablet that edits a record that others edit, too, and makes new ones."""

    def act() -> None:
        for number in range(rounds):
            tablet.sets(record, {"a": f"{tablet.device[-4:]}-{number}"})
            tablet.creates({"a": str(number)})
            for _ in range(50):
                reply = tablet.post("push", tablet.push_body())
                if reply.status_code == 200:
                    break
                assert reply.status_code == 503, reply.data
            tablet.syncs()

    return act


def staff_saves(world: TestOffice, record: str, rounds: int) -> Callable[[], None]:
    """Somebody in the office who writes into the same record."""

    def act() -> None:
        for number in range(rounds):
            with world.office.database.reading() as session:
                row = session.get(RecordRow, record)
                assert row is not None
                state = decode_state(row.state)
            seen = tuple(s.dot.id for s in state.fields["a"][:1])
            write = {"a": FieldWrite(f"office-{number}", seen)}
            edit = RecordEdit(
                record, "insp", "insp", 1, Operation.SET, base=row.revision, writes=write
            )
            record_staff_change(world.office, StaffChange(world.people["review"], (edit,)))

    return act


def busy(world: TestOffice) -> tuple[list[RemembersAll], str]:
    """Three tablets that have read one record."""
    tablets = [remembering(world.tablet("somchai")) for _ in range(3)]
    record = tablets[0].creates({"a": "0"})
    for tablet in tablets:
        tablet.syncs()
    return tablets, record


def test_what_threads_wrote_at_once_comes_back_alike_from_the_journal_alone(
    world: TestOffice, databases: Databases, tmp_path: Path
) -> None:
    tablets, record = busy(world)
    acts = [works(tablet, record, 8) for tablet in tablets]
    at_once(*acts, staff_saves(world, record, 8))
    for tablet in tablets:
        tablet.syncs()
    before = holdings(world)
    assert len(before["records"][record][0]["a"]) > 1, "they did meet"
    world.close()
    again = open_office(world.office.config.data, databases.new(), seed=6)
    assert differences(before, holdings(again)) == []
    for tablet in tablets:
        tablet.in_world(again).syncs()
    assert examine_installation(again.office).wrong == []
    again.close()


def test_a_backup_amid_the_work_is_one_moment_of_it(world: TestOffice, tmp_path: Path) -> None:
    tablets, record = busy(world)
    made = []

    def backs_up() -> None:
        for _ in range(3):
            made.append(back_up(world.office, tmp_path / "backups", verify=True))

    at_once(*[works(tablet, record, 6) for tablet in tablets], backs_up)
    assert [one.wrong for one in made] == [(), (), ()]
    assert [one.missing for one in made] == [(), (), ()]
    for one in made:
        assert verify_backup(open_backup(one.folder)).wrong == []


class Disk:
    """An fsync that a test lets fail."""

    fails = False

    def __call__(self, handle: int) -> None:
        if self.fails:
            raise OSError(errno.EIO, "input/output error")
        os.fsync(handle)


def test_an_office_whose_journal_fails_takes_nothing_more_says_why_and_starts_again(
    world: TestOffice,
) -> None:
    world.close()
    disk = Disk()
    failing = reopened_office(world, journal=partial(Journal, sync=disk))
    tablet = remembering(failing.tablet("somchai"))
    tablet.creates({"a": "1"})
    tablet.syncs()
    kept = holdings(failing)
    disk.fails = True
    tablet.creates({"a": "2"})
    for _ in range(2):
        reply = tablet.post("push", tablet.push_body())
        assert (reply.status_code, reply.json["code"]) == (503, "storage.journal_failed")
        assert int(reply.headers["Retry-After"]) > 0
        disk.fails = False
    assert failing.http.get("/api/v1/health").status_code == 503
    with pytest.raises(JournalFailed):
        failing.person("nui", Role.OFFICER, AREA)
    assert differences(kept, holdings(failing)) == []
    assert any("disk failed" in one for one in examine_installation(failing.office).wrong)
    failing.close()
    again = reopened_office(failing)
    twin = tablet.in_world(again)
    twin.syncs()
    assert again.person("nui", Role.OFFICER, AREA)
    found = examine_installation(again.office)
    assert found.wrong == []
    assert "journal_failed_once" in {one.code for one in found.findings}
    again.close()


def rename_against_the_rules(world: TestOffice, person: str, record: str) -> None:
    """A transaction that the database refuses at its commit and not before."""
    with world.office.database.writing() as session:
        session.execute(update(PersonRow).where(PersonRow.id == person).values(name="wrong"))
        breaks = text("UPDATE record SET revision = revision + 7 WHERE id = :id")
        session.execute(breaks, {"id": record})


def test_what_was_rolled_back_is_void_and_is_not_done_again(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = tablet.creates({"a": "1"})
    tablet.push()
    malee = world.people["malee"]
    with pytest.raises(RuleBroken):
        rename_against_the_rules(world, malee, record)
    before = holdings(world)
    entries = [e for e in read_journal(world.office.journal.folder) if isinstance(e, Found)]
    assert [part["is"] for part in entries[-1].entry.facts["parts"]] == ["void"]
    world.close()
    again = reopened_office(world)
    assert differences(before, holdings(again)) == []
    with again.office.database.reading() as session:
        assert session.scalar(select(PersonRow.name).where(PersonRow.id == malee)) != "wrong"
    again.close()


def test_an_older_row_is_not_put_over_a_newer_one(world: TestOffice) -> None:
    """An entry that was lost on the way to its commit is done again behind one that was not."""
    tablet = world.tablet("somchai")
    lost = world.office.database.before_commit
    assert lost is not None

    def lose(session: Any) -> None:
        lost(session)
        raise SurveyError("the connection is lost")

    world.office.database.before_commit = lose
    with pytest.raises(SurveyError):
        revoke_device(world.office, world.people["admin"], tablet.device)
    world.office.database.before_commit = lost
    with world.office.database.writing() as session:
        session.execute(
            text("UPDATE device SET label = 'later' WHERE id = :id"), {"id": tablet.device}
        )
    world.clock.now += 60_000
    revoke_device(world.office, world.people["admin"], tablet.device)
    before = {"devices": holdings(world)["devices"]}
    world.close()
    again = reopened_office(world)
    assert differences(before, holdings(again)) == []
    again.close()


def test_work_that_writes_nothing_of_weight_writes_no_journal(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    at = world.office.journal.position
    world.clock.now += 10 * 60_000
    tablet.pull()
    tablet.pull()
    assert world.office.journal.position == at
    reply = tablet.post("push", tablet.push_body([]))
    assert reply.status_code == 200
    assert world.office.journal.position == at
