"""A root record with its rows, as a merge works on it in memory: pure, no database.

Rows that no change touches are known by their columns alone; states are loaded for the root, for
what is touched, and for what is deleted. A history is rebuilt only when an edit cannot be judged by
the state (`sync.histories`): what was stored of it is asked for then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.forms.hiding import Hidden
from shared.records.state import EXISTENCE, Dot, RecordState, WorkflowState, encode_state
from shared.records.workflow import Status
from sync.changes import RecordEdit
from sync.commitments import content_hash
from sync.histories import PLAIN, HistoryStep, Lineage, lineage_of, quick_edit, rebuilt, step_of
from sync.merge import (
    Effect,
    RecordHistory,
    apply_edit,
    content_of,
    is_disputed,
    place_of,
    state_of,
)

LoadSteps = Callable[[str], Sequence[HistoryStep]]
"""What is stored of a record's history."""
LoadStates = Callable[[Sequence[str]], dict[str, RecordState]]
"""The states of records as they are stored."""


@dataclass(slots=True)
class Entry:
    """One record of the tree: its stored columns, its state where that is loaded, and its complete
    history where that is needed."""

    id: str
    parent: str | None
    columns: dict[str, Any]
    open_conflicts: int = 0
    deleted: bool = False
    disputed: bool = False
    stored: RecordState | None = None
    history: RecordHistory | None = None
    lineage: Lineage = PLAIN
    steps: dict[str, HistoryStep] = field(default_factory=dict)
    """Steps to be stored, by the change's id."""
    earlier: dict[str, HistoryStep] = field(default_factory=dict)
    """Steps of the complete history as it was loaded."""
    renewed: bool = False
    """True when there is a new revision to store and ship."""
    changed: bool = False
    """True when a derived column differs from what is stored."""

    @property
    def state(self) -> RecordState:
        """The state as merged so far."""
        assert self.stored is not None, "this record was not loaded for the merge"
        return self.stored

    @property
    def order(self) -> int:
        """The place among the rows, by acceptance."""
        return int(self.columns["order_accepted"]) if self.stored is None else self.stored.order[0]

    def keep(self, state: RecordState, *, renewed: bool = True) -> None:
        """Take a new state; everything derived from one record alone follows."""
        self.stored = state
        self.renewed = self.renewed or renewed
        self.open_conflicts = len(state.conflicts()) + self.lineage.apart
        self.deleted = state.deleted and not self.disputed

    def keep_history(self, history: RecordHistory, dot: Dot, *, renewed: bool = True) -> None:
        """Take a complete history that one change led to, and the step it made."""
        before, after = self.state, state_of(history)
        kept = self.steps.get(dot.id) or self.earlier.get(dot.id)
        self.history, self.lineage = history, lineage_of(history)
        self.keep(after, renewed=renewed)
        self.steps[dot.id] = step_of(history, dot, before, after, kept)

    def keep_workflow(self, flow: WorkflowState, version: int = 0) -> None:
        """Take a step of the workflow: a revision of its own. The `version` under which somebody
        took it is the record's from then on, when it is a later one."""
        version = max(self.state.version, version)
        revision = self.state.revision + 1
        state = replace(self.state, workflow=flow, revision=revision, version=version)
        if self.history is not None:
            self.history = replace(self.history, workflow=flow, revision=revision, version=version)
        self.keep(state)

    def keep_scope(self, scope: str) -> None:
        """Lie in another scope: a revision of its own."""
        state = replace(self.state, scope=scope, revision=self.state.revision + 1)
        if self.history is not None:
            self.history = replace(self.history, scope=scope, revision=state.revision)
        self.keep(state)

    def keep_dispute(self, disputed: bool) -> None:
        """Say whether the deletion is disputed; a new verdict is a new revision, unless there is
        one already that nobody has seen."""
        state, self.disputed = self.state, disputed
        if state.disputed != disputed:
            revision = state.revision + (0 if self.renewed else 1)
            if self.history is not None:
                self.history = replace(self.history, revision=revision)
            self.keep(replace(state, disputed=disputed, revision=revision))
        self.deleted = self.state.deleted

    def begin(self) -> None:
        """A record that was created without a value has a revision all the same."""
        if self.history is not None:
            self.history = replace(self.history, revision=1)
        self.keep(replace(self.state, revision=1))

    def state_bytes(self) -> bytes:
        """The state as it is stored and shipped."""
        return encode_state(self.state)


