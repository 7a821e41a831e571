"""Inputs that are typed: text, numbers, digits, times.

What is typed is read by the same readers as on the server. It is given as an answer when typing
pauses for half a second, when the field is left, and when enter is pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.widget import Widget

from mobile.ui.look import look
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import SecondaryButton, StepButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Flow, Row
from mobile.ui.widgets.text_input import ThaiTextInput
from shared.forms.question_types import TEXT_OF_DIGITS, TYPES, QuestionType, Unreadable

PAUSE_S: Final = 0.5
NUMBERS: Final = frozenset({"integer", "decimal", "range"})


class TypedInput(InputWidget):
    """One field whose text is read as the type `kind`; `unit` stands behind it.

    `digits` asks for the keyboard of numbers and reads Thai digits in a text; `thousands` shows a
    number with commas while nobody types.
    """

    def __init__(
        self,
        kind: str = "text",
        *,
        unit: str = "",
        long: bool = False,
        hint_key: str = "",
        digits: bool = False,
        thousands: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.kind, self.wants_width = kind, long
        self.reads: QuestionType = TEXT_OF_DIGITS if digits and kind == "text" else TYPES[kind]
        self._thousands = thousands
        self._pause = Clock.create_trigger(lambda _: self.read_now(), PAUSE_S)
        self._showing = False
        self.field = ThaiTextInput(
            multiline=long,
            least_lines=3 if long else 1,
            hint_key=hint_key,
            automation_id=f"{self.automation_id}:text",
        )
        if kind in NUMBERS or digits:
            self.field.input_type = "number"
        if kind in NUMBERS:
            self.field.size_hint_x, self.field.width = None, dp(220)
        elif kind in ("time",):
            self.field.size_hint_x, self.field.width = None, dp(160)
        self.field.bind(text=self._typed, focus=self._left)
        self.field.bind(on_text_validate=lambda *_: self.read_now())
        if unit:
            row = Row(spacing=dp(12))
            row.add_widget(self.field)
            row.add_widget(ThaiLabel(unit, fit="own", ink="ink-soft"))
            row.add_widget(Widget(size_hint_y=None, height=1))
            self.add_widget(row)
        else:
            self.add_widget(self.field)

    def shown_text(self, value: Any) -> str:
        """How an answer stands in the field."""
        if value is None:
            return ""
        if isinstance(value, dict):  # a place
            return f"{value.get('lat', '')}, {value.get('lon', '')}"
        if self._thousands and not self.field.focus:
            whole, point, part = str(value).partition(".")
            return f"{int(whole):,}{point}{part}" if whole.lstrip("-").isdecimal() else str(value)
        return str(value)

    def show_value(self) -> None:
        """Put the answer into the field, unless it already reads as it."""
        read = self.reads.read(self.field.text)
        same = not isinstance(read, Unreadable) and read.value == self.value
        if same and not (self._thousands and self.value is not None):
            return
        self._showing = True
        self.field.text = self.shown_text(self.value)
        if not self.field.focus:
            self.field.cursor = (0, 0)  # a long answer is read from its beginning
        self._showing = False

    def show_problem(self) -> None:
        """A red outline; the words are the frame's."""
        self.field.edge = rgba("bad" if self.problem else "edge")

    def show_locked(self) -> None:
        """Grey, and the keyboard stays away."""
        self.field.readonly = self.locked
        self.field.disabled = self.locked
        self.field.fill = rgba("quiet-paper" if self.locked else "surface")

    def focus_first(self) -> None:
        """Put the cursor into the field."""
        self.field.focus = not self.locked

    def read_now(self) -> None:
        """Read what stands there and give it as the answer, or say why it is none."""
        self._pause.cancel()
        read = self.reads.read(self.field.text)
        if isinstance(read, Unreadable):
            sentence = read.message.get(look.language)
            self.set_problem(sentence)
            self.dispatch("on_unreadable", sentence)
            return
        if self.problem:
            self.set_problem("")
            self.dispatch("on_unreadable", "")
        self.answer(self.kept(read.value))

    def kept(self, value: Any) -> Any:
        """What becomes the answer; a subclass may keep parts that are not typed."""
        return value

    def _typed(self, *_: Any) -> None:
        if not self._showing:
            self._pause()

    def _left(self, _: Any, focused: bool) -> None:
        if not focused and self._pause.is_triggered:
            self.read_now()
        if self._thousands and not self.problem:
            self.show_value()  # with commas, or without them while it is typed


class CounterInput(TypedInput):
    """A whole number with one less and one more beside it: to count with a thumb."""

    def __init__(self, unit: str = "", **settings: Any) -> None:
        super().__init__("integer", **settings)
        self.remove_widget(self.field)
        self.field.width = dp(120)
        row = Flow()
        self.steps: list[StepButton] = []
        for icon_name, key, by in (("minus", "scale.less", -1), ("add", "scale.more", 1)):
            name = "less" if by < 0 else "more"
            button = StepButton(icon_name, key, automation_id=f"{self.automation_id}:{name}")
            button.bind(on_release=lambda _, by=by: self._count(by))
            self.steps.append(button)
        for part in (self.steps[0], self.field, self.steps[1]):
            row.add_widget(part)
        if unit:
            row.add_widget(ThaiLabel(unit, fit="own", ink="ink-soft"))
        self.add_widget(row)

    def show_locked(self) -> None:
        """The buttons are locked with the field."""
        super().show_locked()
        for button in getattr(self, "steps", ()):
            button.disabled = self.locked

    def _count(self, by: int) -> None:
        self.read_now()
        self.answer(max(0, (self.value or 0) + by))


class TimeInput(TypedInput):
    """A time of day: `13.30`, `1330`; a button puts in the time of now."""

    def __init__(self, now: Callable[[], datetime], **settings: Any) -> None:
        super().__init__("time", hint_key="input.time_hint", **settings)
        self._now = now
        self.remove_widget(self.field)
        row = Row(spacing=dp(12))
        button = SecondaryButton(text_key="input.now", icon_name="clock", automation_id="now")
        button.bind(on_release=lambda *_: self.answer(self._now().strftime("%H:%M")))
        row.add_widget(self.field)
        row.add_widget(button)
        row.add_widget(Widget(size_hint_y=None, height=1))
        self.add_widget(row)
        self._button = button

    def show_locked(self) -> None:
        """The button is locked with the field."""
        super().show_locked()
        self._button.disabled = self.locked
