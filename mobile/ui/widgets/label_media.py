"""What belongs to a label beside its words: a picture to look at, a sound to listen to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kivy.metrics import dp
from kivy.uix.image import Image

from mobile.ui.theme import rgba
from mobile.ui.widgets.button import Pressable, SecondaryButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Column, Flow, Row

PICTURE_DP: Final = (280, 180)


class LabelMedia(Column):
    """A picture (a tap is `on_open`), a play button (`on_play`), the name of a film.

    `thumbnail(sha256)` gives the picture's path, None while it is not at hand.
    """

    __events__ = ("on_open", "on_play")

    def __init__(
        self,
        *,
        picture: str = "",
        sound: str = "",
        film_name: str = "",
        thumbnail: Callable[[str], Path | None],
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.picture, self.sound = picture, sound
        self._thumbnail = thumbnail
        self._image: Image | None = None
        if picture:
            self._image = Image(fit_mode="contain")
            frame = Pressable(
                size_hint=(None, None),
                size=(dp(PICTURE_DP[0]), dp(PICTURE_DP[1])),
                padding=dp(2),
                fill=rgba("quiet-paper"),
                edge=rgba("line"),
                automation_id=f"{self.automation_id}:picture",
            )
            frame.add_widget(self._image)
            frame.bind(on_release=lambda *_: self.dispatch("on_open"))
            self.add_widget(frame)
            self.show_picture()
        if sound:
            self.button = SecondaryButton(
                text_key="label.play", icon_name="sound", automation_id=f"{self.automation_id}:play"
            )
            self.button.bind(on_release=lambda *_: self.dispatch("on_play"))
            line = Flow()
            line.add_widget(self.button)
            self.add_widget(line)
        if film_name:
            row = Row()
            row.add_widget(Icon("video", ink="ink-soft"))
            row.add_widget(
                ThaiLabel(
                    text_key="label.video",
                    text_parts={"name": film_name},
                    role="small",
                    ink="ink-soft",
                )
            )
            self.add_widget(row)

    def show_picture(self) -> None:
        """Show the picture; it may have come only now."""
        if self._image is not None:
            path = self._thumbnail(self.picture)
            self._image.source = str(path) if path is not None else ""
            self._image.opacity = 1 if path is not None else 0

    def playing(self, on: bool) -> None:
        """The button stops what plays."""
        if self.sound:
            self.button.text_key = "audio.stop_listening" if on else "label.play"
            self.button.icon_name = "stop" if on else "sound"

    def on_open(self) -> None:
        """See the picture large."""

    def on_play(self) -> None:
        """Listen to the sound, or stop it."""
