"""The frame of every screen: app bar, notices, body, action bar."""

from __future__ import annotations

from typing import Any

from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.automation import Findable
from mobile.ui.theme import SPACE
from mobile.ui.widgets.app_bar import AppBar
from mobile.ui.widgets.button import BottomBar
from mobile.ui.widgets.layout import Column
from mobile.ui.widgets.messages import Notice


class Screen(Findable, BoxLayout):
    """Bar above, `notices` under it, whatever `set_body` was given, `actions` at the bottom."""

    def __init__(self, title_key: str = "", can_go_back: bool = True, **settings: Any) -> None:
        super().__init__(orientation="vertical", **settings)
        self.bar = AppBar(title_key=title_key, can_go_back=can_go_back)
        self.notices = Column()
        self.body = BoxLayout(orientation="vertical")
        self.actions = BottomBar()
        self.add_widget(self.bar)
        self.add_widget(self.notices)
        self.add_widget(self.body)

    def set_body(self, widget: Any) -> None:
        """Replace the body."""
        self.body.clear_widgets()
        self.body.add_widget(widget)

    def set_actions(self, *widgets: Any) -> None:
        """Show these buttons at the bottom, the primary one last; none takes the bar away."""
        self.actions.show(*widgets)
        if widgets and self.actions.parent is None:
            self.add_widget(self.actions)
        elif not widgets and self.actions.parent is not None:
            self.remove_widget(self.actions)

    def notify(self, notice: Notice | None) -> None:
        """Show one notice under the bar, or none."""
        self.notices.clear_widgets()
        self.notices.padding = [dp(16), dp(SPACE), dp(16), 0] if notice is not None else 0
        if notice is not None:
            self.notices.add_widget(notice)
