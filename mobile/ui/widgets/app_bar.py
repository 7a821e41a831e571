"""The head of every screen: way back, title, and the sync pill that tells the truth."""

from __future__ import annotations

from typing import Any

from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.look import look
from mobile.ui.painting import width_of
from mobile.ui.theme import SPACE, TARGET, TONES, rgba
from mobile.ui.widgets.button import IconButton, Pressable
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Surface


class SyncPill(Pressable):
    """What is on this tablet only and what the office has, in words; a tap opens the report.

    `show(icon, text, tone)` sets it; the words come from the presenter, because only it knows.
    """

    text = StringProperty("")
    most_width = NumericProperty(10_000)
    icon_name = StringProperty("cloud_check")
    tone = StringProperty("good")

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            size_hint=(None, None), spacing=dp(SPACE), padding=[dp(12), 0, dp(14), 0], **settings
        )
        self._icon = Icon(self.icon_name, size_dp=20, pos_hint={"center_y": 0.5})
        self._word = ThaiLabel(role="small", fit="own", pos_hint={"center_y": 0.5})
        self.add_widget(self._icon)
        self.add_widget(self._word)
        self.bind(minimum_width=self.setter("width"))
        for name in ("text", "icon_name", "tone", "most_width"):
            self.fbind(name, self.apply_look)
        look.follow(self)
        self.apply_look()

    def show(self, icon_name: str, text: str, tone: str) -> None:
        """Say how the sync stands."""
        self.icon_name, self.text, self.tone = icon_name, text, tone

    def visible_texts(self) -> list[str]:
        """The word is the label's."""
        return []

    def apply_look(self, *_: Any) -> None:
        """Show the words in the tone that they have."""
        ink, paper = TONES.get(self.tone, TONES["quiet"])
        self._icon.name, self._icon.ink, self._word.ink = self.icon_name, ink, ink
        self._word.text = self.text
        room = self.most_width - self._icon.width - dp(40)
        wanted = width_of(self.text, look.size("small"))
        self._word.size_hint_x = None
        self._word.fit = "line" if wanted > room else "own"
        self._word.width = max(dp(40), min(room, wanted))
        self._word.draw_now()
        self.opacity, self.disabled = (1, False) if self.text else (0, True)
        self.fill = rgba(paper)
        self.height = max(dp(TARGET - 4), self._word.line_pixels + dp(4))
        self.corner = self.height / 2

    def show_state(self, *_: Any) -> None:
        """A line round it while it is pressed."""
        ink, _paper = TONES.get(self.tone, TONES["quiet"])
        self.edge = rgba(ink) if self.state == "down" else (0, 0, 0, 0)


class AppBar(Surface, BoxLayout):
    """Deep green: back (when there is a way), title, the screen's tools, the sync pill."""

    title = StringProperty("")
    title_key = StringProperty("")
    can_go_back = BooleanProperty(False)
    pill_share = NumericProperty(0.62)  # of the bar: the most that the sync pill may take
    has_pill = BooleanProperty(True)  # before anybody has signed in there is nothing to tell
    __events__ = ("on_back", "on_sync")

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            size_hint_y=None,
            fill=rgba("primary"),
            corner=0,
            padding=[dp(SPACE), 0, dp(SPACE), 0],
            spacing=dp(SPACE),
            **settings,
        )
        self.back = IconButton(
            "arrow_left", ink="on-primary", automation_id="back", hint_key="bar.back"
        )
        self.back.bind(on_release=lambda *_: self.dispatch("on_back"))
        self.label = ThaiLabel(role="heading", ink="on-primary", fit="line", automation_id="title")
        self.tools = BoxLayout(size_hint=(None, 1))
        self.tools.bind(minimum_width=self.tools.setter("width"))
        self.pill = SyncPill(automation_id="pill", pos_hint={"center_y": 0.5})
        self.pill.bind(on_release=lambda *_: self.dispatch("on_sync"))
        for name in ("title", "title_key", "can_go_back", "has_pill"):
            self.fbind(name, self._compose)
        self.fbind("width", self._share)
        self.fbind("pill_share", self._share)
        self._compose()
        look.follow(self)
        self.apply_look()

    def _share(self, *_: Any) -> None:
        # The title keeps a third: a long sync sentence is shortened, its report has it whole.
        self.pill.most_width = self.width * self.pill_share

    def apply_look(self) -> None:
        """As high as the title and the targets need."""
        self.height = max(dp(64), look.size("heading") * 1.72 + dp(12))

    def add_tool(self, icon_name: str, hint_key: str, **settings: Any) -> IconButton:
        """Put an icon button before the sync pill; it is returned to be bound."""
        tool = IconButton(icon_name, ink="on-primary", hint_key=hint_key, **settings)
        tool.pos_hint = {"center_y": 0.5}
        self.tools.add_widget(tool)
        return tool

    def on_back(self) -> None:
        """A person wants back."""

    def on_sync(self) -> None:
        """A person wants to know about the sync."""

    def visible_texts(self) -> list[str]:
        """The title is the label's."""
        return []

    def _compose(self, *_: Any) -> None:
        self.clear_widgets()
        if self.can_go_back:
            self.back.pos_hint = {"center_y": 0.5}
            self.add_widget(self.back)
        self.label.text_key = self.title_key
        if not self.title_key:
            self.label.text = self.title
        self.label.pos_hint = {"center_y": 0.5}
        self.padding = [dp(SPACE if self.can_go_back else 16), 0, dp(12), 0]
        for widget in (self.label, self.tools, *((self.pill,) if self.has_pill else ())):
            self.add_widget(widget)
