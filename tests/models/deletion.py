"""A record with late rows, and people who delete it: what of their work may be hidden by whom.

Two tablets and the office write one field of a record, add rows below it, delete and restore it. A
deletion names the dots its author was shown; whatever lies outside of them, earlier or later,
disputes it. The law: nothing live is hidden by a deletion whose author had not seen it, and no
deletion whose author saw everything is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from shared.records.state import EXISTENCE, Dot
from sync.changes import FieldWrite, Operation, RecordEdit
from sync.merge import RecordHistory, apply_edit, is_disputed, new_history, state_of

ROOT = "r"


@dataclass(frozen=True, order=True)
class Act:
    """One save: its dot, its kind (write, row, delete, restore) and the dots that were shown."""

    dot: str
    kind: str
    seen: frozenset[str] = frozenset()


Log = tuple[Act, ...]
Verdict = str
"""here, deleted or disputed"""
Rule = Callable[[Log], Verdict]
FIRST: Log = (Act("x", "write"),)


@dataclass(frozen=True)
class Tablet:
    """How much of the office's log it has read, and what waits."""

    at: int = 1
    waiting: Log = ()


@dataclass(frozen=True)
class State:
    """Both tablets, the office's log, and how many saves are left."""

    tablets: tuple[Tablet, Tablet]
    log: Log
    left: int
    deletes: int


def covered(log: Log, starts: frozenset[str]) -> frozenset[str]:
    """These dots, and all that their authors had been shown, through others."""
    seen = {act.dot: act.seen for act in log}
    out: set[str] = set()
    stack = list(starts)
    while stack:
        dot = stack.pop()
        if dot not in out:
            out.add(dot)
            stack.extend(seen.get(dot, ()))
    return frozenset(out)


def live(log: Log, kinds: tuple[str, ...]) -> Log:
    """Acts of these kinds that nobody of the same register replaced having seen them."""
    group = tuple(act for act in log if act.kind in kinds)
    gone = covered(log, frozenset(dot for act in group for dot in act.seen))
    return tuple(act for act in group if act.dot not in gone)


def work(log: Log) -> Log:
    """Live values: of the field, and every row."""
    return (*live(log, ("write",)), *(act for act in log if act.kind == "row"))


@dataclass(frozen=True)
class Deletion:
    """The model, with the rule that says what a log means."""

    rule: Rule
    saves: int = 3

    def start(self) -> State:
        """One value, known to all."""
        return State((Tablet(), Tablet()), FIRST, self.saves, 2)

    def moves(self, state: State) -> Iterator[tuple[str, State]]:
        """Saves on tablets and in the office; sending and reading, in any order."""
        for who, tablet in enumerate(state.tablets):
            view = _known(state.log[: tablet.at], tablet.waiting)
            for act, cost in self._saves(state, view, f"{'ab'[who]}{state.left}"):
                new = replace(tablet, waiting=(*tablet.waiting, act))
                yield f"{act.kind} {who}", _with(_spent(state, act, cost), who, new)
            if tablet.waiting:
                log = _known(state.log, tablet.waiting)
                yield (
                    f"send {who}",
                    replace(_with(state, who, replace(tablet, waiting=())), log=log),
                )
            if tablet.at < len(state.log):
                yield f"read {who}", _with(state, who, replace(tablet, at=len(state.log)))
        for act, cost in self._saves(state, state.log, f"o{state.left}"):
            spent = _spent(state, act, cost)
            yield f"{act.kind} office", replace(spent, log=(*state.log, act))

    def _saves(self, state: State, view: Log, dot: str) -> Iterator[tuple[Act, int]]:
        if not state.left:
            return
        shown = frozenset(act.dot for act in live(view, ("write",)))
        existence = frozenset(act.dot for act in live(view, ("delete", "restore")))
        deleted = any(act.kind == "delete" for act in live(view, ("delete", "restore")))
        if not deleted:
            yield Act(dot, "write", shown), 0
            yield Act(dot, "row"), 0
        if state.deletes and not deleted:
            everything = frozenset(act.dot for act in work(view))
            yield Act(dot, "delete", everything | existence), 1
        if deleted:
            yield Act(dot, "restore", existence), 0

    def broken(self, state: State) -> str:
        """What the office's verdict does to live work and to deletions."""
        verdict = self.rule(state.log)
        acts = live(state.log, ("delete", "restore"))
        kinds = {act.kind for act in acts}
        shown = covered(state.log, frozenset(d for act in acts for d in act.seen))
        unseen = {act.dot for act in work(state.log)} - shown
        if verdict == "deleted" and unseen:
            return f"I1: {sorted(unseen)} hidden by a deletion that never saw it"
        if verdict == "deleted" and kinds != {"delete"}:
            return "a deletion holds though somebody restored the record"
        if verdict == "here" and kinds == {"delete"}:
            return "I1: a deletion is forgotten without a word"
        if verdict == "here" and kinds == {"delete", "restore"}:
            return "one person deleted, another restored, and nobody is told"
        return ""


