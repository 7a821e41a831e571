"""What stands above a page: a question in a dialog, choices in a sheet, a word at the bottom.

They are children of a `Layers` widget and not of Kivy's ModalView, so that they are found, driven
and photographed like everything else, and a back key closes the uppermost.
"""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.properties import StringProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from mobile.ui.automation import Findable
from mobile.ui.theme import PAD, TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import PrimaryButton, SecondaryButton, TextButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import CLEAR, Card, Flow, Row
from mobile.ui.widgets.messages import NOTICE_ICONS

SNACK_S = 5.0


class Veil(Findable, FloatLayout):
    """Dims the page and keeps touches from it; a tap beside what it holds is `on_dismiss`."""

    __events__ = ("on_dismiss",)

    def __init__(self, may_dismiss: bool = True, **settings: Any) -> None:
        super().__init__(**settings)
        self.may_dismiss = may_dismiss
        with self.canvas.before:
            Color(*rgba("ink", 0.5))
            self._shade = Rectangle(pos=self.pos, size=self.size)
        self.bind(pos=self._draw, size=self._draw)

    def on_dismiss(self) -> None:
        """Closed without an answer."""

    def close(self) -> None:
        """Go away."""
        if self.parent is not None:
            self.parent.remove_widget(self)

    def dismiss(self) -> None:
        """Go away without an answer, if that is allowed."""
        if self.may_dismiss:
            self.close()
            self.dispatch("on_dismiss")

    def on_touch_down(self, touch: Any) -> bool:
        """Keep the touch; outside of the content it closes."""
        if super().on_touch_down(touch):
            return True
        if not any(child.collide_point(*touch.pos) for child in self.children):
            self.dismiss()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Nothing reaches the page."""
        super().on_touch_move(touch)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Nothing reaches the page."""
        super().on_touch_up(touch)
        return True

    def _draw(self, *_: Any) -> None:
        self._shade.pos, self._shade.size = self.pos, self.size


class Dialog(Veil):
    """A question with two answers, or a message with one; `on_accept` is the primary answer.

    `content` may be any widget of fixed height instead of a sentence (it scrolls when too high).
    """

    __events__ = ("on_accept",)

    def __init__(
        self,
        *,
        title: str = "",
        text: str = "",
        title_key: str = "",
        text_key: str = "",
        accept_key: str = "dialog.accept",
        dismiss_key: str = "dialog.dismiss",
        tone: str = "primary",
        content: Widget | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.card = Card(
            size_hint_x=None,
            spacing=dp(PAD),
            padding=dp(24),
            pos_hint={"center_x": 0.5, "center_y": 0.5},
            edge=CLEAR,
        )
        self.card.add_widget(ThaiLabel(title, role="heading", text_key=title_key))
        self._scroll = ScrollView(size_hint_y=None, do_scroll_x=False, bar_width=dp(6))
        self.body = content or ThaiLabel(text, text_key=text_key)
        self._scroll.add_widget(self.body)
        self.card.add_widget(self._scroll)
        # Words too long for one line stand below each other instead.
        self.answers = Flow(across="right")
        self.accept = PrimaryButton(
            text_key=accept_key,
            tone="bad" if tone == "bad" else "primary",
            automation_id="dialog_accept",
        )
        self.accept.bind(on_release=lambda *_: self._accepted())
        if dismiss_key:
            dismiss = SecondaryButton(
                text_key=dismiss_key, tone="quiet", automation_id="dialog_dismiss"
            )
            dismiss.least_height = TARGET_PRIMARY
            dismiss.apply_look()
            dismiss.bind(on_release=lambda *_: self.dismiss())
            self.answers.add_widget(dismiss)
        self.answers.add_widget(self.accept)
        self.card.add_widget(self.answers)
        self.add_widget(self.card)
        self.bind(size=self._fit)
        self.body.bind(height=self._fit)
        self.answers.bind(height=self._fit)
        self._fit()

    def on_accept(self) -> None:
        """Answered with the primary button."""

    def _accepted(self) -> None:
        self.close()
        self.dispatch("on_accept")

    def _fit(self, *_: Any) -> None:
        self.card.width = max(dp(200), min(dp(600), self.width - dp(32)))
        room = self.height - dp(240)
        self._scroll.height = max(dp(56), min(self.body.height, room))


class BottomSheet(Veil):
    """A card at the bottom with a title and whatever is put into `column`."""

    def __init__(self, title_key: str = "", title: str = "", **settings: Any) -> None:
        super().__init__(**settings)
        self.card = Card(size_hint_x=None, pos_hint={"center_x": 0.5}, edge=CLEAR, y=0)
        head = Row()
        head.add_widget(ThaiLabel(title, role="heading", text_key=title_key))
        close = TextButton(text_key="dialog.close", icon_name="close", tone="quiet")
        close.bind(on_release=lambda *_: self.dismiss())
        head.add_widget(close)
        self.card.add_widget(head)
        self.column = self.card
        self.add_widget(self.card)
        self.bind(size=self._fit)
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.card.width = min(dp(760), max(dp(200), self.width - dp(16)))


class Snackbar(Row):
    """A sentence at the bottom for a few seconds, with at most one button (usually: undo)."""

    action_key = StringProperty("")
    __events__ = ("on_action",)

    def __init__(
        self,
        text: str = "",
        text_key: str = "",
        tone: str = "good",
        action_key: str = "",
        **settings: Any,
    ) -> None:
        super().__init__(
            size_hint_x=None, fill=rgba("ink"), padding=[dp(16), dp(8)], spacing=dp(12), **settings
        )
        self.add_widget(Icon(NOTICE_ICONS[tone], ink="on-primary"))
        self.add_widget(ThaiLabel(text, text_key=text_key, ink="on-primary"))
        if action_key:
            action = SecondaryButton(text_key=action_key, automation_id="snackbar_action")
            action.bind(on_release=lambda *_: self._acted())
            self.add_widget(action)

    def on_action(self) -> None:
        """The button was tapped."""

    def _acted(self) -> None:
        self.dispatch("on_action")
        if self.parent is not None:
            self.parent.remove_widget(self)


class Layers(Findable, FloatLayout):
    """A page with room above it: `show_above(veil)`, `say(snackbar)`, `back()` closes again."""

    def show_above(self, veil: Veil) -> Veil:
        """Show a dialog or a sheet above everything."""
        self.add_widget(veil)
        return veil

    def say(self, snackbar: Snackbar, seconds: float = SNACK_S) -> None:
        """Show a sentence at the bottom; it takes the place of the one before."""
        for child in [child for child in self.children if isinstance(child, Snackbar)]:
            self.remove_widget(child)
        snackbar.width = min(dp(640), max(dp(200), self.width - dp(32)))
        snackbar.pos_hint = {"center_x": 0.5, "y": 0.12}
        self.add_widget(snackbar)
        Clock.schedule_once(lambda _: self.remove_widget(snackbar), seconds)

    def back(self) -> bool:
        """Close the uppermost veil, if there is one; whether there was."""
        for child in self.children:
            if isinstance(child, Veil):
                child.dismiss()
                return True
        return False
