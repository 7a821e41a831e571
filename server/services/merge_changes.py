"""A chunk of changes becomes part of the records: lock, read, merge in memory, write, number.

The one way by which anything enters a record: tablets, staff in a browser, and jobs. The caller
holds the transaction (and, for a tablet, its client's row); here follow the roots in the order of
their ids, then reading in new statements, then writing, and last the scopes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from server.services.admit_change import Admitted, Kept, KnownRecords, admit, root_of_edit
from server.services.admit_former import NO_LONGER_HELD, admit_former
from server.services.apply_change import Applied, apply_change, carry_walk, write_aside
from server.services.find_relevance import settle_relevance
from server.services.journal_changes import note_merge
from server.services.judge_by_form import flag_of, starts_reviewed
from server.services.project_record import Projection, project_trees
from server.services.waiting_changes import Waiting, find_waiting
from server.store import changes as change_store
from server.store.form_shelf import FormShelf
from server.store.histories import put_steps
from server.store.record_tree import Tree
from server.store.rights import Rights
from server.store.saving import save_trees
from server.store.trees import Forest, held_files, lock_roots, roots_of
from shared.errors import DatabaseUnavailable
from shared.ids import Ids
from shared.records.state import EXISTENCE, MOVED, NOTE
from shared.records.workflow import Status
from sync.changes import Change, Operation
from sync.merge import dot_of
from sync.messages import Outcome


@dataclass(frozen=True, slots=True)
class Incoming:
    """A readable change on its way in. `kept` is a quarantine code that is certain already, `flag`
    one that is said of it though it is applied. `line` is what came; `change` may be what staff
    accepted it as."""

    change: Change
    line: bytes
    head_hash: str
    client: str
    source: str
    rights: Rights
    number: int | None = None
    kept: str | None = None
    quarantine: str | None = None
    flag: str | None = None


@dataclass(slots=True)
class Merged:
    """What became of one change. `quarantine` is the row that keeps it, if it is kept aside."""

    outcome: Outcome
    code: str | None = None
    by: str | None = None
    scope: str | None = None
    position: int | None = None
    quarantine: str | None = None
    root: str | None = None
    records: tuple[str, ...] = ()


@dataclass(slots=True)
class MergeResult:
    """The results in the order of the changes, how many places in the feed were given, and the
    files named that were not here (one that arrives meanwhile is to be counted anew)."""

    results: list[Merged]
    places: int
    missing: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Chunk:
    session: Session
    forms: FormShelf
    ids: Ids
    now_ms: int
    known: KnownRecords
    forest: Forest
    held: set[str]
    waiting: list[Waiting]
    done: list[tuple[Incoming, Merged]] = field(default_factory=list)


def merge_changes(
    session: Session,
    forms: FormShelf,
    ids: Ids,
    now_ms: int,
    incoming: Sequence[Incoming],
    *,
    release: bool = True,
) -> MergeResult:
    """Merge changes in their order, all or (by rolling back) none.

    With `release` what waited for one of their records comes in with them.
    """
    if not incoming:
        return MergeResult([], 0)
    chunk = _prepare(session, forms, ids, now_ms, incoming, release=release)
    results = [_take(chunk, item) for item in incoming]
    trees = [t for t in chunk.known.trees.values() if t.exists()]
    projection = Projection(session, forms, now_ms)
    project_trees(projection, trees)
    touched = [record for _, merged in chunk.done for record in merged.records]
    put_steps(session, [(record, step) for (record, _), step in chunk.forest.aside.items()])
    numbers = save_trees(session, trees, touched, now_ms)
    for _, merged in chunk.done:
        places = [numbers[r] for r in merged.records if r in numbers]
        if places:
            merged.position = max(places)
    _fill_unmoved(chunk)
    _store(chunk)
    settle_relevance(session, trees, now_ms)
    note_merge(session, now_ms, incoming, results, release=release)
    named = {s for i, _ in chunk.done for edit in i.change.records for s in edit.blobs}
    return MergeResult(results, len(numbers), frozenset(named - chunk.held))


def _prepare(
    session: Session,
    forms: FormShelf,
    ids: Ids,
    now_ms: int,
    incoming: Sequence[Incoming],
    *,
    release: bool,
) -> _Chunk:
    changes = [item.change for item in incoming]
    known = roots_of(session, _named(changes))
    roots = _roots_to_lock(changes, known)
    lock_roots(session, roots)
    unknown = _named(changes) - set(known)
    appeared = roots_of(session, unknown)
    if not set(appeared.values()) <= roots:
        raise DatabaseUnavailable("a record was created meanwhile", retry_after_s=1)
    waiting = find_waiting(session, roots, _created(changes)) if release else []
    changes += [item.change for item in waiting]
    touched = {edit.record for change in changes for edit in change.records}
    deleting = {
        e.record for c in changes for e in c.records if e.writes.keys() & {EXISTENCE, MOVED}
    }
    forest = Forest(session, roots, touched, deleting)
    trees = forest.trees
    root_of = {record: tree.root_id for tree in trees.values() for record in tree.entries}
    blobs = {sha for change in changes for edit in change.records for sha in edit.blobs}
    return _Chunk(
        session,
        forms,
        ids,
        now_ms,
        KnownRecords(root_of, trees),
        forest,
        held_files(session, blobs) if blobs else set(),
        waiting,
    )


def _named(changes: Iterable[Change]) -> set[str]:
    named = {edit.record for change in changes for edit in change.records}
    return named | {edit.parent for c in changes for edit in c.records if edit.parent}


def _created(changes: Iterable[Change]) -> set[str]:
    return {e.record for c in changes for e in c.records if e.operation is Operation.CREATE}


def _roots_to_lock(changes: Sequence[Change], known: dict[str, str]) -> set[str]:
    """Every root that these changes may touch; an unknown record is locked as if it were one."""
    made_by_all = {
        e.record: e for c in changes for e in c.records if e.operation is Operation.CREATE
    }
    roots: set[str] = set()
    for change in changes:
        own = {e.record: e for e in change.records if e.operation is Operation.CREATE}
        for edit in change.records:
            found = root_of_edit(edit, made_by_all | own, known)
            roots.add(found if isinstance(found, str) else found.waits_for or edit.record)
    return roots


def _take(chunk: _Chunk, item: Incoming) -> Merged:
    """One change; then, one after the other, those that waited for what has come to be by it."""
    merged = _take_one(chunk, item)
    while (one := _no_longer_waiting(chunk)) is not None:
        chunk.waiting.remove(one)
        released = Incoming(
            one.change,
            one.line,
            one.head_hash,
            one.client,
            "tablet",
            one.rights,
            number=one.number,
            quarantine=one.quarantine,
        )
        _take_one(chunk, released)
    return merged


def _no_longer_waiting(chunk: _Chunk) -> Waiting | None:
    """The first change kept aside whose record is here now."""
    return next((w for w in chunk.waiting if w.waits_for in chunk.known.root_of), None)


def _take_one(chunk: _Chunk, item: Incoming) -> Merged:
    """One change: applied, or kept aside."""
    change = item.change
    verdict = Kept(item.kept) if item.kept else admit(change, item.rights, chunk.known)
    if isinstance(verdict, Kept) and verdict.code == "scope.not_held" and item.rights.former:
        former = admit_former(chunk.session, change, item.client, item.rights, chunk.known)
        if former is not None:
            verdict, item = former, replace(item, flag=NO_LONGER_HELD)
    if isinstance(verdict, Kept):
        merged = _keep_aside(chunk, item, verdict)
        chunk.done.append((item, merged))
        return merged
    tree = chunk.known.trees[verdict.root]
    before = set(tree.entries)
    merged = _apply(chunk, item, tree, verdict)
    chunk.done.append((item, merged))
    created = set(tree.entries) - before
    chunk.known.root_of.update(dict.fromkeys(created, tree.root_id))
    return merged


def _apply(chunk: _Chunk, item: Incoming, tree: Tree, verdict: Admitted) -> Merged:
    change, role = item.change, item.rights.role
    assert role is not None
    for edit in change.records:
        for sha in edit.blobs:
            tree.files.setdefault(sha, sha in chunk.held)
    code = item.flag or flag_of(chunk.forms, chunk.session, change)
    applied: Applied = apply_change(
        tree,
        change,
        dot_of(change, item.client),
        verdict,
        role,
        lambda edit: starts_reviewed(
            chunk.forms, chunk.session, edit.form, edit.version, edit.type
        ),
        chunk.forest.lineage_of_new,
    )
    _note_submission(tree, change, chunk.now_ms)
    return Merged(
        applied.outcome,
        applied.code or code,
        applied.by,
        tree.root.state.scope,
        None,
        None,
        verdict.root,
        applied.records,
    )


def _note_submission(tree: Tree, change: Change, now_ms: int) -> None:
    flow = tree.root.state.workflow
    here = flow is not None and flow.dot is not None and flow.dot.id == change.id
    if here and flow is not None and flow.status is Status.SUBMITTED:
        tree.root.columns["submitted_at"] = now_ms


def _keep_aside(chunk: _Chunk, item: Incoming, verdict: Kept) -> Merged:
    change, dot = item.change, dot_of(item.change, item.client)
    merged = Merged(Outcome.QUARANTINED, verdict.code, quarantine=item.quarantine)
    if item.kept is None:
        for edit in change.records:
            root = chunk.known.root_of.get(edit.record)
            if root is not None:
                carry_walk(chunk.known.trees[root], edit, dot)
            elif any(name != NOTE for name in edit.writes):
                chunk.forest.keep_aside(edit.record, write_aside(edit, dot))
    if item.quarantine is None:
        merged.quarantine = chunk.ids.new()
        change_store.add_quarantine(
            chunk.session,
            change_store.Aside(
                id=merged.quarantine,
                change=change.id,
                client=item.client,
                number=item.number or 0,
                head_hash=item.head_hash,
                line=item.line,
                code=verdict.code,
                waits_for=verdict.waits_for,
                author=change.author,
                received_at=chunk.now_ms,
                record=change.records[0].record,
                scope=_scope_of(chunk, change),
            ),
        )
    else:
        change_store.requarantine(chunk.session, item.quarantine, verdict.code, verdict.waits_for)
    return merged


def _scope_of(chunk: _Chunk, change: Change) -> str | None:
    """The area in which staff find a change kept aside: its record's, else the one it names."""
    tree = chunk.known.trees.get(chunk.known.root_of.get(change.records[0].record, ""))
    if tree is not None and tree.exists():
        return tree.root.state.scope
    return next((edit.scope for edit in change.records if edit.scope is not None), None)


