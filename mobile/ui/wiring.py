"""Which presenter stands behind which screen, and what goes on by itself while a person works.

A clock's tick every two seconds seals what is idle, starts the synchronisation that is due and
keeps the pill true; everything that waits for a disk or a network runs behind (`Tablet.jobs`,
`Tablet.network`, the synchroniser's thread).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kivy.clock import Clock

from mobile.config import APP_VERSION
from mobile.presenters.conflict import ConflictPresenter
from mobile.presenters.enrol import EnrolPresenter
from mobile.presenters.history import HistoryPresenter
from mobile.presenters.home import HomePresenter
from mobile.presenters.listed_view import PillView
from mobile.presenters.records import RecordsPresenter
from mobile.presenters.returned import ReturnedPresenter
from mobile.presenters.settings import SettingsPresenter, SettingsState
from mobile.presenters.sign_in import SignInPresenter
from mobile.presenters.surroundings import Surroundings
from mobile.presenters.sync_report import SyncReportPresenter
from mobile.services.synchronise import SyncReport
from mobile.services.tablet import Tablet
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screens.enrol import EnrolScreen
from mobile.ui.screens.home import HomeScreen
from mobile.ui.screens.records import RecordsScreen
from mobile.ui.screens.settings import SettingsScreen
from mobile.ui.screens.sign_in import SignInScreen
from mobile.ui.screens.sync_report import SyncReportScreen
from mobile.ui.words import say

TICK_S: Final = 2.0
PILLS: Final = {  # the pill's sentence -> its icon and tone
    "pill.running": ("cloud_sync", "info"),
    "pill.here": ("tablet", "warn"),
    "pill.all": ("cloud_check", "good"),
    "pill.never": ("cloud_off", "quiet"),
}


class Wiring:
    """The screens of one tablet. `server` is the address it speaks to."""

    def __init__(self, navigation: Navigation, tablet: Tablet, server: str) -> None:
        self._navigation, self._tablet, self._server = navigation, tablet, server
        chosen = tablet.preferences.read()
        look.change(language=chosen.language, text_step=chosen.text_step)
        self._surroundings = Surroundings(tablet)
        self.home = HomePresenter(tablet)
        self.sync_report = SyncReportPresenter(tablet)
        self._listen()
        self._register()
        navigation.on_shown = self._shown
        look.follow(self)
        self._ticking = Clock.schedule_interval(lambda _: self.tick(), TICK_S)

    # -- going on by itself ------------------------------------------------------------------

    def start(self) -> None:
        """Show the first screen: a tablet that is not bound yet is enrolled first."""
        bound = self._tablet.enroller.current() is not None
        self._navigation.restart("sign_in" if bound else "enrol")

    def stop(self) -> None:
        """The window is closed: nothing ticks any more."""
        self._ticking.cancel()

    def pause(self) -> None:
        """The person went to another app, perhaps for ever: sound waits, the rest is sealed."""
        self._tablet.recordings.pause()
        self._tablet.run(self._tablet.capture.seal_all)

    def tick(self) -> None:
        """Seal what is idle, synchronise when it is time, keep the pill true."""
        self.home.tick()
        self._show_pill()

    def apply_look(self) -> None:
        """The pill in the language of now."""
        self._show_pill()

    def _listen(self) -> None:
        """The report follows progress and endings; so do the pill and the screen shown."""
        self.sync_report.listen()
        follow = self._tablet.synchroniser.on_ended

        def ended(report: SyncReport) -> None:
            if follow is not None:
                follow(report)
            self.home.pill_changed()
            self._show_pill()
            listed()

        def listed() -> None:
            screen = self._navigation.screen
            if hasattr(screen, "synchronised"):
                screen.synchronised()

        self._tablet.synchroniser.on_ended = ended
        self._tablet.synchroniser.on_listed = listed

    def _shown(self, screen: Any) -> None:
        """Every screen's pill leads to the report."""
        bar = getattr(screen, "bar", None)
        if bar is None:
            return
        if not getattr(bar, "leads_to_report", False):
            bar.leads_to_report = True
            bar.bind(on_sync=lambda *_: self._navigation.open("sync_report"))
        self.home.pill_changed()
        self._show_pill()

    def _show_pill(self) -> None:
        screen = self._navigation.screen
        bar = getattr(screen, "bar", None)
        if bar is None:
            return
        view: PillView | None = self.home.state.pill
        bar.has_pill = view is not None and getattr(screen, "shows_pill", True)
        if view is None or not bar.has_pill:
            return
        icon, tone = PILLS.get(view.words.key, ("cloud_sync", "info"))
        bar.pill.show(icon, say(view.words), tone)

    # -- screens -----------------------------------------------------------------------------

    def _register(self) -> None:
        navigation, tablet = self._navigation, self._tablet
        screens: dict[str, Callable[[], Any]] = {
            "enrol": lambda: EnrolScreen(EnrolPresenter(tablet), navigation, self._server),
            "sign_in": lambda: SignInScreen(SignInPresenter(tablet), navigation),
            "home": lambda: HomeScreen(self.home, navigation),
            "records": self._records,
            "sync_report": lambda: SyncReportScreen(self.sync_report, navigation, self.open_record),
            "settings": self._settings,
            "form": self._form,
            "rows": self._rows,
            "conflict": self._conflict,
            "returned": self._returned,
            "history": self._history,
        }
        for name, make in screens.items():
            navigation.register(name, make)

    def open_record(self, root: str) -> None:
        """Go to a record's form."""
        self._navigation.open("form", presenter=self.home.open(root))

    def _records(self) -> RecordsScreen:
        asked = self._navigation.parameters
        register = asked.get("register", "")
        presenter = RecordsPresenter(self._tablet, (register,) if register else ())
        if asked.get("status"):
            presenter.filter(status=asked["status"])

        def begin() -> None:
            self._navigation.open("form", presenter=self.home.begin(register))

        return RecordsScreen(
            presenter, self._navigation, self.open_record, begin if register else None
        )

    # The screens of one record are imported when the first record is opened: a quicker start.

    def _form(self) -> Any:
        from mobile.ui.screens.form import FormScreen

        asked = self._navigation.parameters["presenter"]
        return FormScreen(asked, self._navigation, self._surroundings)

    def _rows(self) -> Any:
        from mobile.ui.screens.rows import RowsScreen

        return RowsScreen(self._navigation.parameters["presenter"], self._navigation)

    def _conflict(self) -> Any:
        from mobile.ui.screens.conflict import ConflictScreen

        root = self._navigation.parameters["root"]
        return ConflictScreen(ConflictPresenter(self._tablet, root), self._navigation)

    def _returned(self) -> Any:
        from mobile.ui.screens.returned import ReturnedScreen

        return ReturnedScreen(ReturnedPresenter(self._tablet), self._navigation)

    def _history(self) -> Any:
        from mobile.ui.screens.history import HistoryScreen

        root = self._navigation.parameters["root"]
        return HistoryScreen(HistoryPresenter(self._tablet, root), self._navigation)

    def _settings(self) -> SettingsScreen:
        person = self._tablet.person
        facts = [("settings.server", self._server), ("settings.version", APP_VERSION)]
        if person is not None:
            facts.insert(0, ("settings.person", person.name))
        return SettingsScreen(
            SettingsPresenter(self._tablet, apply_choice),
            self._navigation,
            tuple(facts),
            None if person is None else self._sign_out,
        )

    def _sign_out(self) -> None:
        self.home.sign_out()
        self._navigation.restart("sign_in")


def apply_choice(state: SettingsState) -> None:
    """Language and text size, at once."""
    look.change(language=state.language, text_step=state.text_step)
