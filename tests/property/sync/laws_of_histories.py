"""The quick way of merging an edit is the law, whatever was received and in whatever order.

A store is played beside the law: it keeps a state, a lineage and steps, takes the quick way where
that says it may, and rebuilds the history where it may not. After every edit both must agree.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace

from hypothesis import strategies as st

from shared.canonical import JsonValue
from shared.records.state import EXISTENCE, NOTE, Dot, RecordState, encode_state
from sync.changes import FieldWrite, Operation, RecordEdit
from sync.histories import (
    PLAIN,
    HistoryStep,
    Lineage,
    new_state,
    rebuilt,
    step_from,
    step_json,
    step_of,
)
from sync.merge import Effect, RecordHistory, Write, apply_edit, new_history
from tests.property.sync.core import Core
from tests.support.strategies import id_of

RECORD, SCOPE = id_of(1), "area:20-1"
Given = tuple[RecordEdit, Dot, bool]
"""An edit as it is received, with its dot; False when it is kept aside."""


class Store:
    """What a store keeps of one record."""

    def __init__(self, core: Core, first: RecordEdit, dot: Dot) -> None:
        self.core = core
        self.state: RecordState = new_state(
            first, dot, scope=SCOPE, root=RECORD, accepted_order=1, workflow=None
        )
        self.lineage: Lineage = PLAIN
        self.steps: dict[str, str] = {}
        self.quick = 0

    def history(self) -> RecordHistory:
        """All of it, read back from what was written."""
        created = self.state.created
        steps = [step_from(dot, json.loads(row), created) for dot, row in self.steps.items()]
        return rebuilt(self.state, steps)

    def keep(self, step: HistoryStep | None) -> None:
        """One row for a change, written over."""
        if step is not None:
            self.steps[step.dot.id] = json.dumps(step_json(step))

    def receive(self, edit: RecordEdit, dot: Dot, applied: bool) -> Effect:
        """As `server.store.record_tree` does."""
        fresh = dot.id not in self.steps and dot.id != self.state.created.id
        begins = self.state.revision == 0
        if applied and (fresh or begins):
            found = self.core.quick_edit(self.state, self.lineage, edit, dot)
            if found is not None:
                self.state, self.lineage = found.state, found.lineage
                self.keep(found.step)
                self.quick += 1
                return found.effect
        outcome = apply_edit(self.history(), edit, dot, applied=applied)
        before, self.state = self.state, self.core.state_of(outcome.history)
        if outcome.added:
            self.lineage = self.core.lineage_of(outcome.history)
            kept = self.steps.get(dot.id)
            earlier = kept and step_from(dot.id, json.loads(kept), self.state.created)
            self.keep(step_of(outcome.history, dot, before, self.state, earlier or None))
        return outcome.effect


def the_quick_way_is_the_law(core: Core, received: list[Given]) -> None:
    """State, effect and rebuilt history are those of the law after every edit."""
    first, dot, _ = received[0]
    law = new_history(first, dot, scope=SCOPE, root=RECORD, accepted_order=1, workflow=None)
    store = Store(core, first, dot)
    for edit, by, applied in received:
        outcome = core.apply_edit(law, edit, by, applied)
        law = outcome.history
        effect = store.receive(edit, by, applied)
        assert encode_state(store.state) == encode_state(core.state_of(law))
        assert effect is outcome.effect
        assert _plainly(store.history()) == _plainly(law)


def _plainly(history: RecordHistory) -> dict[str, dict[str, Write]]:
    return {name: dict(writes) for name, writes in history.writes.items() if writes}


def _received(example: tuple[int, int]) -> list[Given]:
    """Anything that can be received of one record: honest saves, late ones, several at once,
    unknown dots, what is kept aside and let in later, forged circles, the same once more."""
    count, seed = example
    dice = random.Random(seed)
    names = [id_of(100 + n) for n in range(count + 2)]
    received = [_one(dice, names, number, count) for number in range(count)]
    for edit, dot, applied in list(received):
        if not applied and dice.random() < 0.5:
            received.append((edit, dot, True))
        elif applied and received[0][1] != dot and dice.random() < 0.1:
            received.append((replace(edit, base=0), dot, True))
    return received


def _one(dice: random.Random, names: list[str], number: int, count: int) -> Given:
    create = number == 0
    writes: dict[str, FieldWrite] = {}
    for name in dice.sample(("a", "b"), dice.randint(0, 2)):
        seen = () if create and dice.random() < 0.9 else _seen(dice, names, number)
        value: JsonValue = dice.choice(("1", "2", None))
        writes[name] = FieldWrite(value, seen, dice.choice((None, "0" * 32)))
    if not create and dice.random() < 0.1:
        act: JsonValue = {"act": dice.choice(("delete", "restore"))}
        writes[EXISTENCE] = FieldWrite(act, _seen(dice, names, number))
    if dice.random() < 0.1:
        writes[NOTE] = FieldWrite({"message": "x"})
    edit = RecordEdit(
        RECORD,
        "insp",
        "insp",
        dice.randint(1, 2),
        Operation.CREATE if create or dice.random() < 0.2 else Operation.SET,
        base=dice.randint(0, number + 1),
        scope=SCOPE if create else None,
        writes=writes,
    )
    dot = Dot(names[number], id_of(50), number, dice.choice(("one", "two")))
    return edit, dot, create or dice.random() > 1 / count


def _seen(dice: random.Random, names: list[str], number: int) -> tuple[str, ...]:
    """Mostly what came just before; sometimes anything, also of later ones."""
    near = names[max(number - 2, 0) : number]
    pool = near if dice.random() < 0.8 else [*names[:number], *names[number + 1 :]]
    return tuple(dice.sample(pool, dice.randint(0, min(2, len(pool)))))


anything = st.tuples(st.integers(1, 12), st.integers(0, 2**32)).map(_received)
