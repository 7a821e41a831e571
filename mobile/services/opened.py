"""A record as a person was shown it when they opened it: what later saves name as `seen`.

The snapshot never changes while the form is open. A pull that lands meanwhile cannot make an
overwrite look informed; only one's own saves extend it (their dots are one's own to name).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.clocks import Moment
from shared.forms.definition import FormDefinition
from shared.records.state import EXISTENCE, RecordState
from sync.changes import Change
from sync.commitments import content_hash
from sync.merge import content_of
from sync.overlay import all_dots, overlay_tree, shown_dots


@dataclass(slots=True)
class OpenRecord:
    """One opening of one root record by one person. `is_new` until its first answer is saved."""

    root: str
    type: str
    form: str
    version: int
    scope: str
    author: str
    opened: Moment
    definition: FormDefinition | None
    states: Mapping[str, RecordState]
    is_new: bool = False
    sealed: list[tuple[Change, str]] = field(default_factory=list)
    begun: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def seen(self, record: str, name: str) -> tuple[str, ...]:
        """The dots a save of this field names: one's own last sealed one, else what was shown."""
        for change, _ in reversed(self.sealed):
            for edit in change.records:
                if edit.record == record and name in edit.writes:
                    return (change.id,)
        if name == EXISTENCE:
            return ()
        return shown_dots(self.states.get(record), name)

    @property
    def order_from(self) -> int:
        """New rows go behind those that this tablet added before."""
        return max((s.order[1] for s in self.states.values()), default=0)

    def base(self, record: str) -> int:
        """The revision of a record that was shown; 0 for one that begins here."""
        state = self.states.get(record)
        return 0 if state is None else state.revision

    def seen_states(self) -> dict[str, RecordState]:
        """What the author has before them: the snapshot under their own saves of this opening."""
        return overlay_tree(self.states, self.sealed, self.root)

    def content(self) -> str:
        """The hash of the whole content that the author has before them."""
        return content_shown(self.seen_states(), self.root)

    def type_of(self, record: str) -> tuple[str, str | None]:
        """Record type and parent of a record of this tree."""
        if record == self.root:
            return self.type, None
        if record in self.begun:
            return self.begun[record]
        state = self.states[record]
        return state.type, state.parent


def opening(
    top: RecordState,
    states: Mapping[str, RecordState],
    author: str,
    opened: Moment,
    definition: FormDefinition | None,
) -> OpenRecord:
    """A record opened to be filled under a version; what is answered names that version."""
    return OpenRecord(
        root=top.record,
        type=top.type,
        form=top.form,
        version=top.version if definition is None else definition.version,
        scope=top.scope,
        author=author,
        opened=opened,
        definition=definition,
        states=states,
    )


def content_shown(states: Mapping[str, RecordState], root: str) -> str:
    """`content_hash` over a root and its live rows (a row below a deleted one is not live)."""
    parts = [
        (record, content_of(state))
        for record, state in states.items()
        if record == root or not _is_gone(state, states, root)
    ]
    return content_hash(parts)


def _is_gone(state: RecordState, states: Mapping[str, RecordState], root: str) -> bool:
    met: RecordState | None = state
    for _ in range(16):
        if met is None or met.record == root:
            return False
        if met.deleted:
            return True
        met = states.get(met.parent) if met.parent else None
    return False


def dots_below(states: Mapping[str, RecordState], record: str) -> tuple[str, ...]:
    """Every live dot of a record and of all rows under it: what its deletion names as seen."""
    chosen = {record}
    grew = True
    while grew:
        below = {r for r, state in states.items() if state.parent in chosen}
        grew = not below <= chosen
        chosen |= below
    return all_dots({r: states[r] for r in chosen if r in states})
