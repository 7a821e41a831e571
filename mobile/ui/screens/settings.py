"""Settings: language and text size at once, what this tablet is, signing out."""

from __future__ import annotations

from typing import Any, Final

from kivy.metrics import dp

from mobile.presenters.settings import FilesState, SettingsPresenter
from mobile.services.data_budget import MEGABYTES_OFFERED, MobileFiles
from mobile.ui.navigation import Navigation
from mobile.ui.screens.parts import Facts, Toggle, narrow_page
from mobile.ui.screens.presented import PresentedScreen
from mobile.ui.widgets.button import SecondaryButton
from mobile.ui.widgets.dialog import Dialog
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Card, Flow

LANGUAGE_NAMES: Final = {"th": "ไทย", "en": "English"}  # each in itself, whatever the look
STEPS: Final = ("settings.text_0", "settings.text_1", "settings.text_2")


class SettingsScreen(PresentedScreen):
    """`facts` are (key, value) of what is known elsewhere: server, version, who is signed in;
    `sign_out` is None while nobody is."""

    def __init__(
        self,
        presenter: SettingsPresenter,
        navigation: Navigation,
        facts: tuple[tuple[str, str], ...] = (),
        sign_out: Any = None,
    ) -> None:
        super().__init__(presenter, navigation, "settings.title", automation_id="settings_screen")
        self._more_facts = facts
        self.shows_pill = sign_out is not None
        page = narrow_page()
        self._languages: dict[str, Toggle] = {}
        self._steps: dict[int, Toggle] = {}
        self._kinds: dict[MobileFiles, Toggle] = {}
        self._megabytes: dict[int, Toggle] = {}
        page.column.add_widget(self._language_card())
        page.column.add_widget(self._text_card())
        page.column.add_widget(self._files_card())
        page.column.add_widget(ThaiLabel(role="heading", text_key="settings.tablet"))
        self._facts = Facts(automation_id="settings.facts")
        page.column.add_widget(self._facts)
        if sign_out is not None:
            out = SecondaryButton(
                text_key="settings.sign_out",
                icon_name="sign_out",
                tone="bad",
                automation_id="settings.sign_out",
            )
            out.bind(on_release=lambda *_: self._ask_sign_out(sign_out))
            page.column.add_widget(out)
        self.set_body(page)

    def _language_card(self) -> Card:
        card = Card(spacing=dp(12))
        card.add_widget(
            ThaiLabel(
                role="heading", text_key="settings.language", automation_id="settings.language"
            )
        )
        line = Flow()
        for code, name in LANGUAGE_NAMES.items():
            toggle = Toggle(text=name, automation_id=f"settings.language:{code}")
            toggle.bind(on_release=lambda _, code=code: self.presenter.choose_language(code))
            self._languages[code] = toggle
            line.add_widget(toggle)
        card.add_widget(line)
        return card

    def _text_card(self) -> Card:
        card = Card(spacing=dp(12))
        card.add_widget(ThaiLabel(role="heading", text_key="settings.text_size"))
        card.add_widget(ThaiLabel(text_key="settings.text_sample"))
        line = Flow()
        for step, key in enumerate(STEPS):
            toggle = Toggle(text_key=key, automation_id=f"settings.text_size:{step}")
            toggle.bind(on_release=lambda _, step=step: self.presenter.choose_text_step(step))
            self._steps[step] = toggle
            line.add_widget(toggle)
        card.add_widget(line)
        return card

    def _files_card(self) -> Card:
        """What photographs may cost on mobile data, what they cost, and "send now anyway"."""
        card = Card(spacing=dp(12))
        card.add_widget(ThaiLabel(role="heading", text_key="settings.files"))
        card.add_widget(ThaiLabel(text_key="settings.files_text", ink="ink-soft", role="small"))
        kinds = Flow()
        for kind in MobileFiles:
            toggle = Toggle(
                text_key=f"settings.files_{kind}", automation_id=f"settings.files:{kind}"
            )
            toggle.bind(on_release=lambda _, kind=kind: self.presenter.choose_files(kind))
            self._kinds[kind] = toggle
            kinds.add_widget(toggle)
        card.add_widget(kinds)
        most = Flow()
        for count in MEGABYTES_OFFERED:
            toggle = Toggle(text=f"{count:,} MB", automation_id=f"settings.megabytes:{count}")
            toggle.bind(on_release=lambda _, count=count: self.presenter.choose_megabytes(count))
            self._megabytes[count] = toggle
            most.add_widget(toggle)
        card.add_widget(most)
        self._used = ThaiLabel(automation_id="settings.files_used")
        card.add_widget(self._used)
        self._paid = Toggle(text_key="settings.files_paid", automation_id="settings.files_paid")
        self._paid.bind(
            on_release=lambda *_: self.presenter.choose_paid(
                paid=not self.presenter.state.files.paid
            )
        )
        self._send_now = SecondaryButton(
            text_key="settings.files_send_now",
            icon_name="sync",
            automation_id="settings.files_send_now",
        )
        self._send_now.bind(on_release=lambda *_: self.presenter.send_now())
        self._files_acts = Flow()
        card.add_widget(self._files_acts)
        return card

    def synchronised(self) -> None:
        """Files went: count anew."""
        self.presenter.refresh()

    def _show_files(self, files: FilesState) -> None:
        for kind, toggle in self._kinds.items():
            toggle.chosen = kind == files.chosen
        for count, toggle in self._megabytes.items():
            toggle.chosen = count == files.allowed
        self._used.text_key = "settings.files_used"
        self._used.text_parts = {
            "used": f"{files.used:,.1f}",
            "allowed": f"{files.allowed:,}",
            "waiting": f"{files.waiting:,}",
        }
        self._paid.chosen = files.paid
        self._files_acts.clear_widgets()
        if not files.tells:
            self._files_acts.add_widget(self._paid)
        if files.held_back:
            self._files_acts.add_widget(self._send_now)

    def _ask_sign_out(self, sign_out: Any) -> None:
        dialog = Dialog(
            title_key="settings.sign_out",
            text_key="settings.sign_out_text",
            accept_key="settings.sign_out",
        )
        dialog.bind(on_accept=lambda *_: sign_out())
        self.navigation.show_above(dialog)

    def show_state(self, *_: Any) -> None:
        """Mark what is chosen; say what this tablet is."""
        state = self.presenter.state
        for code, toggle in self._languages.items():
            toggle.chosen = code == state.language
        for step, toggle in self._steps.items():
            toggle.chosen = step == state.text_step
        self._show_files(state.files)
        self._facts.show(
            [
                ("settings.label", state.label),
                ("settings.office", state.server_name),
                *self._more_facts,
                ("settings.device", state.device),
            ]
        )
