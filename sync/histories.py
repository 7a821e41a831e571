"""What is kept of a record's history, and the quick way to merge an edit without all of it.

The law is `sync.merge`: siblings follow from every write that was ever received. Yet nearly every
edit is one of two kinds, a new record, or a value by somebody who was shown what is live now, and
for these the state alone tells what the law would say. `quick_edit` takes them and leaves
everything else to the law, over a history rebuilt from the state and the steps kept beside it.

A record is **plain** when every write it received counts (none is kept aside), names as seen only
writes that are known in its field, and none stands in a circle. Why the quick way is the law then:
a write by a fresh dot that names live siblings only adds these to what is dominated and nothing
else, because whatever they had seen in turn is dominated already; nobody named the fresh dot, so it
is live itself and closes no circle; and the record is plain again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shared.canonical import JsonValue
from shared.records.siblings import FieldRows
from shared.records.state import (
    EXISTENCE,
    MOVED,
    NOTE,
    Dot,
    RecordState,
    Sibling,
    WorkflowState,
    differ,
)
from sync.changes import Operation, PlainWrites, RecordEdit
from sync.merge import (
    Effect,
    RecordHistory,
    Write,
    in_circles,
    moved_apart,
)


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a store knows of a history at one look. `writers`: each client that ever wrote, with the
    revision of its last write that counts; empty while there is only the creation's. `apart`:
    several people moved it to different areas."""

    plain: bool = True
    writers: Mapping[str, int] = field(default_factory=dict)
    apart: bool = False


PLAIN: Final = Lineage()


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """What one change after the creation wrote to a record, for ever; and in `first` the values of
    the creation that it took out of the state (those have no step of their own)."""

    dot: Dot
    writes: tuple[Write, ...]
    first: Mapping[str, Sibling] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuickOutcome:
    """The state after a quick edit. `step` is what the store adds to the history, if anything;
    `added` is False when the edit wrote no value."""

    state: RecordState
    lineage: Lineage
    effect: Effect
    step: HistoryStep | None
    added: bool = True


def new_state(
    edit: RecordEdit,
    dot: Dot,
    *,
    scope: str,
    root: str,
    accepted_order: int,
    workflow: WorkflowState | None,
) -> RecordState:
    """The state of a record that `edit` creates, before its values are merged."""
    return RecordState(
        record=edit.record,
        revision=0,
        type=edit.type,
        form=edit.form,
        version=edit.version,
        scope=scope,
        parent=edit.parent,
        root=root,
        order=(accepted_order, edit.local_order),
        created=dot,
        workflow=workflow,
    )


def quick_edit(
    state: RecordState, lineage: Lineage, edit: RecordEdit, dot: Dot
) -> QuickOutcome | None:
    """What the law makes of an applied edit, from the state alone; None where that is not certain.

    The caller vouches that `dot` is fresh: no write of it was ever received for this record.
    """
    if not lineage.plain or EXISTENCE in edit.writes or MOVED in edit.writes:
        return None
    begins = state.revision == 0
    if begins != (dot.id == state.created.id):
        return None
    if begins:
        return _begun(state, lineage, edit, dot)
    fields = state.fields
    changed: dict[str, tuple[Sibling, ...]] = {}
    first: dict[str, Sibling] = {}
    writes: list[Write] = []
    revision, conflict = state.revision + 1, False
    for name, write in edit.writes.items():
        if name == NOTE:
            continue
        mine = Sibling(dot, write.value, write.salt)
        live = fields.get(name)
        if not live:
            if write.seen:
                return None
            changed[name] = (mine,)
        else:
            found = _over(live, mine, write.seen, state.created.id, name, first)
            if found is None:
                return None
            changed[name] = found
            conflict = conflict or differ(found)
        writes.append(Write(dot, name, write.value, write.seen, write.salt, revision=revision))
    if not writes:
        return QuickOutcome(state, lineage, Effect.APPLIED, None, added=False)
    empty = not (state.fields or state.existence or lineage.writers)
    after = replace(
        state,
        fields=fields.changed(changed) if type(fields) is FieldRows else {**fields, **changed},
        revision=revision,
        version=max(state.version, edit.version),
    )
    writers = {} if empty else dict(lineage.writers or {state.created.client: 1})
    effect = Effect.CONFLICT if conflict else _effect(writers, edit, dot)
    writers[dot.client] = revision
    step = HistoryStep(dot, tuple(writes), first)
    return QuickOutcome(after, replace(lineage, writers=writers), effect, step)


def _begun(state: RecordState, lineage: Lineage, edit: RecordEdit, dot: Dot) -> QuickOutcome | None:
    """The creation itself: every value is the first of its field, so nobody can have seen one."""
    fields: Mapping[str, tuple[Sibling, ...]]
    if type(edit.writes) is PlainWrites:
        values = edit.writes.values_by_name
        if NOTE in values:
            values = {name: value for name, value in values.items() if name != NOTE}
        fields = FieldRows.first(dot, values)
    else:
        written = {name: write for name, write in edit.writes.items() if name != NOTE}
        if any(write.seen for write in written.values()):
            return None
        fields = {name: (Sibling(dot, w.value, w.salt),) for name, w in written.items()}
    if not fields:
        return QuickOutcome(state, lineage, Effect.APPLIED, None, added=False)
    after = RecordState(  # as `replace` does, for every new record
        record=state.record,
        revision=1,
        type=state.type,
        form=state.form,
        version=max(state.version, edit.version),
        scope=state.scope,
        parent=state.parent,
        root=state.root,
        order=state.order,
        created=state.created,
        fields=fields,
        existence=state.existence,
        workflow=state.workflow,
        disputed=state.disputed,
    )
    return QuickOutcome(after, lineage, Effect.APPLIED, None)


