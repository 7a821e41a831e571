"""Stored questions with a calculation, and defaults: what a form answers, never overwriting."""

from __future__ import annotations

from typing import Any

import pytest

from shared.canonical import JsonValue
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from shared.forms.logic import FormEngine
from tests.support.forms import document, engine_of, form_of, group, question, repeat

AREA = form_of(
    question("width", "integer"),
    question("length", "integer"),
    question("area", "integer", calculation="${width} * ${length}"),
    question("price", "decimal", calculation="${area} * 2", read_only="true()"),
    question("code", "hidden", calculation="once(concat('c', ${width}))", label={}),
)


def saved(engine: FormEngine) -> dict[str, JsonValue]:
    """What the form answers now, by field."""
    return {one.field: one.whole for one in engine.follow()[0]}


def test_a_stored_answer_follows_its_calculation() -> None:
    engine = engine_of(AREA)
    engine.set("r", "s/width", 3)
    engine.set("r", "s/length", 4)
    assert saved(engine) == {"s/area": 12, "s/price": "24", "s/code": "c3"}
    assert engine.value("r", "s/area") == 12
    engine.set("r", "s/length", 5)
    assert saved(engine) == {"s/area": 15, "s/price": "30"}
    assert saved(engine) == {}


def test_what_a_person_typed_is_never_overwritten_but_offered() -> None:
    engine = engine_of(AREA)
    engine.set("r", "s/width", 3)
    engine.set("r", "s/length", 4)
    engine.follow()
    engine.set("r", "s/area", 100)
    engine.set("r", "s/length", 6)
    assert saved(engine) == {"s/price": "200"}
    assert engine.value("r", "s/area") == 100
    assert engine.offered("r") == {"s/area": 18}
    engine.set("r", "s/area", 18)
    assert engine.offered("r") == {}
    engine.set("r", "s/length", 7)
    assert saved(engine)["s/area"] == 21


def test_a_stored_answer_that_differs_when_a_record_is_opened_is_a_persons_own() -> None:
    engine = engine_of(AREA, {"s/width": 3, "s/length": 4, "s/area": 99, "s/price": "198"})
    assert saved(engine) == {"s/code": "c3"}
    assert engine.offered("r") == {"s/area": 12}


def test_a_stored_answer_that_agrees_when_a_record_is_opened_follows_on() -> None:
    engine = engine_of(AREA, {"s/width": 3, "s/length": 4, "s/area": 12})
    engine.set("r", "s/width", 4)
    assert saved(engine)["s/area"] == 16


def test_a_cleared_answer_stays_empty_until_something_it_follows_changes() -> None:
    engine = engine_of(AREA, {"s/width": 3, "s/length": 4, "s/area": 12})
    engine.follow()
    engine.set("r", "s/area", None)
    assert "s/area" not in saved(engine)
    engine.set("r", "s/width", 5)
    assert saved(engine)["s/area"] == 20


def test_a_value_computed_once_is_never_computed_again() -> None:
    engine = engine_of(AREA, {"s/width": 3})
    assert saved(engine)["s/code"] == "c3"
    engine.set("r", "s/width", 9)
    assert "s/code" not in saved(engine)
    again = engine_of(AREA, {"s/width": 9, "s/code": "c3"})
    assert "s/code" not in saved(again)


def test_an_answer_that_is_not_asked_follows_nothing_until_it_is() -> None:
    definition = form_of(
        question("sure", "select_one", choices="yn"),
        question("a", "integer"),
        question("b", "integer", calculation="${a} + 1", relevant="${sure} = 'yes'"),
    )
    engine = engine_of(definition)
    engine.set("r", "s/a", 1)
    assert saved(engine) == {}
    engine.set("r", "s/sure", "yes")
    assert saved(engine) == {"s/b": 2}


