"""From a code back to its error class: for whoever reads an error that another side reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shared.errors import BadInput, Busy, SurveyError


def tree(root: type[SurveyError] = SurveyError) -> Iterator[type[SurveyError]]:
    """Every class of the tree in `shared.errors`, parents before children."""
    yield root
    for child in root.__subclasses__():
        if child.__module__ == SurveyError.__module__:
            yield from tree(child)


def error_of(
    code: str, http_status: int, detail: str = "", facts: Mapping[str, Any] | None = None
) -> SurveyError:
    """The error that another side reported, from its code; for the one place that reads
    problem+json.

    A code that this version does not know (a newer server) becomes the general class of the same
    status, with the unknown code kept in ``facts["code_received"]``.
    """
    kept = {name: value for name, value in (facts or {}).items() if name != "detail"}
    for kind in tree():
        if kind.code == code:
            return kind(detail, **kept)
    kept["code_received"] = code
    for kind in tree():
        if kind.http_status == http_status and kind is not SurveyError:
            return kind(detail, **kept)
    if 400 <= http_status < 500:
        return BadInput(detail, **kept)
    return Busy(detail, **kept) if http_status > 500 else SurveyError(detail, **kept)
