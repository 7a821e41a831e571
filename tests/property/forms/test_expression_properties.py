"""Whatever is written, parsing ends in a value or a named defect; running never raises."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.forms.expressions.compiling import compile_expression
from shared.forms.expressions.functions import FUNCTIONS
from shared.forms.expressions.grammar import parse
from shared.forms.expressions.scope import Scope
from shared.forms.expressions.special import SPECIAL
from shared.forms.expressions.tokens import ExpressionError
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
from tests.support.forms import engine_of, form_of, question

PIECES = st.sampled_from(
    [
        *"()[],.+-*/|=<>@$ ",
        "..",
        "${a}",
        "${b}",
        "${rows}",
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
FORM = form_of(question("a", "integer"), question("b"))
ENGINE = engine_of(FORM, {"s/a": 3, "s/b": "x"})


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
    from shared.forms.rules import targets_of

    try:
        compiled = compile_expression(text, Scope("demo", targets_of(FORM.sections)))
    except ExpressionError:
        return
    to_text(compiled.run(Context(ENGINE.world, ENGINE.root)))


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
