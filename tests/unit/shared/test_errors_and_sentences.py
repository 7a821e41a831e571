"""Every problem has a stable code, a status and a sentence in both languages."""

from __future__ import annotations

import re

import pytest

from shared import errors
from shared.error_codes import error_of, tree
from shared.errors import BadInput, Busy, NotFound, SurveyError, TooLarge
from shared.pictures import UNKNOWN_TYPE, UNREADABLE
from shared.problem_sentences import SENTENCES, sentence
from shared.thai.dates import DATE_PROBLEMS, TIME_PROBLEMS
from shared.thai.identifiers import IDENTIFIER_PROBLEMS, IDENTIFIER_WARNINGS
from sync.negotiation import OfficeTooOld

KINDS = list(tree())
FILE_CODES = (UNKNOWN_TYPE, UNREADABLE)
PROTOCOL_CODES = (OfficeTooOld.code,)
OUTPUT_CODES = ("paper.busy", "paper.failed", "export.busy", "export.too_many")
VALUE_CODES = (
    *DATE_PROBLEMS,
    *TIME_PROBLEMS,
    *IDENTIFIER_PROBLEMS,
    *IDENTIFIER_WARNINGS,
    *FILE_CODES,
    *PROTOCOL_CODES,
    *OUTPUT_CODES,
)
THAI = re.compile("[\u0e01-\u0e5b]")


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in KINDS] + list(VALUE_CODES)
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_stands_in_the_docstring_tree_with_code_and_status(kind) -> None:
    if kind is SurveyError:
        pattern = rf"^    {kind.__name__}\s+{re.escape(kind.code)}\s+{kind.http_status}$"
    else:
        retry = r"\s+retryable" if kind.retryable else ""
        pattern = rf"[-] {kind.__name__}\s+{re.escape(kind.code)}\s+{kind.http_status}{retry}$"
    assert re.search(pattern, errors.__doc__ or "", re.MULTILINE), (
        f"add or correct the line of {kind.__name__} in the docstring of shared/errors.py"
    )


@pytest.mark.parametrize("code", [*(kind.code for kind in KINDS), *VALUE_CODES])
def test_every_code_has_a_thai_and_an_english_sentence(code: str) -> None:
    assert code in SENTENCES, f"write both sentences of {code} in shared/problem_sentences.py"
    thai, english = sentence(code, "th"), sentence(code, "en")
    assert THAI.search(thai)
    assert english[0].isupper()
    assert english.endswith(".")
    assert "{" not in thai + english


def test_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) == {kind.code for kind in KINDS} | set(VALUE_CODES)


def test_an_unknown_code_still_gives_a_sentence_that_names_it() -> None:
    assert "future.thing" in sentence("future.thing", "th")
    assert "future.thing" in sentence("future.thing", "en")


@pytest.mark.parametrize("code", ["", "{0}", "{x.__class__}", "a" * 10_000, "\x00\n{"])
def test_a_hostile_code_is_shown_bounded_and_never_raises(code: str) -> None:
    assert len(sentence(code, "en")) < 400
    assert "\x00" not in sentence(code, "th")


def test_facts_are_kept_and_the_code_leads_the_text() -> None:
    problem = TooLarge("the photo is too big", limit=3)
    assert problem.facts == {"limit": 3}
    assert str(problem) == "input.too_large: the photo is too big"


def test_an_error_comes_back_from_its_code() -> None:
    for kind in KINDS:
        back = error_of(kind.code, kind.http_status, "why", {"limit": 1})
        assert type(back) is kind
        assert back.facts == {"limit": 1}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, NotFound), (418, BadInput), (400, BadInput), (502, Busy), (503, Busy)],
)
def test_a_code_of_a_newer_server_becomes_the_general_error_of_its_status(status, kind) -> None:
    back = error_of("new.code", status, facts={"detail": "x"})
    assert type(back) is kind
    assert back.facts == {"code_received": "new.code"}


def test_only_what_can_help_by_itself_is_retryable() -> None:
    assert {kind.http_status for kind in KINDS if kind.retryable} == {429, 503, 507}
