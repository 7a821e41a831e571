"""Finding things by typing: their keys as one row of bytes, without a step of Python for each."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from shared.limits import SEARCH_LENGTH_MAX
from shared.thai.finding import Word, beginning, found_in, words_of

T = TypeVar("T")
BETWEEN = b"\n"
"""Stands between two keys; no key has it, and no word that is looked for."""


class Haystack(Generic[T]):
    """Things in their order, each with its find key."""

    def __init__(self, keyed: Iterable[tuple[T, bytes]]) -> None:
        self._things: list[T] = []
        self._keys: list[bytes] = []
        for thing, key in keyed:
            self._things.append(thing)
            self._keys.append(key)
        self._all = BETWEEN.join(self._keys)
        self._starts = array("Q")
        start = 0
        for key in self._keys:
            self._starts.append(start)
            start += len(key) + len(BETWEEN)

    def search(self, typed: str, limit: int) -> list[T]:
        """Those that have every typed word, up to a limit: first those of which a text begins with
        what was typed. Without a word, the first ones."""
        words = words_of(typed[:SEARCH_LENGTH_MAX])
        if not words:
            return self._things[:limit]
        found: dict[int, None] = {}
        for wanted in ((beginning(typed[:SEARCH_LENGTH_MAX]),), words):
            rarest = min(wanted, key=self._count) if len(wanted) > 1 else wanted[0]
            for index in self._having(rarest):
                if len(found) >= limit:
                    break
                if found_in(self._keys[index], words):
                    found[index] = None
        return [self._things[index] for index in found]

    def _count(self, word: Word) -> int:
        return sum(map(self._all.count, word.ways))

    def _having(self, word: Word) -> Iterator[int]:
        """The places of the keys that have a word, in one of the ways it may be written."""
        if len(word.ways) == 1:
            yield from self._with(word.plain)
        else:
            yield from sorted({index for way in word.ways for index in self._with(way)})

    def _with(self, part: bytes) -> Iterator[int]:
        at, starts = 0, self._starts
        while (at := self._all.find(part, at)) >= 0:
            index = bisect_right(starts, at) - 1
            yield index
            if index + 1 >= len(starts):
                return
            at = starts[index + 1]
