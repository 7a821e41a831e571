"""The merge: what a record becomes when a change arrives. The server's only rule of agreement.

**Set rule, order-free**: the siblings of a field are the applied dots that no received change
dominates; dominated is whatever lies in the closure of what was seen, walked through every received
change. So the result depends on the set of received changes, never on their order: an overwrite by
someone who had not been shown a value keeps both. (A rule that steps from state to state gave wrong
results for 91 % of 20,000 histories received in random order.)

Nothing here reads a store or a clock: histories are handed in, new ones come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shared.canonical import JsonValue, canonical_text
from shared.records.state import EXISTENCE, MOVED, NOTE, Dot, RecordState, Sibling, WorkflowState
from shared.records.state import differ as values_differ
from sync.changes import Change, Operation, RecordEdit
from sync.commitments import commitment, record_content


class Effect(StrEnum):
    """What an edit did, in the words of a push result."""

    APPLIED = "applied"
    APPLIED_PARALLEL = "applied_parallel"
    CONFLICT = "conflict"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Write:
    """One received value of one field. `applied` is False while its change is in quarantine.

    `revision` is the record's when it came to count: it orders siblings for showing ("first
    accepted"), and tells whether somebody wrote behind an author's back.
    """

    dot: Dot
    field: str
    value: JsonValue
    seen: tuple[str, ...] = ()
    salt: str | None = None
    applied: bool = True
    revision: int = 0


Writes = Mapping[str, Write]


def dominated(writes: Writes) -> frozenset[str]:
    """Dots that some applied write's author had been shown, directly or through others.

    Walks through quarantined writes (they carry the walk) but starts at applied ones only. Writes
    that claim to have been shown each other (nobody can; ids of a forger) dominate none of their
    own circle, so that no forgery empties a field.
    """
    starts = [dot for write in writes.values() if write.applied for dot in write.seen]
    if not any(dot in writes for write in writes.values() for dot in write.seen):
        # Nobody here had been shown another: the usual field, one value, nothing to walk through.
        return frozenset(starts)
    out = _closure(writes, starts)
    for dot in in_circles(writes):
        own = _closure(writes, writes[dot].seen)
        rivals = (d for d, w in writes.items() if w.applied and dot in _closure(writes, w.seen))
        if dot in own and all(rival in own for rival in rivals):
            out.discard(dot)
    return frozenset(out)


def in_circles(writes: Writes) -> set[str]:
    """Writes in or behind a circle of `seen`: none in any honest history."""
    waits_for = {d: {seen for seen in w.seen if seen in writes} for d, w in writes.items()}
    waited_by: dict[str, list[str]] = {}
    for dot, others in waits_for.items():
        for other in others:
            waited_by.setdefault(other, []).append(dot)
    free = [dot for dot, others in waits_for.items() if not others]
    left = set(writes)
    while free:
        dot = free.pop()
        left.discard(dot)
        for other in waited_by.get(dot, ()):
            waits_for[other].discard(dot)
            if not waits_for[other]:
                free.append(other)
    return left


def _closure(writes: Writes, starts: Iterable[str]) -> set[str]:
    """`starts` and all that their authors had been shown, as far as it is known."""
    out: set[str] = set()
    stack = list(starts)
    while stack:
        dot = stack.pop()
        if dot in out:
            continue
        out.add(dot)
        met = writes.get(dot)
        if met is not None:
            stack.extend(met.seen)
    return out


def siblings(writes: Writes) -> tuple[Write, ...]:
    """The values of one field that nobody has superseded, first accepted first."""
    gone = dominated(writes)
    live = [w for dot, w in writes.items() if w.applied and dot not in gone]
    return tuple(sorted(live, key=lambda w: (w.revision, w.dot.id)))


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """A record with every write it ever received: what the merge works on."""

    record: str
    type: str
    form: str
    version: int
    scope: str
    parent: str | None
    root: str
    order: tuple[int, int]
    created: Dot
    revision: int = 0
    writes: Mapping[str, Writes] = field(default_factory=dict)
    workflow: WorkflowState | None = None


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """The history after an edit, the effect, the writes added, and who superseded it if so."""

    history: RecordHistory
    effect: Effect
    added: tuple[Write, ...] = ()
    superseded_by: str | None = None
    conflicts: tuple[str, ...] = ()


def new_history(
    edit: RecordEdit,
    dot: Dot,
    *,
    scope: str,
    root: str,
    accepted_order: int,
    workflow: WorkflowState | None,
) -> RecordHistory:
    """An empty history for a record that `edit` creates, before its values are merged."""
    return RecordHistory(
        record=edit.record,
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


def dot_of(change: Change, client: str) -> Dot:
    """The dot under which every value of a change is known."""
    return Dot(change.id, change.author, change.saved_at, client, change.place)


def apply_edit(
    history: RecordHistory, edit: RecordEdit, dot: Dot, *, applied: bool = True
) -> EditOutcome:
    """Merge the values of one edit: the revision rises by one, or nothing changes when all of them
    are here already. Transitions are not handled here.

    The record's version is the highest of those that its applied edits name (and that it was handed
    in under): a draft that moved forward stays there, whoever goes on under the version before.

    With `applied=False` the writes are kept (quarantine): they carry the walk and change nothing
    that anybody is shown. Merged again with `applied=True` (released), they count from now on.
    """
    revision = history.revision + 1
    fields: dict[str, Writes] = dict(history.writes)
    added: list[Write] = []
    for name, write in edit.writes.items():
        known = fields.get(name, {}).get(dot.id)
        if name == NOTE or (known is not None and (known.applied or not applied)):
            continue
        new = Write(dot, name, write.value, write.seen, write.salt, applied, revision)
        fields[name] = {**fields.get(name, {}), dot.id: new}
        added.append(new)
    if not added:
        return EditOutcome(history, Effect.APPLIED)
    after = replace(
        history,
        writes=fields,
        revision=revision,
        version=max(history.version, edit.version) if applied else history.version,
    )
    return _judge(history, after, edit, dot, tuple(added))


def _judge(
    before: RecordHistory,
    after: RecordHistory,
    edit: RecordEdit,
    dot: Dot,
    added: tuple[Write, ...],
) -> EditOutcome:
    conflicts: list[str] = []
    beaten: list[str | None] = []
    for write in added:
        live = siblings(after.writes[write.field])
        if all(w.dot.id != dot.id for w in live):
            beaten.append(_beater(after.writes[write.field], dot.id))
        elif _differ(live):
            conflicts.append(write.field)
    if conflicts:
        return EditOutcome(after, Effect.CONFLICT, added, None, tuple(conflicts))
    if added and len(beaten) == len(added):
        return EditOutcome(after, Effect.SUPERSEDED, added, beaten[0])
    parallel = _parallel(before, edit, dot)
    return EditOutcome(after, Effect.APPLIED_PARALLEL if parallel else Effect.APPLIED, added)


def _differ(live: Iterable[Write]) -> bool:
    """Do the values differ? Two deletions for different reasons agree on what matters."""
    return len({canonical_text(_meant(w.field, w.value)) for w in live}) > 1


def _meant(name: str, value: JsonValue) -> JsonValue:
    return value.get("act") if name == EXISTENCE and isinstance(value, dict) else value


def _beater(writes: Writes, dot: str) -> str | None:
    """An applied write whose author had been shown `dot`, directly if there is one."""
    direct = [w.dot.id for w in writes.values() if w.applied and dot in w.seen]
    through = (d for d, w in writes.items() if w.applied and dot in _closure(writes, w.seen))
    return min(direct) if direct else min(through, default=None)


def _parallel(before: RecordHistory, edit: RecordEdit, dot: Dot) -> bool:
    """Did another client write to this record what this author had not been shown?"""
    if edit.operation is Operation.CREATE:
        return False
    return any(
        write.applied and write.revision > edit.base and write.dot.client != dot.client
        for writes in before.writes.values()
        for write in writes.values()
    )


def _as_siblings(live: Iterable[Write]) -> tuple[Sibling, ...]:
    return tuple(Sibling(w.dot, w.value, w.salt) for w in live)


def state_of(history: RecordHistory) -> RecordState:
    """The state a history shows: what is stored, shipped and digested."""
    live = {name: siblings(writes) for name, writes in history.writes.items()}
    return RecordState(
        record=history.record,
        revision=history.revision,
        type=history.type,
        form=history.form,
        version=history.version,
        scope=history.scope,
        parent=history.parent,
        root=history.root,
        order=history.order,
        created=history.created,
        fields={
            name: _as_siblings(found)
            for name, found in live.items()
            if found and name not in (EXISTENCE, MOVED)
        },
        existence=_as_siblings(live.get(EXISTENCE, ())),
        workflow=history.workflow,
    )


def place_of(history: RecordHistory) -> str:
    """The scope a root lies in: the latest accepted of the moves that nobody has superseded."""
    found = siblings(history.writes.get(MOVED, {}))
    place = found[-1].value if found else None
    return place if isinstance(place, str) and place else history.scope


def moved_apart(history: RecordHistory) -> bool:
    """Did several people move the record to different areas, none having seen the other's move?"""
    return _differ(siblings(history.writes.get(MOVED, {})))


