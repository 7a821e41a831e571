"""Laws of the keys that databases sort and search by, beside the same done by brute force."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from shared.thai.finding import (
    ORDER_BYTES_MAX,
    find_key,
    found_in,
    list_keys,
    order_key,
    packed,
    words_of,
)
from shared.thai.text import normalise, search_key, sort_key

thai = st.text("กขงนมรยอะาิีึืุูเแโใไำํ่้๊๋์็ๆ \u200b\u00ad0123๑๒-/().aB", max_size=40)
titles = thai | st.text(max_size=40)
SIGNS = re.compile(r"[ ._/()\-‐-―−]")


@given(st.text(max_size=30), st.text(max_size=30))
def test_bytes_are_in_the_order_of_the_letters(one, other) -> None:
    one, other = search_key(one), search_key(other)
    assert (packed(one) < packed(other)) == (one < other)
    assert (packed(one) == packed(other)) == (one == other)


@given(titles, titles)
def test_order_keys_are_in_the_order_of_the_function_that_sorts(one, other) -> None:
    assert (order_key(one) < order_key(other)) == (sort_key(one) < sort_key(other))
    assert len(order_key(one * 400)) <= ORDER_BYTES_MAX


@given(st.text(max_size=20), st.text(max_size=6))
def test_bytes_are_found_where_the_letters_are(text, part) -> None:
    text, part = search_key(text), search_key(part)
    assert (packed(part) in packed(text)) == (part in text)


@given(titles)
def test_folding_twice_changes_nothing(text) -> None:
    key = search_key(text)
    assert search_key(key) == key
    assert normalise(normalise(text)) == normalise(text)
    assert find_key(key) == find_key(text)


@given(titles, titles, st.data())
def test_every_part_of_a_text_finds_it(title, second, data) -> None:
    key = search_key(data.draw(st.sampled_from([title, second])))
    start = data.draw(st.integers(0, max(0, len(key) - 2)))
    part = key[start : data.draw(st.integers(min(len(key), start + 2), len(key)))]
    assert found_in(find_key(title, second), words_of(part))


@given(titles, st.text("กน้ำ12-/ a", max_size=5))
def test_what_is_found_is_there(title, typed) -> None:
    key = search_key(title)
    words = search_key(typed).split()
    there = all(word in key for word in words)
    bare = SIGNS.sub("", key)
    may_be = all(word in key or SIGNS.sub("", word) in bare for word in words)
    found = found_in(find_key(title), words_of(typed))
    assert there <= found <= may_be


@given(st.lists(st.text("0123456789", min_size=1, max_size=4), min_size=1, max_size=5), st.data())
def test_signs_between_the_digits_of_a_number_do_not_matter(groups, data) -> None:
    sign = st.sampled_from(["-", "/", " ", ".", "(", ""])
    stored, typed = (
        "".join(part for group in groups for part in (group, data.draw(sign))) for _ in range(2)
    )
    assert found_in(find_key("เลขที่", stored), words_of("".join(groups)))
    if " " not in typed:
        assert found_in(find_key("เลขที่", stored), words_of(typed)) or not typed


@given(titles, titles)
def test_the_keys_of_a_list_are_those_of_its_texts(title, more) -> None:
    assert list_keys(title, more) == (order_key(title), find_key(title, more))
