"""How a test or a driver finds a widget: by its automation id, or by a word that it shows.

A widget that paints its words itself (a row of a long list) tells them by `visible_texts()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kivy.properties import StringProperty


class Findable:
    """Mixed into widgets that a test may look for; the id is stable and never translated."""

    automation_id = StringProperty("")


def walk(widget: Any) -> Iterator[Any]:
    """The widget and everything visible below it, in the order in which it is drawn."""
    if getattr(widget, "opacity", 1) == 0:
        return
    yield widget
    for child in reversed(widget.children):
        yield from walk(child)


def texts_of(widget: Any) -> list[str]:
    """What a person can read on this one widget, without its children."""
    painted = getattr(widget, "visible_texts", None)
    if painted is not None:
        return [text for text in painted() if text]
    if getattr(widget, "is_icon", False):
        return []
    text = getattr(widget, "text", "")
    if isinstance(text, str) and text:
        return [text]
    hint = getattr(widget, "hint_text", "")
    return [hint] if isinstance(hint, str) and hint else []
