"""Inputs for dates in the Buddhist era: a day, a month, a year, a moment.

A month is stored as its first day and a year as its first of January, as XLSForm's `month-year` and
`year` have it. A calendar to tap in is not offered: three short fields with the weekday written out
below are quicker with one thumb and show a slip in the year.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from kivy.clock import Clock
from kivy.metrics import dp

from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.theme import TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import SecondaryButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.inputs.typed import PAUSE_S, TimeInput
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Column, Flow
from mobile.ui.widgets.text_input import ThaiTextInput
from shared.forms.question_types import TYPES, Unreadable
from shared.thai.dates import buddhist_year, format_long, format_time, month_name

Precision = Literal["day", "month", "year"]
# What one tap answers: the word, and how many days ago it was.
QUICK: Final[dict[Precision, tuple[tuple[str, int], ...]]] = {
    "day": (("input.today", 0), ("input.yesterday", 1)),
    "month": (("input.this_month", 0),),
    "year": (("input.this_year", 0),),
}
PARTS: Final[dict[Precision, tuple[str, ...]]] = {
    "day": ("day", "month", "year"),
    "month": ("month", "year"),
    "year": ("year",),
}


def precision_of(appearance: str) -> Precision:
    """How much of a date a question asks for."""
    words = appearance.split()
    return "year" if "year" in words else "month" if "month-year" in words else "day"


class DateInput(InputWidget):
    """Day, month and year in the Buddhist era, with the date as understood written out below.

    The month is taken as a number or a name. Today and yesterday are one tap. With less
    `precision` only the month and the year are asked for, or the year alone.
    """

    def __init__(
        self, now: Callable[[], datetime], precision: Precision = "day", **settings: Any
    ) -> None:
        super().__init__(**settings)
        self._now, self.precision = now, precision
        self._showing = False
        self._pause = Clock.create_trigger(lambda _: self.read_now(), PAUSE_S)
        line = Flow(down="bottom")
        widths = {"day": 88, "month": 176, "year": 112}
        self._fields = {
            name: self._part(line, name, f"input.{name}", widths[name]) for name in PARTS[precision]
        }
        self._quick = []
        for key, days in QUICK[precision]:
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
    def parts(self) -> tuple[ThaiTextInput, ...]:
        """The fields in reading order."""
        return tuple(self._fields.values())

    def show_value(self) -> None:
        """Put the parts of the date into the fields and write it out."""
        day = date.fromisoformat(self.value) if self.value else None
        self._showing = True
        if day is not None:
            texts = {
                "day": str(day.day),
                "month": month_name(day.month, look.language),
                "year": str(buddhist_year(day)),
            }
            for name, part in self._fields.items():
                part.text = texts[name]
        elif not self._pause.is_triggered and not any(part.focus for part in self.parts):
            for part in self.parts:
                part.text = ""
        self._showing = False
        self._readback.text = _written_out(day, self.precision) if day else ""

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
        """Put the cursor into the first field."""
        self.parts[0].focus = not self.locked

    def read_now(self) -> None:
        """Read the parts as a date; nothing yet while one of them is empty."""
        self._pause.cancel()
        texts = [part.text.strip() for part in self.parts]
        if not any(texts):
            self.answer(None)
            return
        if not all(texts):
            return
        whole = ["1", "1", "1"][: 3 - len(texts)] + texts  # the first of the month, of January
        read = TYPES["date"].read(" ".join(whole))
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
        day = self._now().date() - timedelta(days=days_ago)
        first = {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}
        self.answer(first[self.precision].isoformat())

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
            f"{_written_out(moment.date(), 'day')} {format_time(moment.time(), look.language)}"
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


def _written_out(day: date, precision: Precision) -> str:
    """`วันศุกร์ที่ 15 สิงหาคม 2568` in short: the weekday helps to see a slip."""
    if precision == "year":
        return tr("input.whole_year", year=buddhist_year(day))
    if precision == "month":
        return f"{month_name(day.month, look.language)} {buddhist_year(day)}"
    weekdays = {
        "th": ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์"),
        "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    }[look.language]
    weekday = weekdays[day.weekday()]
    prefix = f"วัน{weekday}ที่ " if look.language == "th" else f"{weekday}, "
    return prefix + format_long(day, look.language)