def test_a_part_of_an_atomic_group_follows_with_the_rest_of_its_group() -> None:
    definition = form_of(
        group(
            "g",
            question("value", "integer"),
            question("double", "integer", calculation="${value} * 2"),
            merge="atomic",
        )
    )
    engine = engine_of(definition)
    engine.set("r", "s/g/value", 4)
    assert saved(engine) == {"s/g": {"value": 4, "double": 8}}


def test_rows_follow_for_themselves() -> None:
    definition = form_of(
        question("factor", "integer"),
        repeat(
            "r", question("x", "integer"), question("y", "integer", calculation="${x} * ${factor}")
        ),
    )
    engine = engine_of(definition, {"s/factor": 2}, {"demo/r": [("a", {"x": 1}), ("b", {"x": 2})]})
    found, changed = engine.follow()
    assert [(one.record_id, one.value) for one in found] == [("a", 2), ("b", 4)]
    assert {("a", "y"), ("b", "y")} <= changed
    engine.add_row("demo/r", "c", {"x": 5})
    assert [(one.record_id, one.value) for one in engine.follow()[0]] == [("c", 10)]
    engine.set("r", "s/factor", 3)
    engine.remove_row("b")
    assert [one.record_id for one in engine.follow()[0]] == ["a", "c"]


def test_defaults_see_the_defaults_before_them() -> None:
    definition = form_of(
        question("a", "integer", default="3"),
        question("b", "integer", default="${a} + 1"),
        question("c", default="ศาลา (ใหม่)"),
        group("g", question("d", default="x"), question("e"), merge="atomic"),
    )
    engine = engine_of(definition)
    assert engine.defaults("r") == {"s/a": 3, "s/b": 4, "s/c": "ศาลา (ใหม่)", "s/g": {"d": "x"}}
    assert engine.value("r", "s/a") is None


def test_a_picture_that_comes_with_the_form_can_be_a_default() -> None:
    picture = {"sha256": "a" * 64, "size": 10, "type": "image/png"}
    found = load_form(
        document(
            group(
                "s",
                question("plan", "image", default="plan.png"),
                question("x", "image", default="y.png"),
            ),
            files={"plan.png": picture},
        )
    )
    assert isinstance(found, FormDefinition)
    assert engine_of(found).defaults("r") == {"s/plan": {"name": "plan.png", **picture}}


def test_several_triggers_offer_the_same_value_and_a_trigger_may_clear() -> None:
    definition = form_of(
        question("a"),
        question("b"),
        question("c", trigger="${a}, ${b}", calculation="concat(${a}, ${b})"),
        question("d", trigger="${b}"),
    )
    engine = engine_of(definition, {"s/a": "x", "s/b": "y", "s/d": "old"})
    assert engine.prefill("r", "s/a") == {"s/c": "xy"}
    assert engine.prefill("r", "s/b") == {"s/c": "xy", "s/d": None}


@pytest.mark.parametrize(
    ("kind", "expression", "value"),
    [
        ("integer", "7 div 2", 3),
        ("integer", "'x'", None),
        ("decimal", "1 div 3", "0.333333333333333"),
        ("decimal", "'abc'", None),
        ("range", "2.5", "2.5"),
        ("date", "date('2025-08-15')", "2025-08-15"),
        ("text", "1 + 1", "2"),
        (
            "geopoint",
            "'13.7 100.5 4 5'",
            {"lat": "13.7", "lon": "100.5", "altitude": "4", "accuracy": "5"},
        ),
        (
            "geotrace",
            "'1 1 0 0;2 2 0 0'",
            [
                {"lat": "1", "lon": "1", "altitude": "0", "accuracy": "0"},
                {"lat": "2", "lon": "2", "altitude": "0", "accuracy": "0"},
            ],
        ),
        ("rank", "'a b a'", ["a", "b"]),
    ],
)
def test_a_result_is_stored_as_the_questions_type_wants_it(
    kind: str, expression: str, value: Any
) -> None:
    definition = form_of(
        question("a", kind, calculation=expression, choices="yn" if kind == "rank" else "")
    )
    engine = engine_of(definition)
    engine.follow()
    assert engine.value("r", "s/a") == value
