"""Design tokens of the tablet: colours, sizes, spaces and type; the same as the office's style.

Plain values, so that a test can compute the contrasts and compare the colours with the custom
properties of `server/static/style.css` (`--paper`, `--ink-soft` ...) without opening a window.
Sizes are density-independent pixels (dp), type is scale-independent pixels (sp).
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Colour = tuple[float, float, float, float]

COLOURS: Final[dict[str, str]] = {
    "paper": "#FAFAF7",  # background
    "surface": "#FFFFFF",  # cards, fields
    "line": "#D5DBD8",  # dividers
    "edge": "#6B7A76",  # the outline of what can be operated: 3:1 and more on paper
    "ink": "#14211F",
    "ink-soft": "#43524F",
    "primary": "#0B5A4F",
    "primary-dark": "#07433B",  # pressed
    "primary-paper": "#E3EFEC",  # selected, pressed on paper
    "on-primary": "#FFFFFF",
    "good": "#155226",
    "good-paper": "#E6F4E8",
    "info": "#0B4A7A",
    "info-paper": "#E4F0FA",
    "warn": "#7A4300",
    "warn-paper": "#FFF1D6",
    "bad": "#8C1D18",
    "bad-paper": "#FDEAE8",
    "conflict": "#5B2A86",
    "conflict-paper": "#F1E8FA",
    "quiet-paper": "#EEF1EE",  # locked fields, drafts, disabled buttons
}

# The tones: a meaning that colours ink and paper together, and the least contrast each must have.
Tone = Literal["quiet", "primary", "good", "info", "warn", "bad", "conflict"]
TONES: Final[dict[str, tuple[str, str]]] = {
    "quiet": ("ink-soft", "quiet-paper"),
    "primary": ("primary", "primary-paper"),
    "good": ("good", "good-paper"),
    "info": ("info", "info-paper"),
    "warn": ("warn", "warn-paper"),
    "bad": ("bad", "bad-paper"),
    "conflict": ("conflict", "conflict-paper"),
}


class TypeRole(NamedTuple):
    """A kind of text: its size in sp at the first text-size step, and whether it is bold."""

    size_sp: float
    bold: bool


TYPE: Final[dict[str, TypeRole]] = {
    "small": TypeRole(16, False),
    "body": TypeRole(18, False),
    "strong": TypeRole(18, True),
    "heading": TypeRole(22, True),
    "title": TypeRole(28, True),
    "number": TypeRole(40, True),
}

TEXT_STEPS: Final = (1.0, 1.2, 1.45)  # what a person can choose in the settings

SPACE: Final = 8  # the grid
GAP: Final = 12  # between cards
PAD: Final = 16  # inside cards
CORNER: Final = 8
OUTLINE: Final = 1.5
TARGET: Final = 48  # the least that a finger meets
TARGET_PRIMARY: Final = 56
READING_WIDTH: Final = 720  # one column of text is never wider

MOTION_S: Final = 0.16  # the longest motion, in seconds; none when the system asks for less

TEXT_FACE: Final = "Sarabun"
ICON_FACE: Final = "SamruatIcons"


def rgba(name: str, alpha: float = 1.0) -> Colour:
    """The token `name` (`"ink"`) or hex colour (`"#14211F"`) as four numbers from 0 to 1."""
    digits = COLOURS.get(name, name).lstrip("#")
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return (red, green, blue, alpha)


def mixed(name: str, under: str, share: float) -> Colour:
    """A token laid over another, `share` of it showing: what a translucent outline looks like.

    Kivy smooths translucent shapes through the stencil, which breaks the clipping of a scrolled
    page: the outline is drawn over whatever stands above it. So outlines are opaque.
    """
    red, green, blue = (
        top * share + below * (1 - share)
        for top, below in zip(rgba(name)[:3], rgba(under)[:3], strict=True)
    )
    return (red, green, blue, 1.0)


def luminance(name: str) -> float:
    """Relative luminance of a token or hex colour (WCAG 2.2)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in rgba(name)[:3]
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two tokens or hex colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
