"""Home: today, the journeys to begin, what came back, what is mine to finish, what waits."""

from __future__ import annotations

from typing import Any, Final

from kivy.metrics import dp

from mobile.presenters.home import HomePresenter, HomeState, Short
from mobile.presenters.records import IN_CONFLICT
from mobile.services.browse import Area
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screens.lines import RowButton, icon_of
from mobile.ui.screens.parts import TallButton, TwoColumns
from mobile.ui.screens.presented import DrawnScreen
from mobile.ui.strings import tr
from mobile.ui.theme import TARGET
from mobile.ui.widgets.button import PrimaryButton, SecondaryButton, TextButton
from mobile.ui.widgets.dialog import BottomSheet
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Card, Column, Row
from mobile.ui.widgets.messages import Notice
from mobile.ui.widgets.type_ahead import Found, TypeAhead, search_in
from mobile.ui.words import say

PARTS: Final = (  # what came back goes first: it waits for this person
    ("returned", "returned", "warn"),
    ("conflicts", "conflict", "conflict"),
    ("drafts", "draft", "primary"),
    ("waiting", "waiting", "info"),
)
ORDER: Final = {"insp": 0, "event": 1}  # what is done every day goes first


class ShortList(Card):
    """A heading with its count, the newest few records, and a way to all of them."""

    def __init__(self, name: str, icon: str, ink: str, **settings: Any) -> None:
        # Rows paint their whole width: the card's own outline stays free of them.
        super().__init__(spacing=0, padding=[dp(2), dp(8), dp(2), dp(2)], **settings)
        self._name = name
        head = Row(padding=[dp(16), 0, dp(8), 0], spacing=dp(12))
        head.add_widget(Icon(icon, ink=ink))
        self._title = ThaiLabel(role="strong", ink=ink, automation_id=f"home.{name}.title")
        head.add_widget(self._title)
        self.all = TextButton(
            text_key="home.all", icon_name="chevron_right", automation_id=f"home.{name}"
        )
        head.add_widget(self.all)
        self._head = head
        self._rows = Column(spacing=0)
        self.add_widget(head)
        self.add_widget(self._rows)

    def show(self, short: Short, open_line: Any) -> None:
        """Show the count and the lines; `open_line(line)` for a tap on one."""
        self._title.text = tr(f"home.{self._name}", count=f"{short.count:,}")
        self._rows.clear_widgets()
        if bool(short.count) != (self.all.parent is not None):
            if short.count:
                self._head.add_widget(self.all)
            else:
                self._head.remove_widget(self.all)
        if not short.lines:
            empty = Row(padding=[dp(16), dp(8), dp(16), dp(16)])
            empty.add_widget(ThaiLabel(text_key=f"home.{self._name}_none", ink="ink-soft"))
            self._rows.add_widget(empty)
        for line in short.lines:
            row = RowButton(line, automation_id=f"home.{self._name}.row:{line.root}")
            row.bind(on_release=lambda row: open_line(row.line))
            self._rows.add_widget(row)


