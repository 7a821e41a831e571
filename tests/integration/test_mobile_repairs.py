"""Digests that differ: the server looks at itself first, then what differs is put right only."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mobile.store import base
from server.models import IncidentRow, RecordRow, RepairRow, ScopeRow
from shared.limits import REPAIR_TRIES_PER_DAY_MAX
from shared.records.state import encode_state
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from sync.repair import DAY_MS, REPAIR, REPAIR_ROWS, bucket_of, decode_rows
from tests.support.databases import SqliteDatabases
from tests.support.offices import AREA, TestOffice, furnished_office
from tests.support.tablets import Desk, a_dot_id, state_of
from tests.support.tablets_and_office import (
    Line,
    agree,
    answer,
    new_factory,
    publish_forms,
    sync,
    tablet,
)


@dataclass
class Watched:
    """What went over the line of one tablet."""

    asked: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    cut_at: str = ""

    def __call__(self, request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        self.asked.append(request.path)
        reply = go()
        if request.path == self.cut_at:
            self.cut_at = ""
            return NO_NETWORK
        if request.path == REPAIR_ROWS:
            rows = decode_rows(reply.body)
            self.states.extend(base.decode_state(state).record for state in rows.states)
            self.gone.extend(rows.gone)
        return reply


def watch(world: TestOffice, desk: Desk) -> Watched:
    found = Watched()
    desk.line.answer = Line(world, desk, found)
    return found


def a_day_passes(world: TestOffice, *desks: Desk) -> None:
    world.clock.now += DAY_MS
    for desk in desks:
        desk.clock.passes(DAY_MS)


def damage(desk: Desk, sql: str, *parameters: object) -> None:
    with desk.app.database.writing() as connection:
        connection.execute(sql, parameters)


def incidents(world: TestOffice) -> list[tuple[str, str | None]]:
    with world.office.database.reading() as session:
        rows = session.execute(select(IncidentRow.kind, IncidentRow.scope))
        return sorted((row.kind, row.scope) for row in rows)


def base_of(desk: Desk) -> dict[str, tuple[str, int, bytes]]:
    rows = desk.app.database.reader().execute(
        "SELECT record, scope, revision, state FROM base WHERE current = 1"
    )
    return {r["record"]: (r["scope"], r["revision"], bytes(r["state"])) for r in rows}


@pytest.fixture
def world(world: TestOffice) -> TestOffice:
    """The office with its forms."""
    publish_forms(world)
    return world


def test_damage_is_found_within_a_day_and_only_the_rows_that_differ_are_fetched(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    roots = [new_factory(desk, f"โรงงาน {n}") for n in range(12)]
    sync(desk)
    whole = base_of(desk)
    damage(desk, "UPDATE base SET state = ? WHERE record = ?", b"{}", roots[3])
    damage(desk, "DELETE FROM base WHERE record = ?", roots[7])
    unsent = new_factory(desk, "ยังไม่ส่ง")
    a_day_passes(world, desk)
    seen = watch(world, desk)
    report = desk.app.synchroniser.run_once()
    assert report.complete, report
    assert set(seen.states) == {roots[3], roots[7]}
    assert {r: row for r, row in base_of(desk).items() if r in whole} == whole
    assert unsent in base_of(desk), "what waited was sent as always"
    assert incidents(world) == [("digest.tablet_differs", AREA)]
    assert desk.app.browser.states(roots[7])[roots[7]].value("identity/fac_name") == "โรงงาน 7"
    agree(world, desk)
    desk.kill()


def test_at_most_one_repair_a_scope_and_day_of_the_server(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    sync(desk)
    wrong = "UPDATE scope SET digest = ? WHERE id = ?"
    damage(desk, wrong, f"{7:064x}", AREA)
    damage(desk, "DELETE FROM base WHERE record = ?", root)
    seen = watch(world, desk)
    assert desk.app.synchroniser.run_once().complete
    assert seen.states == [root]
    damage(desk, "DELETE FROM base WHERE record = ?", root)
    # The tablet's own clock has no say in it.
    desk.clock.passes(40 * DAY_MS)
    seen.asked.clear()
    for _ in range(3):
        report = desk.app.synchroniser.run_once()
        assert (report.end, report.code) == ("digest_mismatch", "sync.repaired_today")
    assert REPAIR not in seen.asked
    a_day_passes(world, desk)
    sync(desk)
    agree(world, desk)
    desk.kill()


def test_a_server_whose_own_sum_was_wrong_corrects_it_and_touches_no_tablet(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    new_factory(desk, "โรงน้ำตาล")
    sync(desk)
    with world.office.database.writing() as session:
        session.execute(update(ScopeRow).where(ScopeRow.id == AREA).values(digest=f"{3:064x}"))
    before = base_of(desk)
    seen = watch(world, desk)
    sync(desk)
    assert REPAIR in seen.asked
    assert REPAIR_ROWS not in seen.asked
    assert base_of(desk) == before
    assert incidents(world) == [("digest.server_corrected", AREA)]
    agree(world, desk)
    desk.kill()


def test_a_repair_cut_anywhere_goes_on_at_the_next_sync(world: TestOffice, tmp_path: Path) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    sync(desk)
    for door in (REPAIR, REPAIR_ROWS):
        a_day_passes(world, desk)
        damage(desk, "DELETE FROM base WHERE record = ?", root)
        seen = watch(world, desk)
        seen.cut_at = door
        assert desk.app.synchroniser.run_once().end == "no_network"
        sync(desk)
        assert root in base_of(desk)
    agree(world, desk)
    desk.kill()


def test_a_tablet_that_asks_again_and_again_is_told_to_wait_until_tomorrow(
    world: TestOffice, tmp_path: Path
) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(desk, "โรงน้ำตาล")
    sync(desk)
    damage(desk, "DELETE FROM base WHERE record = ?", root)
    a_day_passes(world, desk)
    for _ in range(REPAIR_TRIES_PER_DAY_MAX):
        watch(world, desk).cut_at = REPAIR_ROWS
        assert desk.app.synchroniser.run_once().end == "no_network"
    watch(world, desk)
    report = desk.app.synchroniser.run_once()
    assert (report.end, report.code) == ("digest_mismatch", "sync.repaired_today")
    with world.office.database.reading() as session:
        assert set(session.scalars(select(RepairRow.tries))) == {REPAIR_TRIES_PER_DAY_MAX}
    a_day_passes(world, desk)
    sync(desk)
    agree(world, desk)
    desk.kill()


def test_a_tablet_repairs_only_what_it_holds(world: TestOffice, tmp_path: Path) -> None:
    desk = tablet(world, tmp_path / "one", "somchai", 1)
    standing = desk.app.replica.standing()
    line = desk.line.answer
    for door, body in ((REPAIR, b"{}"), (REPAIR_ROWS, b"{}\n"), (REPAIR, b"\xff")):
        media = (("content-type", "application/vnd.samruat.sync+ndjson"),)
        assert line(HttpRequest("POST", door, body, media)).status == 400
    request = (
        f'{{"client":"{standing.client}","cursor":0,"digest":"{0:064x}","epoch":'
        f'"{standing.epoch}","protocol":1,"scope":"area:30-1"}}'
    )
    reply = line(HttpRequest("POST", REPAIR, request.encode(), media))
    assert reply.status == 403
    desk.kill()


# --- any damage ----------------------------------------------------------------------------------


def changed_bytes(connection: sqlite3.Connection, source: random.Random, record: str) -> None:
    row = connection.execute("SELECT state FROM base WHERE record = ?", (record,)).fetchone()
    data = bytearray(row["state"])
    data[source.randrange(len(data))] ^= 1 << source.randrange(8)
    connection.execute("UPDATE base SET state = ? WHERE record = ?", (bytes(data), record))


def missing(connection: sqlite3.Connection, _: random.Random, record: str) -> None:
    connection.execute("DELETE FROM base WHERE record = ?", (record,))


def wrong_revision(connection: sqlite3.Connection, source: random.Random, record: str) -> None:
    revision = source.choice((0, 1, 2**40))
    connection.execute("UPDATE base SET revision = ? WHERE record = ?", (revision, record))


def extra(connection: sqlite3.Connection, source: random.Random, _: str) -> None:
    state = state_of("factory", {"identity/fac_name": "ไม่มีจริง"}, record=a_dot_id(
        source.randrange(10**6)
    ))  # fmt: skip
    connection.execute(
        "INSERT OR REPLACE INTO base (record, scope, revision, current, type, root, state) "
        "VALUES (?, ?, ?, 1, ?, ?, ?)",
        (state.record, AREA, 1, state.type, state.root, encode_state(state)),
    )


def not_an_id(connection: sqlite3.Connection, source: random.Random, record: str) -> None:
    connection.execute(
        "UPDATE base SET record = ? WHERE record = ?", (f"?{source.randrange(99)}" * 20, record)
    )


def another_scope(connection: sqlite3.Connection, _: random.Random, record: str) -> None:
    connection.execute("UPDATE base SET scope = 'programme' WHERE record = ?", (record,))


def set_aside(connection: sqlite3.Connection, _: random.Random, record: str) -> None:
    connection.execute("UPDATE base SET current = 0 WHERE record = ?", (record,))


KINDS = (changed_bytes, missing, wrong_revision, extra, not_an_id, another_scope, set_aside)


@pytest.fixture(scope="module")
def busy(
    tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteDatabases
) -> Iterator[tuple[TestOffice, Desk]]:
    """An office with forty factories, and a tablet that has them all and one unsent answer."""
    folder = tmp_path_factory.mktemp("repairs")
    world = furnished_office(sqlite_databases, folder / "office")
    publish_forms(world)
    desk = tablet(world, folder / "tablet", "somchai", 1)
    for number in range(40):
        new_factory(desk, f"โรงงาน {number}")
    sync(desk)
    yield world, desk
    desk.kill()
    world.close()


@pytest.mark.parametrize("seed", range(20))
def test_any_damage_to_any_rows_is_repaired_by_the_rows_of_the_affected_sums_alone(
    busy: tuple[TestOffice, Desk], seed: int
) -> None:
    world, desk = busy
    source = random.Random(seed)
    whole = base_of(desk)
    mine = [record for record, row in whole.items() if row[0] == AREA]
    hit = source.sample(sorted(mine), source.randint(1, 8))
    desk.line.answer = None
    form = answer(desk, source.choice(mine), "identity/fac_name", f"ยังไม่ส่ง {seed}")
    form.leave()
    waiting = [line.line for line in desk.app.replica.pending(
        desk.app.replica.standing().number, 9, 10**6)]  # fmt: skip
    touched: set[int] = set()
    with desk.app.database.writing() as connection:
        for record in hit:
            source.choice(KINDS)(connection, source, record)
    after = base_of(desk)
    touched = {
        bucket_of(record)
        for record in whole.keys() | after.keys()
        if whole.get(record) != after.get(record)
    }
    a_day_passes(world, desk)
    desk.app.replica.look_over()
    seen = watch(world, desk)
    assert waiting == [line.line for line in desk.app.replica.pending(
        desk.app.replica.standing().number, 9, 10**6)]  # fmt: skip
    for _ in range(3):
        if desk.app.synchroniser.run_once().complete:
            break
        a_day_passes(world, desk)
    sync(desk)
    assert {bucket_of(record) for record in seen.states} <= touched
    with world.office.database.reading() as session:
        rows = session.execute(select(RecordRow.id, RecordRow.scope, RecordRow.revision,
                                      RecordRow.state))  # fmt: skip
        truth = {row.id: (row.scope, row.revision, row.state) for row in rows}
    assert base_of(desk) == {r: row for r, row in truth.items() if row[0] in (AREA, "programme")}
    agree(world, desk)
