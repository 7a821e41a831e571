"""Every code that a result, a refusal or an ended synchronisation can carry has its sentences.

The codes are read from the source: every text constant of two dotted words in the folders that make
results is a code, unless it is named here as something else. A new code without a Thai and an
English sentence fails.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.problem_sentences import SENTENCES, sentence
from shared.result_sentences import RESULT_SENTENCES

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    "server/services",
    "server/store",
    "server/commands",
    "server/cli.py",
    "server/serving.py",
    "sync",
    "mobile/services",
    "mobile/store",
    "mobile/transport",
    "shared/records",
)
CODE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
THAI = re.compile("[\u0e01-\u0e5b]")
FILE = re.compile(r".*\.(json|geojson|png|jpg|db|sqlite|key|txt|toml|html|md|lock|pid|part|log)")
NO_CODE = {
    # What the audit log calls an act.
    "bundle.imported",
    "codebook.activated",
    "codebook.published",
    "device.areas",
    "device.code",
    "device.enrolled",
    "device.sign_in",
    "file.waived",
    "form.discarded",
    "form.published",
    "form.reinstated",
    "form.retired",
    "form.uploaded",
    "incident.settled",
    "person.added",
    "person.changed",
    "quarantine.accepted",
    "quarantine.kept",
    "staff.sign_in",
    # Packages whose files are read.
    "shared.forms",
}
WITHOUT_A_DOT = {"id_reused"}
SAID_WHERE_FOUND = ("book.", "promise.", "upload.")
"""Defects of what somebody uploaded: each is made with its place and both sentences, which name
what to write instead."""


def constants(tree: ast.AST) -> Iterator[str]:
    """Every text constant that is no docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def codes() -> dict[str, str]:
    """Each code and a file that makes it."""
    found: dict[str, str] = {}
    for place in PLACES:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for text in constants(ast.parse(file.read_text("utf-8"))):
                looks = CODE.fullmatch(text) and not FILE.fullmatch(text)
                looks = looks and not text.startswith(SAID_WHERE_FOUND)
                if text not in NO_CODE and (looks or text in WITHOUT_A_DOT):
                    found[text] = file.relative_to(ROOT).as_posix()
    return found


FOUND = codes()


@pytest.mark.parametrize("code", sorted(FOUND))
def test_every_code_that_the_source_can_give_has_a_sentence_in_both_languages(code: str) -> None:
    assert code in SENTENCES or code in RESULT_SENTENCES, (
        f"{FOUND[code]} gives {code}: say in shared/result_sentences.py, in Thai and English, what "
        "happened, why, and what to do (or name it in NO_CODE when it is none)"
    )


@pytest.mark.parametrize("code", sorted(RESULT_SENTENCES))
def test_a_sentence_is_thai_and_english_and_still_needed(code: str) -> None:
    thai, english = sentence(code, "th"), sentence(code, "en")
    assert THAI.search(thai)
    assert not THAI.search(english)
    assert english[0].isupper()
    assert english.endswith(".")
    assert "{" not in thai + english
    assert code in FOUND, f"nothing gives {code} any more: leave its sentences out"


def test_the_search_finds_codes_of_every_kind() -> None:
    assert {
        "change.malformed",
        "device.revoked",
        "form.unknown_field",
        "id_reused",
        "scope.read_only",
        "serve.port_taken",
        "storage.epoch_missing",
        "sync.no_progress",
        "transition.returned_meanwhile",
    } <= set(FOUND)


def test_no_code_has_sentences_in_two_places() -> None:
    assert not set(SENTENCES) & set(RESULT_SENTENCES)


def test_what_is_named_as_no_code_still_stands_in_the_source() -> None:
    everything = {
        text
        for place in PLACES
        for file in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
        for text in constants(ast.parse(file.read_text("utf-8")))
    }
    assert everything >= NO_CODE
