"""One field, two tablets, an office that is put back to a backup once, at any moment.

Tablets keep what they sent and offer it again in the new epoch; what staff and tablets saved since
the backup is in the journal, which is not rolled back. The law: when all is offered again, every
save ever confirmed is live or was replaced by somebody who had seen it, and nothing is back though
replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.simulation.field_model import START, Log, Mark, lost, real_rule

Rule = Callable[[Log], frozenset[str]]
FIRST: Mark = (START, frozenset(), frozenset())


@dataclass(frozen=True)
class Tablet:
    """Its own saves, how many are acknowledged, what its base shows, and an open form."""

    own: Log = ()
    acked: int = 0
    view: frozenset[str] = frozenset({START})
    form: frozenset[str] | None = None


@dataclass(frozen=True)
class State:
    """Tablets, the office's log, the backup, the journal, an open form there, saves left."""

    tablets: tuple[Tablet, Tablet]
    log: Log
    backup: Log | None
    journal: Log
    restored: bool
    form: frozenset[str] | None
    left: int
    truth: Log
    """every save ever confirmed, with what its author was really shown"""


@dataclass(frozen=True)
class Restore:
    """The model with its rules.

    `epoch`: a restored office begins a new epoch and tablets offer again. `replays`: the journal is
    replayed. `unique`: a dot is made where the save is made; else it is the office's next number.
    """

    rule: Rule = real_rule
    epoch: bool = True
    replays: bool = True
    unique: bool = True
    office: bool = True
    """does the office save, too?"""
    saves: int = 2

    def start(self) -> State:
        """One value, known to all."""
        return State(
            (Tablet(), Tablet()), (FIRST,), None, (FIRST,), False, None, self.saves, (FIRST,)
        )

    def moves(self, state: State) -> Iterator[tuple[str, State]]:
        """Opening and saving on both sides, pushing, pulling, a backup, one restore."""
        for who, tablet in enumerate(state.tablets):
            yield from self._tablet(state, who, tablet)
        live = self.rule(state.log)
        if self.office and state.left and state.form is None:
            yield "office opens", replace(state, form=live)
        if state.left and state.form is not None:
            name = f"o{state.left}" if self.unique else f"o#{len(state.log)}"
            mark = (name, state.form, state.form)
            yield (
                "office saves",
                replace(self._kept(state, (mark,)), form=None, left=state.left - 1),
            )
        if state.backup is None:
            yield "backup", replace(state, backup=state.log)
        elif not state.restored:
            log = _joined(state.backup, state.journal) if self.replays else state.backup
            tablets = tuple(replace(t, acked=0) if self.epoch else t for t in state.tablets)
            yield (
                "RESTORE",
                replace(
                    state,
                    log=log,
                    restored=True,
                    form=None,
                    tablets=(tablets[0], tablets[1]),
                ),
            )

    def _tablet(self, state: State, who: int, tablet: Tablet) -> Iterator[tuple[str, State]]:
        unsent = tablet.own[tablet.acked :]
        if state.left and tablet.form is None:
            shown = frozenset({unsent[-1][0]}) if unsent else tablet.view
            yield f"open {who}", _with(state, who, replace(tablet, form=shown))
        if state.left and tablet.form is not None:
            mark = (f"{'ab'[who]}{len(tablet.own)}", tablet.form, tablet.form)
            new = replace(tablet, own=(*tablet.own, mark), form=None)
            yield f"save {who}", _with(replace(state, left=state.left - 1), who, new)
        if unsent:
            after = self._kept(state, unsent)
            yield f"push {who}", _with(after, who, replace(tablet, acked=len(tablet.own)))
        live = self.rule(state.log)
        if live != tablet.view:
            yield f"pull {who}", _with(state, who, replace(tablet, view=live))

    def _kept(self, state: State, marks: Log) -> State:
        return replace(
            state,
            log=_joined(state.log, marks),
            journal=_joined(state.journal, marks),
            truth=(*state.truth, *(m for m in marks if m not in state.truth)),
        )

    def broken(self, state: State) -> str:
        """All tablets offer what they have not had acknowledged; then nothing is missing."""
        log = state.log
        for tablet in state.tablets:
            log = _joined(log, tablet.own[tablet.acked :])
        names = [mark[0] for mark in state.truth]
        if len(set(names)) != len(names):
            return "I2: two saves under one dot"
        missing = {mark[0] for mark in state.truth} - {mark[0] for mark in log}
        if missing:
            return f"I4: {sorted(missing)} confirmed and gone"
        return lost(log, self.rule(log))


def _joined(log: Log, marks: Log) -> Log:
    known = {mark[0] for mark in log}
    return (*log, *(mark for mark in marks if mark[0] not in known))


def _with(state: State, who: int, tablet: Tablet) -> State:
    first, second = state.tablets
    return replace(state, tablets=(tablet, second) if who == 0 else (first, tablet))
