"""The expression language: what each construct gives, and how defects name their place."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from shared.forms.definition import FormDefinition
from shared.forms.expressions.compiling import compile_expression
from shared.forms.expressions.functions import FUNCTIONS
from shared.forms.expressions.scope import Scope
from shared.forms.expressions.tokens import ExpressionError, tokenize
from shared.forms.expressions.values import to_text
from shared.forms.rules import targets_of
from tests.support.forms import calculate, engine_of, form_of, question, repeat


def result(expression: str, **answers: object) -> str:
    """The result as text of an expression over text, integer, decimal and date questions."""
    kinds = {int: "integer", str: "text", date: "date", Decimal: "decimal", list: "select_multiple"}
    children = []
    fields = {}
    for name, value in answers.items():
        kind = kinds[type(value)]
        extra = {"choices": "yn"} if kind == "select_multiple" else {}
        children.append(question(name, kind, **extra))
        stored = value if isinstance(value, (int, str, list)) else str(value)
        fields[f"s/{name}"] = stored
    definition = form_of(*children, calculate("out", expression))
    return str(engine_of(definition, fields).value("r", "s/out") or "")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("7 div 2", "3.5"),
        ("7 mod 4", "3"),
        ("-3 + 1", "-2"),
        ("- - 3", "3"),
        ("10.0 - 9.4", "0.6"),
        ("1 div 0", ""),
        ("'a' + 1", ""),
        ("0.1 + 0.2 = 0.3", "true"),
        ("'2' = 2", "true"),
        ("'2.0' = 2", "true"),
        ("'two' != 2", "true"),
        ("2 != 3 and 1 <= 1", "true"),
        ("1 > 2 or 2 >= 3", "false"),
        ("'b' = \"b\"", "true"),
        ("if(1 > 2, 'yes', 'no')", "no"),
        ("coalesce('', 'x')", "x"),
        ("concat('a', 1, 'b')", "a1b"),
        ("join('-', 'a', 'b')", "a-b"),
        ("string-length('น้ำ')", "3"),
        ("substr('abcdef', 1, 3)", "bc"),
        ("substring-before('3-106', '-')", "3"),
        ("substring-after('3-106', '-')", "106"),
        ("translate('a.b', '.', ',')", "a,b"),
        ("contains('น้ำเสีย', 'เสีย')", "true"),
        ("starts-with('abc', 'ab')", "true"),
        ("ends-with('abc', 'bc')", "true"),
        ("normalize-space('  a   b ')", "a b"),
        ("regex('12345', '[0-9]{5}')", "true"),
        ("regex('123456', '[0-9]{5}')", "false"),
        ("regex('x', concat('[', ''))", "false"),
        ("number('1e5')", ""),
        ("int(3.9)", "3"),
        ("int(-3.1)", "-3"),
        ("round(2.5)", "3"),
        ("round(1234.567, 2)", "1234.57"),
        ("round(1234, -2)", "1200"),
        ("abs(-2)", "2"),
        ("pow(2, 10)", "1024"),
        ("sqrt(9)", "3"),
        ("pow(10, 200)", ""),
        ("min(3, 1, 2)", "1"),
        ("max('', 5)", "5"),
        ("not(false())", "true"),
        ("boolean-from-string('1')", "true"),
        ("selected('a b', 'b')", "true"),
        ("selected('ab', 'b')", "false"),
        ("selected-at('a b', 1)", "b"),
        ("selected-at('a b', 7)", ""),
        ("count-selected('a b c')", "3"),
        ("checklist(2, 3, true(), true(), false())", "true"),
        ("date('2025-08-15') + 7 = date('2025-08-22')", "true"),
        ("date('2025-08-15') < '2025-08-16'", "true"),
        ("decimal-date-time('1970-01-02')", "1"),
        ("decimal-time('06:00')", "0.25"),
        ("'08:30' < '13:00'", "true"),
        ("format-date('2025-08-05', '%d/%m/%Y %e %n %y %b %a')", "05/08/2025 5 8 25 ส.ค. อ."),
        ("format-date-time('2025-08-05T07:09', '%H:%M %h')", "07:09 7"),
        ("format-number(3, 2)", "3"),
        ("today()", "2025-08-15"),
        ("date(30000000000)", ""),
        ("date-time(20000.5)", "2024-10-04T12:00:00"),
        ("exp(0) + log(1) + log10(100)", "3"),
    ],
)
def test_an_expression_gives(expression: str, expected: str) -> None:
    assert result(expression) == expected


def test_an_unanswered_question_is_empty_and_no_number() -> None:
    assert result("${a} = ''", a="") == "true"
    assert result("${a} + 1", a="") == ""
    assert result("${a} > 0 or ${a} <= 0", a="") == "false"
    assert result("${a} != 5", a="") == "true"


def test_dates_compute_as_days() -> None:
    assert result("${d} - 90 <= today()", d=date(2025, 8, 15)) == "true"
    assert result("(today() - ${d}) div 1", d=date(2025, 8, 1)) == "14"


def test_decimals_are_exact() -> None:
    assert result("${x} * 3", x=Decimal("0.1")) == "0.3"


AGENDA = repeat(
    "agenda",
    question("kind"),
    question("minutes", "integer"),
    calculate("number", "position(..)"),
    calculate("before", "indexed-repeat(${minutes}, ${agenda}, position(..) - 1)"),
)
ROWS = {
    "demo/agenda": [
        ("a", {"kind": "seminar", "minutes": 120}),
        ("b", {"kind": "hearing", "minutes": 180}),
        ("c", {"kind": "hearing"}),
    ]
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count(${agenda})", "3"),
        ("count(${agenda}[kind = 'hearing'])", "2"),
        ("sum(${minutes})", "300"),
        ("sum(${agenda}/minutes)", "300"),
        ("sum(${agenda}[kind = 'hearing']/minutes)", "180"),
        ("sum(${agenda}[kind = ${wanted}]/minutes)", "120"),
        ("max(${minutes})", "180"),
        ("${agenda}[2]/minutes", "180"),
        ("sum(${agenda}[position() >= 2]/minutes)", "180"),
        ("count(${agenda}[kind = 'hearing'][minutes > 0])", "1"),
        ("count-non-empty(${minutes})", "2"),
        ("join(', ', ${kind})", "seminar, hearing, hearing"),
        ("${kind} = 'seminar'", "true"),
        ("indexed-repeat(${minutes}, ${agenda}, 1)", "120"),
        ("indexed-repeat(${minutes}, ${agenda}, 9)", ""),
        ("eco:answer-of('b', ${minutes})", "180"),
    ],
)
def test_repeats_are_counted_filtered_and_summed(expression: str, expected: str) -> None:
    definition = form_of(question("wanted"), AGENDA, calculate("out", expression))
    engine = engine_of(definition, {"s/wanted": "seminar"}, ROWS)
    assert str(engine.value("r", "s/out") or "") == expected


def test_a_row_knows_its_position_and_the_row_before() -> None:
    engine = engine_of(form_of(AGENDA), {}, ROWS)
    assert [engine.value(row, "number") for row in "abc"] == ["1", "2", "3"]
    assert [engine.value(row, "before") for row in "abc"] == [None, "120", "180"]


def test_a_choice_name_is_the_label_in_the_language() -> None:
    definition = form_of(
        question("sure", "select_one", choices="yn"),
        calculate("out", "jr:choice-name(${sure}, '${sure}')"),
    )
    assert engine_of(definition, {"s/sure": "yes"}).value("r", "s/out") == "ใช่"


@pytest.mark.parametrize(
    ("expression", "code", "position"),
    [
        ("1 +", "expression.ends_early", 3),
        ("(1", "expression.expected", 2),
        ("1 2", "expression.left_over", 2),
        ("'open", "expression.open_quote", 0),
        ("1 + ก", "expression.character", 4),
        ("nonsense-function(1)", "expression.unknown_function", 0),
        ("${nobody} = 1", "expression.unknown_name", 0),
        ("today(1)", "expression.arguments", 0),
        ("random()", "expression.unrepeatable", 0),
        ("once(1)", "expression.once", 0),
        ("//a", "expression.unsupported", 0),
        ("/demo/s/nobody", "expression.unknown_name", 8),
        ("regex(${a}, '(')", "expression.regex", 13),
        ("kind = 1", "expression.bare_name", 0),
        ("position()", "expression.position", 0),
        ("position(..)", "expression.position", 0),
        ("../../a", "expression.unsupported", 3),
        ("${s}[1]", "expression.group", 0),
        ("${agenda}/a", "expression.not_in_repeat", 10),
        ("count(${agenda}[. = 1])", "expression.here_in_predicate", 16),
        ("${s}", "expression.group", 0),
        ("jr:choice-name(${a}, '${a}')", "expression.choice_name", 0),
        ("indexed-repeat(1, 2, 3)", "expression.indexed_repeat", 0),
        ("eco:answer-of(${a}, ${a})", "expression.not_in_repeat", 20),
        ("(" * 100 + "1" + ")" * 100, "expression.too_deep", None),
        ("1" + " + 1" * 300, "expression.too_deep", None),
        ("1 " * 3000, "expression.too_long", None),
    ],
)
def test_a_defect_is_named_with_its_position(
    expression: str, code: str, position: int | None
) -> None:
    definition = form_of(question("a"), AGENDA)
    with pytest.raises(ExpressionError) as caught:
        compile_expression(expression, scope_of(definition))
    defect = caught.value.defect
    assert defect.code == code
    assert defect.th
    assert defect.en
    if position is not None:
        assert defect.position == position


def scope_of(definition: FormDefinition) -> Scope:
    """The scope of the root of a demo form with `a`, `agenda` and the section `s`."""
    return Scope("demo", targets_of(definition.sections))


def test_an_unknown_name_suggests_one_like_it() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression("${agend}", scope_of(form_of(question("a"), AGENDA)))
    assert "agenda" in caught.value.defect.en


def test_tokens_keep_their_positions() -> None:
    tokens = tokenize("${a} <= 'b c'")
    assert [(token.kind, token.text, token.position) for token in tokens] == [
        ("answer", "a", 0),
        ("operator", "<=", 5),
        ("text", "b c", 8),
        ("end", "", 13),
    ]


@pytest.mark.parametrize(
    ("loose", "explicit"),
    [
        ("1 + 2 * 3 = 7 and 2 > 1 or false()", "(((1 + (2 * 3)) = 7) and (2 > 1)) or false()"),
        ("true() or false() and false()", "true() or (false() and false())"),
        ("10 - 4 - 3", "(10 - 4) - 3"),
        ("2 * -3 + 1", "(2 * (-3)) + 1"),
        ("1 < 2 = true()", "(1 < 2) = true()"),
    ],
)
def test_operators_bind_as_xpath_says(loose: str, explicit: str) -> None:
    assert result(loose) == result(explicit) != ""


def test_dependencies_name_questions_and_rows() -> None:
    compiled = compile_expression(
        "count(${agenda}[kind = ${a}])", scope_of(form_of(question("a"), AGENDA))
    )
    assert {(one.kind, one.key) for one in compiled.dependencies} == {
        ("value", "s/a"),
        ("value", "kind"),
        ("rows", ""),
    }


def test_every_function_name_is_lower_case_or_prefixed() -> None:
    assert all(name == name.lower() for name in FUNCTIONS)


def test_moments_print_as_iso_text() -> None:
    assert to_text(datetime.fromisoformat("2025-08-15T13:30:00")) == "2025-08-15T13:30:00"
