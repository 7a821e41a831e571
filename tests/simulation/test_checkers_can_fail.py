"""A check that cannot fail is a defect: each checker notices the fault planted for it.

Some faults are planted into what was found on the disks, some into the wire of a running world.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from shared.records.state import WorkflowState
from shared.records.workflow import Status
from tests.simulation.checkers import CHECKERS, I14
from tests.simulation.facts import Facts, Written
from tests.simulation.ledger import DRIVEN, DRIVER, GROUP, OURS, Ledger, number_of
from tests.simulation.world import Plan, World

Told = tuple[Facts, Ledger]


@pytest.fixture(scope="module")
def sound() -> Iterator[Told]:
    """A world that came to rest, in which nothing is wrong."""
    world = World(Plan(2, steps=150, tablets=2))
    world.run()
    yield world.facts(), world.ledger
    world.close()


def broken(told: Told, *, settled: bool = True) -> set[str]:
    """The names of the checkers that complain."""
    facts, ledger = told
    return {c.name for c in CHECKERS if c.check(facts, ledger, settled=settled)}


def lose_a_sibling(facts: Facts, ledger: Ledger) -> None:
    """A value goes though nobody replaced it."""
    for record, state in facts.office.states.items():
        for name, found in state.fields.items():
            if number_of(found[0].value) is not None:
                fields = {**state.fields, name: found[1:]}
                facts.office.states[record] = replace(state, fields=fields)
                return


def bring_one_back(facts: Facts, ledger: Ledger) -> None:
    """A value that somebody had seen and replaced is a sibling again."""
    by_number = {w.number: w for w in facts.office.writes}
    for write in facts.office.writes:
        if write.number is None or not write.applied:
            continue
        for old in ledger.closure(write.number) & set(by_number):
            record, name = by_number[old].place
            state = facts.office.states[record]
            value = replace(state.fields[name][0], value=by_number[old].value)
            fields = {**state.fields, name: (*state.fields[name], value)}
            facts.office.states[record] = replace(state, fields=fields)
            return


def write_twice(facts: Facts, ledger: Ledger) -> None:
    """A resend takes effect under another name."""
    first = next(w for w in facts.office.writes if w.number is not None)
    facts.office.writes.append(
        Written(first.place, "another", first.number, first.value, first.applied)
    )


def keep_a_change_twice(facts: Facts, ledger: Ledger) -> None:
    """A change is applied and kept aside."""
    facts.office.aside.append(facts.office.applied[0])


def forget_a_row(facts: Facts, ledger: Ledger) -> None:
    """A tablet misses a record below its cursor."""
    tablet = next(iter(facts.tablets.values()))
    del tablet.base[next(r for r, b in tablet.base.items() if b[0].startswith("area:"))]


def leave_one_waiting(facts: Facts, ledger: Ledger) -> None:
    """A change stays in the queue for ever."""
    tablet = next(iter(facts.tablets.values()))
    tablet.changes["a change"] = "pending"


def another_chain(facts: Facts, ledger: Ledger) -> None:
    """Tablet and office believe in different lines."""
    next(iter(facts.tablets.values())).chain = "0" * 64


def another_digest(facts: Facts, ledger: Ledger) -> None:
    """A digest is off by one."""
    tablet = next(iter(facts.tablets.values()))
    scope = next(iter(tablet.digests))
    tablet.digests[scope] += 1


def lose_a_save(facts: Facts, ledger: Ledger) -> None:
    """What the screen called saved is nowhere."""
    typed_over = {s.overwrites for s in ledger.saves.values()}
    lost = next(
        s.number for s in ledger.saves.values() if s.confirmed and s.number not in typed_over
    )
    facts.office.writes = [w for w in facts.office.writes if w.number != lost]
    for tablet in facts.tablets.values():
        tablet.sealed = [pair for pair in tablet.sealed if pair[1] != lost]


def an_old_row(facts: Facts, ledger: Ledger) -> None:
    """A tablet passed a place and holds the revision before."""
    tablet = next(iter(facts.tablets.values()))
    record, (scope, revision, state) = next(iter(tablet.base.items()))
    tablet.base[record] = (scope, revision - 1, state)


def believe_received(facts: Facts, ledger: Ledger) -> None:
    """A tablet calls received what the office never got."""
    next(iter(facts.tablets.values())).changes["never sent"] = "done"


def believe_a_file(facts: Facts, ledger: Ledger) -> None:
    """A photo is called received and is not there."""
    next(iter(facts.tablets.values())).confirmed_blobs.add("0" * 64)


def _with_flow(facts: Facts, change: Callable[[WorkflowState], WorkflowState]) -> None:
    for record, state in facts.office.states.items():
        if state.workflow is not None and state.workflow.dot is not None:
            facts.office.states[record] = replace(state, workflow=change(state.workflow))
            return
    raise AssertionError("the story has a record that was handed in")


def approve_a_draft(facts: Facts, ledger: Ledger) -> None:
    """A record goes from draft to approved."""

    def approved(flow: WorkflowState) -> WorkflowState:
        assert flow.dot is not None
        return replace(flow, status=Status.APPROVED, history=(("approved", flow.dot, ""),))

    _with_flow(facts, approved)


def approve_unseen(facts: Facts, ledger: Ledger) -> None:
    """An approval names content that was on nobody's page."""
    _with_flow(facts, lambda flow: replace(flow, approved_hash="f" * 64))


