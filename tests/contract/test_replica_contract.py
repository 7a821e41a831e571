"""One contract for everything that stands behind `sync.ports.Replica`: in memory and on SQLite."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from mobile.store import changes
from mobile.store.shown import shown_states
from shared.canonical import sha256_hex
from shared.errors import ChainForked
from shared.ids import SeededIds
from shared.records.state import RecordState, encode_state
from sync.changes import Change, FieldWrite, Operation, RecordEdit, seal
from sync.commitments import chain_over, chain_start
from sync.digest import EMPTY, replaced, row_digest
from sync.messages import ChangeResult, Leave, Outcome, Page, Put
from sync.ports import Replica
from tests.support.memory_replica import MemoryReplica
from tests.support.tablets import AREA, DEVICE, SOMCHAI, START_MS, Desk, a_dot_id, state_of

RECORD = a_dot_id(900)
OTHER = a_dot_id(901)
INTEGER_MANY = 10_000


class World(Protocol):
    """A replica, how its owner saves, and what the owner sees."""

    replica: Replica

    def saves(self, value: str, seen: tuple[str, ...] = (), record: str = RECORD) -> str: ...

    def shows(self, record: str = RECORD) -> str | None: ...


def change_of(name: str, value: str, seen: tuple[str, ...], record: str) -> Change:
    edit = RecordEdit(
        record, "factory", "factory", 1, Operation.SET, 0, writes={"name": FieldWrite(value, seen)}
    )
    return Change(name, SOMCHAI, START_MS, START_MS, 0, "boot", (edit,))


def value_of(state: RecordState | None) -> str | None:
    found = None if state is None else state.value("name")
    return found if isinstance(found, str) else None


@dataclass
class InMemory:
    replica: MemoryReplica
    ids: SeededIds

    def saves(self, value: str, seen: tuple[str, ...] = (), record: str = RECORD) -> str:
        change = change_of(self.ids.new(), value, seen, record)
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

    def saves(self, value: str, seen: tuple[str, ...] = (), record: str = RECORD) -> str:
        change = change_of(self.ids.new(), value, seen, record)
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


def lines(replica: Replica, after: int = 0) -> list[str]:
    return [line.id for line in replica.pending(after, INTEGER_MANY, INTEGER_MANY * 1000)]


def acknowledge(
    replica: Replica, count: int, outcome: Outcome = Outcome.APPLIED, position: int | None = 1
) -> None:
    standing = replica.standing()
    sent = replica.pending(standing.number, count, INTEGER_MANY * 1000)
    heads = [line.head_hash for line in sent]
    chain = chain_over(bytes.fromhex(standing.chain), heads).hex()
    scope = None if outcome is Outcome.QUARANTINED else AREA
    results = [
        ChangeResult(line.number, line.id, outcome, scope, position if scope else None)
        for line in sent
    ]
    replica.acknowledge(sent[-1].number, chain, results)


def put(value: str, *, revision: int = 1, record: str = RECORD, dot: int = 1) -> Put:
    state = state_of("factory", {"name": value}, record=record, revision=revision, number=dot)
    return Put(encode_state(state))


def page(*rows: Put | Leave, start: int = 0, scope: str = AREA) -> Page:
    end = start + len(rows)
    return Page(scope, start, end, end, rows)


def digest_of(*puts: tuple[str, int, Put]) -> int:
    total = EMPTY
    for record, revision, row in puts:
        total = replaced(total, None, row_digest(record, revision, row.state))
    return total


def test_a_new_replica_has_nothing_acknowledged_and_reads_from_the_beginning(world: World) -> None:
    standing = world.replica.standing()
    assert standing.number == 0
    assert standing.chain == chain_start(standing.client).hex()
    assert standing.cursors == {"programme": 0, AREA: 0}
    assert set(standing.digests.values()) == {EMPTY}
    assert lines(world.replica) == []


def test_pending_changes_come_in_the_order_of_saving_and_within_both_bounds(world: World) -> None:
    saved = [world.saves(f"value {n}") for n in range(5)]
    assert lines(world.replica) == saved
    assert lines(world.replica, after=3) == saved[3:]
    assert [line.id for line in world.replica.pending(0, 2, INTEGER_MANY * 1000)] == saved[:2]
    size = len(world.replica.pending(0, 1, INTEGER_MANY * 1000)[0].line)
    assert [line.id for line in world.replica.pending(0, 9, 2 * size + 2)] == saved[:2]
    assert [line.number for line in world.replica.pending(0, 9, INTEGER_MANY * 1000)] == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_a_change_larger_than_the_bound_is_still_offered_alone(world: World) -> None:
    saved = [world.saves("long " * 500), world.saves("short")]
    assert [line.id for line in world.replica.pending(0, 9, 10)] == saved[:1]


def test_a_change_leaves_the_queue_only_by_a_result_that_names_it(world: World) -> None:
    saved = [world.saves(f"value {n}") for n in range(4)]
    acknowledge(world.replica, 2)
    assert world.replica.standing().number == 2
    assert lines(world.replica, after=2) == saved[2:]
    assert lines(world.replica) == saved[2:]


def test_results_for_another_chain_change_nothing(world: World) -> None:
    saved = [world.saves("a"), world.saves("b")]
    before = world.replica.standing()
    named = [ChangeResult(1, saved[0], Outcome.APPLIED, AREA, 1)]
    with pytest.raises((ChainForked, AssertionError)):
        world.replica.acknowledge(1, "0" * 64, named)
    assert world.replica.standing() == before
    assert lines(world.replica) == saved


def test_a_page_from_another_cursor_or_of_a_scope_not_held_changes_nothing(world: World) -> None:
    assert world.replica.apply_page(page(put("one")))
    before = world.replica.standing()
    assert not world.replica.apply_page(page(put("two", revision=2)))
    assert not world.replica.apply_page(page(put("three", revision=3), start=5))
    assert not world.replica.apply_page(page(put("four", revision=4), scope="area:99-9"))
    assert world.replica.standing() == before
    assert world.shows() == "one"


def test_an_older_state_never_replaces_a_newer_one(world: World) -> None:
    newer, older = put("newer", revision=5), put("older", revision=4)
    assert world.replica.apply_page(page(newer, older))
    assert world.shows() == "newer"
    assert world.replica.standing().digests[AREA] == digest_of((RECORD, 5, newer))


def test_the_same_page_rows_again_change_no_digest(world: World) -> None:
    row = put("one", revision=3)
    assert world.replica.apply_page(page(row))
    first = world.replica.standing().digests[AREA]
    assert world.replica.apply_page(page(row, start=1))
    assert world.replica.standing().digests[AREA] == first == digest_of((RECORD, 3, row))


def test_a_digest_is_that_of_the_rows_held_whatever_came_and_went(world: World) -> None:
    kept = put("kept", record=OTHER, revision=2)
    assert world.replica.apply_page(page(put("goes"), put("old", record=OTHER), kept))
    assert world.replica.apply_page(page(Leave(RECORD, 1), start=3))
    assert world.replica.standing().digests[AREA] == digest_of((OTHER, 2, kept))
    assert world.shows() is None


def test_a_leave_ends_only_its_own_membership_up_to_its_revision(world: World) -> None:
    moved = put("moved", revision=3)
    assert world.replica.apply_page(page(moved))
    assert world.replica.apply_page(page(Leave(RECORD, 3), scope="programme"))
    assert world.replica.apply_page(page(Leave(RECORD, 2), start=1))
    assert world.shows() == "moved"
    assert world.replica.standing().digests[AREA] == digest_of((RECORD, 3, moved))


def test_a_record_that_moves_scope_is_counted_in_one_digest_only(world: World) -> None:
    assert world.replica.apply_page(page(put("here", revision=1)))
    there = put("there", revision=2)
    assert world.replica.apply_page(page(there, scope="programme"))
    assert world.replica.apply_page(page(Leave(RECORD, 2), start=1))
    digests = world.replica.standing().digests
    assert digests["programme"] == digest_of((RECORD, 2, there))
    assert digests[AREA] == EMPTY


def test_ones_own_value_is_shown_until_the_base_has_reached_its_position(world: World) -> None:
    assert world.replica.apply_page(page(put("theirs")))
    world.saves("mine", (a_dot_id(1),))
    assert world.shows() == "mine"
    acknowledge(world.replica, 1, position=3)
    assert world.shows() == "mine", "acknowledged, but the base has not come yet"
    assert world.replica.apply_page(page(put("between", record=OTHER), start=1))
    assert world.shows() == "mine"
    assert world.replica.apply_page(page(put("mine", revision=2, dot=2), start=2))
    assert world.shows() == "mine"
    assert world.replica.apply_page(page(put("later", revision=3, dot=9), start=3))
    assert world.shows() == "later", "the overlay must not come back over what superseded it"


def test_ones_own_value_stays_while_its_record_is_still_to_come_with_a_later_page(
    world: World,
) -> None:
    assert world.replica.apply_page(page(put("old")))
    world.saves("mine", (a_dot_id(1),))
    acknowledge(world.replica, 1, position=2)
    # A colleague's save moved the record from place 2 to place 9 before this tablet read on.
    first = Page(AREA, 1, 3, 9, (put("between", record=OTHER),))
    assert world.replica.apply_page(first)
    assert world.shows() == "mine", "reading is past place 2, and the record has not come yet"
    assert world.replica.apply_page(Page(AREA, 3, 9, 9, (put("both", revision=3, dot=9),)))
    assert world.shows() == "both"


def test_a_result_that_comes_after_its_page_lifts_at_once(world: World) -> None:
    world.saves("mine")
    assert world.replica.apply_page(page(put("other", record=OTHER), put("merged", revision=2)))
    acknowledge(world.replica, 1, position=2)
    assert world.shows() == "merged"


def test_what_is_kept_in_quarantine_stays_shown_to_its_author(world: World) -> None:
    assert world.replica.apply_page(page(put("theirs")))
    world.saves("mine", (a_dot_id(1),))
    acknowledge(world.replica, 1, Outcome.QUARANTINED)
    assert lines(world.replica) == []
    assert world.replica.apply_page(page(put("other", record=OTHER), start=1))
    assert world.shows() == "mine"


def test_a_scope_granted_begins_at_zero_and_one_lost_takes_nothing_unsent(world: World) -> None:
    saved = world.saves("unsent", record=OTHER)
    assert world.replica.apply_page(page(put("one")))
    world.replica.hold_scopes(["programme", "area:30-1"])
    assert world.replica.standing().cursors == {"programme": 0, "area:30-1": 0}
    assert lines(world.replica) == [saved]
    assert world.shows(OTHER) == "unsent"
    assert world.shows() is None
    world.replica.hold_scopes(["programme", AREA])
    assert world.replica.standing().cursors[AREA] == 0
    assert world.replica.standing().digests[AREA] == EMPTY
    assert world.replica.apply_page(page(put("one")))


def test_a_new_epoch_offers_again_what_the_server_forgot_and_reads_anew(world: World) -> None:
    saved = [world.saves(f"value {n}") for n in range(3)]
    heads = [line.head_hash for line in world.replica.pending(0, 9, INTEGER_MANY * 1000)]
    chain = chain_over(chain_start(world.replica.standing().client), heads[:1]).hex()
    acknowledge(world.replica, 3)
    assert world.replica.apply_page(page(put("base")))
    assert world.replica.begin_epoch("epoch-2", 1, chain)
    standing = world.replica.standing()
    assert (standing.epoch, standing.number, standing.chain) == ("epoch-2", 1, chain)
    assert lines(world.replica, after=1) == saved[1:]
    assert standing.cursors == {"programme": 0, AREA: 0}
    assert standing.digests[AREA] == EMPTY
    fresh = put("again", revision=1)
    assert world.replica.apply_page(page(fresh))
    assert world.replica.standing().digests[AREA] == digest_of((RECORD, 1, fresh))


def test_another_chain_at_the_servers_number_is_a_fork_and_changes_nothing(world: World) -> None:
    world.saves("one")
    before = world.replica.standing()
    assert not world.replica.begin_epoch("epoch-2", 1, "1" * 64)
    assert not world.replica.begin_epoch("epoch-2", 7, before.chain)
    assert world.replica.standing() == before


def test_a_new_incarnation_numbers_what_waits_from_one_and_sends_nothing_twice(
    world: World,
) -> None:
    saved = [world.saves(f"value {n}") for n in range(3)]
    acknowledge(world.replica, 1)
    before = world.replica.standing().client
    world.replica.mint_incarnation()
    standing = world.replica.standing()
    assert standing.client != before
    assert standing.client.partition(".")[0] == before.partition(".")[0]
    assert (standing.number, standing.chain) == (0, chain_start(standing.client).hex())
    waiting = world.replica.pending(0, 9, INTEGER_MANY * 1000)
    assert [(line.number, line.id) for line in waiting] == [(1, saved[1]), (2, saved[2])]
    acknowledge(world.replica, 2)
    assert lines(world.replica) == []
    last = world.saves("next")
    assert [(x.number, x.id) for x in world.replica.pending(2, 9, 10**9)] == [(3, last)]


def test_a_file_kept_is_given_back_byte_for_byte(world: World) -> None:
    data = b"\x00document\xff"
    world.replica.shelf.keep_part(sha256_hex(data), 0, data)
    assert world.replica.shelf.finish(sha256_hex(data))
    assert world.replica.shelf.read(sha256_hex(data), 0, 99) == data