def _fill_unmoved(chunk: _Chunk) -> None:
    """A change that moved nothing is answered with the place where its record stands already."""
    still = {
        merged.root
        for _, merged in chunk.done
        if merged.root is not None and merged.position is None
    }
    standing = change_store.positions_of(chunk.session, still)
    for _, merged in chunk.done:
        if merged.root in standing and merged.position is None:
            merged.position = standing[merged.root]


def _store(chunk: _Chunk) -> None:
    applied = [(i, m) for i, m in chunk.done if m.outcome is not Outcome.QUARANTINED]
    change_store.add_changes(
        chunk.session,
        (
            {
                "id": item.change.id,
                "head_hash": item.head_hash,
                "line": item.line,
                "source": item.source,
                "client": item.client if item.source == "tablet" else None,
                "number": item.number,
                "author": item.change.author,
                "root": merged.root,
                "saved_at": item.change.saved_at,
                "received_at": chunk.now_ms,
                "outcome": str(merged.outcome),
                "code": merged.code,
                "superseded_by": merged.by,
                "scope": merged.scope,
                "position": merged.position,
            }
            for item, merged in applied
        ),
    )
    released = [i.quarantine for i, _ in applied if i.quarantine is not None]
    change_store.release(chunk.session, released, chunk.now_ms)
    change_store.point_received(
        chunk.session, [(i.quarantine, i.change.id) for i, _ in applied if i.quarantine]
    )
    moved = {m.root: m.scope for i, m in applied if _moves(i.change) and m.root is not None}
    change_store.move_references(chunk.session, moved)
    change_store.add_references(
        chunk.session,
        (
            {"sha256": sha, "record": edit.record, "root": merged.root, "scope": merged.scope}
            for item, merged in applied
            for edit in item.change.records
            for sha in edit.blobs
        ),
    )


def _moves(change: Change) -> bool:
    return any(edit.operation is Operation.MOVE for edit in change.records)
