"""May this change be applied, and to which root? The verdict before the merge.

Nothing is refused: what may not be applied is kept in quarantine under a code, and those behind it
go on. Codes: `device.revoked`, `author.unknown_here`, `author.inactive`, `scope.not_held`,
`scope.read_only`, `record.unknown` (waits for a record), `record.two_roots`,
`record.type_differs`, `record.parent_differs`, `record.scope_missing`, `operation.not_taken`,
`move.staff_only`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from server.store.record_tree import Tree
from server.store.rights import Rights
from server.store.scopes import PROGRAMME
from shared.records.state import MOVED
from shared.records.workflow import STAFF_ROLES
from sync.changes import Change, Operation, RecordEdit


@dataclass(frozen=True, slots=True)
class Kept:
    """The change goes to quarantine."""

    code: str
    waits_for: str | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """The change is applied to this root, in this scope; `creates` when the root is new."""

    root: str
    scope: str
    creates: bool


Verdict = Kept | Admitted


@dataclass(slots=True)
class KnownRecords:
    """Which records exist at this point of the chunk, and to which root each belongs."""

    root_of: dict[str, str] = field(default_factory=dict)
    trees: Mapping[str, Tree] = field(default_factory=dict)


AREAS: Final = "area:"


def admit(change: Change, rights: Rights, known: KnownRecords) -> Verdict:
    """Judge a readable change. The first reason found decides."""
    if rights.device_revoked:
        return Kept("device.revoked")
    if not rights.signed_in_here or rights.role is None:
        return Kept("author.unknown_here")
    if not rights.active:
        return Kept("author.inactive")
    found = target_of(change, known)
    if isinstance(found, Kept):
        return found
    if found.scope == PROGRAMME and rights.device_scopes is not None:
        return Kept("scope.read_only")
    if not rights.holds(found.scope):
        return Kept("scope.not_held")
    return _may_move(change, rights) or found


def _may_move(change: Change, rights: Rights) -> Kept | None:
    """Only the office moves records, and only into an area that whoever moves it works in."""
    for edit in change.records:
        if edit.operation is not Operation.MOVE:
            continue
        place = edit.writes.get(MOVED)
        if place is None or not str(place.value).startswith(AREAS):
            return Kept("operation.not_taken")
        if rights.role not in STAFF_ROLES:
            return Kept("move.staff_only")
        if not rights.holds(str(place.value)):
            return Kept("scope.not_held")
    return None


def target_of(change: Change, known: KnownRecords) -> Verdict:
    """The one root that all edits of a change belong to."""
    made = {e.record: e for e in change.records if e.operation is Operation.CREATE}
    roots: set[str] = set()
    for edit in change.records:
        root = root_of_edit(edit, made, known.root_of)
        if isinstance(root, Kept):
            return root
        problem = _fits(edit, known)
        if edit.operation is Operation.MOVE and edit.record != root:
            problem = "operation.not_taken"
        if problem:
            return Kept(problem)
        roots.add(root)
    if len(roots) != 1:
        return Kept("record.two_roots")
    root = roots.pop()
    tree = known.trees.get(root)
    if tree is not None and tree.exists():
        return Admitted(root, tree.root.state.scope, creates=False)
    scope = made[root].scope if root in made else None
    return Kept("record.scope_missing") if scope is None else Admitted(root, scope, creates=True)


def root_of_edit(
    edit: RecordEdit, made: Mapping[str, RecordEdit], root_of: Mapping[str, str]
) -> str | Kept:
    """The root of an edit's record, through the rows that the same change creates."""
    record = edit.record
    for _ in range(len(made) + 1):
        if record in root_of:
            return root_of[record]
        creating = made.get(record)
        if creating is None:
            return Kept("record.unknown", waits_for=record)
        if creating.parent is None:
            return record
        record = creating.parent
    return Kept("record.two_roots")


def _fits(edit: RecordEdit, known: KnownRecords) -> str:
    """A record that exists keeps its type and its parent for ever."""
    root = known.root_of.get(edit.record)
    entry = None if root is None else known.trees[root].entries.get(edit.record)
    if entry is None:
        return ""
    kind = entry.columns["type"] if entry.stored is None else entry.stored.type
    if kind != edit.type:
        return "record.type_differs"
    if edit.operation is Operation.CREATE and edit.parent != entry.parent:
        return "record.parent_differs"
    return ""