def content_of(state: RecordState) -> str:
    """The content of one record for the content hash: commitments of all siblings, existence too.

    Equal unsalted values of several people count once: a second "5" beside a "5" is the content
    that the reviewer was shown. Salted ones differ by their salts, and the reviewer looks again.
    """
    fields = [
        (name, [commitment(name, s.value, s.salt) for s in found])
        for name, found in state.fields.items()
    ]
    fields.append((EXISTENCE, [commitment(EXISTENCE, s.value, s.salt) for s in state.existence]))
    return record_content(fields)


def is_disputed(
    root: RecordState, children: Iterable[RecordState], closure: frozenset[str]
) -> bool:
    """Is the deletion of `root` disputed: does anything live lie outside what its deleter saw?

    `closure` is everything the live deletions had been shown. A mixture of delete and restore
    values is a dispute by itself.
    """
    if not root.existence:
        return False
    if values_differ(tuple(_act_only(s) for s in root.existence)):
        return True
    if not root.says_deleted:
        return False
    own = {s.dot.id for s in root.existence}
    live = {s.dot.id for found in root.fields.values() for s in found}
    for child in children:
        live |= {s.dot.id for found in child.fields.values() for s in found}
    return bool(live - closure - own)


def _act_only(sibling: Sibling) -> Sibling:
    value = sibling.value
    act = value.get("act") if isinstance(value, dict) else None
    return replace(sibling, value=act, salt=None)
