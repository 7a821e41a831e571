"""Disputed deletions of a record: who deleted having seen what, and what came besides."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.store.record_tree import Entry, Tree, shown_to_deleters
from server.store.trees import Forest
from shared.canonical import JsonValue
from shared.records.state import Dot


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody deleted or restored."""

    dot: Dot
    act: str
    reason: str


@dataclass(frozen=True, slots=True)
class Besides:
    """A value that whoever deleted had not been shown."""

    record: str
    type: str
    field: str
    value: JsonValue
    dot: Dot


@dataclass(frozen=True, slots=True)
class Dispute:
    """One disputed record. `seen` is everything that a decision must list."""

    record: str
    type: str
    acts: tuple[Act, ...]
    besides: tuple[Besides, ...]
    seen: tuple[str, ...]


def read_disputes(session: Session, root: str) -> tuple[Dispute, ...]:
    """Every open dispute in a root and its rows."""
    tree = Forest(session, {root}, set(), set()).trees[root]
    return tuple(
        _dispute(tree, entry)
        for entry in sorted(tree.entries.values(), key=lambda one: one.id)
        if entry.disputed and entry.stored is not None
    )


def _dispute(tree: Tree, entry: Entry) -> Dispute:
    below = [one for one in tree.below(entry.id) if one.stored is not None]
    known = shown_to_deleters(tree.history_of(entry))
    own = {s.dot.id for s in entry.state.existence}
    live = [
        Besides(one.id, one.state.type, name, sibling.value, sibling.dot)
        for one in (entry, *below)
        for name, found in one.state.fields.items()
        for sibling in found
    ]
    acts = tuple(
        Act(s.dot, _text(s.value, "act"), _text(s.value, "reason")) for s in entry.state.existence
    )
    inner = {s.dot.id for one in below for s in one.state.existence}
    return Dispute(
        entry.id,
        entry.state.type,
        acts,
        tuple(one for one in live if one.dot.id not in known | own),
        tuple(sorted({one.dot.id for one in live} | own | inner)),
    )


def _text(value: JsonValue, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
