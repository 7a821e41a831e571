"""What a form's document says of the form without its rules: for lists, and for who may be told.

Read from the document alone, so that it is true of every version ever published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.canonical import JsonValue
from shared.forms.definition import NOTHING_STORED

_BY_EXPRESSION: Final = re.compile(r"(?:pulldata|instance)\(\s*['\"]([^'\"]{1,100})['\"]")
_BY_FUNCTION: Final[Mapping[str, str]] = {
    "eco:limit": "limits",
    "eco:exceeds": "limits",
    "eco:is-working-day": "holidays",
}
LANGUAGES_SHOWN: Final = ("th", "en")


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file that travels with a form."""

    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class FormFacts:
    """A version of a form in short. `languages` are those that its labels are written in."""

    title_th: str
    title_en: str
    workflow: str
    questions: int
    sections: int
    repeats: int
    languages: tuple[str, ...]
    codebooks: tuple[str, ...]
    references: tuple[str, ...]
    files: tuple[FormFile, ...]
    version_text: str


def facts_of(document: JsonValue) -> FormFacts:
    """The facts of a document that was loaded before. Never fails on an odd one."""
    raw: dict[str, Any] = document if isinstance(document, dict) else {}
    named = raw.get("title")
    title: dict[str, Any] = named if isinstance(named, dict) else {}
    nodes = list(_nodes(raw.get("sections")))
    targets = [str(node[name]) for node in nodes for name in _TARGETS if node.get(name)]
    books = {one.removeprefix("codebook ") for one in targets if one.startswith("codebook ")}
    entries = {one.partition(" ")[2] for one in targets}
    # Expressions look registers up by the same words: those are no codebooks.
    books |= set(_named_in_expressions(nodes)) - entries
    return FormFacts(
        title_th=str(title.get("th", "")),
        title_en=str(title.get("en", "")),
        workflow=str(raw.get("workflow", "")),
        questions=sum(
            node.get("kind") == "question" and node.get("type") not in NOTHING_STORED
            for node in nodes
        ),
        sections=len(raw.get("sections") or ()),
        repeats=sum(node.get("kind") == "repeat" for node in nodes),
        languages=_languages(raw, title, nodes),
        codebooks=tuple(sorted(books)),
        references=tuple(sorted({o for o in targets if o.startswith(("register ", "record "))})),
        files=files_of(document),
        version_text=str(raw.get("version_text", "")),
    )


_TARGETS: Final = ("refers_to", "rows_from")


def files_of(document: JsonValue) -> tuple[FormFile, ...]:
    """The files that a document names, by their names."""
    named = document.get("files") if isinstance(document, dict) else None
    found = []
    for name, one in sorted(named.items()) if isinstance(named, dict) else ():
        if isinstance(one, dict):
            size = one.get("size")
            found.append(
                FormFile(
                    name,
                    str(one.get("sha256", "")),
                    size if isinstance(size, int) else 0,
                    str(one.get("type", "")),
                )
            )
    return tuple(found)


def _nodes(listed: Any) -> Iterator[dict[str, Any]]:
    """Every section, group, repeat and question, in the form's order; deep ones without a stack."""
    stack = list(reversed(listed if isinstance(listed, list) else []))
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            children = node.get("children")
            stack += reversed(children if isinstance(children, list) else [])


def _named_in_expressions(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        if node.get("limit"):
            yield "limits"
        for value in node.values():
            if isinstance(value, str) and "(" in value:
                yield from _BY_EXPRESSION.findall(value)
                yield from (book for name, book in _BY_FUNCTION.items() if name in value)


def _languages(
    raw: Mapping[str, Any], title: Mapping[str, Any], nodes: list[dict[str, Any]]
) -> tuple[str, ...]:
    told = raw.get("languages")
    if isinstance(told, list) and told:
        return tuple(str(one) for one in told)
    if isinstance(told, dict) and told:
        return tuple(told)
    labels = [title, *(node["label"] for node in nodes if isinstance(node.get("label"), dict))]
    return tuple(one for one in LANGUAGES_SHOWN if any(label.get(one) for label in labels))
