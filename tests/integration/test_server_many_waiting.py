"""Many changes wait for one record: all are released when it arrives, in their order, at once."""

from __future__ import annotations

from sqlalchemy import func, select

from server.models import QuarantineRow
from sync.changes import FieldWrite, Operation, RecordEdit
from sync.messages import Outcome
from tests.support.offices import TestOffice

MANY = 250


def test_hundreds_of_changes_that_wait_for_one_record_are_released_when_it_arrives(
    world: TestOffice,
) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "first"})
    late = one.pending.pop()
    shown = late.id
    for number in range(MANY):
        write = FieldWrite(str(number), (shown,))
        edit = RecordEdit(record, "insp", "insp", 1, Operation.SET, base=1, writes={"a": write})
        shown = two.seal(edit).id
    assert {r.code for r in two.push()} == {"record.unknown"}
    one.pending = [late]
    assert one.push()[0].outcome is Outcome.APPLIED
    two.pull()
    assert two.states[record].value("a") == str(MANY - 1)
    assert two.states[record].conflicts() == ()
    with world.office.database.reading() as session:
        left = select(func.count()).where(QuarantineRow.released_at.is_(None))
        assert session.scalar(left) == 0
