"""Laws of the language that hold for all values: there and back, order, sets, text."""

from __future__ import annotations

import base64
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.forms.expressions.patterns import Pattern, compiled_pattern
from shared.forms.expressions.shuffling import shuffled
from shared.forms.expressions.values import (
    NAN,
    Value,
    at_most,
    equal,
    less,
    numeric,
    orderable,
    to_boolean,
    to_text,
    unequal,
)
from tests.support.expressions import household, text_of, value_of

NUMBERS = st.decimals(-(10**12), 10**12, places=4)
TEXTS = st.text(alphabet="abกข ๑-/:", max_size=12)
QUOTED = TEXTS.map(lambda text: f"'{text}'")
SCALARS: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    TEXTS,
    NUMBERS,
    st.sampled_from([NAN, Decimal("Infinity"), Decimal("-Infinity"), Decimal("-0")]),
    st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    st.sampled_from(["", "1", "1.0", "2025-08-15", "08:30"]),
)
# Answers are never booleans.
LISTS = st.lists(SCALARS.filter(lambda value: not isinstance(value, bool)), max_size=4)
ENGINE = household()


@given(NUMBERS)
def test_a_number_is_the_same_after_string_and_number(number: Decimal) -> None:
    assert numeric(to_text(number)) == number
    assert to_text(numeric(to_text(number))) == to_text(number)


@given(st.integers(1, 10**6), st.integers(1, 10**4))
def test_what_is_divided_and_multiplied_again_is_what_it_was(one: int, other: int) -> None:
    back = f"({one} div {other}) * {other}"
    assert text_of(back, ENGINE) == str(one)
    assert value_of(f"{back} = {one}", ENGINE) is True
    assert value_of(f"{back} < {one} or {back} > {one}", ENGINE) is False
    assert text_of(f"int({back})", ENGINE) == str(one)
    assert text_of(f"{back} - {one}", ENGINE) == "0"
    assert text_of(f"({back}) mod {one}", ENGINE) == "0"


@given(st.dates(date(1700, 1, 1), date(2500, 1, 1)))
def test_a_day_is_the_same_after_number_and_date(day: date) -> None:
    assert text_of(f"date(number('{day}'))", ENGINE) == day.isoformat()
    assert text_of(f"decimal-date-time('{day}')", ENGINE) == str((day - date(1970, 1, 1)).days)
    written = f"format-date('{day}', '%Y-%m-%d')"
    assert text_of(written, ENGINE) == day.isoformat()
    assert text_of(f"date('{day}' + 1) > '{day}'", ENGINE) == "true"


