"""What every screen over a presenter does: listen while it is shown, and follow the look."""

from __future__ import annotations

from typing import Any

from mobile.presenters.observed import Observed
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screen import Screen
from mobile.ui.widgets.layout import Page


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


class DrawnScreen(PresentedScreen):
    """A page that is drawn whole from its state, and only when the state is another one."""

    def __init__(
        self,
        presenter: Observed[Any],
        navigation: Navigation,
        title_key: str,
        **settings: Any,
    ) -> None:
        super().__init__(presenter, navigation, title_key, **settings)
        self._page = Page()
        self._drawn: Any = None

    def entering(self, **_: Any) -> None:
        """Look everything up anew."""
        super().entering()
        self.presenter.refresh()

    def synchronised(self) -> None:
        """Something may have come."""
        self.presenter.refresh()

    def apply_look(self) -> None:
        """Every word anew."""
        self._drawn = None
        self.show_state()

    def show_state(self, *_: Any) -> None:
        """Draw what the presenter tells, when it differs from what is drawn."""
        state = self.presenter.state
        if state == self._drawn:
            return
        before, self._drawn = self._drawn, state
        self.draw(state, before)

    def draw(self, state: Any, before: Any) -> None:
        """Show `state`; `before` is what was drawn last, or None."""
        raise NotImplementedError

    def show_page(self) -> None:
        """Put the page into the body, if something else is there."""
        if self._page.parent is None:
            self.set_body(self._page)
