"""One admitted change becomes part of its tree in memory: values, deletions, workflow, result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from server.services.admit_change import Admitted
from server.services.decide_transition import Step, take_step
from server.store.record_tree import Entry, Tree
from server.store.saving import empty_columns
from shared.records.state import EXISTENCE, Dot, WorkflowState
from shared.records.workflow import Role, Verdict
from sync.changes import Change, Operation, RecordEdit
from sync.merge import Effect, RecordHistory, Writes, apply_edit, new_history, siblings
from sync.messages import Outcome

_RANK = (Effect.APPLIED, Effect.APPLIED_PARALLEL, Effect.SUPERSEDED, Effect.CONFLICT)

StartsReviewed = Callable[[RecordEdit], bool]
"""Does a new root of this form go through review (else it is a register entry)?"""


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
    earlier: dict[str, dict[str, Writes]],
) -> Applied:
    """Merge a change into its tree. `earlier` has writes that came before their record did."""
    order = tree.next_order()
    worst, by = Effect.APPLIED, None
    records: list[str] = []
    for edit in parents_first(change):
        entry = tree.entries.get(edit.record)
        if entry is None:
            entry = _create(tree, edit, dot, admitted, order, starts_reviewed, earlier)
        outcome = _merge_values(entry, edit, dot)
        if entry.state.revision == 0:
            entry.keep(replace(entry.state_history(), revision=1))
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
    earlier: dict[str, dict[str, Writes]],
) -> Entry:
    reviewed = edit.record == tree.root_id and starts_reviewed(edit)
    history = new_history(
        edit,
        dot,
        scope=admitted.scope,
        root=tree.root_id,
        accepted_order=order,
        workflow=WorkflowState() if reviewed else None,
    )
    history = replace(history, writes=earlier.get(edit.record, {}))
    entry = Entry(edit.record, edit.parent, empty_columns(), history=history)
    tree.entries[edit.record] = entry
    entry.keep(history)
    return entry


def _merge_values(entry: Entry, edit: RecordEdit, dot: Dot) -> tuple[Effect, str | None] | None:
    """Merge one edit's values; None when it adds none (a comment, a bare transition)."""
    assert entry.history is not None
    history = without(entry.history, dot.id)
    result = apply_edit(history, edit, dot)
    if not result.added:
        return None
    entry.added.update({(w.field, dot.id): w for w in result.added})
    entry.keep(result.history)
    return result.effect, result.superseded_by


def without(history: RecordHistory, dot: str) -> RecordHistory:
    """The history without the quarantined writes of a change that is now applied."""
    kept = {
        name: {d: w for d, w in writes.items() if d != dot or w.applied}
        for name, writes in history.writes.items()
    }
    return replace(history, writes={name: writes for name, writes in kept.items() if writes})


def carry_walk(tree: Tree, change: Change, dot: Dot) -> None:
    """Keep the writes of a quarantined change: they carry the walk and dominate nothing.

    When a later write that had been shown them is already here, siblings may change by it, and
    the record has a new revision.
    """
    for edit in change.records:
        entry = tree.entries.get(edit.record)
        if entry is None or entry.history is None:
            continue
        before = entry.history
        result = apply_edit(before, edit, dot, applied=False)
        same = all(
            siblings(result.history.writes[w.field]) == siblings(before.writes.get(w.field, {}))
            for w in result.added
        )
        entry.added.update({(w.field, dot.id): w for w in result.added})
        revision = before.revision if same else result.history.revision
        entry.keep(replace(result.history, revision=revision), renewed=not same)


def _take_steps(tree: Tree, change: Change, dot: Dot, role: Role) -> Step | None:
    for edit in change.records:
        if edit.transition is not None:
            return take_step(tree, edit, dot, role)
    return None