@given(st.datetimes(datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2400-01-01")))
def test_a_moment_is_the_same_after_its_number(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    text = moment.isoformat()
    assert text_of(f"date-time(decimal-date-time('{text}'))", ENGINE) == text
    assert text_of(f"date-time('{text}+07:00')", ENGINE) == text
    universal = (moment - timedelta(hours=7)).isoformat()
    assert text_of(f"date-time('{universal}Z')", ENGINE) == text


@given(TEXTS, st.integers(-15, 15))
def test_a_text_cut_in_two_and_joined_is_the_text(text: str, place: int) -> None:
    joined = f"concat(substr('{text}', 0, {place}), substr('{text}', {place}))"
    assert text_of(joined, ENGINE) == text
    assert text_of(f"string-length('{text}')", ENGINE) == str(len(text))


@given(TEXTS, st.sampled_from(["a", "-", "ก", "/:"]))
def test_before_and_after_a_mark_make_the_text_again(text: str, mark: str) -> None:
    before, after = (f"substring-{side}('{text}', '{mark}')" for side in ("before", "after"))
    whole = f"concat({before}, '{mark}', {after})"
    assert text_of(whole, ENGINE) == (text if mark in text else mark)
    assert text_of(f"contains('{text}', '{mark}')", ENGINE) == str(mark in text).lower()


@given(TEXTS)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = text_of(f"normalize-space('{text}')", ENGINE)
    assert text_of(f"normalize-space('{once}')", ENGINE) == once
    assert once == once.strip()


@given(st.lists(TEXTS, max_size=6), TEXTS)
def test_joining_is_what_concat_does_with_a_mark_between(parts: list[str], mark: str) -> None:
    listed = ", ".join(f"'{part}'" for part in parts) or "''"
    assert text_of(f"join('{mark}', {listed})", ENGINE) == mark.join(parts)


@given(st.text(max_size=40))
def test_base64_gives_the_text_back(text: str) -> None:
    written = base64.b64encode(text.encode()).decode()
    assert value_of(f"base64-decode('{written}')", ENGINE) == text


@given(SCALARS, SCALARS)
def test_two_single_values_are_equal_or_not_and_never_both(left: Value, right: Value) -> None:
    assert equal(left, right) != unequal(left, right)
    assert equal(left, right) == equal(right, left)


@given(LISTS, LISTS)
def test_lists_compare_as_some_pair_of_their_members_does(
    left: list[Value], right: list[Value]
) -> None:
    pairs = [(one, other) for one in left for other in right]
    assert equal(left, right) == any(equal(*pair) for pair in pairs)
    assert unequal(left, right) == any(unequal(*pair) for pair in pairs)
    assert less(left, right) == any(less(*pair) for pair in pairs)
    assert to_boolean(left) == bool(left)


@given(SCALARS)
def test_what_is_no_number_compares_with_nothing(value: Value) -> None:
    assert not equal(NAN, value) or isinstance(value, bool)
    assert not less(NAN, value)
    assert not at_most(value, NAN)
    assert not to_boolean(NAN)
    assert text_of("string(number('x') + 1)", ENGINE) == "NaN"


@given(SCALARS, SCALARS, SCALARS)
def test_order_is_an_order(one: Value, two: Value, three: Value) -> None:
    assert not (less(one, two) and less(two, one))
    if less(one, two) and less(two, three):
        assert less(one, three)
    if less(one, two):
        assert at_most(one, two)
    if orderable(one) is not None and orderable(two) is not None:
        assert less(one, two) or at_most(two, one)


@given(st.lists(st.integers(), max_size=30), st.integers(-(2**40), 2**40))
def test_a_shuffle_keeps_all_members_and_hangs_on_its_seed_alone(
    members: list[int], seed: int
) -> None:
    found = shuffled(members, seed)
    assert sorted(found) == sorted(members)
    assert found == shuffled(members, seed)


def test_a_seed_gives_the_order_that_other_clients_give() -> None:
    orders = {seed: "".join(shuffled("ABCDEF", seed)) for seed in (42, -42, 1)}
    assert orders == {42: "AFCBDE", -42: "EDAFBC", 1: "BFEACD"}


@given(st.sampled_from(["d0", "d3", "none", ""]), st.integers(-1, 60))
def test_a_lookup_by_index_finds_what_trying_each_item_finds(district: str, least: int) -> None:
    item = "instance('tambon')/root/item"
    quick = f"{item}[district = '{district}' and people >= {least}]/name"
    slow = f"{item}[not(district != '{district}')][people >= {least}]/name"
    assert value_of(quick, ENGINE) == value_of(slow, ENGINE)
    by_number = f"{item}[people = {least}]/name"
    assert value_of(by_number, ENGINE) == value_of(f"{item}[not(people != {least})]/name", ENGINE)


@given(st.permutations(["${called}", "${years}", "${name}", "${called}"]))
def test_a_union_is_the_same_in_any_order(parts: list[str]) -> None:
    assert text_of(" | ".join(parts), ENGINE) == "Somchai, Ann, 5, Bo, 9, Cho, "


ATOMS = st.sampled_from(
    ["a", "b", "1", ".", "[ab]", "[^a]", "[a-c1]", "\\d", "\\w", "\\b", "^", "$"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda both: f"(?:{both[0]}|{both[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "{0,2}", "{2}", "{1,}"])).map(
            lambda both: f"(?:{both[0]}){both[1]}"
        ),
        inner.map(lambda part: f"(?={part})"),
        inner.map(lambda part: f"(?!{part})"),
        inner.map(lambda part: f"({part})"),
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text(alphabet="abc1 -", max_size=7))
def test_a_pattern_matches_what_the_library_s_matcher_matches(pattern: str, text: str) -> None:
    found = compiled_pattern(pattern)
    assert isinstance(found, Pattern)
    expected = re.compile(pattern.replace("$", "\\Z"), re.ASCII).fullmatch(text)
    assert found.matches(text) == (expected is not None)
