"""A root record with its rows, as a merge works on it in memory: pure, no database.

Rows that no change touches are known by their columns alone; histories are loaded for the root,
for what is touched, and for what is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from shared.forms.hiding import Hidden
from shared.records.state import EXISTENCE, RecordState, encode_state
from shared.records.workflow import Status
from sync.commitments import content_hash
from sync.merge import (
    RecordHistory,
    Write,
    content_of,
    is_disputed,
    moved_apart,
    place_of,
    state_of,
)


@dataclass(slots=True)
class Entry:
    """One record of the tree: its stored columns, and its history where that is loaded."""

    id: str
    parent: str | None
    columns: dict[str, Any]
    content: str = ""
    open_conflicts: int = 0
    deleted: bool = False
    disputed: bool = False
    history: RecordHistory | None = None
    stored_live: frozenset[tuple[str, str]] = frozenset()
    added: dict[tuple[str, str], Write] = field(default_factory=dict)
    renewed: bool = False
    """True when there is a new revision to store and ship."""
    _state: RecordState | None = None

    @property
    def state(self) -> RecordState:
        """The state that the loaded history shows."""
        if self._state is None:
            self._state = state_of(self.state_history())
        return self._state

    def state_history(self) -> RecordHistory:
        """The loaded history."""
        assert self.history is not None, "this record was not loaded for the merge"
        return self.history

    def keep(self, history: RecordHistory, *, renewed: bool = True) -> None:
        """Take a new history; everything derived from one record alone follows."""
        self.history = history
        self._state = None
        self.renewed = self.renewed or renewed
        state = self.state
        self.content = content_of(state)
        self.open_conflicts = len(state.conflicts()) + moved_apart(history)
        self.deleted = state.deleted and not self.disputed

    def state_bytes(self) -> bytes:
        """The state as it is stored and shipped."""
        return encode_state(self.state)


@dataclass(slots=True)
class Tree:
    """A root and everything below it; `files` tells of each file named whether it is held,
    `hidden` of answers that the form does not ask for now (known once its rules were computed)."""

    root_id: str
    entries: dict[str, Entry]
    files: dict[str, bool] = field(default_factory=dict)
    hidden: tuple[Hidden, ...] = ()

    @property
    def root(self) -> Entry:
        """The root's entry; only for trees whose root exists."""
        return self.entries[self.root_id]

    def exists(self) -> bool:
        """Has the root been created yet?"""
        return self.root_id in self.entries

    def next_order(self) -> int:
        """The place of the next rows: behind all that were accepted before."""
        orders = [
            entry.history.order[0] if entry.history else int(entry.columns["order_accepted"])
            for entry in self.entries.values()
        ]
        return max(orders, default=0) + 1

    def live(self) -> Iterator[Entry]:
        """The root, and the rows that are not deleted and lie below nothing deleted."""
        for entry in self.entries.values():
            if entry.id == self.root_id or not self._gone(entry):
                yield entry

    def _gone(self, entry: Entry) -> bool:
        here: Entry | None = entry
        while here is not None and here.id != self.root_id:
            if here.deleted:
                return True
            here = self.entries.get(here.parent or "")
        return False

    def below(self, record: str) -> list[Entry]:
        """All records below one, at any depth."""
        found: list[Entry] = []
        wanted = {record}
        while wanted:
            children = [e for e in self.entries.values() if e.parent in wanted]
            found.extend(children)
            wanted = {child.id for child in children}
        return found

    def content_hash(self) -> str:
        """What a submit or an approval names: root and live rows with all their siblings."""
        return content_hash((entry.id, entry.content) for entry in self.live())

    def open_conflicts(self) -> int:
        """Fields in conflict over the root and its live rows."""
        return sum(entry.open_conflicts for entry in self.live())

    def missing_files(self) -> int:
        """Files named and not held."""
        return sum(not held for held in self.files.values())

    def disputed(self) -> bool:
        """Is any deletion in the tree disputed?"""
        return any(entry.disputed for entry in self.entries.values())

    def settle_deletions(self) -> None:
        """Find what is deleted and what is disputed anew; a disputed deletion keeps its record."""
        for entry in self.entries.values():
            if entry.history is None or EXISTENCE not in entry.history.writes:
                continue
            children = [e.state for e in self.below(entry.id) if e.history is not None]
            entry.disputed = is_disputed(entry.state, children, _shown_to_deleters(entry.history))
            entry.deleted = entry.state.deleted and not entry.disputed

    def settle_place(self) -> None:
        """After a move the whole tree lies where the root does, every record in a new revision."""
        scope = place_of(self.root.state_history())
        for entry in self.entries.values():
            history = entry.state_history()
            if history.scope != scope:
                entry.keep(replace(history, scope=scope, revision=history.revision + 1))

    def note_content_against_approval(self) -> None:
        """An approved root whose content differs from the approved one says so, in a revision."""
        history = self.root.history
        if history is None or history.workflow is None:
            return
        flow = history.workflow
        changed = flow.status is Status.APPROVED and flow.approved_hash != self.content_hash()
        if changed != flow.changed_since_approval:
            flow = replace(flow, changed_since_approval=changed)
            self.root.keep(replace(history, workflow=flow, revision=history.revision + 1))


def _shown_to_deleters(history: RecordHistory) -> frozenset[str]:
    """Every dot that a live deletion had been shown, through all that is known of the record."""
    seen_by: dict[str, set[str]] = {}
    for writes in history.writes.values():
        for dot, write in writes.items():
            seen_by.setdefault(dot, set()).update(write.seen)
    shown: set[str] = set()
    stack = [dot for w in history.writes.get(EXISTENCE, {}).values() if w.applied for dot in w.seen]
    while stack:
        dot = stack.pop()
        if dot not in shown:
            shown.add(dot)
            stack.extend(seen_by.get(dot, ()))
    return frozenset(shown)
