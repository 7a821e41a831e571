"""The only place that writes problem+json."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from shared.canonical import JsonLike, canonical_bytes
from shared.errors import (
    BadInput,
    Busy,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    NotSignedIn,
    SurveyError,
    TooLarge,
    UnsupportedMedia,
)
from shared.problem_sentences import sentence

_log = logging.getLogger(__name__)
PROBLEM_TYPE: Final = "application/problem+json"
ERROR_PAGE: Final = "samruat_error_page"
"""Where the pages put what shows a SurveyError to a person: Callable[[SurveyError], Response]."""
RETRY_AFTER_S: Final = 5
_BY_STATUS: Final[dict[int, type[SurveyError]]] = {
    401: NotSignedIn,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    415: UnsupportedMedia,
    503: Busy,
}


def problem(error: SurveyError) -> Response:
    """An error as problem+json, with its sentences and its facts."""
    status = error.http_status
    facts = {name: value for name, value in error.facts.items() if _is_plain(value)}
    body: dict[str, JsonLike] = {
        **facts,
        "type": f"urn:samruat:problem:{error.code}",
        "title": sentence(error.code, "en", **error.facts),
        "title_th": sentence(error.code, "th", **error.facts),
        "status": status,
        "code": error.code,
        "detail": _clean(error.detail),
        "detail_th": sentence(error.code, "th", **error.facts),
    }
    answer = Response(canonical_bytes(body), status=status, content_type=PROBLEM_TYPE)
    if status in (429, 503):
        wait_s = error.facts.get("retry_after_s", RETRY_AFTER_S)
        answer.headers["Retry-After"] = str(wait_s if isinstance(wait_s, int) else RETRY_AFTER_S)
    return answer


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return value == _clean(value)
    if isinstance(value, list):
        return all(isinstance(item, str) and item == _clean(item) for item in value)
    return isinstance(value, int) and abs(value) < 2**53


def _clean(text: str) -> str:
    kept = "".join(letter for letter in text if letter.isprintable())
    return kept.encode("utf-8", "replace").decode()[:500]


def as_survey_error(error: Exception) -> SurveyError:
    """Any error as one of ours; what nobody expected is logged and says nothing of itself."""
    if isinstance(error, SurveyError):
        return error
    if isinstance(error, HTTPException):
        status = error.code or 500
        kind = _BY_STATUS.get(status) or (BadInput if status < 500 else SurveyError)
        return kind(error.name)
    _log.error("unexpected error at %s", request.path, exc_info=error)
    return SurveyError("unexpected")


def register_errors(app: Flask) -> None:
    """Answer every error of the API as problem+json, and leave those of pages to the pages."""

    def answer(error: Exception) -> Response:
        known = as_survey_error(error)
        page: Callable[[SurveyError], Response] | None = app.extensions.get(ERROR_PAGE)
        if page is None or request.path.startswith("/api/"):
            return problem(known)
        return page(known)

    app.register_error_handler(Exception, answer)
