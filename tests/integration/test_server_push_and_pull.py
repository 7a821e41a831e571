"""Push and pull through the real app on both databases: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from server.models import RecordRow
from shared.records.state import EXISTENCE
from sync.changes import FieldWrite, Operation
from sync.codec import encode_pull
from sync.messages import Outcome, PullRequest
from tests.support.offices import AREA, TestOffice


def test_what_one_tablet_pushes_another_pulls_and_the_digests_agree(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "ก", "b": "1.5"})
    row = one.creates({"f": "x"}, kind="insp/findings", parent=record)
    results = one.push()
    assert [r.outcome for r in results] == [Outcome.APPLIED, Outcome.APPLIED]
    assert all(r.scope == AREA and r.position for r in results)
    two.pull()
    one.pull()
    assert two.states[record].value("a") == "ก"
    assert two.states[row].parent == record
    assert two.digest_of(AREA) == one.digest_of(AREA) != 0


def test_an_idle_pull_is_small_and_has_no_pages(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.push()
    tablet.pull()
    request = encode_pull(PullRequest(1, tablet.epoch, tablet.client, tablet.cursors, 4_194_304))
    reply = tablet.post("pull", request)
    assert len(request) <= 400
    assert len(reply.data) <= 400
    assert tablet.pull_answer().pages == ()


def test_a_push_whose_answer_was_lost_is_answered_as_duplicate_with_the_same_place(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    lost = tablet.push_answer()
    again = tablet.push_answer()
    assert again.results[0].outcome is Outcome.DUPLICATE
    assert again.results[0].position == lost.results[0].position
    assert (again.number, again.chain) == (lost.number, lost.chain)


def test_two_values_for_one_field_are_a_conflict_that_both_tablets_see(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "0", "b": "0"})
    one.push()
    one.pull()
    two.pull()
    one.sets(record, {"a": "1"})
    two.sets(record, {"a": "2", "b": "9"})
    assert one.push()[0].outcome is Outcome.APPLIED
    assert two.push()[0].outcome is Outcome.CONFLICT
    one.pull()
    two.pull()
    assert one.states[record].conflicts() == ("a",)
    assert {s.value for s in two.states[record].fields["a"]} == {"1", "2"}
    assert one.states[record].value("b") == "9"


def test_different_fields_of_two_people_are_merged_and_named_parallel(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "0", "b": "0"})
    one.push()
    one.pull()
    two.pull()
    one.sets(record, {"a": "1"})
    two.sets(record, {"b": "2"})
    one.push()
    assert two.push()[0].outcome is Outcome.APPLIED_PARALLEL
    two.pull()
    assert two.states[record].conflicts() == ()


def test_resolving_names_all_values_shown_and_ends_the_conflict(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "0"})
    one.push()
    one.pull()
    two.pull()
    one.sets(record, {"a": "1"})
    two.sets(record, {"a": "2"})
    one.push()
    two.push()
    one.pull()
    seen = tuple(s.dot.id for s in one.states[record].fields["a"])
    one.seal(one.edit(record, Operation.RESOLVE, writes={"a": FieldWrite("2", seen)}))
    assert one.push()[0].outcome in (Outcome.APPLIED, Outcome.APPLIED_PARALLEL)
    two.pull()
    assert two.states[record].conflicts() == ()
    assert two.states[record].value("a") == "2"


def test_an_idle_pull_asks_the_database_a_handful_of_questions(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    for _ in range(30):
        tablet.creates({"a": "1"})
    tablet.push()
    tablet.pull()
    with counted(world) as asked:
        tablet.pull_answer()
    assert len(asked) <= 4, asked


def test_a_push_asks_no_question_per_record(world: TestOffice) -> None:
    tablet = world.tablet("somchai")

    def questions(count: int) -> int:
        for _ in range(count):
            tablet.creates({"a": "1", "b": "2"})
        with counted(world) as asked:
            tablet.push()
        return len(asked)

    assert questions(45) <= questions(2) + 2


@contextmanager
def counted(world: TestOffice) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(*facts: object) -> None:
        asked.append(str(facts[2]))

    engine = world.office.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)
    asked[:] = [text for text in asked if not text.startswith(("BEGIN", "SAVEPOINT"))]


def test_deletions_that_name_a_part_each_are_no_dispute_together(world: TestOffice) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "1"})
    one.push()
    one.pull()
    two.pull()
    two.sets(record, {"b": "2"})
    two.push()
    one.pull()
    dots = sorted(s.dot.id for found in one.states[record].fields.values() for s in found)
    assert len(dots) == 2
    for part in dots:
        gone = FieldWrite({"act": "delete", "reason": ""}, (part,))
        one.seal(one.edit(record, Operation.DELETE, writes={EXISTENCE: gone}))
    one.push()
    one.pull()
    assert one.states[record].deleted
    with world.office.database.reading() as session:
        row = session.get(RecordRow, record)
        assert row is not None
        assert (row.deleted, row.disputed) == (True, False)
