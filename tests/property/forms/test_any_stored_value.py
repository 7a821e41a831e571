"""Whatever is stored under any field, of every type of question: opened, judged, never a crash."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers
from shared.forms.definition import FormDefinition
from shared.forms.hiding import hidden_answers
from shared.forms.loading import load_form
from shared.forms.logic import FormEngine
from shared.forms.question_types import TYPES
from shared.forms.upgrading import Judging, aside_of, upgrade
from shared.forms.validation import effective, validate
from tests.support.forms import TODAY, codebooks, document, group, question, repeat
from tests.support.mutants import everything


@cache
def form() -> FormDefinition:
    """A form with a question of every type, some of them in rows."""
    needs: dict[str, dict[str, Any]] = {
        "select_one": {"choices": "yn"},
        "select_multiple": {"choices": "yn", "choice_filter": "name = ${text}"},
        "rank": {"choices": "yn"},
        "reference": {"refers_to": "rows rows"},
        "references": {"refers_to": "codebook check"},
        "metadata": {"parameters": {"meta": "username"}},
        "calculate": {"calculation": "concat(${text}, ${geotrace}, sum(${in_integer}))"},
        "note": {"calculation": "count-selected(${select_multiple})"},
    }
    asked = [question(kind, kind, **needs.get(kind, {})) for kind in TYPES]
    inner = [
        question(f"in_{kind}", kind, relevant="${integer} > 1")
        for kind in ("integer", "date", "geoshape", "image", "range")
    ]
    parts = group("parts", question("one"), question("two", "dateTime"), merge="atomic")
    found = load_form(
        document(group("s", *asked, parts, repeat("rows", *inner, count="${integer}")))
    )
    assert isinstance(found, FormDefinition), found
    return found


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**60), 2**60),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=6),
        st.sampled_from(
            ["yes", "no", "2025-02-30", "08:30", "1e5", "9" * 45, "-0", "2025-08-01T08:30:00+07:00"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["lat", "lon", "altitude", "sha256", "name", "size", "type", "one"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)
FIELDS = [*(f"s/{kind}" for kind in TYPES), "s/parts", "s/nothing", "s/text?reason"]
ROW_FIELDS = ["in_integer", "in_date", "in_geoshape", "in_image", "in_range", "x"]


@given(
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=8),
    st.lists(st.dictionaries(st.sampled_from(ROW_FIELDS), VALUES, max_size=4), max_size=3),
    st.sampled_from(FIELDS),
    VALUES,
)
@settings(max_examples=250, deadline=None)
def test_any_value_anywhere_is_taken_and_judged(
    fields: dict[str, JsonValue], rows: list[dict[str, JsonValue]], field: str, value: JsonValue
) -> None:
    given_rows = {"demo/rows": [(f"row{number}", row) for number, row in enumerate(rows)]}
    record = RecordAnswers("r", fields, given_rows)
    engine = FormEngine(form(), record, today=TODAY, codebooks=codebooks())
    engine.set("r", field, value)
    engine.follow()
    for found in validate(engine):
        assert found.message.th
        assert found.message.en
    effective(engine)
    hidden_answers(engine)
    for key in form().shapes["demo"].questions:
        engine.choices("r", key)
        engine.text("r", form().shapes["demo"].questions[key].label)
    form().title_of(record.fields)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_value_is_carried_to_another_version(fields: dict[str, JsonValue]) -> None:
    other = load_form({**everything(), "version": 2})
    assert isinstance(other, FormDefinition)
    record = RecordAnswers("r", fields)
    result = upgrade(form(), other, record, judging=Judging(TODAY, submitted=True))
    assert result.answers is record
    aside_of(other, record)
