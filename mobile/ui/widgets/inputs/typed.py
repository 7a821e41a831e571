"""Inputs that are typed: text, numbers, dates in the Buddhist era, times.

What is typed is read by the same readers as on the server. It is given as an answer when typing
pauses for half a second, when the field is left, and when enter is pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.widget import Widget

from mobile.ui.look import look
from mobile.ui.theme import TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import SecondaryButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Column, Flow, Row
from mobile.ui.widgets.text_input import ThaiTextInput
from shared.forms.question_types import TYPES, Unreadable
from shared.thai.dates import buddhist_year, format_long, format_time, month_name

PAUSE_S: Final = 0.5


class TypedInput(InputWidget):
    """One field whose text is read as the type `kind`; `unit` stands behind it."""

    def __init__(
        self,
        kind: str = "text",
        *,
        unit: str = "",
        long: bool = False,
        hint_key: str = "",
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.kind, self.wants_width = kind, long
        self._pause = Clock.create_trigger(lambda _: self.read_now(), PAUSE_S)
        self._showing = False
        self.field = ThaiTextInput(
            multiline=long,
            least_lines=3 if long else 1,
            hint_key=hint_key,
            automation_id=f"{self.automation_id}:text",
        )
        if kind in ("integer", "decimal"):
            self.field.input_type = "number"
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
        return str(value)

    def show_value(self) -> None:
        """Put the answer into the field, unless it already reads as it."""
        read = TYPES[self.kind].read(self.field.text)
        if not isinstance(read, Unreadable) and read.value == self.value:
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
        read = TYPES[self.kind].read(self.field.text)
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


class DateInput(InputWidget):
    """Day, month and year in the Buddhist era, with the date as understood written out below.

    The month is taken as a number or a name. Today and yesterday are one tap.
    """

    def __init__(self, now: Callable[[], datetime], **settings: Any) -> None:
        super().__init__(**settings)
        self._now = now
        self._showing = False
        self._pause = Clock.create_trigger(lambda _: self.read_now(), PAUSE_S)
        line = Flow(down="bottom")
        self.day = self._part(line, "day", "input.day", 88)
        self.month = self._part(line, "month", "input.month", 176)
        self.year = self._part(line, "year", "input.year", 112)
        self._quick = []
        for key, days in (("input.today", 0), ("input.yesterday", 1)):
            button = SecondaryButton(text_key=key, automation_id=key)
            button.least_height = TARGET_PRIMARY  # as high as the fields beside it
            button.apply_look()
            button.bind(on_release=lambda _, days=days: self._choose(days))
            line.add_widget(button)
            self._quick.append(button)
        self.add_widget(line)
        self._readback = ThaiLabel(role="small", ink="ink-soft")
        self.add_widget(self._readback)
        look.follow(self)
        self.show_value()

    def apply_look(self) -> None:
        """Months have names in the language of the look."""
        self.show_value()

    def _part(self, line: Flow, name: str, hint_key: str, width_dp: float) -> ThaiTextInput:
        column = Column(size_hint_x=None, width=dp(width_dp) * look.text_scale, spacing=0)
        column.add_widget(ThaiLabel(text_key=hint_key, role="small", ink="ink-soft", fit="line"))
        part = ThaiTextInput(
            automation_id=f"{self.automation_id}:{name}",
            input_type="number" if name != "month" else "null",
        )
        part.bind(text=self._typed, focus=self._left)
        part.bind(on_text_validate=lambda *_: self.read_now())
        column.add_widget(part)
        line.add_widget(column)
        return part

    @property
    def parts(self) -> tuple[ThaiTextInput, ThaiTextInput, ThaiTextInput]:
        """The three fields in reading order."""
        return (self.day, self.month, self.year)

    def show_value(self) -> None:
        """Put the parts of the date into the fields and write it out."""
        day = date.fromisoformat(self.value) if self.value else None
        self._showing = True
        if day is not None:
            self.day.text = str(day.day)
            self.month.text = month_name(day.month, look.language)
            self.year.text = str(buddhist_year(day))
        elif not self._pause.is_triggered and not any(part.focus for part in self.parts):
            for part in self.parts:
                part.text = ""
        self._showing = False
        self._readback.text = _written_out(day) if day else ""

    def show_problem(self) -> None:
        """Red outlines."""
        for part in self.parts:
            part.edge = rgba("bad" if self.problem else "edge")

    def show_locked(self) -> None:
        """Grey fields and buttons."""
        for part in self.parts:
            part.readonly = part.disabled = self.locked
            part.fill = rgba("quiet-paper" if self.locked else "surface")
        for button in self._quick:
            button.disabled = self.locked

    def focus_first(self) -> None:
        """Put the cursor into the day."""
        self.day.focus = not self.locked

    def read_now(self) -> None:
        """Read the three parts as a date; nothing yet while one of them is empty."""
        self._pause.cancel()
        texts = [part.text.strip() for part in self.parts]
        if not any(texts):
            self.answer(None)
            return
        if not all(texts):
            return
        read = TYPES["date"].read(" ".join(texts))
        if isinstance(read, Unreadable):
            sentence = read.message.get(look.language)
            self.set_problem(sentence)
            self.dispatch("on_unreadable", sentence)
            return
        if self.problem:
            self.set_problem("")
            self.dispatch("on_unreadable", "")
        self.answer(read.value)

    def _choose(self, days_ago: int) -> None:
        self.answer((self._now().date() - timedelta(days=days_ago)).isoformat())

    def _typed(self, *_: Any) -> None:
        if not self._showing:
            self._pause()

    def _left(self, _: Any, focused: bool) -> None:
        if not focused and self._pause.is_triggered:
            self.read_now()


class MomentInput(InputWidget):
    """A date and a time of one answer; Thai time."""

    def __init__(self, now: Callable[[], datetime], **settings: Any) -> None:
        super().__init__(**settings)
        self.date = DateInput(now, automation_id=f"{self.automation_id}:date")
        self.time = TimeInput(now, automation_id=f"{self.automation_id}:time")
        for part in (self.date, self.time):
            part.bind(on_answer=self._part_answered)
            part.bind(on_unreadable=lambda _, text: self.dispatch("on_unreadable", text))
            self.add_widget(part)
        self._readback = ThaiLabel(role="small", ink="ink-soft")
        self.add_widget(self._readback)

    def show_value(self) -> None:
        """Show date and time."""
        moment = datetime.fromisoformat(self.value) if self.value else None
        if moment is not None or not (self.date.value and self.time.value is None):
            self.date.set_value(moment.date().isoformat() if moment else None)
            self.time.set_value(moment.strftime("%H:%M") if moment else None)
        self._readback.text = (
            f"{_written_out(moment.date())} {format_time(moment.time(), look.language)}"
            if moment
            else ""
        )

    def show_problem(self) -> None:
        """Mark both."""
        self.date.set_problem(self.problem)
        self.time.set_problem(self.problem)

    def show_locked(self) -> None:
        """Lock both."""
        self.date.set_locked(self.locked)
        self.time.set_locked(self.locked)

    def focus_first(self) -> None:
        """Begin with the date."""
        self.date.focus_first()

    def _part_answered(self, *_: Any) -> None:
        if self.date.value and self.time.value:
            self.answer(f"{self.date.value}T{self.time.value}:00+07:00")
        elif not self.date.value and not self.time.value:
            self.answer(None)


def _written_out(day: date) -> str:
    """`วันศุกร์ที่ 15 สิงหาคม 2568` in short: the weekday helps to see a slip."""
    weekdays = {
        "th": ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์"),
        "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    }[look.language]
    weekday = weekdays[day.weekday()]
    prefix = f"วัน{weekday}ที่ " if look.language == "th" else f"{weekday}, "
    return prefix + format_long(day, look.language)
