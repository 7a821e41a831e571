"""Whatever is written, parsing ends in a value or a named defect; running never raises."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.forms.expressions.functions import FUNCTIONS
from shared.forms.expressions.grammar import parse
from shared.forms.expressions.patterns import PatternError, compiled_pattern
from shared.forms.expressions.special import SPECIAL
from shared.forms.expressions.tokens import ExpressionDefect, ExpressionError
from shared.forms.expressions.values import (
    Value,
    at_most,
    equal,
    less,
    to_boolean,
    to_number,
    to_text,
)
from shared.forms.expressions.world import Context
from tests.support.expressions import compiled, household

PIECES = st.sampled_from(
    [
        *"()[],.+-*/|=<>@$ ",
        "..",
        "//",
        "::",
        "/data/",
        "head/",
        "family/child/",
        "called",
        "years",
        "name",
        "${name}",
        "${age}",
        "${child}",
        "${kind}",
        "${last-saved#name}",
        "current()/../",
        "instance('fruits')/root/item",
        "instance('tambon')/root/item[",
        "[position() = ",
        "self::",
        "node()",
        "'x'",
        '"',
        "1",
        "2.5",
        " and ",
        " or ",
        " div ",
        " mod ",
        "!=",
        "<=",
        "ก",
        *(f"{name}(" for name in [*FUNCTIONS, *SPECIAL]),
    ]
)
EXPRESSIONS = st.lists(PIECES, max_size=25).map("".join)
SCALARS: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=20),
    st.from_regex(r"-?[0-9]{1,40}(\.[0-9]{1,30})?", fullmatch=True),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**60), max_value=10**60),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from(["2025-08-15", "08:30", "3100600445635", "seminar hearing", "effluent/BOD"]),
)
VALUES: st.SearchStrategy[Value] = st.one_of(SCALARS, st.lists(SCALARS, max_size=4))
ENGINE = household()
CORPUS = Path(__file__).resolve().parents[2] / "data" / "fuzz" / "expressions"
KEPT = [
    line for file in sorted(CORPUS.glob("*.txt")) for line in file.read_text("utf-8").splitlines()
]


PLACES = [("r", "head/name"), ("c1", "years"), ("p2", "kind"), ("c2", "")]


def defect_of(text: str, at: str, key: str) -> ExpressionDefect | None:
    """The defect of a text, or None when it compiled and ran."""
    node = ENGINE.nodes[at]
    try:
        found = compiled(text, node.record_type, key, once=True)
    except ExpressionError as error:
        return error.defect
    to_text(found.run(Context(ENGINE.world, node, node.effective.get(key))))
    return None


def tried(text: str, at: str = "r", key: str = "head/name") -> str | None:
    """The code of a text's defect, which has a place in it and two sentences."""
    defect = defect_of(text, at, key)
    if defect is None:
        return None
    assert 0 <= defect.position <= max(len(text), 4_001)
    assert defect.th
    assert defect.en
    return defect.code


def test_the_kept_corpus_ends_in_values_and_named_defects() -> None:
    codes = [tried(text) for text in KEPT]
    assert codes.count(None) > 100
    assert len({code for code in codes if code}) > 15


@given(st.sampled_from(KEPT), st.sampled_from(KEPT), st.data())
def test_what_is_cut_from_the_corpus_and_joined_is_read_or_refused(
    one: str, other: str, data: st.DataObject
) -> None:
    text = (
        one[: data.draw(st.integers(0, len(one)))] + other[data.draw(st.integers(0, len(other))) :]
    )
    place = data.draw(
        st.sampled_from([("r", "head/name"), ("c1", "years"), ("p2", "kind"), ("c2", "")])
    )
    tried(text, *place)


@given(st.one_of(st.text(max_size=200), EXPRESSIONS))
def test_any_text_is_parsed_or_named_defective(text: str) -> None:
    defect = None
    try:
        parse(text)
    except ExpressionError as error:
        defect = error.defect
    if defect is not None:
        assert 0 <= defect.position <= max(len(text), 4_001)
        assert defect.th
        assert defect.en


@given(EXPRESSIONS)
def test_what_compiles_also_runs(text: str) -> None:
    tried(text)
    tried(text, "c1", "years")


@given(st.text(alphabet="a[](){}*+?|\\^$.-,0123dwsbpLPu:=!<>i&", max_size=30), st.text(max_size=20))
def test_any_pattern_is_read_or_named_defective(pattern: str, text: str) -> None:
    found = compiled_pattern(pattern)
    if isinstance(found, PatternError):
        assert 0 <= found.position <= len(pattern)
        return
    found.matches(text)
    found.matches("ab01" * 20)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@given(data=st.data())
def test_a_function_takes_any_values(name: str, data: st.DataObject) -> None:
    function = FUNCTIONS[name]
    count = data.draw(st.integers(function.least, min(function.most, function.least + 3)))
    arguments = [data.draw(VALUES) for _ in range(count)]
    result = function.body(Context(ENGINE.world, ENGINE.root), *arguments)
    assert result is None or isinstance(
        result, (str, bool, Decimal, date, datetime, time, list, tuple)
    )
    number = to_number(result)
    assert number is None or number.is_finite()
    assert len(to_text(result)) < 1_000


@given(VALUES, VALUES)
def test_comparisons_take_any_values(left: Value, right: Value) -> None:
    equal(left, right)
    if not isinstance(left, list) and not isinstance(right, list):
        assert not (less(left, right) and less(right, left))
        assert equal(left, right) == equal(right, left)
        if less(left, right):
            assert at_most(left, right)
    to_boolean(left)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15
    )
)
def test_a_number_survives_being_printed(number: Decimal) -> None:
    assert to_number(to_text(number)) == number
