"""A tablet's database restored or cloned: whatever any copy saved reaches the office.

A database is its client's name, the saves numbered under it, and how many of them are acknowledged.
The chain is modelled by the numbered saves themselves: two are equal only if all before them were.
The law: when everybody has synchronised until nothing moves, every save that exists in a copy, or
was ever acknowledged, is at the office (I4, I6), and nobody is stuck (I12).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Copy:
    """One database: client, saves under this name, how many are acknowledged."""

    client: int = 0
    line: tuple[int, ...] = ()
    acked: int = 0


@dataclass(frozen=True)
class State:
    """The copies in use, the image, the office's lines by client, what was acknowledged."""

    copies: tuple[Copy, ...]
    image: Copy | None
    office: tuple[tuple[int, ...], ...]
    confirmed: frozenset[int]
    clients: int
    saved: int
    left: int
    restores: int


@dataclass(frozen=True)
class Copies:
    """The model with its rules.

    `chain`: the office compares chains, not numbers alone. `mints`: a forked copy becomes a new
    client; `renumbers`: and takes along what is not acknowledged. `file_beside`: the incarnation
    lies in a file that is not part of the image.
    """

    chain: bool = True
    mints: bool = True
    renumbers: bool = True
    file_beside: bool = False
    saves: int = 3

    def start(self) -> State:
        """One tablet, nothing saved."""
        return State((Copy(),), None, ((),), frozenset(), 1, 0, self.saves, 2)

    def moves(self, state: State) -> Iterator[tuple[str, State]]:
        """Saving, pushing (the answer may be lost), imaging, restoring, cloning."""
        for who, copy in enumerate(state.copies):
            if state.left:
                new = replace(copy, line=(*copy.line, state.saved))
                after = replace(state, saved=state.saved + 1, left=state.left - 1)
                yield f"save {who}", _with(after, who, new)
            if len(copy.line) > copy.acked:
                yield f"push {who}", self.push(state, who)
                heard = self.push(state, who)
                if len(heard.office) == len(state.office) and heard.office != state.office:
                    yield f"push {who}, answer lost", replace(state, office=heard.office)
        if state.image is None:
            yield "image", replace(state, image=state.copies[0])
        elif state.restores:
            back = replace(state, restores=state.restores - 1)
            image = state.image
            if self.file_beside:
                back, image = self._minted(back, image)
            yield "restore", _with(back, 0, image)
            if len(state.copies) == 1:
                yield "clone", replace(back, copies=(*state.copies, image))

    def push(self, state: State, who: int) -> State:
        """One exchange that is answered."""
        copy = state.copies[who]
        there = state.office[copy.client]
        forked = copy.line[: len(there)] != there[: len(copy.line)] or len(there) < copy.acked
        if forked and self.chain:
            if not self.mints:
                return state
            state, copy = self._minted(state, copy)
            return self.push(_with(state, who, copy), who) if copy.line else _with(state, who, copy)
        kept = there + copy.line[len(there) :]
        office = tuple(kept if n == copy.client else o for n, o in enumerate(state.office))
        new = replace(copy, acked=len(copy.line))
        confirmed = state.confirmed | set(copy.line)
        return _with(replace(state, office=office, confirmed=confirmed), who, new)

    def _minted(self, state: State, copy: Copy) -> tuple[State, Copy]:
        rest = copy.line[copy.acked :] if self.renumbers else ()
        new = Copy(state.clients, rest, 0)
        office = (*state.office, ())
        return replace(state, clients=state.clients + 1, office=office), new

    def broken(self, state: State) -> str:
        """Everybody synchronises until nothing moves; then the office has everything."""
        there = {save for line in state.office for save in line}
        if not state.confirmed <= there:
            return f"I6: {sorted(state.confirmed - there)} confirmed and not there"
        owed = {save for copy in state.copies for save in copy.line}
        for _ in range(4):
            for who, copy in enumerate(state.copies):
                if len(copy.line) > copy.acked:
                    state = self.push(state, who)
        there = {save for line in state.office for save in line}
        if any(len(copy.line) > copy.acked for copy in state.copies):
            return "I12: a copy is turned away for ever"
        if not owed <= there:
            return f"I4: {sorted(owed - there)} saved and never at the office"
        return ""


def _with(state: State, who: int, copy: Copy) -> State:
    copies = tuple(copy if n == who else other for n, other in enumerate(state.copies))
    return replace(state, copies=copies)
