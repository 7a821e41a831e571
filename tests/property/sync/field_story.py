"""An honest story of one record, told to a core: two tablets and the office save, push and pull.

Acts come as small tuples, so that hypothesis can draw and shrink them. Beside the core runs the
truth: what each author was really shown. The laws compare the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from shared.canonical import JsonValue, canonical_text
from shared.ids import new_client
from shared.records.state import OFFICE, Dot, RecordState
from sync.changes import Change, FieldWrite, Operation, RecordEdit, SealedChange
from sync.merge import RecordHistory, dot_of, new_history
from sync.messages import ChangeResult, Outcome
from tests.property.sync.core import Core
from tests.support.memory_replica import Held
from tests.support.strategies import id_of

RECORD = id_of(1)
SCOPE = "area:20-1"
FIELDS = ("answer", "group", "many")
VALUES: dict[str, tuple[JsonValue, ...]] = {
    "answer": ("1", "2", None),
    "group": (
        {"value": "7.1", "unit": "pH"},
        {"value": "7.1", "unit": "mg/l"},
        {"value": "9", "unit": "pH"},
    ),
    "many": (["a"], ["b"], ["a", "c"]),
}
ACTORS = ("one", "two", OFFICE)
Act = tuple[str, int, int, int]
"""(what, actor, field, value): indices are taken modulo what there is."""


@dataclass(frozen=True, slots=True)
class Received:
    """A change as it reached the merge."""

    edit: RecordEdit
    dot: Dot
    applied: bool


@dataclass(slots=True)
class Form:
    """A form that is open: what it showed, of which field."""

    name: str
    state: RecordState | None
    base: int


@dataclass(slots=True)
class Tablet:
    """A tablet of the story: its base, its own changes, its open form."""

    client: str
    base: RecordState
    cursor: int = 0
    mark: int = 0
    own: list[Held] = field(default_factory=list)
    form: Form | None = None

    def waiting(self) -> list[tuple[Change, str]]:
        """What is laid over the base."""
        return [(h.change, h.client) for h in self.own if not h.lifted]


class Story:
    """Plays acts on a core and keeps the truth beside it."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.ids = 100
        self.tablets: dict[str, Tablet] = {}
        self.seq = 1
        self.truth: dict[str, frozenset[str]] = {}
        self.said: list[tuple[str, str, JsonValue]] = []
        self.field_of: dict[str, str] = {}
        self.applied: set[str] = set()
        self.aside: set[str] = set()
        self.received: list[Received] = []
        self.results: dict[str, ChangeResult] = {}
        self.office_form: Form | None = None
        self.numbers = dict.fromkeys(ACTORS, 0)
        first = self._change(
            OFFICE, {name: FieldWrite(VALUES[name][0]) for name in FIELDS}, 0, Operation.CREATE
        )
        edit, dot = first.records[0], dot_of(first, OFFICE)
        empty = new_history(edit, dot, scope=SCOPE, root=RECORD, accepted_order=1, workflow=None)
        self.history: RecordHistory = core.apply_edit(empty, edit, dot, True).history
        self.received.append(Received(edit, dot, True))
        self.origin = empty
        for name in FIELDS:
            self._note(first, name, frozenset())
        self.applied.add(first.id)
        state = core.state_of(self.history)
        self.tablets = {
            name: Tablet(new_client(id_of(10 + i), bytes(8)), state, self.seq)
            for i, name in enumerate(ACTORS[:2])
        }

    # -- acts --------------------------------------------------------------------------------

    def play(self, act: Act) -> None:
        """One act; what makes no sense now does nothing."""
        what, actor, name, value = act
        who, where = ACTORS[actor % 3], FIELDS[name % 3]
        tablet = self.tablets.get(who)
        if what == "open":
            self._open(who, where)
        elif what in ("save", "save_aside", "resolve"):
            self._save(who, value, aside=what == "save_aside", listing=what == "resolve")
        elif what in ("write", "write_aside"):
            self._open(who, where)
            self._save(who, value, aside=what == "write_aside", listing=False)
        elif what == "release":
            self._release()
        elif tablet is None:
            return
        elif what in ("push", "push_lost"):
            self._push(tablet, lost=what == "push_lost")
        elif what == "pull":
            self._pull(tablet)
        elif what == "first_page":
            self._lift(tablet)
        elif what == "mint":
            self._mint(tablet)

    def settle(self) -> None:
        """Faults stop: everybody pushes and pulls until nothing is new."""
        self._release()
        for _ in range(2):
            for tablet in self.tablets.values():
                self._push(tablet, lost=False)
                self._pull(tablet)

    def screen(self, tablet: Tablet) -> RecordState:
        """What the tablet shows."""
        found = self.core.overlay(tablet.base, tablet.waiting(), RECORD)
        assert found is not None
        return found

    def state(self) -> RecordState:
        """What the server has merged."""
        return self.core.state_of(self.history)

    def closure(self, dot: str) -> frozenset[str]:
        """All that the author of `dot` had been shown, through others: the truth."""
        out: set[str] = set()
        stack = list(self.truth.get(dot, ()))
        while stack:
            met = stack.pop()
            if met not in out:
                out.add(met)
                stack.extend(self.truth.get(met, ()))
        return frozenset(out)

    def _open(self, who: str, where: str) -> None:
        tablet = self.tablets.get(who)
        state = self.state() if tablet is None else self.screen(tablet)
        form = Form(where, state, state.revision)
        if tablet is None:
            self.office_form = form
        else:
            tablet.form = form

    def _save(self, who: str, value: int, *, aside: bool, listing: bool) -> None:
        tablet = self.tablets.get(who)
        form = self.office_form if tablet is None else tablet.form
        if form is None or (aside and tablet is None):
            return
        found = form.state.fields.get(form.name, ()) if form.state is not None else ()
        listed = tuple(s.dot.id for s in found)
        now = self.state() if tablet is None else self.screen(tablet)
        seen = listed if listing else self.core.seen_when_saving(form.state, now, form.name)
        write = FieldWrite(VALUES[form.name][value % 3], seen)
        operation = Operation.RESOLVE if listing else Operation.SET
        if tablet is not None:
            self.numbers[who] += 1
        change = self._change(who, {form.name: write}, form.base, operation)
        self._note(change, form.name, frozenset(listed if listing else listed[:1]))
        if aside:
            self.aside.add(change.id)
        if tablet is None:
            self.office_form = None
            self._receive(change, OFFICE, 0)
        else:
            tablet.form = None
            held = Held(SealedChange(change.id, b"", b""), change, tablet.client, self.numbers[who])
            tablet.own.append(held)

    def _change(
        self, who: str, writes: dict[str, FieldWrite], base: int, operation: Operation
    ) -> Change:
        self.ids += 1
        client = self.tablets[who].client if who in self.tablets else OFFICE
        fresh = id_of(self.ids)
        name = fresh if who == OFFICE else self.core.name_change(client, self.numbers[who], fresh)
        scope = SCOPE if operation is Operation.CREATE else None
        edit = RecordEdit(
            RECORD, "insp", "insp", 1, operation, base=base, scope=scope, writes=writes
        )
        return Change(name, id_of(50), 0, self.ids, 0, "boot", (edit,))

    def _note(self, change: Change, name: str, shown: frozenset[str]) -> None:
        self.truth[change.id] = shown
        self.said.append((change.id, name, change.records[0].writes[name].value))
        self.field_of[change.id] = name

    def _receive(self, change: Change, client: str, number: int) -> ChangeResult:
        dot = dot_of(change, client)
        known = self.results.get(change.id)
        if known is not None:
            return known
        kept = change.id in self.aside
        for edit in change.records:
            outcome = self.core.apply_edit(self.history, edit, dot, not kept)
            self.history = outcome.history
            self.received.append(Received(edit, dot, not kept))
        self.seq += 1
        if kept:
            result = ChangeResult(number, change.id, Outcome.QUARANTINED, code="scope.not_held")
        else:
            self.applied.add(change.id)
            result = ChangeResult(number, change.id, Outcome.APPLIED, SCOPE, self.seq)
        self.results[change.id] = result
        return result

    def _release(self) -> None:
        for index, item in enumerate(self.received):
            if item.dot.id in self.aside and not item.applied:
                outcome = self.core.apply_edit(self.history, item.edit, item.dot, True)
                self.history = outcome.history
                self.received[index] = replace(item, applied=True)
                self.applied.add(item.dot.id)
                self.aside.discard(item.dot.id)
                self.seq += 1

    def _push(self, tablet: Tablet, *, lost: bool) -> None:
        for held in tablet.own:
            if held.result is None:
                result = self._receive(held.change, held.client, held.number)
                tablet.mark = max(tablet.mark, held.number)
                if not lost:
                    held.result = result

    def _pull(self, tablet: Tablet) -> None:
        tablet.base, tablet.cursor = self.state(), self.seq
        self._lift(tablet)

    def _lift(self, tablet: Tablet) -> None:
        """A page came (perhaps without the rows of this record)."""
        for held in tablet.own:
            cursors = {SCOPE: tablet.cursor}
            held.lifted = held.lifted or self.core.rules.is_lifted(held, cursors, tablet.mark)

    def _mint(self, tablet: Tablet) -> None:
        """This database was a copy: unanswered changes go under a new name and new numbers."""
        who = next(name for name, t in self.tablets.items() if t is tablet)
        tablet.client = new_client(tablet.client.partition(".")[0], self.ids.to_bytes(8, "big"))
        tablet.mark, number = 0, 0
        for held in tablet.own:
            if held.result is None:
                number += 1
                held.client, held.number = tablet.client, number
        self.numbers[who] = number


def told(core: Core, acts: list[Act]) -> Story:
    """The story after all acts, unsettled."""
    story = Story(core)
    for act in acts:
        story.play(act)
    return story


def dots_of(state: RecordState) -> dict[str, frozenset[str]]:
    """The sibling dots of every field."""
    return {name: frozenset(s.dot.id for s in found) for name, found in state.fields.items()}


def told_apart(values: list[JsonValue]) -> int:
    """How many distinct values there are."""
    return len({canonical_text(value) for value in values})
