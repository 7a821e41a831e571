"""A value that is too deep for a record's state is not taken into one."""

from __future__ import annotations

import pytest

from shared.canonical import JsonValue
from shared.limits import JSON_DEPTH_MAX
from shared.records.state import RecordState, Sibling, encode_state
from sync.changes import (
    Change,
    FieldWrite,
    MalformedChange,
    Operation,
    RecordEdit,
    frame,
    read_change,
    seal,
)
from tests.support.strategies import dot_of_number, id_of


def read_back(depth: int) -> JsonValue:
    value: JsonValue = "x"
    for _ in range(depth):
        value = [value]
    writes = {"a": FieldWrite(value)}
    edit = RecordEdit(id_of(1), "v", "v", 1, Operation.CREATE, scope="area:1", writes=writes)
    line = seal(Change(id_of(2), id_of(3), 0, 0, 0, "boot", (edit,))).line
    return read_change(frame(line)).records[0].writes["a"].value


def test_every_value_that_is_read_fits_a_state() -> None:
    value = read_back(JSON_DEPTH_MAX - 4)
    sibling = Sibling(dot_of_number(1), value)
    state = RecordState(
        id_of(1), 1, "v", "v", 1, "area:1", None, id_of(1), (1, 0), sibling.dot, {"a": (sibling,)}
    )
    assert encode_state(state)


def test_a_deeper_one_is_kept_aside_as_malformed() -> None:
    with pytest.raises(MalformedChange):
        read_back(JSON_DEPTH_MAX - 3)
