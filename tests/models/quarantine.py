"""One field; one tablet's changes are kept aside until staff release them.

A kept-aside value is shown to its author only, carries the walk of `seen`, and dominates nothing.
The law: no applied value is hidden unless an applied one's author had been shown it, through
whatever came between; none is back though so replaced; a release brings all of that client's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from shared.records.state import Dot
from sync.merge import Write, siblings

START = "x"
OFFICE = 2


@dataclass(frozen=True, order=True)
class Mark:
    """A received write: dot, what it names as seen, who sent it, and whether it is kept aside."""

    dot: str
    seen: frozenset[str]
    who: int
    aside: bool = False


Log = tuple[Mark, ...]
Rule = Callable[[Log], frozenset[str]]


@dataclass(frozen=True)
class Tablet:
    """What its base shows, what waits, its overlay (kept aside), and an open form."""

    view: frozenset[str] = frozenset({START})
    waiting: Log = ()
    over: str = ""
    form: frozenset[str] | None = None


@dataclass(frozen=True)
class State:
    """Two tablets (the second not trusted at first), the office's log, saves left."""

    tablets: tuple[Tablet, Tablet]
    log: Log
    trusted: bool
    left: int


def real_rule(log: Log) -> frozenset[str]:
    """The siblings as `sync.merge` finds them."""
    return _by_merge(log)


def _by_merge(log: Log) -> frozenset[str]:
    writes = {
        mark.dot: Write(
            Dot(mark.dot, "", 0, ""),
            "f",
            mark.dot,
            tuple(sorted(mark.seen)),
            applied=not mark.aside,
        )
        for mark in log
    }
    return frozenset(w.dot.id for w in siblings(writes))


@dataclass(frozen=True)
class Quarantine:
    """The model with its rule, and with the release that gives changes a new name (wrong)."""

    rule: Rule = real_rule
    renames: bool = False
    saves: int = 3

    def start(self) -> State:
        """One value, known to all; the second tablet's author is not known to the office."""
        first = Mark(START, frozenset(), OFFICE)
        return State((Tablet(), Tablet()), (first,), False, self.saves)

    def moves(self, state: State) -> Iterator[tuple[str, State]]:
        """Saving, sending, reading; the author becomes known; staff release what is kept aside."""
        for who, tablet in enumerate(state.tablets):
            yield from self._tablet(state, who, tablet)
        if not state.trusted:
            yield "author known", replace(state, trusted=True)
        if any(mark.aside for mark in state.log):
            yield "release", self._released(state)

    def _released(self, state: State) -> State:
        log = tuple(
            replace(m, aside=False, dot=m.dot + "'" if self.renames else m.dot) if m.aside else m
            for m in state.log
        )
        return replace(state, log=log)

    def _tablet(self, state: State, who: int, tablet: Tablet) -> Iterator[tuple[str, State]]:
        if state.left and tablet.form is None:
            own = tablet.waiting[-1].dot if tablet.waiting else tablet.over
            shown = frozenset({own}) if own else tablet.view
            yield f"open {who}", _with(state, who, replace(tablet, form=shown))
        if state.left and tablet.form is not None:
            mark = Mark(f"{'ab'[who]}{state.left}", tablet.form, who)
            new = replace(tablet, waiting=(*tablet.waiting, mark), form=None)
            yield f"save {who}", _with(replace(state, left=state.left - 1), who, new)
        if tablet.waiting:
            aside = who == 1 and not state.trusted
            known = {mark.dot.rstrip("'") for mark in state.log}
            sent = tuple(replace(m, aside=aside) for m in tablet.waiting if m.dot not in known)
            over = tablet.waiting[-1].dot if aside else ""
            new = replace(tablet, waiting=(), over=over)
            yield f"send {who}", _with(replace(state, log=(*state.log, *sent)), who, new)
        live = self.rule(state.log)
        over = tablet.over if any(m.dot == tablet.over and m.aside for m in state.log) else ""
        if (live, over) != (tablet.view, tablet.over):
            yield f"read {who}", _with(state, who, replace(tablet, view=live, over=over))

    def broken(self, state: State) -> str:
        """I1 over the applied values, with what their authors were shown through all received."""
        seen = {mark.dot: mark.seen for mark in state.log}
        seen |= {mark.dot.rstrip("'"): mark.seen for mark in state.log}
        applied = {mark.dot for mark in state.log if not mark.aside}
        covered: set[str] = set()
        stack = [dot for mark in state.log if not mark.aside for dot in mark.seen]
        while stack:
            dot = stack.pop()
            if dot not in covered:
                covered.add(dot)
                stack.extend(seen.get(dot, ()))
        covered |= {dot + "'" for dot in covered}
        live = self.rule(state.log)
        if applied - live - covered:
            return f"I1: {sorted(applied - live - covered)} hidden, nobody applied had seen it"
        if live & covered:
            return f"I1: {sorted(live & covered)} back though replaced"
        if live - applied:
            return f"I9: {sorted(live - applied)} is shown and was never let in"
        return ""


def _with(state: State, who: int, tablet: Tablet) -> State:
    first, second = state.tablets
    return replace(state, tablets=(tablet, second) if who == 0 else (first, tablet))


# --- rules that are wrong -----------------------------------------------------------------------


def aside_dominates(log: Log) -> frozenset[str]:
    """What is kept aside hides what its author had seen: nothing is left to show."""
    everything = _by_merge(tuple(replace(mark, aside=False) for mark in log))
    return everything - {mark.dot for mark in log if mark.aside}


def aside_is_forgotten(log: Log) -> frozenset[str]:
    """What is kept aside does not carry the walk: what it replaced comes back."""
    return _by_merge(tuple(mark for mark in log if not mark.aside))


def aside_is_shown(log: Log) -> frozenset[str]:
    """What is kept aside is shown to everybody."""
    return _by_merge(tuple(replace(mark, aside=False) for mark in log))
