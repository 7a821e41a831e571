"""What a person sees of a record: its base under the tablet's own changes and unsealed answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from mobile.store import base, changes, editing
from mobile.store.editing import CREATION, Edited
from shared.records.state import EXISTENCE, Dot, RecordState, Sibling, WorkflowState
from shared.records.workflow import is_reviewed
from sync.overlay import overlay_tree

UNSEALED: Final = "unsealed"
"""The id of the dot under which an unsealed answer is shown; it never leaves this tablet."""


def shown_states(connection: sqlite3.Connection, root: str) -> dict[str, RecordState]:
    """A record and its rows (deleted ones too) as base plus sealed own changes."""
    return overlay_tree(
        base.states_of(connection, root), changes.shown_over(connection, root), root
    )


def with_unsealed(
    states: Mapping[str, RecordState], edited: Sequence[Edited], client: str
) -> dict[str, RecordState]:
    """The same states under answers that are saved but not sealed."""
    out = dict(states)
    for one in edited:
        dot = Dot(UNSEALED, one.author, one.saved_at, client)
        state = out.get(one.record) or _begun(one, dot)
        mine = Sibling(dot, one.value)
        if one.field == EXISTENCE:
            state = replace(state, existence=(mine,))
        elif one.field != CREATION:
            rest = (s for s in state.fields.get(one.field, ()) if s.dot.id not in one.seen)
            state = replace(state, fields={**state.fields, one.field: (mine, *rest)})
        out[one.record] = state
    return out


def _begun(one: Edited, dot: Dot) -> RecordState:
    return RecordState(
        record=one.record,
        revision=0,
        type=one.type,
        form=one.form,
        version=one.version,
        scope=one.scope,
        parent=one.parent,
        root=one.root,
        order=(0, one.local_order),
        created=dot,
        workflow=WorkflowState() if is_reviewed(one.type, one.parent) else None,
    )


def all_shown(connection: sqlite3.Connection, root: str, client: str) -> dict[str, RecordState]:
    """What lists show: unsealed answers included."""
    states = shown_states(connection, root)
    return with_unsealed(states, editing.of_root(connection, root), client)


def live_rows(states: Mapping[str, RecordState], root: str) -> list[RecordState]:
    """The rows of a record that are not deleted, neither is any they stand under; in order."""
    rows = [s for s in states.values() if s.record != root and _alive(s, states)]
    return sorted(rows, key=row_order)


def row_order(state: RecordState) -> tuple[int, int, str]:
    """First accepted first; what the server has not placed yet comes last, as it was added."""
    accepted, local = state.order
    return (accepted if state.revision else 2**62, local, state.record)


def _alive(state: RecordState, states: Mapping[str, RecordState]) -> bool:
    met: RecordState | None = state
    steps = 0
    while met is not None and steps < 16:
        if met.deleted:
            return False
        met = states.get(met.parent) if met.parent else None
        steps += 1
    return True
