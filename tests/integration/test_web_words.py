"""The words of the office's pages in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from server.web.words import catalogue

ROOT = Path(__file__).resolve().parents[2]


# -- words ---------------------------------------------------------------------------------------


def test_both_catalogues_have_the_same_words() -> None:
    thai, english = set(catalogue("th")), set(catalogue("en"))
    assert {key for key in english if not key.endswith(".one")} == thai


def test_sentences_of_both_languages_have_the_same_places() -> None:
    def places(sentence: str) -> set[str]:
        return set(re.findall(r"{([a-z_]+)}", sentence))

    for key, sentence in catalogue("th").items():
        assert places(sentence) == places(catalogue("en")[key]), key


def test_every_word_that_templates_ask_for_is_there() -> None:
    asked = set()
    for path in (ROOT / "server" / "templates").glob("*.html"):
        asked |= set(re.findall(r"\bt\('([a-z_0-9.]+)'[,)]", path.read_text(encoding="utf-8")))
    assert len(asked) > 150
    assert asked - set(catalogue("th")) == set()


def test_every_problem_that_a_decision_can_meet_has_its_sentence() -> None:
    source = (ROOT / "shared" / "records" / "workflow.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'"(transition\.[a-z_]+)"', source)) - {"transition.unknown_target"}
    for code in codes:
        assert f"refused.{code}" in catalogue("th"), code
