"""The first screen of a new tablet: the office's address, a code from the office, a name."""

from __future__ import annotations

from typing import Any

from kivy.metrics import dp

from mobile.presenters.enrol import EnrolPresenter
from mobile.ui.navigation import Navigation
from mobile.ui.screens.parts import Facts, narrow_page
from mobile.ui.screens.presented import PresentedScreen
from mobile.ui.widgets.button import PrimaryButton
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Card, Column
from mobile.ui.widgets.messages import Notice
from mobile.ui.widgets.text_input import ThaiTextInput
from mobile.ui.words import say


class EnrolScreen(PresentedScreen):
    """Binds the tablet to its office. `server` is the address it will ask."""

    shows_pill = False

    def __init__(self, presenter: EnrolPresenter, navigation: Navigation, server: str = "") -> None:
        super().__init__(
            presenter, navigation, "enrol.title", can_go_back=False, automation_id="enrol"
        )
        self.offer_settings()
        page = narrow_page()
        page.column.add_widget(ThaiLabel(role="heading", text_key="enrol.head"))
        page.column.add_widget(ThaiLabel(text_key="enrol.what_happens", ink="ink-soft"))
        page.column.add_widget(self._fields())
        facts = Facts()
        facts.show([("enrol.server", server)])
        page.column.add_widget(facts)
        page.column.add_widget(ThaiLabel(text_key="enrol.kept", role="small", ink="ink-soft"))
        self.set_body(page)
        self._go = PrimaryButton(text_key="enrol.go", icon_name="link", automation_id="enrol.go")
        self._go.bind(on_release=lambda *_: self._enrol())
        self.set_actions(self._go)

    def _fields(self) -> Card:
        self._code = ThaiTextInput(
            role="title", hint_key="enrol.code_hint", automation_id="enrol.code"
        )
        self._label = ThaiTextInput(hint_key="enrol.label_hint", automation_id="enrol.label")
        self._code.bind(
            text=self.show_state, on_text_validate=lambda *_: setattr(self._label, "focus", True)
        )
        self._label.bind(on_text_validate=lambda *_: self._enrol())
        card = Card(spacing=dp(16))
        for key, hint, field in (
            ("enrol.code", "enrol.code_where", self._code),
            ("enrol.label", "enrol.label_why", self._label),
        ):
            one = Column(spacing=dp(4))
            one.add_widget(ThaiLabel(role="strong", text_key=key))
            one.add_widget(field)
            one.add_widget(ThaiLabel(role="small", ink="ink-soft", text_key=hint))
            card.add_widget(one)
        return card

    def _enrol(self) -> None:
        if self._code.text.strip() and not self.presenter.state.busy:
            self.presenter.enrol(self._code.text, self._label.text)

    def show_state(self, *_: Any) -> None:
        """The problem, the waiting, or on to signing in."""
        state = self.presenter.state
        self._go.disabled = state.busy or not self._code.text.strip()
        self._go.text_key = "enrol.asking" if state.busy else "enrol.go"
        if state.problem is not None:
            self.notify(Notice(tone="bad", text=say(state.problem)))
        elif state.busy:
            self.notify(Notice(tone="info", text_key="enrol.busy"))
        else:
            self.notify(None)
        if state.enrolled and self.navigation.screen is self:
            self.navigation.restart("sign_in")
