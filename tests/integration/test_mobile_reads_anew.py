"""410: a scope is read anew beside what is shown, and takes its place when the digests agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from mobile.store import base, rebase
from server.models import MembershipRow, RecordRow, ScopeRow
from server.services.forget_tombstones import forget_tombstones, move_horizon
from shared.limits import PULL_BYTES_MIN, TOMBSTONES_KEPT_DAYS
from sync import digest
from sync.codec import decode_pull, encode_pull
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from sync.messages import PullRequest
from sync.repair import DAY_MS
from sync.session import PULL
from tests.support.databases import SqliteDatabases
from tests.support.offices import AREA, TestOffice, furnished_office
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


@dataclass
class SmallPages:
    """Pulls in the smallest pages; the network ends after `until` exchanges (0: never)."""

    until: int = 0
    pulls: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asked: int = 0

    def __call__(self, request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
        self.asked += 1
        if self.until and self.asked >= self.until:
            return NO_NETWORK
        reply = go()
        self.statuses.append(reply.status)
        return reply


class Pinching(Line):
    """The line to the office, asking for as little as a page may have."""

    def exchange(self, request: HttpRequest) -> HttpReply:
        if request.path != PULL:
            return super().exchange(request)
        asked = decode_pull(request.body)
        small = PullRequest(asked.protocol, asked.epoch, asked.client, asked.scopes, PULL_BYTES_MIN)
        return super().exchange(
            HttpRequest(request.method, request.path, encode_pull(small), request.headers)
        )


@pytest.fixture
def world(tmp_path: Path, sqlite_databases: SqliteDatabases) -> Iterator[TestOffice]:
    found = furnished_office(sqlite_databases, tmp_path / "office")
    publish_forms(found)
    yield found
    found.close()


def vanish(world: TestOffice, record: str) -> None:
    """A record left the area long ago, and the office tells it no more."""
    with world.office.database.writing() as session:
        row = session.execute(
            select(RecordRow.revision, RecordRow.state).where(RecordRow.id == record)
        ).one()
        session.execute(delete(RecordRow).where(RecordRow.id == record))
        session.execute(delete(MembershipRow).where(MembershipRow.record == record))
        head = session.execute(
            select(ScopeRow.seq, ScopeRow.digest).where(ScopeRow.id == AREA)
        ).one()
        total = digest.replaced(
            digest.from_text(head.digest), digest.row_digest(record, *row), None
        )
        session.execute(
            update(ScopeRow).where(ScopeRow.id == AREA).values(digest=digest.to_text(total))
        )
        move_horizon(session, AREA, head.seq)


def shown(desk: Desk, root: str) -> object:
    state = desk.app.browser.states(root).get(root)
    return None if state is None else state.value("identity/fac_name")


def long_away(world: TestOffice, folder: Path) -> tuple[Desk, Desk, list[str]]:
    """Two tablets; the second was away while the first worked on and a record vanished."""
    one = tablet(world, folder / "one", "somchai", 1)
    roots = [new_factory(one, f"โรงงาน {n}") for n in range(30)]
    sync(one)
    two = tablet(world, folder / "two", "malee", 2)
    for n in range(10):
        answer(one, roots[n], "identity/fac_name", f"ใหม่ {n}").leave()
    sync(one)
    vanish(world, roots[20])
    return one, two, roots


def test_a_tablet_away_past_the_horizon_sends_its_work_and_reads_the_area_anew(
    world: TestOffice, tmp_path: Path
) -> None:
    _, two, roots = long_away(world, tmp_path)
    answer(two, roots[20], "identity/operator", "ผู้ที่เห็น").leave()
    mine = new_factory(two, "ของฉัน")
    seen = SmallPages()
    two.line.answer = Line(world, two, seen)
    sync(two)
    assert 410 in seen.statuses
    assert shown(two, roots[3]) == "ใหม่ 3"
    assert shown(two, mine) == "ของฉัน"
    assert rebase.all_begun(two.app.database.reader()) == {}
    agree(world, two)


def test_the_old_base_is_shown_until_the_new_one_agrees_wherever_it_is_cut(
    world: TestOffice, tmp_path: Path
) -> None:
    _, two, roots = long_away(world, tmp_path)
    before = {root: shown(two, root) for root in roots}
    cuts = 0
    finished = False
    until = 3
    while not finished:
        two.line.answer = Pinching(world, two, SmallPages(until))
        report = two.app.synchroniser.run_once()
        finished = report.complete
        if not finished:
            assert {root: shown(two, root) for root in roots} == before
            assert len(base.scopes(two.app.database.reader())) == 2
            cuts += 1
        two.kill()
        two.start()
    assert cuts > 1, "the pages are expected to be many"
    assert shown(two, roots[3]) == "ใหม่ 3"
    assert shown(two, roots[20]) is None
    agree(world, two)


def test_a_cursor_ahead_of_the_server_is_read_anew_beside_what_is_held(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(one, "โรงน้ำตาล")
    sync(one)
    with one.app.database.writing() as connection:
        connection.execute("UPDATE scope SET cursor = 900, head = 900 WHERE id = ?", (AREA,))
    answer(one, root, "identity/fac_name", "แก้แล้ว").leave()
    sync(one)
    assert shown(one, root) == "แก้แล้ว"
    agree(world, one)


def test_ones_own_work_is_shown_while_the_area_is_read_anew(
    world: TestOffice, tmp_path: Path
) -> None:
    _, two, roots = long_away(world, tmp_path)
    answer(two, roots[3], "identity/fac_name", "ของมาลี").leave()
    two.line.answer = Pinching(world, two, SmallPages(4))
    assert not two.app.synchroniser.run_once().complete
    assert two.app.capture.waiting() == (0, 0), "sent before anything is read anew"
    assert shown(two, roots[3]) == "ของมาลี"
    two.line.answer = Line(world, two)
    sync(two)
    assert len(two.app.browser.disputed(roots[3])) == 1, "the conflict is seen once it is there"
    agree(world, two)


def test_a_new_tablet_reads_in_small_pages_although_there_is_a_horizon(
    world: TestOffice, tmp_path: Path
) -> None:
    long_away(world, tmp_path)
    code = Desk(tmp_path / "three", seed=3)
    code.start()
    three = tablet(world, tmp_path / "four", "somchai", 4)
    with three.app.database.writing() as connection:
        base.set_aside(connection, AREA)
        base.begin_scope(connection, AREA)
    seen = SmallPages()
    three.line.answer = Pinching(world, three, seen)
    sync(three)
    assert 410 not in seen.statuses
    agree(world, three)


def test_what_left_is_forgotten_only_after_so_many_days_of_the_server(
    world: TestOffice, tmp_path: Path
) -> None:
    one = tablet(world, tmp_path / "one", "somchai", 1)
    root = new_factory(one, "โรงน้ำตาล")
    sync(one)
    with world.office.database.writing() as session:
        seq = session.scalar(select(ScopeRow.seq).where(ScopeRow.id == AREA))
        session.add(
            MembershipRow(scope=AREA, record=root[:-1] + "f", revision=1, seq=seq + 1, kind="leave")
        )
        session.execute(update(ScopeRow).where(ScopeRow.id == AREA).values(seq=seq + 1))
    assert forget_tombstones(world.office) == {}
    world.clock.now += (TOMBSTONES_KEPT_DAYS - 1) * DAY_MS
    assert forget_tombstones(world.office) == {}
    world.clock.now += DAY_MS
    assert forget_tombstones(world.office) == {AREA: 1}
    assert forget_tombstones(world.office) == {}
    with world.office.database.reading() as session:
        row = session.execute(select(ScopeRow).where(ScopeRow.id == AREA)).scalar_one()
        assert (row.horizon, row.seq) == (seq + 1, seq + 1)
        kinds = set(session.scalars(select(MembershipRow.kind).where(MembershipRow.scope == AREA)))
        assert kinds == {"put"}
