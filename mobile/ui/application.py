"""The Kivy application: one window, one navigation, and whatever the composition root put in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.app import App

from mobile.ui.navigation import Navigation
from mobile.ui.window import open_window


class SamruatApp(App):
    """`furnish(navigation)` registers the screens and opens the first; `closing()` ends the work.

    `pausing()` is called when a person leaves the app for another: what is typed must be safe then.
    """

    def __init__(
        self,
        furnish: Callable[[Navigation], None],
        closing: Callable[[], None] = lambda: None,
        pausing: Callable[[], None] = lambda: None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.title = "สำรวจ"
        self._furnish, self._closing, self._pausing = furnish, closing, pausing

    def build(self) -> Navigation:
        """Open the window and show the first screen."""
        from kivy.core.window import Window

        open_window()
        from mobile.ui.keys import KeyWalker

        navigation = Navigation()
        Window.bind(on_keyboard=navigation.handle_key)
        self._keys = KeyWalker(navigation)
        Window.bind(on_key_down=self._keys.handle, on_touch_down=self._keys.leave)
        self._furnish(navigation)
        return navigation

    def on_pause(self) -> bool:
        """Android puts the app aside, perhaps for ever."""
        self._pausing()
        return True

    def on_stop(self) -> None:
        """The window is closed."""
        self._closing()
