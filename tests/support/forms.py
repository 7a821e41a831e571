"""Small forms for tests, the catalog compiled once, and engines that are quick to make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from server.catalog import catalog_forms, codebook, codebook_names
from server.xlsform import CompiledForm, compile_xlsform
from shared.forms.answers import Fields, RecordAnswers, ReferenceLookup
from shared.forms.codebook import Codebook
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from shared.forms.logic import FormEngine

TODAY = date(2025, 8, 15)
YN = [
    {"name": "yes", "label": {"th": "ใช่", "en": "Yes"}},
    {"name": "no", "label": {"th": "ไม่ใช่", "en": "No"}},
]


def both(text: str) -> dict[str, str]:
    """The same text as Thai and English."""
    return {"th": text, "en": text}


def question(name: str, kind: str = "text", **attributes: Any) -> dict[str, Any]:
    """A question of a document; a rule gets a message by itself."""
    for rule in ("constraint", "warning"):
        if rule in attributes:
            attributes.setdefault(f"{rule}_message", both(f"{rule} of {name}"))
    return {"kind": "question", "name": name, "type": kind, "label": both(name), **attributes}


def calculate(name: str, expression: str, **attributes: Any) -> dict[str, Any]:
    """A calculation."""
    return question(name, "calculate", calculation=expression, **attributes)


def group(name: str, *children: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """A group or section."""
    return {
        "kind": "group",
        "name": name,
        "label": both(name),
        "children": list(children),
        **attributes,
    }


def repeat(name: str, *children: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """A repeat."""
    return {**group(name, *children, **attributes), "kind": "repeat"}


def document(*sections: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """A form document named `demo` with the choice list `yn`."""
    return {
        "form": "demo",
        "version": 1,
        "title": both("demo"),
        "workflow": "review",
        "sections": list(sections),
        "choices": {"yn": YN},
        **attributes,
    }


def form_of(*children: dict[str, Any]) -> FormDefinition:
    """A form of one section `s`."""
    found = load_form(document(group("s", *children)))
    assert isinstance(found, FormDefinition), found
    return found


def defects_of(*children: dict[str, Any]) -> list[str]:
    """The codes of the defects of a form of one section."""
    found = load_form(document(group("s", *children)))
    assert isinstance(found, list), "the form was expected to have defects"
    return [defect.code for defect in found]


def engine_of(
    definition: FormDefinition,
    fields: Fields | None = None,
    rows: Mapping[str, Any] | None = None,
    *,
    today: date = TODAY,
    references: ReferenceLookup | None = None,
) -> FormEngine:
    """An engine over a record `r` with the product's codebooks."""
    return FormEngine(
        definition,
        RecordAnswers("r", fields or {}, rows or {}),
        today=today,
        codebooks=codebooks(),
        references=references,
    )


@cache
def compiled(name: str) -> CompiledForm:
    """A form of the catalog."""
    found = compile_xlsform(catalog_forms()[name], name)
    assert isinstance(found, CompiledForm), found
    return found


def catalog_form(name: str) -> FormDefinition:
    """The definition of a form of the catalog."""
    return compiled(name).definition


@cache
def codebooks() -> dict[str, Codebook]:
    """All codebooks of the product."""
    return {name: codebook(name) for name in codebook_names()}
