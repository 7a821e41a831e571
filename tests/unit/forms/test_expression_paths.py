"""Paths over the form and over tables: where they lead, and what a result then hangs on."""

from __future__ import annotations

from typing import Any

import pytest

from shared.forms.answers import RecordAnswers
from shared.forms.expressions.items import ItemTable
from shared.forms.expressions.tokens import ExpressionError
from shared.forms.expressions.world import Context, TableRow
from shared.forms.logic import FormEngine
from tests.support.expressions import NOW, compiled, home, household, tambons, text_of, value_of

NAME = {"key": "head/name"}
ANN = {"at": "c1", "key": "years"}
BO = {"at": "c2", "key": "years"}
DOG = {"at": "p1", "key": "kind"}


@pytest.mark.parametrize(
    ("expression", "place", "expected"),
    [
        ("/house/head/name", {}, "Somchai"),
        ("/data/head/name", {}, "Somchai"),
        ("../age", NAME, "42"),
        ("./../age", NAME, "42"),
        (".", NAME, "Somchai"),
        ("self::node()", NAME, "Somchai"),
        ("parent::node()/child::age", NAME, "42"),
        ("../../field/tambon", NAME, "1001"),
        ("current()/../age", NAME, "42"),
        ("current()", NAME, "Somchai"),
        ("/data/head/*", {}, "Somchai, 42, 1983-08-15, apple pear, durian, "),
        ("/data/family/child/called", {}, "Ann, Bo, Cho"),
        ("/data/family/child[2]/called", {}, "Bo"),
        ("/data/family/child[years > 6]/called", {}, "Bo"),
        ("/data/family/child[last()]/called", {}, "Cho"),
        ("/data/family/child[position() = last() - 1]/called", {}, "Bo"),
        ("/data/family/child[position() < 3]/called", {}, "Ann, Bo"),
        ("/data/family/child[years = 5 or years = 9]/called", {}, "Ann, Bo"),
        ("/data/family/child[number('x')]/called", {}, ""),
        ("/data/family/child[about/school = 'yes']/called", {}, "Ann"),
        ("/data/family/child[./called = 'Bo']/years", {}, "9"),
        ("/data/family/child[count(pet) > 1]/called", {}, "Ann"),
        ("/data/family/child[pet/kind = 'cat']/called", {}, "Ann"),
        ("/data/family/child[../../head/name = 'Somchai'][1]/called", {}, "Ann"),
        ("/data/family/child/pet[1]/kind", {}, "dog, dog"),
        ("(/data/family/child/pet)[1]/kind", {}, "dog"),
        ("(/data/family/child/pet)[last()]/../called", {}, "Bo"),
        ("/data/family/child/pet/../called", {}, "Ann, Bo"),
        ("${years}[. > 6]", {}, "9"),
        ("${name}[1]", {}, "Somchai"),
        ("(1)[. > 0]", {}, "1"),
        ("count(${called} | ${called})", {}, "3"),
        ("${years} | ${called} | ${name}", {}, "Somchai, Ann, 5, Bo, 9, Cho, "),
        # In a row of a repeat.
        ("../called", ANN, "Ann"),
        ("/data/family/child/called", BO, "Bo"),
        ("${called}", BO, "Bo"),
        ("sum(/data/family/child/years)", BO, "9"),
        ("sum(../../child/years)", BO, "14"),
        ("count(/data/family/child)", BO, "3"),
        ("../../child[position() = position(current()/..) - 1]/called", BO, "Ann"),
        ("../../child[called != current()/../called]/called", BO, "Ann, Cho"),
        ("position(..)", BO, "2"),
        ("position(../..)", {"at": "p3", "key": "kind"}, "2"),
        ("position(..)", {"at": "c2", "key": "about/school"}, "2"),
        ("../pet/kind", ANN, "dog, cat"),
        ("../../called", DOG, "Ann"),
        ("count(../../pet[kind = current()/.])", DOG, "1"),
        ("concat(../../called, ../../../../head/name)", DOG, "AnnSomchai"),
        ("indexed-repeat(${kind}, ${pet}, 2)", DOG, "cat"),
        ("indexed-repeat(${years}, /data/family/child, position(..) + 1)", ANN, "9"),
        ("jr:choice-name('pear', ' ../fruits ')", NAME, "Pear"),
        ("concat(local-name(..), position(..))", BO, "child2"),
        ("count(../*[name() = 'age' or local-name() = 'born'])", NAME, "2"),
        # What is not in the form itself.
        ("/data/meta/instanceID", {}, "uuid:r"),
        ("/data/orx:meta/orx:instanceID", {}, "uuid:r"),
        ("${last-saved#name}", {}, "Malee"),
        ("instance('__last-saved')/data/head/name", {}, "Malee"),
        (f"jr:itext('/{home().form_id}/head/age:label')", {}, "age"),
        ("jr:itext('nowhere')", {}, ""),
        # Tables.
        ("instance('fruits')/root/item/name", {}, "apple, pear, durian"),
        ("instance('fruits')/root/item[name = ${best}]/price", {}, "150"),
        ("instance('fruits')/root/item[price > 40]/label", {}, "Pear, Durian"),
        ("instance('fruits')/root/item[selected(${fruits}, name)]/label", {}, "Apple, Pear"),
        ("instance('fruits')/root/item[2]/name", {}, "pear"),
        ("instance('fruits')/root/item[last()]/name", {}, "durian"),
        ("count(instance('fruits')/root/item[price < 100])", {}, "2"),
        ("sum(instance('fruits')/root/item[selected(${fruits}, name)]/price)", {}, "75"),
        ("instance('tambon')/root/item[name = ${tambon}]/district", {}, "d0"),
        ("instance('tambon')/root/item['d4' = district and people > 470]/label", {},
         "Tambon 48, Tambon 49"),
        ("instance('tambon')/root/item[district = 'd1' or people = 0]/name", {},
         "1000, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 1017, 1018, 1019"),
        ("instance('tambon')/root/item[people = 20 * 5]/name", {}, "1010"),
        ("instance('tambon')/root/item[people = ${years} * 10]/name", {}, "1005"),
        ("instance('tambon')/root/item[district = 'd2'][3]/name", {}, "1022"),
        ("instance('tambon')/root/item[position() = 3 and district = 'd0']/name", {}, "1002"),
        ("instance('tambon')/root/item[name = current()/../tambon]/label",
         {"key": "field/corner"}, "Tambon 1"),
        ("instance('nowhere')/root/item[name = 'x']/label", {}, ""),
    ],
)  # fmt: skip
def test_a_path_leads_to(expression: str, place: dict[str, Any], expected: str) -> None:
    assert text_of(expression, **place) == expected


