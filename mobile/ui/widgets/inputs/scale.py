"""Inputs for a number between two ends: a line with a thumb, steps, stars, or typed.

What each place on the line is worth is `mobile/presenters/scale.py`'s matter, in exact decimals.
Nothing is an answer before a person touched it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from kivy.metrics import dp

from mobile.presenters.scale import STARS_MAX, Scale, interval_of, number_of, scale_of, written
from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.theme import TARGET_PRIMARY
from mobile.ui.widgets.button import IconButton, StepButton, TextButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.inputs.choice import Option
from mobile.ui.widgets.inputs.typed import TypedInput
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Flow
from mobile.ui.widgets.scale_line import ScaleLine
from shared.forms.question_types import TYPES

KIND: Final = "range"


class ScaleInput(InputWidget):
    """A range: slider, minus and plus, and the number typed. `value` is a decimal text."""

    def __init__(
        self,
        scale: Scale,
        *,
        unit: str = "",
        upright: bool = False,
        slider: bool = True,
        marks: Sequence[tuple[float, str]] = (),
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.scale = scale
        name = self.automation_id
        self.number = TypedInput(KIND if KIND in TYPES else "decimal", automation_id=name)
        self.number.field.width = dp(128)
        self.number.size_hint_x, self.number.width = None, dp(128)
        self.number.bind(on_answer=lambda _, value: self._typed(value))
        self.number.bind(on_unreadable=lambda _, text: self.dispatch("on_unreadable", text))
        self.less = StepButton("minus", "scale.less", automation_id=f"{name}:less")
        self.more = StepButton("add", "scale.more", automation_id=f"{name}:more")
        self.less.bind(on_release=lambda *_: self._step(-1))
        self.more.bind(on_release=lambda *_: self._step(1))
        self._clear = TextButton(
            text_key="input.clear", tone="quiet", automation_id=f"{name}:clear"
        )
        self._clear.bind(on_release=lambda *_: self.answer(None))
        row = Flow()
        for part in (self.less, self.number, self.more):
            row.add_widget(part)
        if unit:
            row.add_widget(ThaiLabel(unit, fit="own", ink="ink-soft"))
        row.add_widget(self._clear)
        self.slider: ScaleLine | None = None
        self.add_widget(row)
        if slider:
            self.slider = ScaleLine(upright=upright, automation_id=f"{name}:slider")
            self.slider.show_marks(marks)
            self.slider.bind(on_slide=lambda _, share: self._preview(share))
            self.slider.bind(on_settle=lambda _, share: self._choose(self.scale.at_share(share)))
            self.slider.bind(on_step=lambda _, steps: self._step(steps))
            self.add_widget(self.slider)
        self._untouched = ThaiLabel(text_key="scale.untouched", role="small", ink="ink-soft")
        self.add_widget(self._untouched)
        self.show_value()

    @property
    def field(self) -> Any:
        """The text field: what stands in it unread is kept by the page."""
        return self.number.field

    def read_now(self) -> None:
        """Read what is typed."""
        self.number.read_now()

    def focus_first(self) -> None:
        """Put the cursor into the number."""
        self.number.focus_first()

    def show_value(self) -> None:
        """Number, thumb, and the word that nothing is chosen yet."""
        if not hasattr(self, "_untouched"):
            return
        self.number.set_value(self.value)
        here = number_of(self.value)
        if self.slider is not None:
            self.slider.share = -1.0 if here is None else self.scale.share_of(here)
        quiet = here is None and not self.locked
        if quiet != (self._untouched.parent is not None):
            if quiet:
                self.add_widget(self._untouched)
            else:
                self.remove_widget(self._untouched)
        self._clear.opacity = 0 if quiet or self.locked else 1
        self._clear.disabled = quiet or self.locked

    def show_problem(self) -> None:
        """A red outline round the number."""
        self.number.set_problem(self.problem)

    def show_locked(self) -> None:
        """Nothing to drag or press."""
        self.number.set_locked(self.locked)
        for button in (self.less, self.more):
            button.disabled = self.locked
        if self.slider is not None:
            self.slider.locked = self.locked
        self.show_value()

    def _preview(self, share: float) -> None:
        """Show the number under the finger; it is an answer when the finger is lifted."""
        assert self.slider is not None
        found = self.scale.at_share(share)
        self.slider.share = self.scale.share_of(found)
        self.number.set_value(written(found))

    def _choose(self, found: Decimal) -> None:
        text = written(found)
        if text == self.value:
            self.show_value()
        self.answer(text)

    def _step(self, steps: int) -> None:
        self._choose(self.scale.stepped(number_of(self.value), steps))

    def _typed(self, value: Any) -> None:
        self.answer(value)


class StarsInput(InputWidget):
    """A rating, a star a place; a tap on the last one chosen takes it back."""

    def __init__(self, scale: Scale, **settings: Any) -> None:
        super().__init__(**settings)
        self.scale = scale
        self.stars: list[IconButton] = []
        line = Flow(spacing=dp(4))
        for place in range(scale.last + 1):
            star = IconButton(
                "star_off",
                ink="primary",
                size=(dp(TARGET_PRIMARY), dp(TARGET_PRIMARY)),
                automation_id=f"{self.automation_id}:{written(scale.value_at(place))}",
            )
            star.bind(on_release=lambda _, place=place: self._tapped(place))
            self.stars.append(star)
            line.add_widget(star)
        self.add_widget(line)
        self._words = ThaiLabel(role="small", ink="ink-soft")
        self.add_widget(self._words)
        look.follow(self)
        self.show_value()

    def apply_look(self) -> None:
        """The words follow the language."""
        self.show_value()

    def show_value(self) -> None:
        """Fill the stars up to the answer and say it in words."""
        here = number_of(self.value)
        upto = -1 if here is None else self.scale.place_of(here)
        for place, star in enumerate(self.stars):
            star.icon_name = "star" if place <= upto else "star_off"
        end = written(self.scale.end)
        self._words.text = (
            tr("scale.untouched") if upto < 0 else tr("scale.stars", here=str(self.value), end=end)
        )

    def show_locked(self) -> None:
        """Grey stars."""
        for star in self.stars:
            star.disabled = self.locked

    def _tapped(self, place: int) -> None:
        text = written(self.scale.value_at(place))
        self.answer(None if text == self.value else text)


def scale_input(
    parameters: Mapping[str, str],
    appearance: str,
    *,
    unit: str = "",
    labels: Sequence[Option] = (),
    **settings: Any,
) -> InputWidget:
    """The input of a range: `rating`, `picker`, `vertical`, `no-ticks`, or a plain line."""
    words, scale = appearance.split(), scale_of(parameters)
    if "rating" in words and scale.last < STARS_MAX:
        return StarsInput(scale, **settings)
    return ScaleInput(
        scale,
        unit=unit,
        upright="vertical" in words,
        slider="picker" not in words,
        marks=_marks(scale, parameters, labels, ticks="no-ticks" not in words),
        **settings,
    )


def _marks(
    scale: Scale, parameters: Mapping[str, str], labels: Sequence[Option], *, ticks: bool
) -> list[tuple[float, str]]:
    """The ends with their numbers, further ticks without, and the labels that the form gives."""
    said = {number_of(option.name): option.label for option in labels}
    said.setdefault(scale.start, written(scale.start))
    said.setdefault(scale.end, written(scale.end))
    places = set(scale.ticks(interval_of(parameters))) if ticks else set()
    places |= {place for place in said if place is not None}
    return [(scale.share_of(place), said.get(place, "")) for place in sorted(places)]
