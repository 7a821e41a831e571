"""Answers of one version read under the next: nothing is lost, and what has no place is named."""

from __future__ import annotations

from typing import Any

import pytest

from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from shared.forms.upgrading import Judging, Upgrade, aside_of, upgrade
from tests.support.forms import TODAY, YN, both, document, group, question, repeat

OLD = (
    question("name", required="true()"),
    question("sure", "select_one", choices="yn"),
    question("both", "select_multiple", choices="yn"),
    question("age", "integer"),
    group("times", question("from", "time"), question("to", "time"), merge="atomic"),
    repeat("child", question("nick"), repeat("toy", question("what"))),
)
ANSWERS: dict[str, JsonValue] = {
    "s/name": "ก",
    "s/sure": "yes",
    "s/both": ["yes", "no"],
    "s/age": 40,
    "s/age?reason": "ถามเอง",
    "s/times": {"from": "08:00", "to": "09:00"},
}
ROWS: dict[str, Any] = {
    "demo/child": [("c", {"nick": "หนู"})],
    "demo/child/toy": [("t", {"what": "รถ"}, "c")],
}
RECORD = RecordAnswers("r", ANSWERS, ROWS)


def version(number: int, *children: dict[str, Any], **attributes: Any) -> FormDefinition:
    """A version of a form."""
    found = load_form(document(group("s", *children), version=number, **attributes))
    assert isinstance(found, FormDefinition), found
    return found


FIRST = version(1, *OLD)


def without(*names: str) -> list[dict[str, Any]]:
    """The old questions but these."""
    return [one for one in OLD if one["name"] not in names]


def named(result: Upgrade) -> list[tuple[str, str, str]]:
    """Record, field and code of what is kept aside."""
    return [(one.record_id, one.field, one.code) for one in result.kept_aside]


def test_the_same_questions_fit() -> None:
    result = upgrade(FIRST, version(2, *OLD, question("more")), RECORD, judging=Judging(TODAY))
    assert result.fits
    assert result.answers is RECORD


def test_a_question_that_is_gone_is_kept_aside_with_its_reason() -> None:
    result = upgrade(FIRST, version(2, *without("age")), RECORD)
    assert named(result) == [
        ("r", "s/age", "question.gone"),
        ("r", "s/age?reason", "question.gone"),
    ]
    assert result.kept_aside[0].value == 40
    assert not result.fits
    assert not result.blocked
    assert result.answers.fields == ANSWERS


def test_a_question_that_moved_or_was_renamed_is_named_with_its_new_place() -> None:
    moved = version(2, *without("age"), group("g", question("age", "integer")))
    renamed = version(2, *without("age"), question("years", "integer", label=both("age")))
    for new, place in ((moved, "s/g/age"), (renamed, "s/years")):
        result = upgrade(FIRST, new, RECORD)
        assert named(result)[0] == ("r", "s/age", "question.moved")
        assert place in result.kept_aside[0].reason.en
        assert place in result.kept_aside[0].reason.th


def test_rows_of_a_repeat_that_is_gone_are_kept_aside_each_answer() -> None:
    result = upgrade(FIRST, version(2, *without("child")), RECORD)
    assert named(result) == [("c", "nick", "rows.gone"), ("t", "what", "rows.gone")]
    assert result.answers.rows == ROWS


def test_a_part_of_an_atomic_group_that_is_gone_is_named_alone() -> None:
    times = group("times", question("from", "time"), merge="atomic")
    result = upgrade(FIRST, version(2, *without("times"), times), RECORD)
    assert named(result) == [("r", "s/times", "part.gone")]
    assert result.kept_aside[0].value == {"to": "09:00"}


def test_an_answer_whose_option_is_gone_stays_and_is_named() -> None:
    result = upgrade(
        FIRST, version(2, *OLD, choices={"yn": YN[1:]}), RECORD, judging=Judging(TODAY)
    )
    assert [(one.field, one.value) for one in result.kept_aside] == [
        ("s/sure", "yes"),
        ("s/both", "yes"),
    ]
    assert not result.blocked
    assert result.answers.fields["s/sure"] == "yes"


def test_an_option_that_the_old_version_did_not_have_either_is_nothing_new() -> None:
    record = RecordAnswers("r", {"s/sure": "perhaps"})
    assert upgrade(FIRST, version(2, *OLD), record, judging=Judging(TODAY)).fits


def test_a_new_question_that_must_be_answered_blocks_only_what_is_submitted() -> None:
    new = version(2, *OLD, question("must", required="true()"))
    assert upgrade(FIRST, new, RECORD, judging=Judging(TODAY)).fits
    result = upgrade(FIRST, new, RECORD, judging=Judging(TODAY, submitted=True))
    assert [(one.key, one.code) for one in result.blocked] == [("s/must", "required")]


def test_what_was_wrong_before_does_not_block() -> None:
    empty = RecordAnswers("r", {})
    judging = Judging(TODAY, submitted=True)
    assert upgrade(FIRST, version(2, *OLD), empty, judging=judging).fits


def test_an_answer_that_the_new_version_forbids_blocks() -> None:
    strict = [*without("age"), question("age", "integer", constraint=". < 30")]
    result = upgrade(FIRST, version(2, *strict), RECORD, judging=Judging(TODAY))
    assert [(one.key, one.code) for one in result.blocked] == [("s/age", "constraint")]


def test_an_answer_that_the_new_version_hides_is_named() -> None:
    shy = [*without("age"), question("age", "integer", relevant="${sure} = 'no'")]
    result = upgrade(FIRST, version(2, *shy), RECORD, judging=Judging(TODAY))
    assert named(result) == [("r", "s/age", "answer.hidden")]


def test_another_workflow_blocks() -> None:
    result = upgrade(FIRST, version(2, *OLD, workflow="register"), RECORD)
    assert [one.code for one in result.blocked] == ["upgrade.workflow"]


def test_a_type_that_changed_against_the_rules_loses_nothing_either() -> None:
    changed = version(2, *without("age", "times"), question("age"), question("times"))
    result = upgrade(FIRST, changed, RECORD, judging=Judging(TODAY))
    assert {one[1:] for one in named(result)} >= {
        ("s/age", "shape.changed"),
        ("s/times", "shape.changed"),
    }
    assert result.answers.fields == ANSWERS


def test_what_is_kept_aside_is_shown_for_as_long_as_the_form_has_no_place_for_it() -> None:
    second, third = version(2, *without("age")), version(3, *without("age", "sure"))
    once = upgrade(FIRST, second, RECORD)
    twice = upgrade(second, third, once.answers)
    assert named(twice) == [("r", "s/sure", "question.gone")]
    assert {one.field for one in aside_of(third, twice.answers)} == {
        "s/age",
        "s/age?reason",
        "s/sure",
    }
    assert aside_of(FIRST, RECORD) == ()


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_a_cleared_answer_is_not_kept_aside(empty: JsonValue) -> None:
    record = RecordAnswers("r", {"s/age": empty})
    assert upgrade(FIRST, version(2, *without("age")), record).fits
