"""A record that moves between two areas, and a tablet that reads both feeds one after the other.

Every feed has one row for the record: put at a revision, or leave. Pages are read at one moment and
applied at another. The law: at the head of both feeds the tablet holds the record as the office
does, in the scope where it is; and what it saved itself has not vanished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

AREAS = (0, 1)
Row = tuple[str, int, int]
"""kind (put, leave), revision, place in the feed"""


@dataclass(frozen=True)
class Feed:
    """One area's feed at the office: its head, and the row of the record if it ever had one."""

    head: int = 0
    row: Row | None = None


@dataclass(frozen=True)
class Page:
    """A page on its way: area, cursor it starts from, cursor behind it, and the row in it."""

    area: int
    start: int
    end: int
    row: Row | None


@dataclass(frozen=True)
class State:
    """Office: where the record is and its revision; the tablet: cursors and what it holds."""

    area: int
    revision: int
    feeds: tuple[Feed, Feed]
    cursors: tuple[int, int]
    held: tuple[int, int] | None
    """(area, revision) of the record on the tablet"""
    line: frozenset[Page]
    moves: int
    edits: int


Put = Callable[[tuple[int, int] | None, int, int], tuple[int, int] | None]
"""What is held after a put of (area, revision)."""
Leave = Put


def put_newer(held: tuple[int, int] | None, area: int, revision: int) -> tuple[int, int] | None:
    """A put counts if its revision is not lower than the one held."""
    return held if held is not None and held[1] > revision else (area, revision)


def leave_own(held: tuple[int, int] | None, area: int, revision: int) -> tuple[int, int] | None:
    """A leave ends the membership of its own area only."""
    return None if held is not None and held[0] == area and held[1] <= revision else held


@dataclass(frozen=True)
class Move:
    """The model with its rules: applying a put, a leave, and whether a move writes a leave."""

    put: Put = put_newer
    leave: Leave = leave_own
    says_leave: bool = True
    reads: tuple[int, ...] = AREAS
    """the areas that the tablet holds"""
    keeps_revision: bool = False
    """the wrong office: a move does not raise the revision"""

    def start(self) -> State:
        """The record lies in the first area and nobody has read it."""
        feeds = (Feed(1, ("put", 1, 1)), Feed())
        return State(0, 1, feeds, (0, 0), None, frozenset(), 3, 2)

    def moves(self, state: State) -> Iterator[tuple[str, State]]:
        """The office edits and moves; pages are asked for, arrive late, twice or never."""
        if state.edits:
            rev = state.revision + 1
            feeds = _placed(state.feeds, state.area, "put", rev)
            yield "edit", replace(state, revision=rev, feeds=feeds, edits=state.edits - 1)
        if state.moves:
            rev = state.revision + (0 if self.keeps_revision else 1)
            feeds, other = state.feeds, 1 - state.area
            if self.says_leave:
                feeds = _placed(feeds, state.area, "leave", rev)
            else:
                feeds = _without(feeds, state.area)
            feeds = _placed(feeds, other, "put", rev)
            yield (
                "move",
                replace(state, area=other, revision=rev, feeds=feeds, moves=state.moves - 1),
            )
        for area in self.reads:
            feed, cursor = state.feeds[area], state.cursors[area]
            if cursor < feed.head and len(state.line) < 2:
                row = feed.row if feed.row is not None and feed.row[2] > cursor else None
                if row is not None and row[0] == "leave" and cursor == 0:
                    row = None
                page = Page(area, cursor, feed.head, row)
                if page not in state.line:
                    yield f"ask {area}", replace(state, line=state.line | {page})
        for page in state.line:
            rest = state.line - {page}
            yield f"lose {page.area}", replace(state, line=rest)
            yield f"page {page.area}", replace(self.apply(state, page), line=rest)
            yield f"page {page.area}, again later", self.apply(state, page)

    def apply(self, state: State, page: Page) -> State:
        """The tablet takes a page, if it starts where its cursor stands."""
        if page.start != state.cursors[page.area]:
            return state
        held = state.held
        if page.row is not None:
            rule = self.put if page.row[0] == "put" else self.leave
            held = rule(held, page.area, page.row[1])
        first, second = state.cursors
        cursors = (page.end, second) if page.area == 0 else (first, page.end)
        return replace(state, cursors=cursors, held=held)

    def broken(self, state: State) -> str:
        """I5: at the heads of its areas the tablet holds what the office has there, no more."""
        if any(state.cursors[area] < state.feeds[area].head for area in self.reads):
            return ""
        there = (state.area, state.revision) if state.area in self.reads else None
        if state.held != there:
            return f"I5: office has {there} for this tablet, which holds {state.held}"
        return ""


def _placed(feeds: tuple[Feed, Feed], area: int, kind: str, revision: int) -> tuple[Feed, Feed]:
    head = feeds[area].head + 1
    new = Feed(head, (kind, revision, head))
    return (new, feeds[1]) if area == 0 else (feeds[0], new)


def _without(feeds: tuple[Feed, Feed], area: int) -> tuple[Feed, Feed]:
    new = Feed(feeds[area].head + 1, None)
    return (new, feeds[1]) if area == 0 else (feeds[0], new)


# --- rules that are wrong -----------------------------------------------------------------------


def put_always(held: tuple[int, int] | None, area: int, revision: int) -> tuple[int, int] | None:
    """Whatever comes last is believed."""
    return (area, revision)


def leave_any(held: tuple[int, int] | None, area: int, revision: int) -> tuple[int, int] | None:
    """A leave removes the record wherever it lies by now."""
    return None
