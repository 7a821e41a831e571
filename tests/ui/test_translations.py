"""Both languages say everything, and every key that the code uses exists."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from mobile.ui.strings import catalogue

MOBILE = Path(__file__).resolve().parents[2] / "mobile"
# `tr("key")`, `text_key="key"`, and a few positions that take keys.
USED = re.compile(
    r"""(?:\btr\(|_key\s*=\s*|add_tool\(\s*"[a-z_]+",\s*)["']([a-z_0-9]+(?:\.[a-z_0-9]+)+)["']"""
)


def used_keys() -> dict[str, str]:
    return {
        key: path.name
        for path in sorted(MOBILE.rglob("*.py"))
        for key in USED.findall(path.read_text("utf-8"))
    }


def test_thai_and_english_have_the_same_keys():
    assert set(catalogue("th")) == set(catalogue("en"))


def test_no_sentence_is_empty():
    for language in ("th", "en"):
        assert [key for key, words in catalogue(language).items() if not words.strip()] == []


def test_every_key_that_the_code_uses_exists():
    missing = {key: where for key, where in used_keys().items() if key not in catalogue("th")}
    assert missing == {}


def test_the_search_for_keys_finds_them():
    assert {"search.none", "row.problems", "field.same"} <= set(used_keys())


@pytest.mark.parametrize("key", sorted(catalogue("th")))
def test_both_languages_put_the_same_parts_in(key: str):
    def parts(sentence: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}

    assert parts(catalogue("th")[key]) == parts(catalogue("en")[key])


def test_thai_is_thai():
    without = [
        key
        for key, words in catalogue("th").items()
        if not re.search("[\u0e00-\u0e7f]", words) and words == catalogue("en")[key]
    ]
    assert without == []


def test_every_way_in_which_a_device_gives_nothing_has_its_sentence():
    ways = {
        "sound.lack": ("none", "denied", "busy"),
        "video.lack": ("none", "denied", "gave_up"),
        "barcode.lack": ("none", "denied", "gave_up", "unreadable"),
        "place.lack": ("none", "denied", "off", "busy"),
    }
    keys = {f"{family}_{why}" for family, each in ways.items() for why in each}
    keys |= {"place.good", "place.fair", "place.poor", "audio.listen", "audio.stop_listening"}
    keys |= {"audio.recording", "audio.paused_at", "audio.again", "audio.record", "video.take"}
    keys |= {"video.pick", "file.pick", "draw.again", "draw.use", "label.guidance", "label.less"}
    assert keys <= set(catalogue("th"))
