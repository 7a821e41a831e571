"""A repeat whose number of rows is computed: made alike on every tablet, and nothing deleted."""

from __future__ import annotations

from time import process_time

from shared.canonical import JsonValue
from shared.forms.definition import FormDefinition
from shared.forms.hiding import hidden_answers
from shared.forms.logic import FormEngine
from shared.forms.validation import effective, validate
from shared.ids import row_id
from shared.limits import ROWS_MADE_MAX, ROWS_PER_REPEAT_MAX
from tests.support.forms import calculate, engine_of, form_of, group, question, repeat

FAMILY = form_of(
    question("members", "integer"),
    repeat(
        "person",
        question("age", "integer", required="true()"),
        calculate("number", "position(..)"),
        count="${members}",
    ),
    calculate("years", "sum(${age})"),
    calculate("people", "count(${person})"),
)


def made(number: int, repeat_name: str = "person", parent: str = "r") -> str:
    """The id of a row that the form makes."""
    return row_id(parent, repeat_name, str(number))


def family(members: JsonValue, *ages: tuple[str, int]) -> FormEngine:
    """A record with so many members and these rows."""
    rows = {"demo/person": [(record_id, {"age": age}) for record_id, age in ages]}
    return engine_of(FAMILY, {"s/members": members}, rows)


def test_missing_rows_have_the_same_ids_on_every_tablet() -> None:
    for engine in (family(2), family(2)):
        assert [row.record_id for _, row in engine.missing_rows()] == [made(1), made(2)]
        assert engine.rows_due("demo/person") == 2


def test_a_repeat_without_a_count_has_no_number_of_rows() -> None:
    definition = form_of(repeat("person", question("age")))
    assert engine_of(definition).rows_due("demo/person") is None


def test_rows_beyond_the_count_are_not_counted_and_come_back() -> None:
    engine = family(3, (made(1), 10), (made(2), 20), (made(3), 30))
    assert engine.value("r", "s/years") == "60"
    changed = engine.set("r", "s/members", 1)
    assert (made(3), "age") in changed
    assert (engine.value("r", "s/years"), engine.value("r", "s/people")) == ("10", "1")
    assert engine.rows("demo/person") == [made(1), made(2), made(3)]
    assert not engine.relevant(made(2), "age")
    assert engine.value(made(2), "age") == 20
    kept = effective(engine).rows["demo/person"]
    assert [row[0] for row in kept] == [made(1)]
    engine.set("r", "s/members", 2)
    assert engine.value("r", "s/years") == "30"


def test_rows_are_in_the_order_of_their_number_however_they_arrived() -> None:
    engine = family(2, (made(3), 30), (made(1), 10), (made(2), 20))
    assert engine.rows("demo/person") == [made(1), made(2), made(3)]
    assert engine.value("r", "s/years") == "30"
    assert [engine.value(made(n), "number") for n in (1, 2)] == ["1", "2"]


def test_a_row_that_is_missing_in_between_keeps_its_place() -> None:
    engine = family(3, (made(3), 30))
    assert engine.value(made(3), "number") == "3"
    assert [row.record_id for _, row in engine.missing_rows()] == [made(1), made(2)]
    engine.set("r", "s/members", 2)
    assert not engine.relevant(made(3), "age")


def test_rows_that_people_added_to_an_earlier_version_count_first() -> None:
    engine = family(2, ("old", 40))
    assert engine.value("r", "s/years") == "40"
    assert [row.record_id for _, row in engine.missing_rows()] == [made(1)]
    engine.add_row("demo/person", made(1), {"age": 2})
    assert engine.value("r", "s/years") == "42"
    assert engine.missing_rows() == []


def test_a_made_row_that_is_added_later_is_computed_at_its_place() -> None:
    engine = family(2)
    engine.add_row("demo/person", made(2), {"age": 2})
    engine.add_row("demo/person", made(1), {"age": 1})
    assert engine.rows("demo/person") == [made(1), made(2)]
    assert engine.value("r", "s/years") == "3"
    engine.remove_row(made(1))
    assert engine.value("r", "s/years") == "2"
    assert engine.value(made(2), "number") == "2"


