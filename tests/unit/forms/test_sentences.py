"""Answers in the sentences of a form: labels of choices, Thai dates, rows, and what is unknown."""

from __future__ import annotations

import pytest

from shared.forms.definition import Text
from shared.forms.loading import read_form
from tests.support.forms import (
    both,
    calculate,
    document,
    engine_of,
    form_of,
    group,
    question,
    repeat,
)

FORM = form_of(
    question("name"),
    question("sure", "select_one", choices="yn"),
    question("several", "select_multiple", choices="yn"),
    question("day", "date"),
    question("hour", "time"),
    question("weight", "decimal"),
    calculate("double", "${weight} * 2"),
    repeat(
        "child", question("nick"), question("age", "integer", label=both("How old is ${nick}?"))
    ),
    question("farewell", label=both("Thank you, ${name}"), hint=both("${double}")),
)
ANSWERS = {
    "s/name": "สมชาย",
    "s/sure": "yes",
    "s/several": ["yes", "no"],
    "s/day": "2025-08-15",
    "s/hour": "08:30",
    "s/weight": "1.50",
}


@pytest.mark.parametrize(
    ("written", "language", "said"),
    [
        ("Hello ${name}!", "en", "Hello สมชาย!"),
        ("Hello ${ name }!", "en", "Hello สมชาย!"),
        ("${sure}", "th", "ใช่"),
        ("${sure}", "en", "Yes"),
        ("${several}", "en", "Yes, No"),
        ("${day}", "th", "15 ส.ค. 2568"),
        ("${day}", "en", "15 Aug 2025"),
        ("${weight} kg, ${double}", "en", "1.5 kg, 3"),
        ("${nobody} and $5 and {name}", "en", "${nobody} and $5 and {name}"),
        ("", "en", ""),
    ],
)
def test_a_sentence_says_the_answers(written: str, language: str, said: str) -> None:
    engine = engine_of(FORM, dict(ANSWERS))
    assert engine.text("r", both_text(written), language) == said


def both_text(written: str) -> Text:
    """One text in both languages."""
    return Text(written, written)


def test_a_row_says_its_own_answers() -> None:
    rows = {"demo/child": [("x", {"nick": "หนู"}), ("y", {"nick": "เล็ก"})]}
    engine = engine_of(FORM, {}, rows)
    label = FORM.questions("demo/child")[1].label
    assert engine.text("y", label, "en") == "How old is เล็ก?"


def test_an_unanswered_name_leaves_a_gap() -> None:
    assert engine_of(FORM).text("r", Text("", "Thank you, ${name}."), "en") == "Thank you, ."


def test_a_sentence_with_an_answer_in_it_is_drawn_anew_when_the_answer_changes() -> None:
    engine = engine_of(FORM)
    assert ("r", "s/farewell") in engine.set("r", "s/name", "มานี")
    assert ("r", "s/farewell") in engine.set("r", "s/weight", "3")
    engine.add_row("demo/child", "x")
    assert ("x", "age") in engine.set("x", "nick", "หนู")


def test_an_unknown_name_in_a_sentence_is_a_warning() -> None:
    loaded = read_form(document(group("s", question("a", label=both("${nobody}")))))
    assert loaded.definition is not None
    assert [one.code for one in loaded.warnings] == ["expression.unknown_name"]
