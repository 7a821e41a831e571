"""What every screen over a presenter does: listen while it is shown, and follow the look."""

from __future__ import annotations

from typing import Any

from mobile.presenters.observed import Observed
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screen import Screen


class PresentedScreen(Screen):
    """Calls `show_state()` when it is entered, when the presenter tells of a change, and when the
    language or the text size changes. `shows_pill` is False before anybody has signed in.
    """

    shows_pill = True

    def __init__(
        self,
        presenter: Observed[Any],
        navigation: Navigation,
        title_key: str,
        **settings: Any,
    ) -> None:
        super().__init__(title_key, **settings)
        self.presenter: Any = presenter
        self.navigation = navigation
        self.bar.bind(on_back=lambda *_: navigation.back())
        look.follow(self)

    def entering(self, **_: Any) -> None:
        """Follow the presenter from now on."""
        self.presenter.on_change = self.show_state
        self.show_state()

    def leaving(self) -> None:
        """Another screen is shown."""
        self.presenter.on_change = None

    def apply_look(self) -> None:
        """Say it in the language of now."""
        self.show_state()

    def show_state(self, *_: Any) -> None:
        """Show the presenter's state."""

    def offer_settings(self) -> None:
        """A tool in the bar that leads to language and text size."""
        tool = self.bar.add_tool("settings", "settings.title", automation_id="settings")
        tool.bind(on_release=lambda *_: self.navigation.open("settings"))
