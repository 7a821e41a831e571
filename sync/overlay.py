"""What a tablet shows: the synchronised base with the tablet's own unsent work laid over it.

A value of one's own is shown at once, with a dot of its own (the id of the pending change), so that
the next save can name it. The base is never altered: when a pull brings the merged state, the
overlay of acknowledged changes is lifted and nothing else happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shared.records.state import EXISTENCE, MOVED, NOTE, Dot, RecordState, Sibling, WorkflowState
from shared.records.workflow import Status, is_reviewed
from sync.changes import Change, RecordEdit
from sync.merge import dot_of

Pending = Iterable[tuple[Change, str]]
"""Own changes that the base does not have yet, in their order, each with its client."""


def overlay(base: RecordState | None, pending: Pending, record: str) -> RecordState | None:
    """The state of the root `record` as its author sees it: `base` under pending changes.

    The base's siblings that a pending write had seen disappear behind it; those it had not been
    shown stay beside it, so that a conflict to come is visible.
    """
    state = base
    for change, client in pending:
        for edit in change.records:
            if edit.record == record:
                state = _lay(state, edit, dot_of(change, client), record)
    return state


def overlay_tree(
    base: Mapping[str, RecordState], pending: Pending, root: str
) -> dict[str, RecordState]:
    """The same for a root and all of its rows, each by its id, in one pass over the changes.

    A row that begins in a pending change belongs to `root`, and to its scope.
    """
    out = dict(base)
    begun: list[str] = []
    for change, client in pending:
        dot = dot_of(change, client)
        for edit in change.records:
            known = out.get(edit.record)
            if known is None:
                begun.append(edit.record)
            out[edit.record] = _lay(known, edit, dot, root)
    scope = out[root].scope if root in out else ""
    for record in begun:
        if not out[record].scope:
            out[record] = replace(out[record], scope=scope)
    return out


def _lay(state: RecordState | None, edit: RecordEdit, dot: Dot, root: str) -> RecordState:
    if state is None:
        state = RecordState(
            record=edit.record,
            revision=0,
            type=edit.type,
            form=edit.form,
            version=edit.version,
            scope=edit.scope or "",
            parent=edit.parent,
            root=root,
            order=(0, edit.local_order),
            created=dot,
            workflow=WorkflowState() if is_reviewed(edit.type, edit.parent) else None,
        )
    if any(
        s.dot.id == dot.id for found in (*state.fields.values(), state.existence) for s in found
    ):
        return state
    fields = dict(state.fields)
    existence = state.existence
    for name, write in edit.writes.items():
        mine = Sibling(dot, write.value, write.salt)
        if name == EXISTENCE:
            existence = (mine, *(s for s in existence if s.dot.id not in write.seen))
        elif name not in (MOVED, NOTE):
            rest = (s for s in fields.get(name, ()) if s.dot.id not in write.seen)
            fields[name] = (mine, *rest)
    version = max(state.version, edit.version) if edit.writes else state.version
    state = replace(state, fields=fields, existence=existence, version=version)
    return _submitted(state, edit, dot)


def _submitted(state: RecordState, edit: RecordEdit, dot: Dot) -> RecordState:
    step = edit.transition
    if step is None or state.workflow is None or step.target != Status.SUBMITTED:
        return state
    if state.workflow.status not in (Status.DRAFT, Status.RETURNED):
        return state
    flow = replace(
        state.workflow, status=Status.SUBMITTED, dot=dot, submitted_hash=step.content_hash
    )
    return replace(state, workflow=flow, version=max(state.version, edit.version))


def shown_dots(state: RecordState | None, field: str) -> tuple[str, ...]:
    """The dot of the one displayed value of `field`: what an ordinary save names as seen."""
    found = state.fields.get(field, ()) if state is not None else ()
    return (found[0].dot.id,) if found else ()


def all_dots(states: Mapping[str, RecordState]) -> tuple[str, ...]:
    """Every live dot of a record and its rows: what a deletion names as seen."""
    dots = {
        s.dot.id
        for state in states.values()
        for found in (*state.fields.values(), state.existence)
        for s in found
    }
    return tuple(sorted(dots))
