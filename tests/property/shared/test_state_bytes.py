"""A state's bytes are canonical JSON, whatever its fields are called and whatever they hold."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.canonical import JsonValue, canonical_bytes
from shared.errors import CanonicalError
from shared.limits import JSON_DEPTH_MAX
from shared.records.state import RecordState, Sibling, encode_state
from tests.support.strategies import dot_of_number, id_of, states

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
names = texts | st.sampled_from(["a\U00010000", "a\uffff", "\\u0000"])
values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)

STATE = RecordState(id_of(1), 1, "v", "v", 1, "area:1", None, id_of(1), (1, 0), dot_of_number(1))


def with_fields(state: RecordState, more: dict[str, JsonValue]) -> RecordState:
    written = {name: (Sibling(state.created, value),) for name, value in more.items()}
    return replace(state, fields={**state.fields, **written})


@given(states(), st.dictionaries(names, values, max_size=3))
def test_a_states_bytes_are_canonical(state: RecordState, more: dict[str, JsonValue]) -> None:
    written = encode_state(with_fields(state, more))
    assert canonical_bytes(json.loads(written)) == written


@given(
    states(),
    names,
    st.sampled_from(["\0", "\\\0", "\ud800", 2**53, 0.5, {"\0": 1}, {"\udfff": 1}, ["\0"], {1}]),
)
def test_what_has_no_canonical_form_is_refused_in_a_state(state, name, value) -> None:
    with pytest.raises(CanonicalError):
        encode_state(with_fields(state, {name: value}))


@pytest.mark.parametrize(
    ("depth", "fits"), [(JSON_DEPTH_MAX - 4, True), (JSON_DEPTH_MAX - 3, False)]
)
def test_a_value_is_as_deep_as_a_reader_of_the_state_takes_it(depth: int, fits: bool) -> None:
    value: JsonValue = None
    for _ in range(depth):
        value = [value]
    state = with_fields(STATE, {"deep": value})
    if fits:
        assert encode_state(state)
    else:
        with pytest.raises(CanonicalError):
            encode_state(state)
