"""A damaged form is refused with defects that can be read; it never crashes the reader."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.catalog import catalog_forms
from server.xlsform import CompiledForm, compile_xlsform
from shared.errors import BadInput
from shared.forms.codebook import load_codebook
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from tests.support.forms import compiled

SOURCE = catalog_forms()["factory"]
DAMAGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=10),
    st.sampled_from(["${", "${fac_name}", "selected(", "1 + 1", "[", "repeat", "group", "a" * 300]),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.sampled_from(["th", "en", "kind", "name"]), st.text(max_size=3), max_size=3),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all parts of a JSON value."""
    found = [path] if path else []
    if isinstance(node, dict):
        for key, value in node.items():
            found += places(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            found += places(value, (*path, index))
    return found


DOCUMENT = compiled("insp").document
PLACES = places(DOCUMENT)


@given(st.lists(st.tuples(st.sampled_from(PLACES), DAMAGE), min_size=1, max_size=4))
def test_a_damaged_document_loads_or_has_defects(changes: list[tuple[Any, Any]]) -> None:
    document: Any = copy.deepcopy(DOCUMENT)
    for path, value in changes:
        target = document
        try:
            for step in path[:-1]:
                target = target[step]
            target[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    found = load_form(document)
    if isinstance(found, FormDefinition):
        return
    assert found
    for defect in found:
        assert defect.message.th
        assert defect.message.en


@given(st.data())
def test_a_damaged_source_compiles_or_has_defects(data: st.DataObject) -> None:
    text = SOURCE
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 30))
        piece = data.draw(
            st.sampled_from(["", "|", "\\|", "\n", "${", "'", "| |", "#", "\x00", "ก", "yes", " "])
        )
        text = text[:start] + piece + text[start + length :]
    found = compile_xlsform(text, "damaged")
    assert isinstance(found, CompiledForm) or found


@given(st.text(max_size=300))
def test_any_text_is_refused_as_a_form(text: str) -> None:
    assert isinstance(compile_xlsform(text, "text"), list)


@given(
    st.recursive(
        DAMAGE,
        lambda inner: st.dictionaries(
            st.sampled_from(["rows", "title", "codebook", "version", "key", "th", "en"]),
            st.one_of(inner, st.lists(inner, max_size=3)),
        ),
    )
)
def test_a_damaged_codebook_is_bad_input(document: Any) -> None:
    try:
        load_codebook(document)
    except BadInput:
        return
