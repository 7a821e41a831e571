"""Who works on the tablet: a name to tap (or to type the first time), and a PIN on large digits."""

from __future__ import annotations

from typing import Any, Final

from kivy.metrics import dp
from kivy.uix.gridlayout import GridLayout

from mobile.presenters.sign_in import SignInPresenter
from mobile.ui.navigation import Navigation
from mobile.ui.screens.parts import TallButton, TwoColumns
from mobile.ui.screens.presented import PresentedScreen
from mobile.ui.widgets.button import IconButton, PrimaryButton, SecondaryButton
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Card, Column, Page, Row
from mobile.ui.widgets.messages import Notice
from mobile.ui.widgets.text_input import ThaiTextInput
from mobile.ui.words import say
from shared.limits import PIN_DIGITS_MAX, PIN_DIGITS_MIN
from shared.thai.dates import to_arabic_digits

OTHER: Final = ""
DIGITS: Final = "123456789"
KEY_DP: Final = 64


class PinPad(Column):
    """Large digits under the thumb; what is typed stands above them as dots."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(spacing=dp(12), **settings)
        line = Row()
        self.field = ThaiTextInput(
            password=True,
            password_mask="•",  # noqa: S106 - what is drawn for each digit
            role="title",
            input_type="number",
            hint_key="sign_in.pin_hint",
            automation_id="sign_in.pin",
        )
        self.rub = IconButton(
            "backspace", hint_key="sign_in.backspace", automation_id="sign_in.backspace"
        )
        self.rub.bind(on_release=lambda *_: self._rub_out())
        line.add_widget(self.field)
        line.add_widget(self.rub)
        self.add_widget(line)
        self._keys = GridLayout(cols=3, spacing=dp(8), size_hint_y=None)
        self._keys.bind(minimum_height=self._keys.setter("height"))
        for digit in DIGITS:
            self._keys.add_widget(self._key(digit))
        self._keys.add_widget(ThaiLabel(""))
        self._keys.add_widget(self._key("0"))
        self._keys.add_widget(ThaiLabel(""))
        self.add_widget(self._keys)

    def _key(self, digit: str) -> SecondaryButton:
        key = DigitKey(
            digit, tone="quiet", size_hint=(1, None), automation_id=f"sign_in.digit:{digit}"
        )
        key.bind(on_release=lambda *_: self._press(digit))
        return key

    def _press(self, digit: str) -> None:
        if len(self.field.text) < PIN_DIGITS_MAX:
            self.field.text += digit

    def _rub_out(self) -> None:
        self.field.text = self.field.text[:-1]


class DigitKey(SecondaryButton):
    """One digit, large."""

    least_height = KEY_DP

    def __init__(self, text: str, **settings: Any) -> None:
        super().__init__(text, **settings)
        self.label.role = "title"


class SignInScreen(PresentedScreen):
    """Names known here on the left, the PIN on the right."""

    shows_pill = False

    def __init__(self, presenter: SignInPresenter, navigation: Navigation) -> None:
        super().__init__(
            presenter, navigation, "sign_in.title", can_go_back=False, automation_id="sign_in"
        )
        self._login: str | None = None  # nobody is chosen yet
        self._people: tuple[tuple[str, str], ...] | None = None
        self._buttons: dict[str, TallButton] = {}
        self.offer_settings()
        page = Page(padding_dp=24)
        self._columns = TwoColumns(least_dp=840, left=0.55)
        self._names = Column(spacing=dp(8))
        self._typed = ThaiTextInput(hint_key="sign_in.login_hint", automation_id="sign_in.login")
        self._typed.bind(text=self.show_state)
        self._columns.left.add_widget(ThaiLabel(role="heading", text_key="sign_in.who"))
        self._columns.left.add_widget(self._names)
        self.pad = PinPad()
        self.pad.field.bind(text=self._pin_typed, on_text_validate=lambda *_: self._sign_in())
        card = Card(spacing=dp(12))
        card.add_widget(ThaiLabel(role="heading", text_key="sign_in.pin"))
        card.add_widget(self.pad)
        self._offline = ThaiLabel(role="small", ink="ink-soft")
        card.add_widget(self._offline)
        self._columns.right_side.add_widget(card)
        page.column.add_widget(self._columns)
        self.set_body(page)
        self._go = PrimaryButton(
            text_key="sign_in.go", icon_name="sign_in", automation_id="sign_in.go"
        )
        self._go.bind(on_release=lambda *_: self._sign_in())
        self.set_actions(self._go)

    def entering(self, **_: Any) -> None:
        """Who is known here may have changed."""
        super().entering()
        self.presenter.refresh()

    def choose(self, login: str) -> None:
        """This person signs in; `OTHER` is somebody who types a name."""
        if login != self._login:
            self._login = login
            self.pad.field.text = ""
        self.show_state()

    def _pin_typed(self, _field: Any, text: str) -> None:
        digits = "".join(c for c in to_arabic_digits(text) if c.isdecimal())[:PIN_DIGITS_MAX]
        if digits != text:
            self.pad.field.text = digits
        self.show_state()

    def _name(self) -> str:
        return self._typed.text.strip() if self._login == OTHER else self._login or ""

    def _sign_in(self) -> None:
        if not self._go.disabled:
            self.presenter.sign_in(self._name(), self.pad.field.text)

    def _list_people(self, people: tuple[tuple[str, str], ...]) -> None:
        self._people = people
        self._names.clear_widgets()
        self._buttons = {}
        for login, name in people:
            button = TallButton(
                icon_name="person",
                title=name,
                second=login,
                automation_id=f"sign_in.person:{login}",
            )
            self._buttons[login] = button
        other = TallButton(
            icon_name="person_add",
            title_key="sign_in.other",
            second_key="sign_in.other_hint",
            automation_id="sign_in.other",
        )
        if people:
            self._buttons[OTHER] = other
        for login, button in self._buttons.items():
            button.bind(on_release=lambda _, login=login: self.choose(login))
            self._names.add_widget(button)
        # With one's own name chosen already, a PIN is easily tried on somebody else's.
        if len(people) == 1:
            self._login = people[0][0]

    def show_state(self, *_: Any) -> None:
        """Who is chosen, what is wrong, and on to the home screen once somebody is in."""
        state = self.presenter.state
        if self._people != state.people:
            self._list_people(state.people)
        if not state.people:
            self._login = OTHER
        for login, button in self._buttons.items():
            button.chosen = login == self._login
        typing = self._login == OTHER
        if typing != (self._typed.parent is not None):
            if typing:
                self._columns.left.add_widget(self._typed)
            else:
                self._columns.left.remove_widget(self._typed)
        if self._login is None:
            self._offline.text_key = "sign_in.choose"
        else:
            self._offline.text_key = "sign_in.needs_network" if typing else "sign_in.offline"
        whole = len(self.pad.field.text) >= PIN_DIGITS_MIN and bool(self._name())
        self._go.disabled = state.busy or not whole
        self._go.text_key = "sign_in.asking" if state.busy else "sign_in.go"
        if state.busy:
            self.notify(Notice(tone="info", text_key="sign_in.busy"))
        else:
            problem = state.problem
            self.notify(None if problem is None else Notice(tone="bad", text=say(problem)))
        if state.signed_in and self.navigation.screen is self:
            self.navigation.restart("home")
