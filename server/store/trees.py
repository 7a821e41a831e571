"""Reading records for a merge: the whole tree by columns, and the histories that matter.

A fixed number of statements for a chunk of changes, however many records it touches.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.models import BlobReferenceRow, BlobRow, BlobWaiverRow, RecordRow, RootRow, WriteRow
from server.store.bulk import insert_new, rows_in
from server.store.record_tree import Entry, Tree
from shared.records.state import EXISTENCE, Dot, decode_state
from sync.merge import RecordHistory, Write, Writes, dominated

COLUMNS = [c for c in RecordRow.__table__.columns if c.name != "state"]


def lock_roots(session: Session, roots: Collection[str]) -> None:
    """Lock roots in the order of their ids; roots nobody named before are entered first."""
    insert_new(session, RootRow, ({"id": root} for root in sorted(roots)))
    wanted = select(RootRow.id).order_by(RootRow.id).with_for_update()
    for _ in rows_in(session, wanted, RootRow.id, roots):
        pass


def roots_of(session: Session, records: Collection[str]) -> dict[str, str]:
    """The root of each record that exists."""
    wanted = select(RecordRow.id, RecordRow.root)
    return {row.id: row.root for row in rows_in(session, wanted, RecordRow.id, records)}


def load_trees(
    session: Session,
    roots: Collection[str],
    touched: Collection[str],
    deleting: Collection[str],
    fields: Collection[str],
) -> tuple[dict[str, Tree], dict[str, dict[str, Writes]]]:
    """The trees of `roots`, with histories of what is touched, deleted, or about to be; and the
    writes of touched records that do not exist yet (they came before them, into quarantine).

    Superseded writes are left out of fields that are not in `fields`: they no longer matter.
    """
    trees = {root: Tree(root, {}) for root in roots}
    for row in rows_in(session, select(*COLUMNS), RecordRow.root, roots):
        columns = dict(row._mapping)
        trees[row.root].entries[row.id] = Entry(
            id=row.id,
            parent=row.parent,
            columns=columns,
            content=row.content,
            open_conflicts=row.open_conflicts,
            deleted=row.deleted,
            disputed=row.disputed,
        )
    needed = _needed(trees.values(), set(touched), set(deleting))
    writes = load_writes(session, needed | set(touched), fields)
    states = select(RecordRow.id, RecordRow.root, RecordRow.state)
    for row in rows_in(session, states, RecordRow.id, needed):
        if row.root in trees:
            entry = trees[row.root].entries[row.id]
            _with_history(entry, row.state, writes.pop(row.id, {}))
    _load_files(session, trees)
    return trees, writes


def _needed(trees: Iterable[Tree], touched: set[str], deleting: set[str]) -> set[str]:
    needed: set[str] = set()
    for tree in trees:
        for entry in list(tree.entries.values()):
            ends = entry.deleted or entry.disputed or entry.id in deleting
            if ends or entry.id in touched or entry.id == tree.root_id:
                needed.add(entry.id)
            if ends:
                needed |= {e.id for e in tree.below(entry.id)}
    return needed


def _with_history(entry: Entry, state_bytes: bytes, writes: dict[str, Writes]) -> None:
    state = decode_state(state_bytes)
    columns = entry.columns
    columns["state"] = state_bytes
    entry.history = RecordHistory(
        record=entry.id,
        type=columns["type"],
        form=columns["form"],
        version=columns["version"],
        scope=columns["scope"],
        parent=entry.parent,
        root=columns["root"],
        order=(columns["order_accepted"], columns["order_local"]),
        created=state.created,
        revision=columns["revision"],
        accepted=columns["accepted"],
        writes=writes,
        workflow=state.workflow,
    )
    entry.stored_live = live_of(writes)


def live_of(writes: dict[str, Writes]) -> frozenset[tuple[str, str]]:
    """(field, dot) of every write that is among its field's siblings."""
    found: set[tuple[str, str]] = set()
    for name, of_field in writes.items():
        gone = dominated(of_field)
        found |= {(name, dot) for dot, w in of_field.items() if w.applied and dot not in gone}
    return frozenset(found)


def load_writes(
    session: Session, records: Collection[str], fields: Collection[str]
) -> dict[str, dict[str, Writes]]:
    """Writes by record and field: live ones, and every one of `fields` and of existence."""
    wanted = select(WriteRow.__table__).where(
        or_(WriteRow.live, WriteRow.field.in_(sorted({*fields, EXISTENCE})))
    )
    found: dict[str, dict[str, dict[str, Write]]] = {}
    for row in rows_in(session, wanted, WriteRow.record, records):
        of_field = found.setdefault(row.record, {}).setdefault(row.field, {})
        of_field[row.dot] = _write(row)
    return {record: dict(of_record) for record, of_record in found.items()}


def _write(row: Any) -> Write:
    place = None if row.place is None else json.loads(row.place)
    return Write(
        dot=Dot(row.dot, row.author, row.saved_at, row.client, place),
        field=row.field,
        value=json.loads(row.value),
        seen=tuple(json.loads(row.seen)),
        salt=row.salt,
        applied=row.applied,
        accepted=row.accepted,
        revision=row.revision,
    )


def _load_files(session: Session, trees: dict[str, Tree]) -> None:
    # A file that the office goes on without is missed no more.
    wanted = (
        select(
            BlobReferenceRow.root,
            BlobReferenceRow.sha256,
            func.coalesce(BlobRow.sha256, BlobWaiverRow.sha256).label("held"),
        )
        .outerjoin(BlobRow, BlobRow.sha256 == BlobReferenceRow.sha256)
        .outerjoin(BlobWaiverRow, BlobWaiverRow.sha256 == BlobReferenceRow.sha256)
    )
    for row in rows_in(session, wanted, BlobReferenceRow.root, list(trees)):
        trees[row.root].files[row.sha256] = row.held is not None


def held_files(session: Session, hashes: Collection[str]) -> set[str]:
    """Which of these files are held, or need not be."""
    return {
        row.sha256
        for table in (BlobRow, BlobWaiverRow)
        for row in rows_in(session, select(table.sha256), table.sha256, hashes)
    }