def _over(
    live: tuple[Sibling, ...],
    mine: Sibling,
    seen: tuple[str, ...],
    created: str,
    name: str,
    first: dict[str, Sibling],
) -> tuple[Sibling, ...] | None:
    """The siblings after a value over `live`; None when it names what is not live."""
    dots = {sibling.dot.id for sibling in live}
    if mine.dot.id in dots or not dots.issuperset(seen):
        return None
    for sibling in live:
        if sibling.dot.id == created and created in seen:
            first[name] = sibling
    return (*(s for s in live if s.dot.id not in seen), mine)


def _effect(writers: Mapping[str, int], edit: RecordEdit, dot: Dot) -> Effect:
    """Did another client write to this record what this author had not been shown?"""
    if edit.operation is Operation.CREATE:
        return Effect.APPLIED
    behind = any(at > edit.base for client, at in writers.items() if client != dot.client)
    return Effect.APPLIED_PARALLEL if behind else Effect.APPLIED


def lineage_of(history: RecordHistory) -> Lineage:
    """The lineage of a complete history."""
    plain, writers = True, dict[str, int]()
    for writes in history.writes.values():
        named = False
        for write in writes.values():
            plain = plain and write.applied and all(dot in writes for dot in write.seen)
            named = named or bool(write.seen)
            if write.applied:
                client = write.dot.client
                writers[client] = max(writers.get(client, 0), write.revision)
        plain = plain and not (named and in_circles(writes))
    writers = {} if writers == {history.created.client: 1} else writers
    return Lineage(plain, writers, moved_apart(history))


def step_of(
    history: RecordHistory,
    dot: Dot,
    before: RecordState,
    after: RecordState,
    earlier: HistoryStep | None,
) -> HistoryStep:
    """The step of one change in a complete history, as the state went from `before` to `after`.
    `earlier` is what was kept of the same change, as long as it was aside."""
    created = history.created.id
    own = (writes.get(dot.id) for writes in history.writes.values())
    first = {} if earlier is None else dict(earlier.first)
    for name, found in (*before.fields.items(), (EXISTENCE, before.existence)):
        now = after.existence if name == EXISTENCE else after.fields.get(name, ())
        left = {s.dot.id for s in found} - {s.dot.id for s in now}
        if created in left and created != dot.id:
            first[name] = next(s for s in found if s.dot.id == created)
    return HistoryStep(dot, tuple(write for write in own if write is not None), first)


def rebuilt(state: RecordState, steps: Iterable[HistoryStep]) -> RecordHistory:
    """The complete history of a record, from its state and the steps kept of it."""
    writes: dict[str, dict[str, Write]] = {}
    known: set[str] = set()
    created, firsts = state.created, list[tuple[str, Sibling]]()
    for step in steps:
        known.add(step.dot.id)
        firsts.extend(step.first.items())
        for write in step.writes:
            writes.setdefault(write.field, {})[step.dot.id] = write
    if created.id not in known:
        live = ((n, s) for n, found in state.fields.items() for s in found)
        for name, sibling in (*firsts, *live):
            if sibling.dot.id == created.id:
                of_field = writes.setdefault(name, {})
                of_field[created.id] = Write(
                    created, name, sibling.value, (), sibling.salt, revision=1
                )
    return RecordHistory(
        record=state.record,
        type=state.type,
        form=state.form,
        version=state.version,
        scope=state.scope,
        parent=state.parent,
        root=state.root,
        order=state.order,
        created=created,
        revision=state.revision,
        writes=writes,
        workflow=state.workflow,
    )


def step_json(step: HistoryStep) -> dict[str, Any]:
    """A step as it is stored. Rows are short: `[field, value, seen, salt, applied, revision]`."""
    dot = step.dot
    found: dict[str, Any] = {
        "by": [dot.author, dot.saved_at, dot.client, dict(dot.place) if dot.place else None],
        "writes": [
            [w.field, w.value, list(w.seen), w.salt, w.applied, w.revision] for w in step.writes
        ],
    }
    if step.first:
        found["first"] = [[name, s.value, s.salt] for name, s in step.first.items()]
    return found


def step_from(dot_id: str, raw: Mapping[str, Any], created: Dot | None) -> HistoryStep:
    """Read what `step_json` wrote; `created` is the dot of the record's creation."""
    author, saved_at, client, place = raw["by"]
    dot = Dot(dot_id, author, saved_at, client, place)
    first: dict[str, Sibling] = {}
    if created is not None:
        first = {name: Sibling(created, value, salt) for name, value, salt in raw.get("first", ())}
    return HistoryStep(dot, tuple(_write(dot, row) for row in raw["writes"]), first)


def _write(dot: Dot, row: list[Any]) -> Write:
    name, value, seen, salt, applied, revision = row
    kept: JsonValue = value
    return Write(dot, name, kept, tuple(seen), salt, applied, revision)
