"""Searching one row of bytes finds what looking at every key would find, those that begin first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.forms.searching import Haystack
from shared.thai.finding import beginning, find_key, found_in, words_of

WORDS = st.text(alphabet="กขนำ้าใส 12-./aB\x01\n", max_size=8)
NAMES = st.lists(st.lists(WORDS, min_size=1, max_size=3), max_size=12)


@given(NAMES, WORDS, st.integers(1, 20))
def test_a_search_finds_what_looking_at_every_key_finds(
    names: list[list[str]], typed: str, limit: int
) -> None:
    keys = [find_key(*texts) for texts in names]
    stack = Haystack(zip(range(len(keys)), keys, strict=True))
    words, first = words_of(typed), (beginning(typed),)
    having = [index for index, key in enumerate(keys) if found_in(key, words)]
    begins = [index for index in having if words and found_in(keys[index], first)]
    assert stack.search(typed, limit) == [*begins, *(i for i in having if i not in begins)][:limit]