@dataclass(slots=True)
class Tree:
    """A root and everything below it; `files` tells of each file named whether it is held,
    `hidden` of answers that the form does not ask for now (known once its rules were computed)."""

    root_id: str
    entries: dict[str, Entry]
    load_steps: LoadSteps
    load_states: LoadStates
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
        return max((entry.order for entry in self.entries.values()), default=0) + 1

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

    def history_of(self, entry: Entry) -> RecordHistory:
        """The complete history of a record, rebuilt when it is asked for."""
        if entry.history is None:
            steps = {step.dot.id: step for step in self.load_steps(entry.id)}
            entry.earlier = steps | entry.steps
            entry.history = rebuilt(entry.state, entry.earlier.values())
        return entry.history

    def merge(self, entry: Entry, edit: RecordEdit, dot: Dot) -> tuple[Effect, str | None] | None:
        """Merge an applied edit; its effect and who superseded it, or None when it wrote nothing.

        The quick way where the state tells all, else the law over the complete history.
        """
        if entry.history is None:
            quick = quick_edit(entry.state, entry.lineage, edit, dot)
            if quick is not None:
                if not quick.added:
                    return None
                entry.lineage = quick.lineage
                entry.keep(quick.state)
                if quick.step is not None:
                    entry.steps[dot.id] = quick.step
                return quick.effect, None
        result = apply_edit(without(self.history_of(entry), dot.id), edit, dot)
        if not result.added:
            return None
        entry.keep_history(result.history, dot)
        return result.effect, result.superseded_by

    def live_states(self) -> dict[str, RecordState]:
        """The states of the root and its live rows; those not loaded yet are."""
        live = list(self.live())
        rest = [entry.id for entry in live if entry.stored is None]
        if rest:
            found = self.load_states(rest)
            for entry in live:
                if entry.id in found:
                    entry.stored = found[entry.id]
        return {entry.id: entry.state for entry in live}

    def content_hash(self) -> str:
        """What a submit or an approval names: root and live rows with all their siblings."""
        return content_of_states(self.live_states())

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
            if entry.stored is None or not entry.stored.existence:
                continue
            children = [e.stored for e in self.below(entry.id) if e.stored is not None]
            shown = shown_to_deleters(self.history_of(entry))
            entry.keep_dispute(is_disputed(entry.stored, children, shown))

    def settle_place(self) -> None:
        """After a move the whole tree lies where the root does, every record in a new revision."""
        scope = place_of(self.history_of(self.root))
        for entry in self.entries.values():
            if entry.state.scope != scope:
                entry.keep_scope(scope)

    def note_content_against_approval(self) -> None:
        """An approved root whose content differs from the approved one says so, in a revision."""
        flow = None if self.root.stored is None else self.root.stored.workflow
        if flow is None:
            return
        changed = flow.status is Status.APPROVED and flow.approved_hash != self.content_hash()
        if changed != flow.changed_since_approval:
            self.root.keep_workflow(replace(flow, changed_since_approval=changed))


def content_of_states(states: dict[str, RecordState]) -> str:
    """The content hash of a root and its live rows."""
    return content_hash((record, content_of(state)) for record, state in states.items())


def without(history: RecordHistory, dot: str) -> RecordHistory:
    """The history without the quarantined writes of a change that is now applied."""
    if not any(dot in writes for writes in history.writes.values()):
        return history
    kept = {
        name: {d: w for d, w in writes.items() if d != dot or w.applied}
        for name, writes in history.writes.items()
    }
    return replace(history, writes={name: writes for name, writes in kept.items() if writes})


def shown_to_deleters(history: RecordHistory) -> frozenset[str]:
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
