"""Any form document is read: a form or its defects, never an exception, and the form then runs.

Documents that once raised, and hostile ones written by hand, are kept in
`tests/data/fuzz/documents` and read in every run.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers
from shared.forms.definition import FormDefinition
from shared.forms.loading import read_form
from shared.forms.logic import FormEngine
from shared.forms.validation import effective, validate
from shared.limits import ROWS_MADE_MAX
from tests.support import mutants
from tests.support.forms import TODAY, codebooks

CORPUS = Path(__file__).resolve().parents[2] / "data" / "fuzz" / "documents"
CODE = re.compile(r"[a-z]+\.[a-z_]+")
ANSWERS: dict[str, JsonValue] = {"s/a": "yes", "s/n": 5, "s/g": {"from": "08:00"}, "s/x": [1]}


@cache
def sources() -> list[JsonValue]:
    return mutants.sources()


def survives(document: JsonValue) -> None:
    """Reads a document and, when it is a form, fills it in a little."""
    loaded = read_form(document)
    for defect in loaded.defects:
        assert CODE.fullmatch(defect.code), defect
        assert defect.message.th, defect
        assert defect.message.en, defect
    if loaded.definition is None:
        assert loaded.errors
    else:
        runs(loaded.definition)


def runs(definition: FormDefinition) -> None:
    """A record of the form can be opened, changed and judged."""
    answers = RecordAnswers("r", dict(ANSWERS))
    engine = FormEngine(definition, answers, today=TODAY, codebooks=codebooks())
    for record_type, row in engine.missing_rows()[:3]:
        engine.add_row(record_type, row.record_id, row.fields, row.parent_id)
    for node in list(engine.nodes.values()):
        engine.defaults(node.record_id)
        for question in definition.questions(node.record_type):
            engine.text(node.record_id, question.label, "th")
            engine.choices(node.record_id, question.key)
            engine.required(node.record_id, question.key)
            engine.limit(node.record_id, question.key)
    engine.set("r", "s/n", 2)
    engine.set("r", "s/a", "no")
    engine.follow()
    validate(engine)
    effective(engine)
    assert len(engine.nodes) + len(engine.missing_rows()) <= ROWS_MADE_MAX + 10


@pytest.mark.parametrize("which", range(3))
def test_the_sources_of_mutants_are_sound(which: int) -> None:
    loaded = read_form(sources()[which])
    assert loaded.definition is not None, loaded.errors
    runs(loaded.definition)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_a_document_of_the_corpus_is_read(path: Path) -> None:
    survives(json.loads(path.read_text("utf-8")))


@given(st.integers(0, 2), mutants.STEPS)
@settings(max_examples=120, deadline=None)
def test_a_mutant_of_a_sound_document_raises_nothing(which: int, steps: list[mutants.Step]) -> None:
    survives(mutants.mutant(sources()[which], steps))


ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["form", "version", "title", "sections", "choices", "kind", "name",
                             "children", "files", "label", "type", "media"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(ANY_JSON)
@settings(max_examples=100, deadline=None)
def test_any_json_is_read(document: JsonValue) -> None:
    survives(document)
