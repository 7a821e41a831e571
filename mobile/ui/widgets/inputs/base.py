"""What every input of a question obeys: set, get, answer, problem, lock."""

from __future__ import annotations

from typing import Any

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from mobile.ui.theme import SPACE
from mobile.ui.widgets.layout import Column


class InputWidget(Column):
    """An input holds one answer in the form in which it is stored (see
    `shared/forms/question_types.py`).

    `set_value` shows an answer and tells nobody; what a person enters sets `value` and dispatches
    `on_answer(value)`. What cannot be read as an answer is dispatched as `on_unreadable(sentence)`
    and leaves `value` as it was.
    """

    value = ObjectProperty(None, allownone=True)
    problem = StringProperty("")
    locked = BooleanProperty(False)
    wants_width = False  # the whole width of the page, where others share it
    __events__: tuple[str, ...] = ("on_answer", "on_unreadable")

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("spacing", dp(SPACE))
        super().__init__(**settings)

    def set_value(self, value: Any) -> None:
        """Show an answer that comes from elsewhere."""
        self.value = value
        self.show_value()

    def set_problem(self, text: str) -> None:
        """Mark the input as having a problem; the sentence itself is the frame's to show."""
        self.problem = text
        self.show_problem()

    def set_locked(self, locked: bool) -> None:
        """Take no more answers, or take them again."""
        self.locked = locked
        self.show_locked()

    def answer(self, value: Any) -> None:
        """A person answered: keep it and say so, unless it is what stood there."""
        if self.locked or value == self.value:
            return
        self.value = value
        self.show_value()
        self.dispatch("on_answer", value)

    def focus_first(self) -> None:
        """Put the cursor into the input, if it has one."""

    def show_value(self) -> None:
        """Draw `value`; subclasses do."""

    def show_problem(self) -> None:
        """Draw the mark of a problem; subclasses may."""

    def show_locked(self) -> None:
        """Draw the lock; subclasses may."""

    def on_answer(self, value: Any) -> None:
        """A person answered; `value` is None for cleared."""

    def on_unreadable(self, sentence: str) -> None:
        """What was typed is no answer; the sentence says what to type instead ("" = mended)."""