class HomeScreen(DrawnScreen):
    """Where a day begins and where every way ends."""

    def __init__(self, presenter: HomePresenter, navigation: Navigation) -> None:
        super().__init__(
            presenter, navigation, "home.title", can_go_back=False, automation_id="home"
        )
        page = self._page
        self._told = Column(spacing=dp(8))
        self._columns = TwoColumns(left=0.44)
        self._head = Card(spacing=dp(4))
        self._journeys = Column(spacing=dp(12))
        self._columns.left.add_widget(self._head)
        self._columns.left.add_widget(self._journeys)
        self._lists = {name: ShortList(name, icon, ink) for name, icon, ink in PARTS}
        for name, short in self._lists.items():
            short.all.bind(on_release=lambda _, name=name: self._open_all(name))
            self._columns.right_side.add_widget(short)
        page.column.add_widget(self._columns)
        self.set_body(page)
        settings = SecondaryButton(
            text_key="settings.title", icon_name="settings", automation_id="home.settings"
        )
        settings.bind(on_release=lambda *_: navigation.open("settings"))
        records = PrimaryButton(
            text_key="home.records", icon_name="list", automation_id="home.records"
        )
        records.bind(on_release=lambda *_: navigation.open("records"))
        self.set_actions(settings, records)

    def draw(self, state: HomeState, before: HomeState | None) -> None:
        """Draw what differs from what is drawn; the pill is the bar's own matter."""
        names = ("greeting", "role", "today", "area", "areas")
        if before is None or any(getattr(state, n) != getattr(before, n) for n in names):
            self._show_head()
        if before is None or state.journeys != before.journeys:
            self._show_journeys()
        if before is None or state.sentences != before.sentences:
            self._show_told()
        for name, short in self._lists.items():
            found = getattr(state, name)
            if before is None or found != getattr(before, name):
                short.show(found, lambda line, name=name: self._open(name, line.root))

    def _show_told(self) -> None:
        self._told.clear_widgets()
        sentences = self.presenter.state.sentences
        for sentence in sentences:
            self._told.add_widget(Notice(tone="warn", text=say(sentence)))
        if sentences and self._told.parent is None:
            self._page.column.add_widget(self._told, index=1)
        elif not sentences and self._told.parent is not None:
            self._page.column.remove_widget(self._told)

    def _show_head(self) -> None:
        state = self.presenter.state
        self._head.clear_widgets()
        self._head.add_widget(
            ThaiLabel(state.greeting, role="heading", automation_id="home.person")
        )
        role = tr(f"role.{state.role}") if state.role else ""
        today = state.today.get(look.language)
        self._head.add_widget(
            ThaiLabel(" · ".join(part for part in (role, today) if part), ink="ink-soft")
        )
        chosen = next((a for a in state.areas if a.scope == state.area), None)
        if chosen is None:
            self._head.add_widget(ThaiLabel(text_key="home.no_area", ink="ink-soft"))
            return
        if len(state.areas) == 1:
            line = Row()
            line.add_widget(Icon("area", ink="primary"))
            line.add_widget(ThaiLabel(area_words(chosen)))
            self._head.add_widget(line)
            return
        button = TallButton(
            least_dp=TARGET,
            icon_name="area",
            title=area_words(chosen),
            second_key="home.change_area",
            automation_id="home.area",
        )
        button.bind(on_release=lambda *_: self._choose_area())
        self._head.add_widget(button)

    def _show_journeys(self) -> None:
        self._journeys.clear_widgets()
        journeys = self.presenter.state.journeys
        if not journeys:
            notice = Notice(tone="info", text_key="home.no_forms", action_key="sync.now")
            notice.bind(on_action=lambda *_: self.navigation.open("sync_report"))
            self._journeys.add_widget(notice)
        for journey in sorted(journeys, key=lambda one: (one.register, ORDER.get(one.form_id, 9))):
            button = TallButton(
                least_dp=88,
                icon_name=icon_of(journey.form_id),
                title=journey.title.get(look.language),
                second_key="home.look_up" if journey.register else "home.begin",
                automation_id=f"home.begin:{journey.form_id}",
            )
            button.bind(on_release=lambda _, journey=journey: self._begin(journey))
            self._journeys.add_widget(button)

    def _begin(self, journey: Any) -> None:
        if journey.register:
            self.navigation.open("records", register=journey.form_id)
        else:
            self.navigation.open("form", presenter=self.presenter.begin(journey.form_id))

    def _open(self, name: str, root: str) -> None:
        if name == "conflicts":
            self.navigation.open("conflict", root=root)
        else:
            self.navigation.open("form", presenter=self.presenter.open(root))

    def _open_all(self, name: str) -> None:
        if name == "returned":
            self.navigation.open("returned")
        elif name == "waiting":
            self.navigation.open("sync_report")
        elif name == "conflicts":
            self.navigation.open("records", status=IN_CONFLICT)
        else:
            self.navigation.open("records", status="draft")

    def _choose_area(self) -> None:
        sheet = BottomSheet("home.choose_area", automation_id="home.areas")
        chosen = self.presenter.state.area
        found = [
            Found(area.scope, area_words(area), chosen=area.scope == chosen)
            for area in self.presenter.state.areas
        ]
        choice = TypeAhead(search_in(found), automation_id="home.area_search")

        def choose(_: Any, one: Found) -> None:
            sheet.close()
            self.presenter.choose_area(one.key)

        choice.bind(on_choose=choose)
        sheet.column.add_widget(choice)
        self.navigation.show_above(sheet)


def area_words(area: Area) -> str:
    """An area's code and name in the language of the look."""
    name = area.name_en if look.language == "en" else area.name_th
    return f"{area.code} {name}" if name != area.code else area.code
