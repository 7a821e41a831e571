"""One admitted change becomes part of its tree in memory: values, deletions, workflow, result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from server.services.admit_change import Admitted
from server.services.decide_transition import Step, take_step
from server.store.record_tree import Entry, Tree
from server.store.saving import empty_columns
from shared.records.state import EXISTENCE, NOTE, Dot, WorkflowState
from shared.records.workflow import Role, Verdict
from sync.changes import Change, Operation, RecordEdit
from sync.histories import HistoryStep, Lineage, new_state
from sync.merge import Effect, Write, apply_edit, siblings
from sync.messages import Outcome

_RANK = (Effect.APPLIED, Effect.APPLIED_PARALLEL, Effect.SUPERSEDED, Effect.CONFLICT)

StartsReviewed = Callable[[RecordEdit], bool]
"""Does a new root of this form go through review (else it is a register entry)?"""
LineageOfNew = Callable[[str], Lineage]
"""How a record begins: something may have come before it, and been kept aside."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a change did: the result's outcome and code, and the records it has to do with."""

    outcome: Outcome
    code: str | None = None
    by: str | None = None
    records: tuple[str, ...] = ()


def apply_change(
    tree: Tree,
    change: Change,
    dot: Dot,
    admitted: Admitted,
    role: Role,
    starts_reviewed: StartsReviewed,
    lineage_of_new: LineageOfNew,
) -> Applied:
    """Merge a change into its tree."""
    order = tree.next_order()
    worst, by = Effect.APPLIED, None
    records: list[str] = []
    for edit in parents_first(change):
        entry = tree.entries.get(edit.record)
        if entry is None:
            entry = _create(tree, edit, dot, admitted, order, starts_reviewed)
            entry.lineage = lineage_of_new(edit.record)
        outcome = tree.merge(entry, edit, dot)
        if entry.state.revision == 0:
            entry.begin()
        records.append(edit.record)
        if outcome is not None and _RANK.index(outcome[0]) > _RANK.index(worst):
            worst, by = outcome
    if any(EXISTENCE in edit.writes for edit in change.records) or tree_has_deletions(tree):
        tree.settle_deletions()
    if any(edit.operation is Operation.MOVE for edit in change.records):
        tree.settle_place()
    step = _take_steps(tree, change, dot, role)
    tree.note_content_against_approval()
    touched = (*records, tree.root_id)
    if step is not None and step.verdict is Verdict.REFUSED:
        return Applied(Outcome.REFUSED_TRANSITION, step.code, None, touched)
    if step is not None and step.verdict is Verdict.ALREADY:
        return Applied(Outcome.ALREADY, None, None, touched)
    return Applied(Outcome(str(worst)), None, by, touched)


def parents_first(change: Change) -> list[RecordEdit]:
    """The edits so that no row is created before its parent."""
    made = {e.record: e for e in change.records if e.operation is Operation.CREATE}

    def depth(edit: RecordEdit) -> int:
        steps, here = 0, edit
        while here.parent in made and steps < len(made):
            here, steps = made[here.parent], steps + 1
        return steps

    return sorted(change.records, key=depth)


def tree_has_deletions(tree: Tree) -> bool:
    """Is anything in the tree deleted, or about to be?"""
    return any(e.deleted or e.disputed for e in tree.entries.values())


def _create(
    tree: Tree,
    edit: RecordEdit,
    dot: Dot,
    admitted: Admitted,
    order: int,
    starts_reviewed: StartsReviewed,
) -> Entry:
    reviewed = edit.record == tree.root_id and starts_reviewed(edit)
    state = new_state(
        edit,
        dot,
        scope=admitted.scope,
        root=tree.root_id,
        accepted_order=order,
        workflow=WorkflowState() if reviewed else None,
    )
    entry = Entry(edit.record, edit.parent, empty_columns(), stored=state)
    tree.entries[edit.record] = entry
    return entry


def carry_walk(tree: Tree, edit: RecordEdit, dot: Dot) -> None:
    """Keep the writes of a quarantined change: they carry the walk and dominate nothing.

    When a later write that had been shown them is already here, siblings may change by it, and
    the record has a new revision.
    """
    entry = tree.entries.get(edit.record)
    if entry is None or entry.stored is None:
        return
    before = tree.history_of(entry)
    result = apply_edit(before, edit, dot, applied=False)
    same = all(
        siblings(result.history.writes[w.field]) == siblings(before.writes.get(w.field, {}))
        for w in result.added
    )
    revision = before.revision if same else result.history.revision
    entry.keep_history(replace(result.history, revision=revision), dot, renewed=not same)
    entry.changed = True


def write_aside(edit: RecordEdit, dot: Dot) -> HistoryStep:
    """The step of a change kept aside for a record that does not exist yet."""
    writes = (
        Write(dot, name, write.value, write.seen, write.salt, applied=False)
        for name, write in edit.writes.items()
        if name != NOTE
    )
    return HistoryStep(dot, tuple(writes))


def _take_steps(tree: Tree, change: Change, dot: Dot, role: Role) -> Step | None:
    for edit in change.records:
        if edit.transition is not None:
            return take_step(tree, edit, dot, role)
    return None