@pytest.mark.parametrize(
    ("expression", "code", "position"),
    [
        ("/data/head/nobody", "expression.unknown_name", 11),
        ("/data/nobody/name", "expression.unknown_name", 6),
        ("//name", "expression.unsupported", 0),
        ("/data/head/name/@type", "expression.unsupported", 16),
        ("/data/head/name/text()", "expression.unsupported", 16),
        ("descendant::name", "expression.unsupported", 0),
        ("/data/head", "expression.group", 0),
        ("/", "expression.group", 0),
        ("../..", "expression.group", 0),
        ("../../../..", "expression.unsupported", 6),
        ("name = 1", "expression.bare_name", 0),
        ("last()", "expression.position", 0),
        ("position(${child})", "expression.position", 0),
        ("1 | 2", "expression.union", 0),
        ("instance('fruits')", "expression.instance", 0),
        ("instance(${name})/root/item/label", "expression.instance", 0),
        ("instance('fruits')/root/item/colour", "expression.unknown_column", 29),
        ("instance('fruits')/root/item[colour = 1]/name", "expression.unknown_column", 29),
        ("instance('fruits')/root[1]/item/name", "expression.instance", 0),
        ("instance('fruits')/label", "expression.instance", 0),
        ("indexed-repeat(${called}, ${child})", "expression.arguments", 0),
        ("indexed-repeat(${called}, ${pet}, 1)", "expression.not_in_repeat", 26),
        ("indexed-repeat(${called}, ${child}, 1, ${child})", "expression.indexed_repeat", 0),
        ("jr:choice-name('x', '/data/head/name')", "expression.choice_name", 0),
        ("digest('a', 'SHA-3')", "expression.digest", 12),
        ("weighted-checklist(1, 2, 3, 4, 5)", "expression.arguments", 0),
        ("search('x')", "expression.unsupported_function", 0),
        ("namespace-uri(.)", "expression.unsupported_function", 0),
        ("name(1)", "expression.name", 0),
        ("randomize(${called})", "expression.unrepeatable", 0),
        ("uuid()", "expression.unrepeatable", 0),
        ("‘x’", "expression.character", 0),
        ("regex('a', '(a)\\1')", "expression.regex", 15),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_a_defect_with_its_place(
    expression: str, code: str, position: int
) -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled(expression, key="head/name")
    defect = caught.value.defect
    assert (defect.code, defect.position) == (code, position)
    assert defect.th
    assert defect.en


def test_results_that_cannot_be_repeated_are_allowed_where_they_are_kept() -> None:
    engine = household()
    assert text_of("random()", engine, once=True) == "0.25"
    assert text_of("uuid()", engine, once=True) == "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    assert text_of("string-length(uuid(12))", engine, once=True) == "12"
    assert text_of("once(random())", engine, key="head/nothing", once=True) == "0.25"
    assert text_of("once(random())", engine, key="head/name", once=True) == "Somchai"
    assert sorted(text_of("randomize(${called})", engine, once=True)) == sorted("Ann, Bo, Cho")
    assert compiled("random()", once=True).uses_chance
    assert not compiled("randomize(${called}, 3)").uses_chance
    assert compiled("if(true(), today(), now())").uses_clock


@pytest.mark.parametrize(
    ("expression", "key", "expected"),
    [
        ("../age", "head/name", {("value", "home", "head/age", "home")}),
        (".", "head/name", set()),
        ("/data/family/child/years", "", {("rows", "home/child", "", "home"),
                                          ("value", "home/child", "years", "home")}),
        ("${called} | ${age}", "", {("rows", "home/child", "", "home"),
                                    ("value", "home/child", "called", "home"),
                                    ("value", "home", "head/age", "home")}),
        ("count(${child}[pet/kind = 'dog'])", "", {("rows", "home/child", "", "home"),
                                                   ("rows", "home/child/pet", "", "home"),
                                                   ("value", "home/child/pet", "kind", "home")}),
        ("instance('fruits')/root/item[name = ${best}]/price", "",
         {("value", "home", "head/best", "home")}),
        ("indexed-repeat(${called}, ${child}, ${age})", "",
         {("rows", "home/child", "", "home"), ("value", "home/child", "called", "home"),
          ("value", "home", "head/age", "home")}),
        ("/data/family/child/years[. > 1]/../called", "",
         {("rows", "home/child", "", "home"), ("value", "home/child", "years", "home"),
          ("value", "home/child", "called", "home")}),
        ("/data/family/child[(${kind} | ${best})[1] = called]/years", "",
         {("rows", "home/child", "", "home"), ("rows", "home/child/pet", "", "home"),
          ("value", "home/child/pet", "kind", "home"), ("value", "home", "head/best", "home"),
          ("value", "home/child", "called", "home"), ("value", "home/child", "years", "home")}),
        ("${last-saved#name}", "", set()),
    ],
)  # fmt: skip
def test_a_path_names_all_that_it_hangs_on(
    expression: str, key: str, expected: set[tuple[str, ...]]
) -> None:
    found = compiled(expression, key=key).dependencies
    assert {tuple(one) for one in found} == expected


def test_a_row_that_looks_at_its_sisters_hangs_on_all_of_them() -> None:
    found = compiled("sum(../../child[called = current()/../called]/years)", "home/child", "years")
    assert {tuple(one) for one in found.dependencies} == {
        ("rows", "home/child", "", "home"),
        ("value", "home/child", "called", "home"),
        ("value", "home/child", "called", "home/child"),
        ("value", "home/child", "years", "home"),
    }


class Counting(ItemTable):
    """A table that counts how often all of it is read."""

    def __init__(self, rows: list[TableRow]) -> None:
        self.listed = rows
        self.reads = 0
        super().__init__(rows)

    @property  # type: ignore[override]
    def rows(self) -> list[TableRow]:
        self.reads += 1
        return self.listed

    @rows.setter
    def rows(self, rows: list[TableRow]) -> None:
        self.listed = rows


def test_an_equation_in_a_condition_is_looked_up_and_not_searched_for() -> None:
    table = Counting(list(tambons(1000).rows.values()))
    codebooks: Any = {"tambon": table}
    engine = FormEngine(home(), RecordAnswers("r"), today=NOW, codebooks=codebooks)
    for text in (
        "instance('tambon')/root/item[district = ${best} and people > 5]/label",
        "pulldata('tambon', 'label', 'district', ${best})",
    ):
        found = compiled(text)
        for index in range(20):
            engine.set("r", "head/best", f"d{index}")
            value = found.run(Context(engine.world, engine.root))
            expected = 9 if index == 0 else 10
            assert len(value) == expected if isinstance(value, list) else value
    assert table.reads <= 1


def test_a_choice_filter_says_at_which_columns_it_can_be_looked_up() -> None:
    columns = frozenset({"name", "district", "people"})
    found = compiled("district = ${best} and people > 3 and 'x' = name", columns=columns)
    assert [one.column for one in found.pinned] == ["district", "name"]
    assert compiled("district = ${best} or people > 3", columns=columns).pinned == ()


def test_options_and_answers_compare_as_text_and_computed_numbers_as_numbers() -> None:
    rows = tambons(3).rows
    engine = household({"head/age": 10})
    assert rows["1001"].cells["people"] == "10"
    assert text_of("instance('tambon')/root/item[people = ${age}]/name", engine) == "1001"
    assert text_of("instance('tambon')/root/item[people = '10.0']/name", engine) == ""
    assert text_of("instance('tambon')/root/item[people = 10.0]/name", engine) == "1001"
    assert value_of("instance('tambon')/root/item[people = number('x')]/name", engine) == []
