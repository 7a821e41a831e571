"""Reading records for a merge: the whole tree by columns, and the states that matter.

A fixed number of statements for a chunk of changes, however many records it touches.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import BlobReferenceRow, BlobRow, BlobWaiverRow, RecordRow, RootRow
from server.store.bulk import put_rows, rows_in, select_in
from server.store.histories import StoredSteps, lineage_from, load_stored, read_steps
from server.store.record_tree import Entry, Tree
from shared.records.state import RecordState, decode_own_state
from sync.histories import PLAIN, HistoryStep, Lineage

COLUMNS: Final = tuple(c.name for c in RecordRow.__table__.columns if c.name != "state")
_FLAGS: Final = ("changed_since_approval", "deleted", "disputed")
_ASIDE: Final = Lineage(plain=False)


def lock_roots(session: Session, roots: Collection[str]) -> None:
    """Lock roots in the order of their ids; roots nobody named before are entered first."""
    put_rows(session, RootRow, ("id",), [(root,) for root in sorted(roots)], ())
    if session.connection().dialect.name != "sqlite":  # there the one writer has all locks
        select_in(session, RootRow, ("id",), "id", roots, 'ORDER BY "id" FOR UPDATE')


def roots_of(session: Session, records: Collection[str]) -> dict[str, str]:
    """The root of each record that exists."""
    found = select_in(session, RecordRow, ("id", "root"), "id", records)
    return {row.id: row.root for row in found}


class Forest:
    """The trees of a chunk; what they need beyond what was read at first is read when asked for."""

    def __init__(
        self,
        session: Session,
        roots: Collection[str],
        touched: Collection[str],
        deleting: Collection[str],
    ) -> None:
        self._session = session
        self.trees = {root: Tree(root, {}, self._steps_of, self._states_of) for root in roots}
        for row in select_in(session, RecordRow, COLUMNS, "root", roots):
            columns = dict(row._mapping)
            columns.update((name, bool(columns[name])) for name in _FLAGS)
            self.trees[row.root].entries[row.id] = Entry(
                id=row.id,
                parent=row.parent,
                columns=columns,
                open_conflicts=row.open_conflicts,
                deleted=columns["deleted"],
                disputed=columns["disputed"],
                lineage=lineage_from(row.lineage),
            )
        entries = {e.id: e for tree in self.trees.values() for e in tree.entries.values()}
        self._entries = entries
        needed = _needed(self.trees.values(), set(touched), set(deleting))
        for record, state in self._states_of(sorted(needed)).items():
            entries[record].stored = state
        begins = [record for record in touched if record not in entries]
        self._stored: StoredSteps = load_stored(session, begins)
        self.aside: dict[tuple[str, str], HistoryStep] = {}
        """Steps of what is kept aside for records that do not exist, by record and change."""
        _load_files(session, self.trees)

    def lineage_of_new(self, record: str) -> Lineage:
        """The lineage with which a record begins: something may have been kept aside for it."""
        return _ASIDE if self._steps_of(record) else PLAIN

    def keep_aside(self, record: str, step: HistoryStep) -> None:
        """Keep what a change wrote to a record that does not exist: it carries the walk."""
        before = (s for s in self._steps_of(record) if s.dot.id == step.dot.id)
        known = tuple(write for s in before for write in s.writes)
        names = {write.field for write in known}
        writes = (*known, *(write for write in step.writes if write.field not in names))
        self.aside[record, step.dot.id] = replace(step, writes=writes)

    def _steps_of(self, record: str) -> Sequence[HistoryStep]:
        if record not in self._stored and not self.aside and record not in self._entries:
            return ()
        if record not in self._stored and record in self._entries:
            self._stored |= load_stored(self._session, [record])
        entry = self._find(record)
        created = None if entry is None else entry.state.created
        stored = {s.dot.id: s for s in read_steps(self._stored.get(record, []), created)}
        aside = {dot: step for (name, dot), step in self.aside.items() if name == record}
        return list((stored | aside).values())

    def _find(self, record: str) -> Entry | None:
        found = (tree.entries.get(record) for tree in self.trees.values())
        return next((entry for entry in found if entry is not None), None)

    def _states_of(self, records: Sequence[str]) -> dict[str, RecordState]:
        found = select_in(self._session, RecordRow, ("id", "state"), "id", records)
        return {record: decode_own_state(bytes(body)) for record, body in found}


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


def _load_files(session: Session, trees: dict[str, Tree]) -> None:
    named = select_in(session, BlobReferenceRow, ("root", "sha256"), "root", list(trees))
    if not named:
        return
    held = held_files(session, {sha for _, sha in named})
    for root, sha in named:
        trees[root].files[sha] = sha in held


def held_files(session: Session, hashes: Collection[str]) -> set[str]:
    """Which of these files are held, or need not be."""
    return {
        row.sha256
        for table in (BlobRow, BlobWaiverRow)
        for row in rows_in(session, select(table.sha256), table.sha256, hashes)
    }
