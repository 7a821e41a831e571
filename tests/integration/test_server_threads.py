"""Several people at once on one record: everything acknowledged is there afterwards."""

from __future__ import annotations

import threading

from sqlalchemy import select

from server.models import ChangeRow
from server.services.examine_installation import examine_installation
from server.services.record_staff_change import StaffChange, record_staff_change
from server.store.turns import Turns
from shared.errors import Busy
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.support.offices import TestOffice

THREADS, ROUNDS = 6, 12


def test_six_threads_writing_one_record_lose_nothing(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = tablet.creates({"a": "0"})
    tablet.push()
    done: list[str] = []
    failed: list[BaseException] = []

    def write(thread: int) -> None:
        for turn in range(ROUNDS):
            edit = RecordEdit(
                record,
                "insp",
                "insp",
                1,
                Operation.SET,
                writes={
                    f"f{thread}": FieldWrite(str(turn)),
                    "same": FieldWrite(f"{thread}/{turn}"),
                },
            )
            name = f"00000000-0000-7000-8000-{thread:04d}{turn:08d}"
            try:
                record_staff_change(
                    world.office, StaffChange(world.people["review"], (edit,), name)
                )
                done.append(name)
            except Busy:
                continue
            except BaseException as error:
                failed.append(error)
                return

    workers = [threading.Thread(target=write, args=(n,)) for n in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    assert len(done) == THREADS * ROUNDS
    tablet.pull()
    state = tablet.states[record]
    assert {s.dot.id for s in state.fields["same"]} == set(done)
    assert state.revision == 1 + len(done)
    with world.office.database.reading() as session:
        assert set(done) <= set(session.scalars(select(ChangeRow.id)))
    assert examine_installation(world.office).wrong == []


def test_six_tablets_pushing_rows_of_one_record_lose_nothing(world: TestOffice) -> None:
    first = world.tablet("somchai")
    record = first.creates({"a": "0"})
    first.push()
    tablets = [world.tablet("somchai") for _ in range(THREADS)]
    rows = [
        tablet.creates({"f": str(n)}, kind="insp/findings", parent=record)
        for tablet in tablets
        for n in range(ROUNDS)
    ]
    bodies = [tablet.push_body() for tablet in tablets]
    statuses: list[int] = []

    def push(number: int) -> None:
        statuses.append(tablets[number].post("push", bodies[number]).status_code)

    workers = [threading.Thread(target=push, args=(n,)) for n in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(statuses) <= {200, 503}
    for tablet in tablets:
        tablet.push()
    first.pull()
    assert set(rows) <= set(first.states)
    orders = [first.states[row].order for row in rows]
    assert len(set(orders)) == len(orders)
    assert examine_installation(world.office).wrong == []


def test_a_reader_that_pulls_while_others_write_skips_no_row(world: TestOffice) -> None:
    writer, reader = world.tablet("somchai"), world.tablet("malee")
    reader.pull()
    records = [writer.creates({"a": "1"}) for _ in range(20)]
    writer.push()
    other = [world.tablet("somchai") for _ in range(3)]
    for tablet in other:
        records += [tablet.creates({"a": "1"}) for _ in range(15)]

    def push(number: int) -> None:
        other[number].post("push", other[number].push_body())

    workers = [threading.Thread(target=push, args=(n,)) for n in range(3)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        reader.pull(bytes_max=4096)
    reader.pull()
    assert set(records) <= set(reader.states)


def test_a_push_for_which_there_is_no_turn_is_told_when_to_come_again(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "0"})
    body = tablet.push_body()
    world.office.pushes = Turns(1, 0, 0)
    with world.office.pushes.taken():
        answer = tablet.post("push", body)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert tablet.post("push", body).status_code == 200
