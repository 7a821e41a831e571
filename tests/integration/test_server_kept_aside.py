"""What cannot be applied is kept under a code, answered, and blocks nothing behind it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from server.models import ChangeRow, QuarantineRow
from server.services.revoke_device import revoke_device
from server.store.histories import value_of
from sync.changes import FieldWrite, Operation, RecordEdit, Transition
from sync.codec import decode_push_answer
from sync.messages import Outcome, Withheld
from tests.support.offices import AREA, OTHER_AREA, TestOffice


def codes(results: list) -> list[tuple[Outcome, str | None]]:
    return [(r.outcome, r.code) for r in results]


def kept(world: TestOffice) -> list[QuarantineRow]:
    with world.office.database.reading() as session:
        return list(session.scalars(select(QuarantineRow).order_by(QuarantineRow.number)))


def test_an_author_who_never_signed_in_here_is_kept_aside_and_those_behind_go_on(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    tablet.author = world.people["malee"]
    tablet.creates({"a": "1"})
    tablet.author = world.people["somchai"]
    tablet.creates({"a": "2"})
    found = codes(tablet.push())
    assert found[0] == (Outcome.QUARANTINED, "author.unknown_here")
    assert found[1][0] is Outcome.APPLIED
    assert kept(world)[0].line is not None


@pytest.mark.parametrize(
    ("scope", "code"),
    [(OTHER_AREA, "scope.not_held"), ("area:nowhere", "scope.not_held"),
     ("programme", "scope.read_only")],
)  # fmt: skip
def test_a_record_outside_of_what_is_held_is_kept_aside(
    world: TestOffice, scope: str, code: str
) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"}, scope=scope)
    assert codes(tablet.push()) == [(Outcome.QUARANTINED, code)]


def test_a_change_of_a_record_that_is_not_here_yet_is_released_when_it_arrives(
    world: TestOffice,
) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "1", "b": "1"})
    late = one.pending.pop()
    dot = late.id
    edit = RecordEdit(
        record, "insp", "insp", 1, Operation.SET, base=1, writes={"a": FieldWrite("2", (dot,))}
    )
    two.seal(edit)
    assert codes(two.push()) == [(Outcome.QUARANTINED, "record.unknown")]
    one.pending = [late]
    assert one.push()[0].outcome is Outcome.APPLIED
    two.pull()
    assert two.states[record].value("a") == "2"
    assert two.states[record].conflicts() == ()
    assert kept(world)[0].released_at is not None


def test_a_kept_change_sent_again_has_the_same_result(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"}, scope=OTHER_AREA)
    first = tablet.push_answer()
    again = tablet.push_answer()
    assert codes(list(again.results)) == codes(list(first.results))
    assert len(kept(world)) == 1


def test_a_revoked_tablet_may_hand_in_and_never_receive(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    revoke_device(world.office, world.people["admin"], tablet.device)
    assert codes(tablet.push()) == [(Outcome.QUARANTINED, "device.revoked")]
    reply = tablet.post("pull", b"{}")
    assert reply.status_code == 403
    assert reply.json["code"] == "auth.device_revoked"


def test_a_change_that_lies_about_its_values_is_kept_and_the_chain_goes_on(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    sealed = tablet.pending.pop()
    forged = sealed.line.replace(b'[["1"]]', b'[["9"]]')
    assert forged != sealed.line
    tablet.pending = [type(sealed)(sealed.id, forged, sealed.head_hash)]
    tablet.creates({"a": "2"})
    found = codes(tablet.push())
    assert found == [(Outcome.QUARANTINED, "change.malformed"), (Outcome.APPLIED, "form.unknown")]


def test_a_withheld_body_is_answered_and_the_chain_goes_on_by_its_head(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    sealed = tablet.pending.pop()
    tablet.pending = [Withheld(sealed.id, sealed.head_hash.hex(), "0" * 64)]
    assert codes(tablet.push()) == [(Outcome.QUARANTINED, "change.withheld")]


def test_an_id_that_stands_for_another_change_is_stored_under_one_of_its_own(
    world: TestOffice,
) -> None:
    """Both are applied, the second knows of the first, and sent again neither has a new effect."""
    tablet = world.tablet("somchai")
    name, record = tablet.new_id(), tablet.new_id()
    for value in ("1", "2"):
        writes = {"a": FieldWrite(value)}
        edit = RecordEdit(record, "insp", "insp", 1, Operation.CREATE, scope=AREA, writes=writes)
        tablet.seal(edit, change_id=name)
    sent = list(tablet.pending)
    found = codes(tablet.push())
    assert found == [(Outcome.APPLIED, "form.unknown"), (Outcome.APPLIED, "id_reused")]
    tablet.pull()
    (kept_value,) = tablet.states[record].fields["a"]
    assert (kept_value.value, kept_value.dot.id == name) == ("2", False)
    tablet.begin_incarnation()
    tablet.pending = sent
    assert {outcome for outcome, _ in codes(tablet.push())} == {Outcome.DUPLICATE}
    tablet.pull()
    assert tablet.states[record].revision == 2
    with world.office.database.reading() as session:
        assert len(session.scalars(select(ChangeRow.id).where(ChangeRow.root == record)).all()) == 2


def test_a_new_incarnation_sending_again_has_no_second_effect(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = tablet.creates({"a": "1"})
    sent = list(tablet.pending)
    first = tablet.push()
    tablet.begin_incarnation()
    tablet.pending = sent
    again = tablet.push()
    assert again[0].outcome is Outcome.DUPLICATE
    assert again[0].position == first[0].position
    tablet.pull()
    assert tablet.states[record].revision == 1


def test_one_change_of_two_roots_or_a_changed_type_or_parent_is_kept_aside(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    one, two = tablet.creates({"a": "1"}), tablet.creates({"a": "1"})
    row = tablet.creates({"f": "1"}, kind="insp/findings", parent=one)
    tablet.push()
    tablet.pull()
    value = {"a": FieldWrite("2")}
    tablet.seal(
        tablet.edit(one, Operation.SET, writes=value), tablet.edit(two, Operation.SET, writes=value)
    )
    tablet.seal(RecordEdit(one, "event", "event", 1, Operation.SET, writes=value))
    tablet.creates({"f": "2"}, kind="insp/findings", parent=two, record=row)
    tablet.seal(RecordEdit(one, "insp", "insp", 1, Operation.MOVE, scope=AREA))
    assert [code for _, code in codes(tablet.push())] == [
        "record.two_roots",
        "record.type_differs",
        "record.parent_differs",
        "operation.not_taken",
    ]


def test_a_quarantined_write_carries_the_walk_and_dominates_nothing_itself(
    world: TestOffice,
) -> None:
    """c1 is shown to c3 by way of the kept c2: c3 replaces c1, and c2 alone replaces nothing."""
    tablet, other = world.tablet("somchai"), world.tablet("malee")
    record = tablet.creates({"a": "1"})
    tablet.push()
    tablet.pull()
    first = tablet.states[record].fields["a"][0].dot.id
    other.author = world.people["wichai"]
    edit = RecordEdit(
        record, "insp", "insp", 1, Operation.SET, base=1, writes={"a": FieldWrite("2", (first,))}
    )
    middle = other.seal(edit).id
    assert other.push()[0].outcome is Outcome.QUARANTINED
    tablet.pull()
    assert [s.value for s in tablet.states[record].fields["a"]] == ["1"]
    third = {"a": FieldWrite("3", (middle,))}
    tablet.seal(tablet.edit(record, Operation.SET, writes=third))
    tablet.push()
    tablet.pull()
    assert [s.value for s in tablet.states[record].fields["a"]] == ["3"]


def test_a_change_dominated_on_arrival_is_stored_and_its_author_told_by_whom(
    world: TestOffice,
) -> None:
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "1"})
    one.push()
    one.pull()
    two.pull()
    late = one.sets(record, {"a": "2"})
    over = two.seal(two.edit(record, Operation.SET, writes={"a": FieldWrite("3", (late,))}))
    two.push()
    found = one.push()[0]
    assert (found.outcome, found.by) == (Outcome.SUPERSEDED, over.id)
    with world.office.database.reading() as session:
        assert value_of(session, record, "a", late) == ("2",)
        assert session.get(ChangeRow, late) is not None
    one.pull()
    assert [s.dot.id for s in one.states[record].fields["a"]] == [over.id]


def test_a_gap_a_fork_and_another_epoch_are_told_with_the_servers_mark(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.push()
    number, chain = tablet.number, tablet.chain
    tablet.creates({"a": "2"})
    cases = [
        ({"number": 5}, "sync.number_gap"),
        ({"chain": "0" * 64}, "sync.forked"),
        ({"epoch": "f" * 32}, "sync.epoch_changed"),
    ]
    for wrong, code in cases:
        kept_values = {name: getattr(tablet, name) for name in wrong}
        for name, value in wrong.items():
            setattr(tablet, name, value)
        reply = tablet.post("push", tablet.push_body())
        for name, value in kept_values.items():
            setattr(tablet, name, value)
        assert reply.status_code == 409
        assert reply.json["code"] == code
        assert (reply.json["number"], reply.json["chain"]) == (number, chain)
        assert reply.json["epoch"] == world.office.epoch.text
    assert decode_push_answer(tablet.post("push", tablet.push_body()).data).number == 2


def test_another_line_under_a_number_received_before_is_a_fork(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.push_answer()
    tablet.pending = []
    tablet.creates({"a": "2"})
    reply = tablet.post("push", tablet.push_body())
    assert (reply.status_code, reply.json["code"]) == (409, "sync.forked")


def test_a_push_of_many_chunks_is_answered_line_by_line(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    records = [tablet.creates({"a": str(n)}) for n in range(120)]
    results = tablet.push()
    assert [r.number for r in results] == list(range(1, 121))
    tablet.pull()
    assert set(records) <= set(tablet.states)
    assert sorted(r.position for r in results if r.position) == [r.position for r in results]


def test_what_waits_and_breaks_a_rule_stays_aside_alone_and_its_record_comes_in(
    world: TestOffice,
) -> None:
    forbid_a_field(world, "poison")
    one, two = world.tablet("somchai"), world.tablet("malee")
    record = one.creates({"a": "1"})
    for name in ("poison", "b"):
        writes = {name: FieldWrite("1")}
        two.seal(RecordEdit(record, "insp", "insp", 1, Operation.SET, base=1, writes=writes))
    assert {code for _, code in codes(two.push())} == {"record.unknown"}
    assert codes(one.push()) == [(Outcome.APPLIED, "form.unknown")]
    assert [(row.code, row.released_at is None) for row in kept(world)] == [
        ("record.cannot_be_stored", True),
        ("record.unknown", False),
    ]
    one.pull()
    assert one.states[record].value("b") == "1"
    one.sets(record, {"a": "2"})
    assert one.push()[0].outcome is Outcome.APPLIED


def test_a_transition_that_is_no_step_is_refused_and_changes_nothing(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    record = tablet.creates({"a": "1"})
    tablet.push()
    tablet.pull()
    edit = tablet.edit(
        record, Operation.TRANSITION, transition=Transition("published", "draft", "0" * 64)
    )
    tablet.seal(edit)
    found = tablet.push()[0]
    assert (found.outcome, found.code) == (
        Outcome.REFUSED_TRANSITION,
        "transition.unknown_target",
    )
    assert found.position is not None


def forbid_a_field(world: TestOffice, name: str) -> None:
    """The database takes no record with this field: what a defect of ours would look like."""
    with world.office.database.writing() as session:
        if world.office.database.is_sqlite:
            rule = (
                "CREATE TRIGGER forbidden BEFORE INSERT ON record "
                f"WHEN instr(CAST(NEW.state AS TEXT), '\"{name}\"') "
                "BEGIN SELECT RAISE(ABORT, 'a rule'); END"
            )
        else:
            rule = "ALTER TABLE record ADD CONSTRAINT forbidden CHECK "
            rule += f"(position('\"{name}\"' IN encode(state, 'escape')) = 0)"
        session.execute(text(rule))


def test_what_breaks_a_rule_of_the_database_is_kept_aside_and_those_around_it_go_on(
    world: TestOffice,
) -> None:
    forbid_a_field(world, "poison")
    tablet = world.tablet("somchai")
    before = tablet.creates({"a": "1"})
    poisoned = tablet.creates({"poison": "1"})
    after = tablet.creates({"a": "3"})
    first = tablet.push_answer()
    assert codes(list(first.results)) == [
        (Outcome.APPLIED, "form.unknown"),
        (Outcome.QUARANTINED, "record.cannot_be_stored"),
        (Outcome.APPLIED, "form.unknown"),
    ]
    assert [row.code for row in kept(world)] == ["record.cannot_be_stored"]
    assert kept(world)[0].line is not None
    again = tablet.push_answer()
    assert codes(list(again.results))[1] == (Outcome.QUARANTINED, "record.cannot_be_stored")
    assert len(kept(world)) == 1
    tablet.pull()
    assert {before, after} <= set(tablet.states)
    assert poisoned not in tablet.states
