"""Textures of short texts, made once and shared by everything that shows the same words.

A text is drawn white and tinted where it is shown, so one texture serves every colour. Long lists
paint their rows from here without a widget per word.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from kivy.core.text import Label as CoreLabel

from mobile.ui.icons import icon
from mobile.ui.text import BREAK, SCRIPT, shorten, wrap
from mobile.ui.theme import ICON_FACE, TEXT_FACE

CACHED: Final = 700  # textures; a screen of rows has about 80


@lru_cache(maxsize=16)
def measurer(size: int, bold: bool) -> CoreLabel:
    """A core label that measures texts of one size and weight."""
    return CoreLabel(font_size=size, bold=bold, font_name=TEXT_FACE, font_script_name=SCRIPT)


def width_of(text: str, size: float, bold: bool = False) -> float:
    """How wide one line of text is, in pixels."""
    return float(measurer(round(size), bold).get_extents(text)[0]) if text else 0.0


@lru_cache(maxsize=CACHED)
def _drawn(text: str, size: int, bold: bool, halign: str) -> Any:
    label = CoreLabel(
        text=text,
        font_size=size,
        bold=bold,
        font_name=TEXT_FACE,
        font_script_name=SCRIPT,
        halign=halign,
    )
    label.refresh()
    return label.texture


@lru_cache(maxsize=CACHED)
def _fitted(text: str, size: int, bold: bool, width: int, one_line: bool) -> str:
    def measure(piece: str) -> float:
        return width_of(piece, size, bold)

    return shorten(text, width, measure) if one_line else wrap(text, width, measure)


def text_texture(
    text: str,
    size: float,
    *,
    bold: bool = False,
    width: float | None = None,
    one_line: bool = True,
    halign: str = "left",
) -> Any:
    """The texture of a text, or None when there is nothing to draw.

    `size` and `width` in pixels; with a width the text is shortened to one line, or wrapped.
    """
    shown = text.replace(BREAK, "")
    if width is not None and width < 2:
        return None
    if width is not None:
        shown = _fitted(text, round(size), bold, int(width), one_line)
    return _drawn(shown, round(size), bold, halign) if shown.strip() else None


@lru_cache(maxsize=200)
def icon_texture(name: str, size: int) -> Any:
    """The texture of an icon, `size` in pixels."""
    label = CoreLabel(text=icon(name), font_size=size, font_name=ICON_FACE)
    label.refresh()
    return label.texture
