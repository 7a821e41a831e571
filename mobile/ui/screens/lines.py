"""A record's line, as the presenters give it, in the shape that the row widget draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kivy.metrics import dp
from kivy.uix.behaviors import ButtonBehavior

from mobile.presenters.listed_view import ListedView
from mobile.ui.look import look
from mobile.ui.widgets.record_row import RecordItem, RecordRow

KIND_ICONS: Final = {"insp": "eye", "event": "forum", "factory": "factory"}
ROW_DP: Final = 80


@dataclass(frozen=True, slots=True)
class PlacedItem(RecordItem):
    """An item that knows its place in a list, so that a test finds its row."""

    place: int = 0


def icon_of(kind: str) -> str:
    """The icon of a record type or form."""
    return KIND_ICONS.get(kind.partition("/")[0], "list")


def state_of(line: ListedView) -> str:
    """The chip: a conflict goes first, then what waits to be sent, then the record's status."""
    if line.conflicts:
        return "conflict"
    if line.status == "submitted" and line.sync == "only_here":
        return "waiting"
    return line.status


def item_of(line: ListedView, place: int = 0) -> PlacedItem:
    """The row of a record in the language of the look."""
    told = (line.kind.get(look.language), line.date.get(look.language), line.second)
    return PlacedItem(
        record=line.root,
        icon=icon_of(line.type),
        title=line.title,
        second=" · ".join(part for part in told if part and part != line.title),
        state=state_of(line),
        sync=line.sync,
        problems=line.comments + line.conflicts,
        place=place,
    )


class PlacedRow(RecordRow):
    """A row of the long list; its automation id is `records.row:<place>`."""

    def show(self, item: Any) -> None:
        """Show one record."""
        super().show(item)
        self.automation_id = f"records.row:{item.place}"

    def show_nothing(self) -> None:
        """Show an empty row."""
        super().show_nothing()
        self.automation_id = ""


class RowButton(ButtonBehavior, RecordRow):
    """One record standing alone on a page; a tap opens it."""

    def __init__(self, line: ListedView, **settings: Any) -> None:
        super().__init__(item=item_of(line), size_hint_y=None, **settings)
        self.line = line
        self.fbind("state", self._press)
        look.follow(self)
        self.apply_look()

    def apply_look(self) -> None:
        """Other words, another height."""
        self.height = round(dp(ROW_DP) * look.text_scale)
        self.show(item_of(self.line))

    def _press(self, *_: Any) -> None:
        self.pressed = self.state == "down"
