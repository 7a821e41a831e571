"""Every state that one field can reach: two tablets, an office, a line that loses and repeats.

A small model in plain tuples, explored breadth first and without chance. It knows only who was
shown what; the rule of merging is handed in. `real_rule` asks `sync.merge` itself, so that each
reachable history is replayed on the real code. Bounds: so many writes in all, two messages at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from shared.records.state import Dot
from sync.merge import Write, siblings

TABLETS = (0, 1)
OFFICE = 2
START = "x"

Mark = tuple[str, frozenset[str], frozenset[str]]
"""A write: its dot, the dots it names as seen, and those its author was really shown."""
Log = tuple[Mark, ...]
Rule = Callable[[Log], frozenset[str]]
"""Which dots are siblings after these writes were received in this order."""


@dataclass(frozen=True)
class Tablet:
    """`held` is its base, `at` the office's length when it was read, `waiting` what is unsent;
    `form` is what an open form shows."""

    held: frozenset[str] = frozenset({START})
    at: int = 1
    waiting: Log = ()
    made: int = 0
    form: frozenset[str] | None = None


@dataclass(frozen=True)
class State:
    """Everything: tablets, the office's log, messages under way, the office's form, writes left."""

    tablets: tuple[Tablet, Tablet]
    log: Log
    line: frozenset[tuple[int, Log]]
    form: frozenset[str] | None
    left: int


@dataclass(frozen=True)
class Found:
    """What was found: how many states, and the shortest story that breaks the law."""

    states: int
    broken: str = ""
    story: tuple[str, ...] = ()


def closure(dot: str, log: Log) -> frozenset[str]:
    """All that the author of a dot had been shown, through others."""
    seen = {name: shown for name, _, shown in log}
    out: set[str] = set()
    stack = [dot]
    while stack:
        for other in seen.get(stack.pop(), ()):
            if other not in out:
                out.add(other)
                stack.append(other)
    return frozenset(out)


@lru_cache(maxsize=200_000)
def real_rule(log: Log) -> frozenset[str]:
    """The siblings as `sync.merge` finds them."""
    writes = {
        dot: Write(Dot(dot, "", 0, ""), "f", dot, tuple(sorted(seen)), revision=n)
        for n, (dot, seen, _) in enumerate(log)
    }
    return frozenset(w.dot.id for w in siblings(writes))


def _received(log: Log, message: Log) -> Log:
    known = {mark[0] for mark in log}
    return (*log, *(mark for mark in message if mark[0] not in known))


def moves(state: State, rule: Rule, at_save: bool) -> Iterator[tuple[str, State]]:
    """Every act that is possible now. `at_save` is the mutant that names the base when saving."""
    live = rule(state.log)
    for who in TABLETS:
        yield from _tablet_moves(state, who, live, at_save)
    for who, message in state.line:
        rest = state.line - {(who, message)}
        yield f"lose {who}", replace(state, line=rest)
        log = _received(state.log, message)
        yield f"arrive {who}", replace(state, log=log, line=rest)
        yield f"arrive {who}, again later", replace(state, log=log)
    if state.left and state.form is None:
        yield "office opens", replace(state, form=live)
    if state.left and state.form is not None:
        dot = f"o{len(state.log)}"
        log = (*state.log, (dot, state.form, state.form))
        yield "office saves", replace(state, log=log, form=None, left=state.left - 1)


def _tablet_moves(
    state: State, who: int, live: frozenset[str], at_save: bool
) -> Iterator[tuple[str, State]]:
    tablet = state.tablets[who]

    def with_(new: Tablet, **more: object) -> State:
        pair = (new, state.tablets[1]) if who == 0 else (state.tablets[0], new)
        return replace(state, tablets=pair, **more)  # type: ignore[arg-type]

    shown = frozenset({tablet.waiting[-1][0]}) if tablet.waiting else tablet.held
    if state.left and tablet.form is None:
        yield f"open {who}", with_(replace(tablet, form=shown))
    if state.left and tablet.form is not None:
        dot = f"{'ab'[who]}{tablet.made}"
        named = shown if at_save else tablet.form
        mark = (dot, named, tablet.form)
        new = replace(tablet, waiting=(*tablet.waiting, mark), made=tablet.made + 1, form=None)
        yield f"save {who}", with_(new, left=state.left - 1)
    if tablet.waiting and len(state.line) < 2:
        yield f"send {who}", with_(tablet, line=state.line | {(who, tablet.waiting)})
    if tablet.at < len(state.log):
        known = {mark[0] for mark in state.log}
        waiting = tuple(mark for mark in tablet.waiting if mark[0] not in known)
        new = replace(tablet, held=live, at=len(state.log), waiting=waiting)
        yield f"read {who}", with_(new)


def lost(truth: Log, live: frozenset[str]) -> str:
    """I1: every received write is live, or somebody who had seen it wrote later."""
    covered = {seen for dot, _, _ in truth for seen in closure(dot, truth)}
    gone = {dot for dot, _, _ in truth} - live - covered
    back = live & covered
    if gone:
        return f"I1: {sorted(gone)} gone unseen"
    return f"I1: {sorted(back)} back though replaced" if back else ""


def explore(writes: int, rule: Rule = real_rule, *, at_save: bool = False) -> Found:
    """Walk all reachable states; the first broken law with its shortest story, or none."""
    first: Mark = (START, frozenset(), frozenset())
    start = State((Tablet(), Tablet()), (first,), frozenset(), None, writes)
    came: dict[State, tuple[State, str] | None] = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        broken = lost(state.log, rule(state.log)) or _unsettled(state, rule)
        if broken:
            return Found(len(came), broken, _story(came, state))
        for act, after in moves(state, rule, at_save):
            if after not in came:
                came[after] = (state, act)
                queue.append(after)
    return Found(len(came))


def _unsettled(state: State, rule: Rule) -> str:
    """I3, I4: from here, sending everything once makes all agree, and every save is there."""
    log = state.log
    for tablet in state.tablets:
        log = _received(log, tablet.waiting)
    there = {mark[0] for mark in log}
    for who, tablet in enumerate(state.tablets):
        made = {f"{'ab'[who]}{n}" for n in range(tablet.made)}
        if not made <= there:
            return f"I4: {sorted(made - there)} vanished"
    return lost(log, rule(log))


def _story(came: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    acts: list[str] = []
    step = came[state]
    while step is not None:
        acts.append(step[1])
        step = came[step[0]]
    return tuple(reversed(acts))


# --- rules that are wrong -----------------------------------------------------------------------


def last_writer_wins(log: Log) -> frozenset[str]:
    """The last to arrive."""
    return frozenset({log[-1][0]})


def reject(log: Log) -> frozenset[str]:
    """Who has not seen the present value is turned away."""
    live = frozenset({log[0][0]})
    for dot, seen, _ in log[1:]:
        if live <= seen:
            live = frozenset({dot})
    return live


def step(log: Log) -> frozenset[str]:
    """From state to state: right only while everything arrives in an order that respects `seen`."""
    live: frozenset[str] = frozenset()
    for dot, seen, _ in log:
        live = (live - seen) | {dot}
    return live
