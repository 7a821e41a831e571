"""However a record got its answers, one by one or at once, it says the same: rows, counts, sums."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers, RowAnswers
from shared.forms.logic import FormEngine
from shared.forms.validation import effective, validate
from shared.ids import row_id
from tests.support.forms import TODAY, calculate, form_of, group, question, repeat

FORM = form_of(
    question("n", "integer"),
    question("show", "select_one", choices="yn"),
    group(
        "g",
        repeat(
            "a",
            question("x", "integer"),
            question("y", "integer", calculation="${x} * 2", required="${x} > 1"),
            repeat("b", question("z", "integer", relevant="${x} > 0"), count="${x}"),
            calculate("zs", "sum(${z})"),
            calculate("place", "position(..)"),
            count="${n}",
        ),
        relevant="${show} != 'no'",
    ),
    repeat("free", question("w", "integer"), relevant="${n} > 1"),
    calculate("all", "sum(${z}) + sum(${x}) + sum(${w})"),
    calculate("rows", "count(${a}) * 100 + count(${b})"),
)
NUMBERS = st.one_of(st.none(), st.integers(-1, 4))


def made(number: int) -> str:
    return row_id("r", "a", str(number))


Step = tuple[str, int, Any]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("n"), st.just(0), NUMBERS),
        st.tuples(st.just("show"), st.just(0), st.sampled_from(["yes", "no", None])),
        st.tuples(st.just("x"), st.integers(1, 4), NUMBERS),
        st.tuples(st.just("z"), st.integers(1, 4), NUMBERS),
        st.tuples(st.just("add"), st.integers(0, 4), NUMBERS),
        st.tuples(st.just("free"), st.integers(0, 2), NUMBERS),
        st.tuples(st.just("remove"), st.integers(0, 4), st.none()),
        st.tuples(st.just("make"), st.integers(1, 3), st.none()),
        st.tuples(st.just("follow"), st.just(0), st.none()),
    ),
    max_size=25,
)


def play(engine: FormEngine, step: Step) -> None:
    """One act of a person or of the form."""
    act, number, value = step
    row = made(number) if number else "own"
    if act in ("n", "show"):
        engine.set("r", f"s/{act}", value)
    elif act == "x" and row in engine.nodes:
        engine.set(row, "x", value)
    elif act == "z" and row in engine.nodes:
        for inner in engine.rows("demo/a/b", row)[:2]:
            engine.set(inner, "z", value)
    elif act == "add" and row not in engine.nodes:
        engine.add_row("demo/a", row, {"x": value})
    elif act == "free" and f"free{number}" not in engine.nodes:
        engine.add_row("demo/free", f"free{number}", {"w": value})
    elif act == "remove" and row in engine.nodes:
        engine.remove_row(row)
    elif act == "make":
        for kind, new in engine.missing_rows()[:number]:
            engine.add_row(kind, new.record_id, new.fields, new.parent_id)
    elif act == "follow":
        engine.follow()


def anew(engine: FormEngine) -> FormEngine:
    """The same stored answers, opened at once."""
    rows: dict[str, list[RowAnswers | tuple[str, Any]]] = {}
    for node in engine.nodes.values():
        if node.parent is not None:
            given_row = RowAnswers(node.record_id, dict(node.stored), node.parent.record_id)
            rows.setdefault(node.record_type, []).append(given_row)
    stored: dict[str, JsonValue] = dict(engine.root.stored)
    return FormEngine(FORM, RecordAnswers("r", stored, rows), today=TODAY)


def seen(engine: FormEngine) -> dict[str, Any]:
    """Everything that a person could see of a record."""
    return {
        node.record_id: (
            node.alive,
            node.position,
            {key: value for key, value in node.effective.items() if value is not None},
            {key: engine.relevant(node.record_id, key) for key in node.logic.rules},
            {kind: [row.record_id for row in rows] for kind, rows in node.children.items() if rows},
            {kind: engine.rows_due(kind, node.record_id) for kind in node.logic.counted},
        )
        for node in engine.nodes.values()
    }


@given(STEPS)
@settings(max_examples=150, deadline=None)
def test_answers_given_one_by_one_and_at_once_say_the_same(steps: list[Step]) -> None:
    engine = FormEngine(FORM, RecordAnswers("r"), today=TODAY)
    for step in steps:
        play(engine, step)
    other = anew(engine)
    assert seen(engine) == seen(other)
    assert {repr(one) for one in validate(engine)} == {repr(one) for one in validate(other)}
    assert effective(engine).fields == effective(other).fields
    assert {row.record_id for _, row in engine.missing_rows()} == {
        row.record_id for _, row in other.missing_rows()
    }


@given(STEPS)
@settings(max_examples=100, deadline=None)
def test_following_settles_and_overwrites_nothing_that_somebody_typed(steps: list[Step]) -> None:
    engine = FormEngine(FORM, RecordAnswers("r"), today=TODAY)
    for step in steps:
        play(engine, step)
    engine.follow()
    assert engine.follow() == ([], frozenset())
    for node in list(engine.nodes.values()):
        if node.record_type == "demo/a" and node.alive:
            engine.set(node.record_id, "y", 777)
            engine.set(node.record_id, "x", 3)
            engine.follow()
            assert engine.value(node.record_id, "y") == 777
            assert engine.offered(node.record_id) == {"y": 6}
