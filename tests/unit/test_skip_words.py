"""Conditions of forms read for paper: what a person can follow with a pen, and nothing else."""

from __future__ import annotations

import pytest

from server.reports.conditions import Places, Stop, leads_to, only_if
from server.reports.paper_words import PaperWords
from server.reports.skip_words import read_condition
from shared.forms.definition import Choice, ChoiceList, Question, Text

YN = ChoiceList("yn", (Choice("yes", Text("ใช่", "Yes")), Choice("no", Text("ไม่ใช่", "No"))))
LEVELS = ChoiceList("lv", tuple(Choice(str(n), Text(f"ระดับ {n}", f"Level {n}")) for n in range(4)))


def places(language: str) -> Places:
    found = Places(PaperWords(language), {"yn": YN, "lv": LEVELS})
    for number, name, choices in (("1.1", "a", "yn"), ("1.2", "b", "yn"), ("2.1", "lv", "lv")):
        label = Text(name, name)
        found.numbers[name] = number
        found.questions[name] = Question(name, name, "f", "select_one", label, choices=choices)
        found.labels[name] = label
    found.labels["hidden_sum"] = Text("ผลรวม", "The sum")
    return found


@pytest.mark.parametrize(
    ("expression", "thai", "english"),
    [
        ("", "", ""),
        (
            "${a} = 'yes'",
            "ตอบเฉพาะเมื่อ ข้อ 1.1 ตอบ “ใช่”",
            "Only if 1.1 is “Yes”",
        ),
        (
            "selected(${a}, 'no') and ${b} != 'yes'",
            "ตอบเฉพาะเมื่อ ข้อ 1.1 ตอบ “ไม่ใช่” และ ข้อ 1.2 ไม่ได้ตอบ “ใช่”",
            "Only if 1.1 is “No” and 1.2 is not “Yes”",
        ),
        (
            "${a} = 'yes' or ${a} = 'no'",
            "ตอบเฉพาะเมื่อ ข้อ 1.1 ตอบ “ใช่” / “ไม่ใช่”",
            "Only if 1.1 is “Yes” / “No”",
        ),
        (
            "${a} != 'yes' and ${a} != 'no'",
            "ตอบเฉพาะเมื่อ ข้อ 1.1 ไม่ได้ตอบ “ใช่” / “ไม่ใช่”",
            "Only if 1.1 is not “Yes” / “No”",
        ),
        ("not(boolean(${a}))", "ตอบเฉพาะเมื่อ ข้อ 1.1 ไม่มีคำตอบ", "Only if 1.1 is not answered"),
        ("${a} != ''", "ตอบเฉพาะเมื่อ ข้อ 1.1 มีคำตอบ", "Only if 1.1 is answered"),
        (
            "${lv} > 1",
            "ตอบเฉพาะเมื่อ ข้อ 2.1 ตอบ “ระดับ 2” / “ระดับ 3”",
            "Only if 2.1 is “Level 2” / “Level 3”",
        ),
        ("18 <= ${age}", "ตอบเฉพาะเมื่อ age ตั้งแต่ 18 ขึ้นไป", "Only if age is 18 or more"),
        (
            "${hidden_sum} < 5",
            "ตอบเฉพาะเมื่อ ผลรวม น้อยกว่า 5",
            "Only if The sum is less than 5",
        ),
        (
            "sum(${rows}/x) > ${a}",
            "ตอบเฉพาะเมื่อเงื่อนไขนี้เป็นจริง: sum([rows]/x) > [ข้อ 1.1]",
            "Only if this holds: sum([rows]/x) > [1.1]",
        ),
    ],
)
def test_a_simple_condition_is_said_in_words_and_another_as_it_is(
    expression: str, thai: str, english: str
) -> None:
    assert only_if(expression, places("th")) == thai
    assert only_if(expression, places("en")) == english


@pytest.mark.parametrize(
    "expression",
    [
        "${a}[", "(((", "'", "${a} = ", "= 'x'", "not(", "selected(${a})", "${a} ${b}", "x" * 700,
        "(" * 50 + "${a}" + ")" * 50, "${a} + 1 = 2", "'a' = 'b'", "now()", "count(${r}) > 2",
        "${a} = ${b}", "selected('', ${a})",
    ],
)  # fmt: skip
def test_what_is_too_clever_or_broken_is_no_condition(expression: str) -> None:
    assert read_condition(expression) is None


def test_a_choice_that_leaves_out_what_follows_says_where_to_go_on() -> None:
    question = places("th").questions["a"]
    following = [
        Stop("1.2", ("${a} = 'yes'",)),
        Stop("1.3", ("${a} = 'yes' and ${b} = 'no'",)),
        Stop("2.1", ("",)),
    ]
    assert leads_to(question, "no", following, "end") == "2.1"
    assert leads_to(question, "yes", following, "end") == ""
    assert leads_to(question, "no", following[:2], "end") == "end"
    assert leads_to(question, "no", [], "end") == ""
