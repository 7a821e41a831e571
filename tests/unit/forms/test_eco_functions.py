"""The programme's functions, each with its golden vector."""

from __future__ import annotations

import pytest

from tests.support.forms import calculate, engine_of, form_of


def result(expression: str) -> str | None:
    value = engine_of(form_of(calculate("out", expression))).value("r", "s/out")
    assert value is None or isinstance(value, str)
    return value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("eco:minutes('08:30', '12:00')", "210"),
        ("eco:minutes('12:00', '08:30')", None),
        ("eco:minutes('', '08:30')", None),
        ("eco:fiscal-year('2025-09-30')", "2568"),
        ("eco:fiscal-year('2025-10-01')", "2569"),
        ("eco:is-citizen('3100600445635')", "true"),
        ("eco:is-citizen('1234545678789')", "false"),
        ("eco:is-juristic('0105536112014')", "true"),
        ("eco:is-juristic('3100600445635')", "false"),
        ("eco:is-phone('081-234-5678')", "true"),
        ("eco:is-phone('12')", "false"),
        ("eco:is-factory-number('3-106-33/50รย')", "true"),
        ("eco:is-factory-number('hello')", "false"),
        ("eco:is-waste-code('19 03 08')", "true"),
        ("eco:is-waste-code('990308')", "false"),
        ("round(eco:at-oxygen(40, 12, 7), 1)", "62.5"),
        ("eco:at-oxygen(40, 21, 7)", None),
        ("eco:limit('effluent/BOD', 'max')", "20"),
        ("eco:limit('effluent/pH', 'min')", "5.5"),
        ("eco:limit('effluent/nothing', 'max')", None),
        ("eco:exceeds('effluent/pH', 9.1, 'valid')", "yes"),
        ("eco:exceeds('effluent/pH', 5.4, 'valid')", "yes"),
        ("eco:exceeds('effluent/BOD', 20, 'valid')", "no"),
        ("eco:exceeds('effluent/BOD', 20.1, 'valid')", "yes"),
        ("eco:exceeds('effluent/BOD', 21, 'nd')", "no"),
        ("eco:exceeds('effluent/BOD', 21, 'lt')", "no"),
        ("eco:exceeds('effluent/BOD', 21, 'suspect')", None),
        ("eco:exceeds('effluent/Pesticide', 0.1, 'valid')", "yes"),
        ("eco:exceeds('effluent/Pesticide', '', 'nd')", "no"),
        ("eco:exceeds('effluent/unknown', 21, 'valid')", None),
        ("eco:gap(10.0, 9.4)", "6"),
        ("eco:gap(0, 9.4)", None),
        ("eco:weekday('2025-08-15')", "5"),
        ("eco:is-working-day('2025-08-15')", "true"),
        ("eco:is-working-day('2025-08-16')", "false"),
        ("eco:is-working-day('2026-08-12')", "false"),
        ("eco:any('', 'x')", "true"),
        ("eco:attended-hours('08:00', '', '08:30', '12:00')", "3.5"),
        ("eco:attended-hours('09:00', '10:00', '08:30', '12:00')", "1"),
        ("eco:attended-hours('', '10:00', '08:30', '12:00')", None),
        ("eco:attended-hours('2025-08-15T13:30:00+07:00', '', '13:00', '16:00')", "2.5"),
    ],
)
def test_an_eco_function_gives(expression: str, expected: str | None) -> None:
    assert result(expression) == expected
