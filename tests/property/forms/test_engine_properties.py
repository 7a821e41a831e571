"""The engine that keeps up is the engine that computes anew; hostile values never crash it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.forms.answers import RowAnswers
from shared.forms.definition import FormDefinition, Group, Question
from shared.forms.logic import FormEngine
from shared.forms.question_types import TYPES
from shared.forms.validation import check_field, effective, validate
from tests.support.forms import catalog_form, engine_of

EVENT = catalog_form("event")
INSP = catalog_form("insp")

JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=10),
        st.sampled_from(["yes", "no", "2025-08-15", "08:30", "1.5", "-0", "٣", "1" * 80]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["lat", "lon", "sha256", "name", "x"]), inner, max_size=4),
    ),
    max_leaves=6,
)
CLOCK = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")


def answers_for(definition: FormDefinition, question: Question) -> st.SearchStrategy[Any]:
    """Answers that fit a question, or clear it."""
    choices = definition.choice_lists.get(question.choices)
    names = [one.name for one in choices.choices] if choices else ["p1", "p2", "BOD"]
    fitting: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(-5, 200),
        "decimal": st.sampled_from(["0", "1.5", "20", "91", "600"]),
        "time": CLOCK,
        "date": st.sampled_from(["2025-08-01", "2025-08-15", "2025-10-13"]),
        "dateTime": CLOCK.map(lambda hour: f"2025-08-15T{hour}:00+07:00"),
        "select_one": st.sampled_from(names),
        "reference": st.sampled_from(names),
        "select_multiple": st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True),
        "geopoint": st.just({"lat": "13.75", "lon": "100.5"}),
    }
    return st.one_of(st.none(), fitting.get(question.type, st.sampled_from(["x", "น้ำ"])))


@st.composite
def steps(draw: st.DrawFn, definition: FormDefinition) -> list[tuple[Any, ...]]:
    """A history of answers, new rows and removed rows."""
    found: list[tuple[Any, ...]] = []
    rows: dict[str, str] = {"r": definition.form_id}
    for index in range(draw(st.integers(1, 25))):
        kind = draw(st.sampled_from(["set", "set", "set", "add", "remove"]))
        if kind == "add":
            parents = [
                (record, repeat.record_type)
                for record, record_type in rows.items()
                for repeat in definition.repeats(record_type)
            ]
            if not parents:
                continue
            parent, record_type = draw(st.sampled_from(parents))
            rows[f"p{index}"] = record_type
            found.append(("add", record_type, f"p{index}", parent))
        elif kind == "remove" and len(rows) > 1:
            leaf = draw(st.sampled_from([one for one in rows if one != "r"]))
            if any(step[0] == "add" and step[3] == leaf and step[2] in rows for step in found):
                continue
            del rows[leaf]
            found.append(("remove", leaf))
        else:
            record = draw(st.sampled_from(sorted(rows)))
            stored = [one for one in definition.questions(rows[record]) if one.stored]
            question = draw(st.sampled_from(stored))
            found.append(("set", record, question.key, draw(answers_for(definition, question))))
    return found


def play(engine: FormEngine, history: list[tuple[Any, ...]]) -> None:
    for step in history:
        if step[0] == "set":
            engine.set(step[1], step[2], step[3])
        elif step[0] == "add":
            engine.add_row(step[1], step[2], {}, parent_id=step[3])
        else:
            engine.remove_row(step[1])


def anew(engine: FormEngine) -> FormEngine:
    """The same record computed from its stored values."""
    rows: dict[str, list[RowAnswers]] = {}
    for node in engine.nodes.values():
        if node.parent is not None:
            row = RowAnswers(node.record_id, node.stored, node.parent.record_id)
            rows.setdefault(node.record_type, []).append(row)
    return engine_of(engine.definition, engine.root.stored, rows)


def picture(engine: FormEngine) -> dict[str, Any]:
    """Everything that a person could see."""
    return {
        record_id: (
            {key: value for key, value in node.effective.items() if value is not None},
            {
                key: (engine.relevant(record_id, key), engine.required(record_id, key))
                for key in node.logic.rules
            },
            node.alive,
            node.position,
        )
        for record_id, node in engine.nodes.items()
    }


@given(st.data())
def test_keeping_up_equals_computing_anew(data: st.DataObject) -> None:
    definition = data.draw(st.sampled_from([EVENT, INSP]))
    engine = engine_of(definition)
    play(engine, data.draw(steps(definition)))
    again = anew(engine)
    assert picture(engine) == picture(again)
    assert sorted(validate(engine), key=str) == sorted(validate(again), key=str)


@given(st.data())
def test_a_change_names_every_question_that_looks_different(data: st.DataObject) -> None:
    definition = data.draw(st.sampled_from([EVENT, INSP]))
    engine = engine_of(definition)
    *history, last = data.draw(steps(definition))
    play(engine, history)
    if last[0] != "set":
        return
    before = picture(engine)
    changed = engine.set(last[1], last[2], last[3])
    after = picture(engine)
    for record_id, (values, rules, _, _) in after.items():
        old_values, old_rules, _, _ = before[record_id]
        for key in rules:
            if rules[key] != old_rules[key] or values.get(key) != old_values.get(key):
                assert (record_id, key) in changed


@given(st.sampled_from(sorted(TYPES)), JSON)
def test_a_check_takes_any_value(kind: str, value: Any) -> None:
    code = TYPES[kind].check(value)
    assert code is None or code.startswith("type.")
    TYPES[kind].computed(value)


@given(st.data())
def test_hostile_stored_values_are_problems_and_crash_nothing(data: st.DataObject) -> None:
    definition = data.draw(st.sampled_from([EVENT, INSP]))
    types = definition.record_types()
    rows: dict[str, list[Any]] = {}
    fields: dict[str, Any] = {}
    for index in range(data.draw(st.integers(1, 15))):
        record_type = data.draw(st.sampled_from(types))
        register: Question | Group = data.draw(st.sampled_from(definition.fields(record_type)))
        value = data.draw(JSON)
        check_field(register, value)
        if record_type == definition.form_id:
            fields[register.key] = value
        else:
            rows.setdefault(record_type, []).append((f"row{index}", {register.key: value}))
    engine = engine_of(definition, fields, rows)
    for problem in validate(engine):
        assert problem.message.th
        assert problem.message.en
    effective(engine)
    for record_type in types:
        for record_id in engine.rows(record_type) if record_type.count("/") == 1 else ():
            engine.defaults(record_id)
            engine.row_title(record_id)


@given(st.text(max_size=60), st.sampled_from(sorted(TYPES)))
def test_whatever_is_typed_is_read_or_refused(text: str, kind: str) -> None:
    found = TYPES[kind].read(text)
    value = getattr(found, "value", None)
    if value is not None:
        assert TYPES[kind].check(value) in (None, "type.choice", "type.choices")
