"""Writing what a merge changed: one executemany a table, then the places in the feed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from server.models import RecordRow
from server.store.bulk import defaults_of, put_rows, update_rows
from server.store.histories import lineage_text, put_steps
from server.store.record_tree import Entry, Tree
from server.store.scopes import Placed, place
from sync.digest import row_digest_of

_OWN: Final = (
    "id",
    "type",
    "form",
    "version",
    "scope",
    "parent",
    "root",
    "revision",
    "order_accepted",
    "order_local",
    "state",
    "state_hash",
    "lineage",
    "status",
    "changed_since_approval",
    "author",
    "created_at",
    "changed_at",
)
_EMPTY: Final = {n: v for n, v in defaults_of(RecordRow).items() if n not in _OWN}
"""Columns derived from states, as a new record begins; they may change without a new revision."""
_DERIVED: Final = tuple(_EMPTY)
_COLUMNS: Final = (*_OWN, *_DERIVED)


def empty_columns() -> dict[str, Any]:
    """The derived columns of a record that is about to be created."""
    return dict(_EMPTY)


def save_trees(
    session: Session, trees: Iterable[Tree], touched: Sequence[str], now_ms: int
) -> dict[str, int]:
    """Store every entry that changed; the place in the feed of each that has a new revision.

    Places follow the order of `touched`. `entry.columns` must hold the derived columns already.
    """
    entries = [entry for tree in trees for entry in tree.entries.values()]
    turn = {record: number for number, record in reversed(list(enumerate(touched)))}
    renewed = [entry for entry in entries if entry.renewed]
    renewed.sort(key=lambda entry: (turn.get(entry.id, len(turn)), entry.id))
    placed: list[Placed] = []
    rows: list[tuple[Any, ...]] = []
    for entry in renewed:
        row, places = _renewed(entry, now_ms)
        rows.append(row)
        placed += places
    put_rows(session, RecordRow, _COLUMNS, rows, ("id",))
    changed = sorted((e for e in entries if e.changed and not e.renewed), key=lambda e: e.id)
    derived = [(*(e.columns[n] for n in _DERIVED), lineage_text(e.lineage), e.id) for e in changed]
    update_rows(session, RecordRow, (*_DERIVED, "lineage"), derived, "id")
    put_steps(session, [(entry.id, step) for entry in entries for step in entry.steps.values()])
    return place(session, placed)


def _renewed(entry: Entry, now_ms: int) -> tuple[tuple[Any, ...], list[Placed]]:
    """The entry's row, and its new state in its scope; one that moved leaves where it was."""
    state, columns = entry.state, entry.columns
    body = entry.state_bytes()
    digest = hashlib.sha256(body)
    flow, record, revision = state.workflow, entry.id, state.revision
    own = (
        record,
        state.type,
        state.form,
        state.version,
        state.scope,
        state.parent,
        state.root,
        revision,
        state.order[0],
        state.order[1],
        body,
        digest.hexdigest(),
        lineage_text(entry.lineage),
        None if flow is None else str(flow.status),
        flow is not None and flow.changed_since_approval,
        state.created.author,
        state.created.saved_at,
        now_ms,
    )
    old = None
    if "state_hash" in columns:
        old = row_digest_of(record, columns["revision"], bytes.fromhex(columns["state_hash"]))
    new = row_digest_of(record, revision, digest.digest())
    row = (*own, *(columns[n] for n in _DERIVED))
    before: str | None = columns.get("scope")
    if before is None or before == state.scope:
        return row, [Placed(state.scope, record, revision, old, new)]
    left = Placed(before, record, revision, old, None)
    return row, [left, Placed(state.scope, record, revision, None, new)]