def mix_a_group(facts: Facts, ledger: Ledger) -> None:
    """A time in of one person stands beside a time out of another."""
    for write in facts.office.writes:
        if write.place[1] == GROUP:
            write.value = {"t_in": "v1", "t_out": "v2"}
            return
    raise AssertionError("the story writes a group")


def show_what_nobody_wrote(facts: Facts, ledger: Ledger) -> None:
    """Two answers are joined into a third."""
    for record, state in facts.office.states.items():
        for name, found in state.fields.items():
            joined = replace(found[0], value=["v1", "v2"])
            facts.office.states[record] = replace(state, fields={**state.fields, name: (joined,)})
            return


def ask_nobody(facts: Facts, ledger: Ledger) -> None:
    """An answer hides another, and nobody is asked."""
    for record, state in facts.office.states.items():
        flow = state.workflow
        if flow is not None and not state.existence:
            handed_in = replace(flow, status=Status.SUBMITTED)
            by = replace(next(iter(state.fields.values()))[0], value=OURS + 21)
            text = replace(by, value="v1")
            ledger.saves[1].by, ledger.saves[2].by = "tablet1", "tablet2"
            ledger.saves[2].beside = frozenset()
            fields = {**state.fields, DRIVER: (by,), DRIVEN: (text,)}
            facts.office.states[record] = replace(state, fields=fields, workflow=handed_in)
            for name, found in ((DRIVER, by), (DRIVEN, text)):
                facts.office.writes.append(
                    Written((record, name), found.dot.id, None, found.value, False)
                )
            facts.office.relevance[record] = 0
            return


PLANTED: dict[Callable[[Facts, Ledger], None], str] = {
    lose_a_sibling: "I1",
    bring_one_back: "I1",
    write_twice: "I2",
    keep_a_change_twice: "I2",
    forget_a_row: "I3",
    leave_one_waiting: "I3",
    another_chain: "I3",
    another_digest: "I3",
    lose_a_save: "I4",
    an_old_row: "I5",
    believe_received: "I6",
    believe_a_file: "I6",
    approve_a_draft: "I8",
    approve_unseen: "I8",
    mix_a_group: "I9",
    show_what_nobody_wrote: "I9",
    ask_nobody: "I9",
}


def test_nothing_is_wrong_with_a_sound_world(sound: Told) -> None:
    assert broken(sound) == set()


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_the_checker_notices_the_planted_fault(
    sound: Told, plant: Callable[[Facts, Ledger], None]
) -> None:
    told = copy.deepcopy(sound)
    plant(*told)
    assert PLANTED[plant] in broken(told)


def test_i14_notices_a_value_that_a_clock_decided(sound: Told) -> None:
    other = copy.deepcopy(sound)
    lose_a_sibling(*other)
    assert I14().check(sound, other)
    assert not I14().check(sound, copy.deepcopy(sound))
