"""Rows packed in columns come out as they went in, and nothing else passes for rows."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.canonical import JsonValue, canonical_bytes
from shared.errors import BadInput, TooLarge
from shared.limits import PULL_ANSWER_BYTES_MAX
from shared.records.state import RecordState, Sibling, decode_state, encode_state
from sync.messages import Leave, Put
from sync.packing import KnownPut, pack, unpack
from tests.support.strategies import counts, ids, states, values

leaves = st.builds(Leave, ids, counts)


def line_of(row: RecordState | Leave) -> bytes:
    if isinstance(row, Leave):
        return canonical_bytes({"leave": row.record, "revision": row.revision})
    return encode_state(row)


@st.composite
def alike(draw: st.DrawFn) -> list[RecordState | Leave]:
    """Rows many of which have a shape in common, as the states of one form have."""
    first = draw(states())
    out: list[RecordState | Leave] = [first]
    for _ in range(draw(st.integers(0, 6))):
        dot = first.created
        fields = {
            name: (Sibling(dot, draw(st.one_of(values, st.integers(0, 10**9)))), *found[1:])
            for name, found in first.fields.items()
        }
        out.append(
            replace(first, record=draw(ids), revision=draw(st.integers(0, 9**9)), fields=fields)
        )
    out += draw(st.lists(st.one_of(states(), leaves), max_size=3))
    return draw(st.permutations(out))


@given(alike())
@settings(max_examples=150, deadline=None)
def test_rows_come_out_byte_for_byte_and_in_their_order(
    rows: list[RecordState | Leave],
) -> None:
    lines = [line_of(row) for row in rows]
    about, found = unpack(pack({"scope": "area:1"}, lines))
    assert about == {"scope": "area:1"}
    assert [row.state if isinstance(row, Put) else line_of(row) for row in found] == lines


@given(alike())
@settings(max_examples=100, deadline=None)
def test_the_head_of_each_state_is_what_its_parser_reads(rows: list[RecordState | Leave]) -> None:
    _, found = unpack(pack({}, [line_of(row) for row in rows]))
    for row in found:
        if isinstance(row, KnownPut):
            state = decode_state(row.state)
            head = (state.record, state.revision, state.type, state.root)
            assert (row.record, row.revision, row.type, row.root) == head


@given(alike(), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_damaged_is_refused_or_reads_as_states_all_the_same(
    rows: list[RecordState | Leave], data: st.DataObject
) -> None:
    packed = bytearray(pack({}, [line_of(row) for row in rows]))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(packed) - 1))
        packed[place] = data.draw(
            st.one_of(st.sampled_from(b'"\\\n{}[],:%0-9\x00\xff'), st.integers(0, 255))
        )
    try:
        _, found = unpack(bytes(packed))
    except (BadInput, TooLarge):
        return
    for row in found:
        if isinstance(row, KnownPut):
            state = decode_state(row.state)
            assert (row.record, row.revision, row.root) == (
                state.record,
                state.revision,
                state.root,
            )


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_refused(data: bytes) -> None:
    with pytest.raises((BadInput, TooLarge)):
        unpack(data)


def test_what_unfolds_to_more_than_an_answer_may_hold_is_refused_before_it_unfolds() -> None:
    template = '{"leave":"%b","revision":%b}'
    shape: dict[str, JsonValue] = {
        "template": template,
        "rows": 20_000,
        "holes": [0, 0],
        "texts": [1],
        "numbers": [1],
    }
    head = canonical_bytes({"about": {}, "order": [0] * 20_000, "shapes": [shape]})
    bomb = head + b"\n" + b"x" * 1_000 + b"\n1\n"
    assert len(bomb) * 100 < PULL_ANSWER_BYTES_MAX
    with pytest.raises(TooLarge):
        unpack(bomb)


def test_a_hole_where_an_index_stands_is_refused() -> None:
    """Else a row that nobody parses could name a dot that is not there."""
    packed = pack({}, [EXAMPLE, EXAMPLE])
    head, _, body = packed.partition(b"\n")
    raw = json.loads(head)
    (shape,) = raw["shapes"]
    before, after = shape["template"].split("[[0,", 1)
    shape["template"] = f"{before}[[%b,{after}"
    shape["holes"].insert(before.count("%b"), len(shape["numbers"]))
    shape["numbers"].append(2)
    with pytest.raises(BadInput, match="a hole stands where none may be"):
        unpack(canonical_bytes(raw) + b"\n" + body + b"0\n7\n")


EXAMPLE = canonical_bytes(
    {
        "created": ["dot-1", "somchai", 1_795_472_654_721, "tablet.1", None],
        "dots": [["dot-1", "somchai", 1_795_472_654_721, "tablet.1", None]],
        "existence": [],
        "fields": {"name": [[0, "น้ำทิพย์ 100 %"]]},
        "form": "factory",
        "order": [1, 1],
        "parent": None,
        "record": "record-1",
        "revision": 1,
        "root": "record-1",
        "scope": "area:1",
        "type": "factory",
        "version": 1,
        "workflow": None,
    }
)
