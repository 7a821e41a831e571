"""The input for a bar code or QR code: looked at by the camera, read from a picture, or typed."""

from __future__ import annotations

from typing import Any

from mobile.ui.widgets.button import SecondaryButton
from mobile.ui.widgets.inputs.typed import TypedInput
from mobile.ui.widgets.layout import Flow


class CodeInput(TypedInput):
    """A text that a scanner gives. `on_scan` asks the screen to scan, `on_pick` to choose a
    picture; it calls `answer(text)`."""

    __events__ = ("on_scan", "on_pick")

    def __init__(self, **settings: Any) -> None:
        super().__init__("barcode", hint_key="barcode.hint", **settings)
        line = Flow()
        self._ways = []
        for key, icon_name, event in (
            ("barcode.scan", "barcode", "on_scan"),
            ("barcode.pick", "image", "on_pick"),
        ):
            button = SecondaryButton(
                text_key=key, icon_name=icon_name, automation_id=f"{self.automation_id}:{event}"
            )
            button.bind(on_release=lambda _, event=event: self.dispatch(event))
            self._ways.append(button)
            line.add_widget(button)
        self.add_widget(line)

    def show_locked(self) -> None:
        """Nothing to press."""
        super().show_locked()
        for button in getattr(self, "_ways", ()):
            button.disabled = self.locked

    def on_scan(self) -> None:
        """Look through the camera."""

    def on_pick(self) -> None:
        """Read a picture that is there."""
