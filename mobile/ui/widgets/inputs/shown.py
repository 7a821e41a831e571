"""Questions that nothing is typed into: notes, calculated values, an acknowledgement."""

from __future__ import annotations

from typing import Any

from kivy.metrics import dp

from mobile.ui.theme import rgba
from mobile.ui.widgets.button import SecondaryButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Row

AGREED = "OK"  # what XLSForm stores for an acknowledged question


class ShownInput(InputWidget):
    """A calculated value, in a grey box; the screen sets it by `set_value`."""

    def __init__(self, unit: str = "", **settings: Any) -> None:
        super().__init__(**settings)
        self._unit = unit
        row = Row(fill=rgba("quiet-paper"), padding=[dp(14), dp(10)])
        row.add_widget(Icon("chart", ink="ink-soft"))
        self._words = ThaiLabel(text="–")
        row.add_widget(self._words)
        self.add_widget(row)

    def show_value(self) -> None:
        """Show the value with its unit, a dash for none."""
        shown = "" if self.value is None else str(self.value)
        self._words.text = f"{shown} {self._unit}".strip() if shown else "–"


class NoteInput(InputWidget):
    """Words of the form; there is nothing to answer."""

    wants_width = True


class AcknowledgeInput(InputWidget):
    """A tick that something was read or done; a second tap takes it back."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.button = SecondaryButton(
            text_key="input.acknowledge",
            icon_name="checkbox_off",
            automation_id=f"{self.automation_id}:tick",
        )
        self.button.bind(on_release=lambda *_: self.answer(None if self.value else AGREED))
        self.add_widget(self.button)

    def show_value(self) -> None:
        """Tick or no tick."""
        self.button.icon_name = "checkbox_on" if self.value else "checkbox_off"
        self.button.text_key = "input.acknowledged" if self.value else "input.acknowledge"

    def show_locked(self) -> None:
        """Grey."""
        self.button.disabled = self.locked


class UnknownInput(InputWidget):
    """A type that this tablet's version cannot answer: said plainly, never a crash."""

    def __init__(self, kind: str, **settings: Any) -> None:
        super().__init__(**settings)
        row = Row(fill=rgba("warn-paper"), padding=[dp(14), dp(8)])
        row.add_widget(Icon("alert", ink="warn"))
        row.add_widget(
            ThaiLabel(text_key="input.unknown_type", text_parts={"kind": kind}, ink="warn")
        )
        self.add_widget(row)
