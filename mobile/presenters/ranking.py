"""The order that a person gives to options: moved one up, one down, or to a place."""

from __future__ import annotations

from collections.abc import Sequence


def ranking_of(offered: Sequence[str], ranked: Sequence[str] | None) -> list[str]:
    """All offered names in the order shown: what was ranked first, then what is new, in the order
    of the form. Names that are not offered any more are left out."""
    known = set(offered)
    first = [name for name in dict.fromkeys(ranked or ()) if name in known]
    return [*first, *(name for name in offered if name not in set(first))]


def moved(order: Sequence[str], name: str, to: int) -> list[str]:
    """The order with one name at another place (0 is the first); beyond the ends is the end."""
    rest = [each for each in order if each != name]
    place = min(len(rest), max(0, to))
    return [*rest[:place], name, *rest[place:]]