def test_a_count_that_is_no_number_asks_for_no_rows_and_a_huge_one_is_bounded() -> None:
    assert family(None).missing_rows() == []
    assert family(-5).missing_rows() == []
    assert len(family(10**15).missing_rows()) == ROWS_PER_REPEAT_MAX


def test_counts_of_repeats_in_repeats_are_bounded_together() -> None:
    definition = form_of(
        repeat("a", repeat("b", question("x"), count="2000"), question("y"), count="2000")
    )
    engine = engine_of(definition)
    for _ in range(4):
        for record_type, row in engine.missing_rows()[:400]:
            engine.add_row(record_type, row.record_id, row.fields, row.parent_id)
    assert len(engine.missing_rows()) + len(engine.nodes) <= ROWS_MADE_MAX


def test_rows_of_rows_are_counted_by_the_row_they_lie_in() -> None:
    definition = form_of(
        repeat(
            "house",
            question("rooms", "integer"),
            repeat("room", question("area", "integer"), count="${rooms}"),
            calculate("whole", "sum(${area})"),
        )
    )
    rows = {
        "demo/house": [("h", {"rooms": 2}), ("i", {"rooms": 1})],
        "demo/house/room": [
            (made(n, "room", house), {"area": area}, house)
            for house, n, area in (("h", 1, 5), ("h", 2, 6), ("i", 1, 7), ("i", 2, 8))
        ],
    }
    engine = engine_of(definition, {}, rows)
    assert [engine.value(house, "whole") for house in "hi"] == ["11", "7"]
    engine.set("i", "rooms", 3)
    assert [engine.value(house, "whole") for house in "hi"] == ["11", "15"]
    (missing,) = engine.missing_rows()
    assert missing[1].parent_id == "i"


def test_a_count_below_what_is_there_is_told_by_nobody_and_above_it_by_a_problem() -> None:
    few = family(2, (made(1), 10))
    assert [one.code for one in validate(few)] == ["rows.too_few"]
    assert validate(family(1, (made(1), 10), (made(2), 20))) == []


def test_rows_that_may_stay_empty_are_no_problem_when_they_are_not_there() -> None:
    definition = form_of(repeat("note", question("words"), count="3"))
    assert validate(engine_of(definition)) == []


def test_answers_that_a_count_hides_name_the_answer_that_decides() -> None:
    engine = family(1, (made(1), 10), (made(2), 20))
    (hidden,) = hidden_answers(engine)
    assert (hidden.record, hidden.field, hidden.drivers) == (made(2), "age", (("r", "s/members"),))


def test_a_count_that_is_not_asked_now_makes_no_rows() -> None:
    definition: FormDefinition = form_of(
        question("sure", "select_one", choices="yn"),
        group("more", repeat("thing", question("x"), count="2"), relevant="${sure} = 'yes'"),
    )
    engine = engine_of(definition)
    assert engine.missing_rows() == []
    engine.set("r", "s/sure", "yes")
    assert len(engine.missing_rows()) == 2


def test_all_missing_rows_are_added_at_once() -> None:
    one, other = family(50), family(50)
    for record_type, row in one.missing_rows():
        one.add_row(record_type, row.record_id, row.fields, row.parent_id)
    changed = other.add_rows(other.missing_rows())
    assert other.rows("demo/person") == one.rows("demo/person")
    assert (made(50), "number") in changed
    for engine in (one, other):
        engine.set(made(50), "age", 9)
        assert engine.value("r", "s/years") == "9"
        assert engine.value(made(50), "number") == "50"


def test_rules_of_very_many_rows_that_look_at_all_rows_end_soon_together() -> None:
    definition = form_of(
        repeat(
            "thing",
            question("x", "integer", constraint="count(${thing}[x > 0]) > 0"),
            calculate("before", "count(${thing}[x > 5])"),
            calculate("hostile", "count(${thing}[count(${thing}[x > 1]) > x])"),
        ),
    )
    rows = {"demo/thing": [(f"t{number}", {"x": number % 7}) for number in range(300)]}
    begin = process_time()
    engine = engine_of(definition, {}, rows)
    assert validate(engine) == []
    assert process_time() - begin < 30
    assert engine.value("t3", "before") == "42"