def _with(state: State, who: int, tablet: Tablet) -> State:
    first, second = state.tablets
    return replace(state, tablets=(tablet, second) if who == 0 else (first, tablet))


def _spent(state: State, act: Act, cost: int) -> State:
    return replace(state, left=state.left - 1, deletes=state.deletes - cost)


def _known(log: Log, more: Log) -> Log:
    there = {act.dot for act in log}
    return (*log, *(act for act in more if act.dot not in there))


@lru_cache(maxsize=200_000)
def real_rule(log: Log) -> Verdict:
    """What `sync.merge` makes of the record and its rows."""
    root = _history(ROOT, None)
    rows: list[RecordHistory] = []
    for act in log:
        dot = Dot(act.dot, "", 0, "")
        if act.kind == "row":
            rows.append(apply_edit(_history(act.dot, ROOT), _edit(act, act.dot), dot).history)
        else:
            root = apply_edit(root, _edit(act, ROOT), dot).history
    state = state_of(root)
    shown = covered(
        log, frozenset(d for s in state.existence for a in log if a.dot == s.dot.id for d in a.seen)
    )
    if is_disputed(state, [state_of(row) for row in rows], shown):
        return "disputed"
    return "deleted" if state.deleted else "here"


def _history(record: str, parent: str | None) -> RecordHistory:
    edit = RecordEdit(record, "t", "t", 1, Operation.CREATE, scope="s", parent=parent)
    first = Dot(record, "", 0, "")
    return new_history(edit, first, scope="s", root=ROOT, accepted_order=1, workflow=None)


def _edit(act: Act, record: str) -> RecordEdit:
    name, value = "f", act.dot
    if act.kind in ("delete", "restore"):
        write = FieldWrite({"act": act.kind, "reason": ""}, tuple(sorted(act.seen)))
        name = EXISTENCE
    else:
        write = FieldWrite(value, tuple(sorted(act.seen)))
    operation = Operation(act.kind) if name == EXISTENCE else Operation.SET
    return RecordEdit(record, "t", "t", 1, operation, writes={name: write})


# --- rules that are wrong -----------------------------------------------------------------------


def delete_wins(log: Log) -> Verdict:
    """A tombstone is stronger than whatever comes besides (CouchDB-like engines)."""
    kinds = {act.kind for act in live(log, ("delete", "restore"))}
    return "deleted" if "delete" in kinds else "here"


def edit_wins(log: Log) -> Verdict:
    """An edit beside a deletion brings the record back as if nobody had deleted it."""
    verdict = real_rule(log)
    return "here" if verdict == "disputed" else verdict


def only_earlier(log: Log) -> Verdict:
    """A deletion is held against what had come before it, and never against late rows."""
    acts = live(log, ("delete", "restore"))
    if not acts:
        return "here"
    last = max(log.index(act) for act in acts)
    return real_rule(log[: last + 1])


def rows_do_not_count(log: Log) -> Verdict:
    """Rows below the record are not looked at."""
    return real_rule(tuple(act for act in log if act.kind != "row"))
