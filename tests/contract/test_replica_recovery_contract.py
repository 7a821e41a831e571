"""One contract for what a replica does when the two sides do not agree: in memory, on SQLite."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from mobile.store import changes
from mobile.store.shown import shown_states
from shared.ids import SeededIds
from shared.records.state import RecordState, encode_state
from sync.asides import ASKED_EVERY_MS
from sync.changes import Change, FieldWrite, Operation, RecordEdit, seal
from sync.commitments import chain_over
from sync.digest import EMPTY, row_digest
from sync.messages import ChangeResult, Leave, Outcome, Page, Put
from sync.ports import Replica
from sync.repair import bucket_of, total_of
from tests.support.memory_replica import MemoryReplica
from tests.support.tablets import AREA, DEVICE, SOMCHAI, START_MS, Desk, a_dot_id, state_of

RECORD, OTHER = a_dot_id(900), a_dot_id(901)


class World(Protocol):
    """A replica, how its owner saves, and what the owner sees."""

    replica: Replica

    def saves(self, value: str, record: str = RECORD) -> str: ...

    def shows(self, record: str = RECORD) -> str | None: ...


def change_of(name: str, value: str, record: str) -> Change:
    writes = {"name": FieldWrite(value, (a_dot_id(1),))}
    edit = RecordEdit(record, "factory", "factory", 1, Operation.SET, 0, writes=writes)
    return Change(name, SOMCHAI, START_MS, START_MS, 0, "boot", (edit,))


def value_of(state: RecordState | None) -> str | None:
    found = None if state is None else state.value("name")
    return found if isinstance(found, str) else None


@dataclass
class InMemory:
    replica: MemoryReplica
    ids: SeededIds

    def saves(self, value: str, record: str = RECORD) -> str:
        change = change_of(self.ids.new(), value, record)
        self.replica.keep(change, seal(change))
        return change.id

    def shows(self, record: str = RECORD) -> str | None:
        return value_of(self.replica.shown(record))


@dataclass
class OnSqlite:
    desk: Desk
    ids: SeededIds

    @property
    def replica(self) -> Replica:
        return self.desk.app.replica

    def saves(self, value: str, record: str = RECORD) -> str:
        change = change_of(self.ids.new(), value, record)
        with self.desk.app.database.writing() as connection:
            changes.append(connection, change, seal(change), record, AREA)
        return change.id

    def shows(self, record: str = RECORD) -> str | None:
        return value_of(shown_states(self.desk.app.database.reader(), record).get(record))


def in_memory(_: Path, ids: SeededIds) -> World:
    return InMemory(MemoryReplica(DEVICE), ids)


def on_sqlite(folder: Path, ids: SeededIds) -> World:
    desk = Desk(folder / "tablet")
    desk.start()
    desk.enrol(scopes=())
    return OnSqlite(desk, ids)


@pytest.fixture(params=[in_memory, on_sqlite], ids=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    make: Callable[[Path, SeededIds], World] = request.param
    made = make(tmp_path, SeededIds(lambda: START_MS, random.Random(7)))
    made.replica.hold_scopes(["programme", AREA])
    yield made
    if isinstance(made, OnSqlite):
        made.desk.kill()


def state(value: str, *, revision: int = 1, record: str = RECORD, dot: int = 1) -> bytes:
    fields = {"name": value}
    found = state_of("factory", fields, record=record, revision=revision, number=dot)
    return encode_state(found)


def page(*rows: bytes | Leave, start: int = 0, head: int | None = None) -> Page:
    end = start + len(rows)
    puts = tuple(Put(row) if isinstance(row, bytes) else row for row in rows)
    return Page(AREA, start, end, end if head is None else head, puts)


def answered(replica: Replica, outcome: Outcome, position: int | None = None) -> None:
    standing = replica.standing()
    sent = replica.pending(standing.number, 99, 10**9)
    chain = chain_over(bytes.fromhex(standing.chain), [line.head_hash for line in sent]).hex()
    scope = None if position is None else AREA
    results = [ChangeResult(x.number, x.id, outcome, scope, position) for x in sent]
    replica.acknowledge(sent[-1].number, chain, results)


def test_a_base_built_anew_is_shown_only_when_the_digests_agreed(world: World) -> None:
    assert world.replica.apply_page(page(state("old"), state("gone", record=OTHER)))
    world.replica.begin_rebaseline([AREA, "area:not-held"])
    assert world.replica.standing().cursors == {"programme": 0, AREA: 0}
    assert world.replica.standing().digests[AREA] == EMPTY
    fresh = state("new", revision=4, dot=2)
    assert world.replica.apply_page(page(fresh, head=2))
    assert world.replica.apply_page(page(state("more", record=a_dot_id(902)), start=1))
    assert (world.shows(), world.shows(OTHER)) == ("old", "gone")
    world.replica.agreed(["programme"])
    assert world.shows() == "old", "another scope has agreed"
    world.replica.agreed([AREA])
    assert (world.shows(), world.shows(OTHER)) == ("new", None)
    rows = [(RECORD, 4, fresh), (a_dot_id(902), 1, state("more", record=a_dot_id(902)))]
    wanted = total_of(row_digest(*row) for row in rows)
    assert world.replica.standing().digests[AREA] == wanted
    assert world.replica.standing().cursors[AREA] == 2
    assert world.replica.apply_page(page(state("later", revision=5), start=2))
    assert world.shows() == "later"


def test_a_row_that_left_while_the_base_was_built_is_not_in_it(world: World) -> None:
    world.replica.begin_rebaseline([AREA])
    assert world.replica.apply_page(page(state("came"), head=2))
    assert world.replica.apply_page(page(Leave(RECORD, 1), start=1))
    world.replica.agreed([AREA])
    assert world.shows() is None
    assert world.replica.standing().digests[AREA] == EMPTY


def test_ones_own_work_lies_over_the_old_base_and_over_the_new(world: World) -> None:
    assert world.replica.apply_page(page(state("old")))
    world.saves("mine")
    world.replica.begin_rebaseline([AREA])
    assert world.shows() == "mine"
    answered(world.replica, Outcome.APPLIED, 3)
    assert world.replica.apply_page(page(state("old", revision=2), head=3))
    world.replica.agreed(["programme"])
    assert world.shows() == "mine", "not lifted by the old base's cursor, nor by half a new one"
    assert world.replica.apply_page(page(state("merged", revision=3, dot=9), start=1, head=2))
    world.replica.agreed([AREA])
    assert world.shows() in ("mine", "merged")


def test_the_sums_add_up_to_the_digest_and_a_mended_row_counts(world: World) -> None:
    many = [state(f"v{n}", record=a_dot_id(1_000 + n)) for n in range(20)]
    assert world.replica.apply_page(page(*many))
    sums = world.replica.bucket_sums(AREA)
    assert total_of(sums) == world.replica.standing().digests[AREA]
    record = a_dot_id(1_003)
    bucket = bucket_of(record)
    held = dict(world.replica.bucket_rows(AREA, [bucket]))
    assert held[record] == row_digest(record, 1, many[3])
    older = state("older", revision=0, record=record)
    world.replica.mend(AREA, [older], [a_dot_id(1_004)])
    assert world.shows(record) == "older", "taken whatever revision was held"
    assert world.shows(a_dot_id(1_004)) is None
    assert total_of(world.replica.bucket_sums(AREA)) == world.replica.standing().digests[AREA]


def test_a_base_that_is_being_built_is_mended_itself(world: World) -> None:
    assert world.replica.apply_page(page(state("old")))
    world.replica.begin_rebaseline([AREA])
    assert world.replica.apply_page(page(state("wrong", revision=7), state("x", record=OTHER)))
    world.replica.mend(AREA, [state("right", revision=3)], [OTHER])
    assert world.shows() == "old"
    assert total_of(world.replica.bucket_sums(AREA)) == row_digest(
        RECORD, 3, state("right", revision=3)
    )
    world.replica.agreed([AREA])
    assert (world.shows(), world.shows(OTHER)) == ("right", None)


def test_a_row_let_go_in_one_scope_is_not_let_go_in_another(world: World) -> None:
    assert world.replica.apply_page(page(state("here")))
    world.replica.mend("programme", [], [RECORD])
    assert world.shows() == "here"


def test_repairs_are_counted_by_the_servers_day(world: World) -> None:
    assert world.replica.repaired_on(AREA) is None
    world.replica.note_repair(AREA, 20_780)
    assert world.replica.repaired_on(AREA) == 20_780
    assert world.replica.repaired_on("programme") is None


def test_what_is_kept_aside_is_asked_about_and_its_acceptance_lifts_it(world: World) -> None:
    assert world.replica.apply_page(page(state("theirs")))
    name = world.saves("mine")
    assert list(world.replica.asides(0, True)) == []
    answered(world.replica, Outcome.QUARANTINED)
    assert list(world.replica.asides(1_000, True)) == [name]
    still = ChangeResult(1, name, Outcome.QUARANTINED, code=None)
    world.replica.note_results([still], 1_000)
    assert world.shows() == "mine"
    assert list(world.replica.asides(2_000, False)) == []
    assert list(world.replica.asides(1_000 + ASKED_EVERY_MS, False)) == [name]
    accepted = ChangeResult(1, name, Outcome.SUPERSEDED, AREA, 1, by=a_dot_id(5))
    world.replica.note_results([accepted], 3_000)
    assert world.shows() == "theirs", "accepted, and replaced before it was asked about"
    assert list(world.replica.asides(10**12, True)) == []


def test_received_work_of_a_scope_no_longer_held_is_let_go(world: World) -> None:
    world.saves("mine")
    world.replica.hold_scopes(["programme"])
    world.replica.agreed(["programme"])
    assert world.shows() == "mine", "the server has not got it yet"
    answered(world.replica, Outcome.APPLIED, 5)
    world.replica.agreed(["programme"])
    assert world.shows() is None


def test_a_record_with_a_file_may_come_again_before_its_pictures_were_looked_at(
    world: World,
) -> None:
    picture = {"photo": {"sha256": "ab" * 32, "name": "a.jpg", "size": 1, "type": "image/jpeg"}}
    first, again = (
        encode_state(state_of("factory", picture, record=RECORD, revision=n)) for n in (1, 2)
    )
    assert world.replica.apply_page(page(first))
    assert world.replica.apply_page(page(again, start=1))
    world.replica.begin_rebaseline([AREA])
    assert world.replica.apply_page(page(again))
    world.replica.agreed([AREA])
