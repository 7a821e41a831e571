"""Writing what a merge changed: one executemany a table, then the places in the feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from server.models import RecordRow, WriteRow
from server.store.bulk import put
from server.store.record_tree import Entry, Tree
from server.store.scopes import Placed, place
from server.store.trees import live_of
from shared.canonical import canonical_bytes, canonical_text, sha256_hex
from sync.digest import row_digest
from sync.merge import Write


def empty_columns() -> dict[str, Any]:
    """The columns of a record that is about to be created."""
    return {
        "submitted_at": None,
        "tree_content": None,
        "open_conflicts": 0,
        "tree_conflicts": 0,
        "deleted": False,
        "disputed": False,
        "problems": 0,
        "missing_files": 0,
        "relevance_conflicts": 0,
        "title": "",
        "subtitle": "",
        "occurred_on": None,
        "sort_key": "",
        "search_key": "",
    }


def save_trees(
    session: Session, trees: Iterable[Tree], touched: Sequence[str], now_ms: int
) -> dict[str, int]:
    """Store every entry that changed; the place in the feed of each that has a new revision.

    Places follow the order of `touched`. `entry.columns` must hold the derived columns already.
    """
    turn = {record: number for number, record in reversed(list(enumerate(touched)))}
    entries = sorted(
        (entry for tree in trees for entry in tree.entries.values()),
        key=lambda entry: (turn.get(entry.id, len(turn)), entry.id),
    )
    placed: list[Placed] = []
    rows: list[dict[str, Any]] = []
    writes: list[dict[str, Any]] = []
    for entry in entries:
        if entry.renewed:
            placed += _place_anew(entry, now_ms)
        writes.extend(_write_rows(entry))
        if entry.renewed or entry.columns.pop("changed", False):
            rows.append(entry.columns)
    put(session, RecordRow, rows, ("id",))
    put(session, WriteRow, writes, ("record", "field", "dot"))
    return place(session, placed)


def _place_anew(entry: Entry, now_ms: int) -> list[Placed]:
    """The entry's new state in its scope; one that moved leaves the scope where it was."""
    old, before = _old_digest(entry), entry.columns.get("scope")
    _renew(entry, now_ms)
    scope, revision = entry.columns["scope"], entry.columns["revision"]
    new = row_digest(entry.id, revision, entry.columns["state"])
    if old is None or before == scope:
        return [Placed(scope, entry.id, revision, old, new)]
    return [
        Placed(str(before), entry.id, revision, old, None),
        Placed(scope, entry.id, revision, None, new),
    ]


def _old_digest(entry: Entry) -> int | None:
    if "state" not in entry.columns:
        return None
    return row_digest(entry.id, entry.columns["revision"], entry.columns["state"])


def _renew(entry: Entry, now_ms: int) -> None:
    state, history, columns = entry.state, entry.history, entry.columns
    assert history is not None
    body = entry.state_bytes()
    flow = state.workflow
    columns.pop("changed", None)
    columns.update(
        id=entry.id,
        type=state.type,
        form=state.form,
        version=state.version,
        scope=state.scope,
        parent=state.parent,
        root=state.root,
        revision=state.revision,
        accepted=history.accepted,
        order_accepted=state.order[0],
        order_local=state.order[1],
        state=body,
        state_hash=sha256_hex(body),
        content=entry.content,
        status=None if flow is None else str(flow.status),
        changed_since_approval=flow is not None and flow.changed_since_approval,
        author=state.created.author,
        created_at=state.created.saved_at,
        changed_at=now_ms,
    )


def _write_rows(entry: Entry) -> Iterable[dict[str, Any]]:
    if entry.history is None or not (entry.renewed or entry.added):
        return
    writes = {name: dict(of_field) for name, of_field in entry.history.writes.items()}
    live = live_of(dict(entry.history.writes))
    changed = set(entry.added) | (live ^ entry.stored_live)
    for name, dot in sorted(changed):
        yield write_row(entry.id, writes[name][dot], (name, dot) in live)


def write_row(record: str, write: Write, live: bool) -> dict[str, Any]:
    """The columns of one write."""
    dot = write.dot
    return {
        "record": record,
        "field": write.field,
        "dot": dot.id,
        "author": dot.author,
        "client": dot.client,
        "saved_at": dot.saved_at,
        "place": None if not dot.place else canonical_text(dict(dot.place)),
        "value": canonical_bytes(write.value),
        "salt": write.salt,
        "seen": canonical_text(list(write.seen)),
        "applied": write.applied,
        "live": live,
        "accepted": write.accepted,
        "revision": write.revision,
    }
