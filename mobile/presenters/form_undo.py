"""What was cleared or removed while a form is open, so that it can be taken back.

An answer cleared on one page can be taken back on returning to it; a row that was removed comes
back with its answers, at its place. When the form is left, its history has what was saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mobile.presenters.form_problems import Place
from mobile.presenters.form_saves import PendingRow
from shared.canonical import JsonValue
from shared.forms.answers import RowAnswers


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A row that was removed: where it stood, and all that stood in it, outermost first.

    `saved` when its removal was saved, so that taking it back must be, too. `pending` are those of
    its rows that did not exist yet, `unsaved` their defaults.
    """

    record: str
    record_type: str
    parent: str
    key: str
    place: int
    rows: tuple[tuple[str, RowAnswers], ...]
    saved: bool
    pending: Mapping[str, PendingRow]
    unsaved: Mapping[str, dict[str, JsonValue]]


@dataclass(slots=True)
class Undo:
    """Cleared answers by place, removed rows in the order of removal."""

    cleared: dict[Place, JsonValue] = field(default_factory=dict)
    removed: list[RemovedRow] = field(default_factory=list)
    _shrinking: dict[Place, JsonValue] = field(default_factory=dict)

    def answered(self, place: Place, before: JsonValue, now: JsonValue) -> None:
        """Note an answer. A text that is deleted letter by letter comes back whole."""
        if now is None:
            if before is not None:
                self.cleared[place] = self._shrinking.pop(place, before)
            return
        self.cleared.pop(place, None)
        if isinstance(before, str) and isinstance(now, str) and before.startswith(now):
            self._shrinking.setdefault(place, before)
        else:
            self._shrinking.pop(place, None)

    def removed_from(self, parent: str, key: str) -> list[RemovedRow]:
        """The rows that were removed from one repeat."""
        return [row for row in self.removed if (row.parent, row.key) == (parent, key)]

    def take(self, record: str) -> RemovedRow | None:
        """The removed row of this id; it is no longer one to be taken back."""
        found = next((row for row in self.removed if row.record == record), None)
        if found is not None:
            self.removed.remove(found)
        return found
