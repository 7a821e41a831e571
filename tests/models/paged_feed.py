"""A feed with two writers, read page by page: nothing is skipped, no save of one's own vanishes.

Writers take a place and commit; the tablet reads one row a page, saves one answer of its own, sends
it and lifts it from above its base. The laws: every committed row at or below the cursor is held
(I5); the tablet's own save is on its screen at every instant (I4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

MINE = "m"


@dataclass(frozen=True)
class State:
    """`rows`: committed (record, place). `taken`: open transactions (record, place). `mine`: new,
    waiting, answered at a place, or lifted. `told`: the tablet has a page that names its number."""

    rows: frozenset[tuple[str, int]]
    taken: tuple[tuple[str, int], ...]
    next: int
    left: tuple[str, ...]
    cursor: int
    held: frozenset[str]
    mine: str
    place: int


@dataclass(frozen=True)
class Feed:
    """The model with its rules.

    `locked`: the place is taken under a lock that is held to the commit. `whole`: a page's cursor
    is that of its last row, not the head. `lift`: when one's own save leaves the overlay - once the
    base has reached its "place", or as soon as a page names its "number".
    """

    locked: bool = True
    whole: bool = True
    lift: str = "place"

    def start(self) -> State:
        """An empty feed; writers have three records to write."""
        return State(frozenset(), (), 1, ("p", "q", "r"), 0, frozenset(), "new", 0)

    def moves(self, state: State) -> Iterator[tuple[str, State]]:
        """Writers begin and commit in any order the lock allows; the tablet saves, sends, reads."""
        if state.left and len(state.taken) < 2 and not (self.locked and state.taken):
            yield "begin", self._begun(state, state.left[0], state.left[1:])
        for one in state.taken:
            rest = tuple(other for other in state.taken if other != one)
            answered = {"mine": "answered", "place": one[1]} if one[0] == MINE else {}
            after = replace(state, taken=rest, rows=state.rows | {one}, **answered)
            yield f"commit {one[0]}", after
            if one[0] == MINE:
                unheard = replace(after, mine="unheard")
                yield "commit m, answer lost", unheard
        if state.mine == "new":
            yield "save", replace(state, mine="waiting")
        free = not (self.locked and state.taken)
        if state.mine == "waiting" and free and all(record != MINE for record, _ in state.taken):
            yield "send", self._begun(state, MINE, state.left)
        if state.mine == "unheard":
            yield "send again", replace(state, mine="answered")
        yield from self._read(state)

    def _begun(self, state: State, record: str, left: tuple[str, ...]) -> State:
        taken = (*state.taken, (record, state.next))
        return replace(state, taken=taken, next=state.next + 1, left=left)

    def _read(self, state: State) -> Iterator[tuple[str, State]]:
        ahead = sorted((place, record) for record, place in state.rows if place > state.cursor)
        if not ahead:
            return
        place, record = ahead[0]
        cursor = place if self.whole else ahead[-1][0]
        new = replace(state, cursor=cursor, held=state.held | {record})
        named = any(row == MINE for row, _ in state.rows)
        reached = state.mine == "answered" and cursor >= state.place
        if (self.lift == "place" and reached) or (self.lift == "number" and named):
            new = replace(new, mine="lifted")
        yield "page", new

    def broken(self, state: State) -> str:
        """I5 and I4."""
        missing = {r for r, place in state.rows if place <= state.cursor} - state.held
        if missing:
            return f"I5: {sorted(missing)} skipped: the cursor is past them"
        if state.mine == "lifted" and MINE not in state.held:
            return "I4: the tablet's own save is neither waiting nor in its base"
        return ""
