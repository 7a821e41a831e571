"""Problems: what is asked for, what breaks a rule, what a reason lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from shared.forms.definition import FormDefinition, Group
from shared.forms.logic import FormEngine
from shared.forms.validation import (
    blocking,
    check_field,
    effective,
    reason_key,
    validate,
    validate_question,
    validate_record,
)
from tests.support.forms import calculate, codebooks, engine_of, form_of, group, question, repeat


def codes(engine: FormEngine) -> list[tuple[str, str, str]]:
    return [(one.record_id, one.key, one.code) for one in validate(engine)]


def test_a_required_question_without_an_answer_blocks() -> None:
    engine = engine_of(form_of(question("a", required="true()")))
    assert codes(engine) == [("r", "s/a", "required")]
    assert blocking(validate(engine))
    engine.set("r", "s/a", "x")
    assert codes(engine) == []
    engine.set("r", "s/a", None)
    assert codes(engine) == [("r", "s/a", "required")]


def test_what_is_not_relevant_is_not_asked() -> None:
    engine = engine_of(
        form_of(question("a"), question("b", required="true()", relevant="${a} = 'x'"))
    )
    assert codes(engine) == []


def test_what_the_office_answers_never_blocks_the_field() -> None:
    definition = form_of(question("a", required="true()", answered_by="office"))
    assert codes(engine_of(definition)) == []


def test_a_broken_constraint_blocks_and_says_why_in_both_languages() -> None:
    definition = form_of(question("a", "integer", constraint=". > 3"))
    (problem,) = validate(engine_of(definition, {"s/a": 1}))
    assert (problem.code, problem.severity) == ("constraint", "hard")
    assert problem.message.th
    assert problem.message.en
    assert validate_question(engine_of(definition, {"s/a": 4}), "r", "s/a") == []


def test_a_soft_problem_is_passed_by_a_reason() -> None:
    definition = form_of(
        question("a", "integer", warning=". > 3"),
        question("b", "integer", constraint=". > 3", severity="soft"),
    )
    engine = engine_of(definition, {"s/a": 1, "s/b": 1})
    assert [one.severity for one in validate(engine)] == ["soft", "soft"]
    assert blocking(validate(engine)) == []
    assert ("r", "s/a") in engine.set("r", reason_key("s/a"), "วัดซ้ำแล้ว")
    engine.set("r", reason_key("s/b"), "   ")
    assert codes(engine) == [("r", "s/b", "constraint")]


def test_a_reason_is_a_field_of_the_form_and_as_personal_as_its_question() -> None:
    definition = form_of(question("a", personal="P", warning=". = ''"), question("b"))
    assert definition.may_store("demo", reason_key("s/a"))
    assert definition.is_personal("demo", reason_key("s/a"))
    assert not definition.is_personal("demo", reason_key("s/b"))
    assert definition.merge_class("demo", reason_key("s/a")) == "evidence"


def test_an_unknown_choice_and_a_wrong_shape_are_told() -> None:
    definition = form_of(
        question("a", "select_one", choices="yn"),
        question("b", "select_multiple", choices="yn"),
        question("c", "integer"),
    )
    engine = engine_of(definition, {"s/a": "maybe", "s/b": ["yes", "x"], "s/c": "text"})
    assert codes(engine) == [
        ("r", "s/a", "choice.unknown"),
        ("r", "s/b", "choice.unknown"),
        ("r", "s/c", "type.integer"),
    ]


def test_a_reference_to_a_row_that_is_gone_is_told() -> None:
    definition = form_of(
        repeat("people", question("who")),
        question("speaker", "reference", refers_to="rows people"),
    )
    engine = engine_of(definition, {"s/speaker": "p"}, {"demo/people": [("p", {})]})
    assert codes(engine) == []
    engine.remove_row("p")
    assert codes(engine) == [("r", "s/speaker", "choice.unknown")]


def test_rows_have_a_least_and_a_greatest_number() -> None:
    definition = form_of(repeat("things", question("a"), rows_min=1, rows_max=2))
    assert codes(engine_of(definition)) == [("r", "s/things", "rows.too_few")]
    rows = {"demo/things": [(name, {}) for name in "xyz"]}
    assert codes(engine_of(definition, {}, rows)) == [("r", "s/things", "rows.too_many")]


def test_a_value_without_a_question_is_flagged_softly() -> None:
    (problem,) = validate(engine_of(form_of(question("a")), {"s/gone": "x"}))
    assert (problem.key, problem.code, problem.severity) == ("s/gone", "field.unknown", "soft")


def test_the_effective_content_leaves_irrelevant_answers_out() -> None:
    definition = form_of(
        question("a"),
        question("b", relevant="${a} = 'x'"),
        group("pair", question("c"), question("d", relevant="${c} = 'x'"), merge="atomic"),
        repeat("things", question("e"), relevant="${a} = 'x'"),
        calculate("f", "1"),
    )
    fields = {"s/a": "y", "s/b": "kept", "s/pair": {"c": "y", "d": "kept"}}
    engine = engine_of(definition, fields, {"demo/things": [("t", {"e": "1"})]})
    found = effective(engine)
    assert found.fields == {"s/a": "y", "s/pair": {"c": "y"}}
    assert found.rows == {}
    engine.set("r", "s/a", "x")
    found = effective(engine)
    assert found.fields["s/b"] == "kept"
    assert [tuple(row) for row in found.rows["demo/things"]] == [("t", {"e": "1"}, "r")]


def test_rows_that_do_not_count_have_no_problems() -> None:
    definition = form_of(
        question("a"),
        repeat("things", question("e", required="true()"), relevant="${a} = 'x'", rows_min=2),
    )
    engine = engine_of(definition, {}, {"demo/things": [("t", {"gone": "1"})]})
    assert codes(engine) == []
    engine.set("r", "s/a", "x")
    assert sorted(code for _, _, code in codes(engine)) == [
        "field.unknown",
        "required",
        "rows.too_few",
    ]


def test_one_record_can_be_validated_alone() -> None:
    definition = form_of(repeat("things", question("a", required="true()")))
    engine = engine_of(definition, {}, {"demo/things": [("x", {}), ("y", {"a": "1"})]})
    assert [one.key for one in validate_record(engine, "x")] == ["a"]
    assert validate_record(engine, "y") == []


def test_a_stored_group_is_checked_part_by_part() -> None:
    definition = form_of(group("pair", question("c"), question("d", "integer"), merge="atomic"))
    register = definition.register("demo", "s/pair")
    assert isinstance(register, Group)
    assert check_field(register, {"c": "x", "d": 1}) is None
    assert check_field(register, {"d": "1"}) == "type.integer"
    assert check_field(register, {"z": 1}) == "type.group"
    assert check_field(register, "text") == "type.group"
    assert check_field(register, None) is None
    assert codes(engine_of(definition, {"s/pair": "text"})) == [("r", "s/pair", "type.group")]


def test_personal_classes_merge_classes_and_labels_of_fields() -> None:
    definition: FormDefinition = form_of(
        question("a", personal="S"),
        question("b", merge="latest"),
        group("pair", question("c"), question("d", personal="P"), merge="atomic"),
        calculate("e", "1"),
    )
    assert definition.personal_class("demo", "s/a") == "S"
    assert definition.personal_class("demo", "s/pair") == "P"
    assert definition.is_personal("demo", "s/unknown")
    assert definition.is_personal("nothing", "s/b")
    assert not definition.is_personal("demo", "s/b")
    assert definition.merge_class("demo", "s/b") == "latest"
    assert definition.merge_class("demo", "s/pair") == "atomic"
    assert definition.merge_class("demo", "s/e") == "derived"
    assert definition.merge_class("demo", "s/unknown") == "evidence"
    assert not definition.may_store("demo", "s/e")
    assert not definition.may_store("demo", "s/pair/c")
    assert definition.label_of("demo", "s/pair").th == "pair"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("1", []),
        ("2.5", []),
        ("10", []),
        ("2.6", ["range.outside"]),
        ("0.5", ["range.outside"]),
        ("11.5", ["range.outside"]),
        ("x", ["type.decimal"]),
    ],
)
def test_a_range_takes_numbers_on_its_scale(answer: str, expected: list[str]) -> None:
    scale = {"start": "1", "end": "10", "step": "1.5"}
    definition = form_of(question("a", "range", parameters=scale))
    found = validate(engine_of(definition, {"s/a": answer}))
    assert [one.code for one in found] == expected
    if expected == ["range.outside"]:
        assert "1.5" in found[0].message.en


def test_a_range_may_go_downwards() -> None:
    definition = form_of(
        question("a", "range", parameters={"start": "5", "end": "-5", "step": "-2"})
    )
    sound = [
        number
        for number in range(-7, 8)
        if not validate(engine_of(definition, {"s/a": str(number)}))
    ]
    assert sound == [-5, -3, -1, 1, 3, 5]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (["no", "yes"], []),
        (["yes"], ["rank.incomplete"]),
        (["yes", "maybe"], ["choice.unknown"]),
        (["yes", "yes"], ["type.choices"]),
        ("yes no", ["type.choices"]),
    ],
)
def test_a_ranking_has_every_option_once(answer: Any, expected: list[str]) -> None:
    definition = form_of(question("a", "rank", choices="yn"))
    found = validate(engine_of(definition, {"s/a": answer}))
    assert [one.code for one in found] == expected


def test_several_references_are_all_looked_up() -> None:
    definition = form_of(question("a", "references", refers_to="codebook check"))
    known = [row.key for row in list(codebooks()["check"].rows.values())[:2]]
    assert validate(engine_of(definition, {"s/a": known})) == []
    found = validate(engine_of(definition, {"s/a": [*known, "nothing"]}))
    assert [one.code for one in found] == ["choice.unknown"]


def test_required_may_be_an_expression() -> None:
    definition = form_of(
        question("age", "integer"), question("school", required="${age} < 15 and ${age} > 5")
    )
    assert [one.code for one in validate(engine_of(definition, {"s/age": 9}))] == ["required"]
    assert validate(engine_of(definition, {"s/age": 20})) == []
