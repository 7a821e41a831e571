"""Colours can be read in sunlight, and tablet and office show the same ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mobile.ui.theme import COLOURS, TEXT_STEPS, TONES, TYPE, contrast

ROOT = Path(__file__).resolve().parents[2]
STYLE = ROOT / "server" / "static" / "style.css"


def test_black_on_white_is_the_greatest_contrast():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("tone", TONES)
def test_every_tone_is_readable_in_sunlight(tone: str):
    ink, paper = TONES[tone]
    assert contrast(ink, paper) >= 7 or tone == "primary"
    assert contrast(ink, paper) >= 6.5
    assert contrast(ink, "surface") >= 7


@pytest.mark.parametrize("paper", ["paper", "surface"])
def test_text_and_actions_are_readable_on_every_background(paper: str):
    assert contrast("ink", paper) >= 15
    assert contrast("ink-soft", paper) >= 7
    assert contrast("primary", paper) >= 7
    assert contrast("on-primary", "primary") >= 7
    assert contrast("ink-soft", "quiet-paper") >= 7


@pytest.mark.parametrize("paper", ["paper", "surface", "quiet-paper"])
def test_the_outline_of_what_can_be_operated_is_seen(paper: str):
    assert contrast("edge", paper) >= 3


def test_no_text_is_smaller_than_sixteen():
    assert min(role.size_sp for role in TYPE.values()) >= 16
    assert TEXT_STEPS[0] == 1.0
    assert len(TEXT_STEPS) == 3


def test_tablet_and_office_have_the_same_colours():
    declared = {
        name: value.upper()
        for name, value in re.findall(
            r"--([a-z-]+):\s*(#[0-9A-Fa-f]{6})\b", STYLE.read_text("utf-8")
        )
    }
    shared = {name: value for name, value in COLOURS.items() if name in declared}
    assert {"paper", "surface", "line", "ink", "ink-soft", "primary"} <= set(shared)
    assert shared == {name: declared[name] for name in shared}


def test_no_outline_is_translucent() -> None:
    """A translucent smooth shape is drawn outside the page that scrolls it (Kivy 2.3.1)."""
    for path in (ROOT / "mobile" / "ui").rglob("*.py"):
        found = re.findall(r"edge\s*=\s*rgba\([^)]*,\s*0?\.\d+\)", path.read_text("utf-8"))
        assert not found, f"{path.name}: {found}: use mobile.ui.theme.mixed"
