"""Patterns for `regex()`: an own matcher whose work grows with the text and not exponentially.

Python's matcher tries one way after the other: `(a+)+b` on thirty letters takes minutes. Here all
ways are followed at once (Thompson's construction), so that a match costs at most the length of
the text times the size of the pattern. Looking ahead and behind is solved the same way, once for
all places of the text. What cannot be done so (back references, possessive and atomic groups) is
a named defect of the pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from shared.forms.expressions.pattern_syntax import (
    WORD,
    Alternatives,
    Assertion,
    Characters,
    Node,
    PatternError,
    Repeated,
    Sequence,
    parse_pattern,
)

__all__ = ["PATTERN_INPUT_MAX", "Pattern", "PatternError", "compiled_pattern"]

# A text that a person typed is not looked at when it is longer than this: a bound on the work.
PATTERN_INPUT_MAX = 2_000
STATES_MAX = 2_500
# So many states may stand in the transitions that a pattern remembers.
STATES_KEPT_MAX = 100_000

Test = Callable[[int], bool]
NOWHERE = -1


class Automaton:
    """States numbered from 0. Each has a set of characters and one follower; or an assertion and
    one follower; or up to two followers and nothing. State 0 is the end."""

    def __init__(self, tree: Node) -> None:
        self.characters: list[Characters | None] = [None]
        self.assertions: list[tuple[Assertion, Automaton | None] | None] = [None]
        self.followers: list[tuple[int, ...]] = [()]
        self.plain = True
        self.start = self._build(tree, 0)

    def _add(
        self,
        followers: tuple[int, ...],
        characters: Characters | None = None,
        assertion: tuple[Assertion, Automaton | None] | None = None,
    ) -> int:
        if len(self.followers) >= STATES_MAX:
            raise PatternError.too_large()
        self.characters.append(characters)
        self.assertions.append(assertion)
        self.followers.append(followers)
        return len(self.followers) - 1

    def _build(self, tree: Node, after: int) -> int:
        """The first state of a part of the pattern, whose last states go on to `after`."""
        if isinstance(tree, Characters):
            return self._add((after,), characters=tree)
        if isinstance(tree, Sequence):
            for part in reversed(tree.parts):
                after = self._build(part, after)
            return after
        if isinstance(tree, Alternatives):
            return self._split([self._build(part, after) for part in tree.parts])
        if isinstance(tree, Assertion):
            self.plain = False
            inner = None if tree.inner is None else Automaton(tree.inner)
            return self._add((after,), assertion=(tree, inner))
        assert isinstance(tree, Repeated)
        if tree.most is None:
            loop = self._add((NOWHERE, after))
            self.followers[loop] = (self._build(tree.part, loop), after)
            after = loop
        else:
            end = after
            for _ in range(tree.most - tree.least):
                after = self._add((self._build(tree.part, after), end))
        for _ in range(tree.least):
            after = self._build(tree.part, after)
        return after

    def _split(self, starts: list[int]) -> int:
        here = starts[-1]
        for start in reversed(starts[:-1]):
            here = self._add((start, here))
        return here

    def closure(self, seeds: Iterable[int], holds: Callable[[int], bool] | None) -> frozenset[int]:
        """The states with characters (and the end) that are reached without reading any."""
        found: set[int] = set()
        seen: set[int] = set()
        waiting = list(seeds)
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            if state == 0 or self.characters[state] is not None:
                found.add(state)
            elif self.assertions[state] is None or (holds is not None and holds(state)):
                waiting.extend(self.followers[state])
        return frozenset(found)


class Pattern:
    """A compiled pattern. `matches` is true when the whole text fits."""

    def __init__(self, tree: Node) -> None:
        self.automaton = Automaton(tree)
        self._start = self.automaton.closure([self.automaton.start], None)
        self._transitions: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._kept = 0

    def matches(self, text: str) -> bool:
        """Whether the whole text fits; a text beyond PATTERN_INPUT_MAX never does."""
        if len(text) > PATTERN_INPUT_MAX:
            return False
        if not self.automaton.plain:
            return _Trial(text).ends(self.automaton, everywhere=False)[len(text)]
        states, transitions = self._start, self._transitions
        for character in text:
            mark = (states, character)
            following = transitions.get(mark)
            if following is None:
                following = self._step(states, character)
                self._kept += len(following) + 1
                if self._kept > STATES_KEPT_MAX:
                    transitions.clear()
                    self._kept = 0
                transitions[mark] = following
            if not following:
                return False
            states = following
        return 0 in states

    def _step(self, states: frozenset[int], character: str) -> frozenset[int]:
        automaton = self.automaton
        return automaton.closure(step(automaton, states, character), None)


def step(automaton: Automaton, states: Iterable[int], character: str) -> list[int]:
    """The states that follow by reading one character."""
    found = []
    for state in states:
        characters = automaton.characters[state]
        if characters is not None and characters.accepts(character):
            found.append(automaton.followers[state][0])
    return found


class _Trial:
    """One text, and for each assertion of a pattern the places where it holds."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: dict[int, list[bool]] = {}

    def ends(self, automaton: Automaton, *, everywhere: bool) -> list[bool]:
        """For each place, whether a match that began at the start (or anywhere) ends there."""
        found: list[bool] = []
        states: frozenset[int] = frozenset()
        text = self.text
        for place in range(len(text) + 1):
            seeds = step(automaton, states, text[place - 1]) if place else []
            if everywhere or place == 0:
                seeds.append(automaton.start)
            states = automaton.closure(seeds, self.tester(automaton, place))
            found.append(0 in states)
        return found

    def begins(self, automaton: Automaton) -> list[bool]:
        """For each place, whether a match begins there; read from the end of the text."""
        text, size = self.text, len(automaton.followers)
        before: list[list[int]] = [[] for _ in range(size)]
        for state in range(size):
            if automaton.characters[state] is None:
                for follower in automaton.followers[state]:
                    before[follower].append(state)
        readers = [state for state in range(size) if automaton.characters[state] is not None]
        found = [False] * (len(text) + 1)
        good: set[int] = set()
        for place in range(len(text), -1, -1):
            holds = self.tester(automaton, place)
            waiting = [0]
            if place < len(text):
                for state in readers:
                    characters = automaton.characters[state]
                    assert characters is not None
                    follows = automaton.followers[state][0] in good
                    if follows and characters.accepts(text[place]):
                        waiting.append(state)
            reached: set[int] = set()
            while waiting:
                state = waiting.pop()
                if state in reached:
                    continue
                reached.add(state)
                for earlier in before[state]:
                    if automaton.assertions[earlier] is None or holds(earlier):
                        waiting.append(earlier)
            good = reached
            found[place] = automaton.start in good
        return found

    def tester(self, automaton: Automaton, place: int) -> Test:
        return lambda state: self.holds(automaton, state, place)

    def holds(self, automaton: Automaton, state: int, place: int) -> bool:
        """Whether the assertion of a state holds at a place of the text."""
        given = automaton.assertions[state]
        assert given is not None
        assertion, inner = given
        if inner is None:
            return self.at_edge(assertion, place) != assertion.negated
        places = self.known.get(id(inner))
        if places is None:
            if assertion.kind == "behind":
                places = self.ends(inner, everywhere=True)
            else:
                places = self.begins(inner)
            self.known[id(inner)] = places
        return places[place] != assertion.negated

    def at_edge(self, assertion: Assertion, place: int) -> bool:
        if assertion.kind == "start":
            return place == 0
        if assertion.kind == "end":
            return place == len(self.text)
        left = place > 0 and WORD.accepts(self.text[place - 1])
        right = place < len(self.text) and WORD.accepts(self.text[place])
        return left != right


@lru_cache(maxsize=256)
def compiled_pattern(text: str) -> Pattern | PatternError:
    """A compiled pattern, or what is wrong with it."""
    try:
        return Pattern(parse_pattern(text))
    except PatternError as error:
        return error
