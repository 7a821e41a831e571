"""Choosing from a register while typing: a factory by its name or number."""

from __future__ import annotations

from dataclasses import dataclass

from mobile.presenters.listed_view import ListedView, listed_view
from mobile.presenters.observed import Observed
from mobile.services.tablet import Tablet
from mobile.store.listing import Filter
from shared.limits import SEARCH_LENGTH_MAX

FOUND_MAX = 30


@dataclass(frozen=True, slots=True)
class PickerState:
    """`more` when there are further entries than those shown."""

    search: str = ""
    found: tuple[ListedView, ...] = ()
    more: bool = False


class RegisterPicker(Observed[PickerState]):
    """Entries of one register, of one area when `scope` is given."""

    def __init__(self, tablet: Tablet, register: str, scope: str = "") -> None:
        super().__init__(PickerState())
        self._tablet = tablet
        self._register = register
        self._scope = scope
        self.find("")

    def find(self, text: str) -> None:
        """Show the entries that contain every word typed."""
        text = text[:SEARCH_LENGTH_MAX]
        wanted = Filter(types=(self._register,), scope=self._scope, search=text)
        lines = self._tablet.browser.first(wanted, FOUND_MAX + 1)
        found = tuple(listed_view(self._tablet, line) for line in lines[:FOUND_MAX])
        self._show(PickerState(text, found, len(lines) > FOUND_MAX))
