"""Home: today, what is mine to finish, what came back, what waits, and the sync pill."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.listed_view import ListedView, PillView, listed_view, pill_view
from mobile.presenters.observed import Observed, Sentence, Words
from mobile.presenters.sync_report import drift_words
from mobile.services.browse import Area
from mobile.services.synchronise import Pill
from mobile.services.tablet import Tablet
from mobile.store.listing import Filter
from shared.forms.definition import Text
from shared.thai.dates import format_long

SHORT_MAX = 5
MINE = ("editing", "pending", "acknowledged", "kept_aside")


@dataclass(frozen=True, slots=True)
class Short:
    """How many records there are of a kind, and the newest few."""

    count: int = 0
    lines: tuple[ListedView, ...] = ()


@dataclass(frozen=True, slots=True)
class Journey:
    """A form that can be begun, as a big button."""

    form_id: str
    title: Text
    register: bool


@dataclass(frozen=True, slots=True)
class HomeState:
    """The home screen. `sentences` are things a person must know (a form that is not whole)."""

    greeting: str = ""
    role: str = ""
    today: Text = Text("", "")  # noqa: RUF009 - immutable
    pill: PillView | None = None
    drafts: Short = Short()
    returned: Short = Short()
    waiting: Short = Short()
    conflicts: Short = Short()
    journeys: tuple[Journey, ...] = ()
    areas: tuple[Area, ...] = ()
    area: str = ""
    sentences: tuple[Sentence, ...] = ()


class HomePresenter(Observed[HomeState]):
    """The first screen after signing in."""

    def __init__(self, tablet: Tablet) -> None:
        super().__init__(HomeState())
        self._tablet = tablet
        self.refresh()

    def refresh(self) -> None:
        """Look everything up anew: after a synchronisation, on coming back."""
        tablet, person = self._tablet, self._tablet.person
        areas = [a for a in tablet.browser.areas() if person is None or a.scope in person.areas]
        chosen = tablet.preferences.read().area
        area = chosen if chosen in {a.scope for a in areas} else (areas[0].scope if areas else "")
        author = "" if person is None else person.person
        day = tablet.now().date()
        self._show(
            HomeState(
                greeting="" if person is None else person.name,
                role="" if person is None else str(person.role),
                today=Text(format_long(day, "th"), format_long(day, "en")),
                pill=pill_view(tablet.synchroniser.pill()),
                drafts=self._short(Filter(statuses=("draft",), author=author, scope=area)),
                returned=self._short(Filter(statuses=("returned",), scope=area)),
                waiting=self._short(Filter(marks=("editing", "pending"))),
                conflicts=self._short(Filter(in_conflict=True)),
                journeys=tuple(
                    Journey(form.form_id, form.title, form.workflow == "register")
                    for form in tablet.library.forms()
                ),
                areas=tuple(areas),
                area=area,
                sentences=(*warnings(tablet), *tablet.library.sentences()),
            )
        )

    def _short(self, wanted: Filter) -> Short:
        types = tuple(form.record_type for form in self._tablet.library.forms())
        wanted = replace(wanted, newest_first=True, types=types)
        count = self._tablet.browser.count(wanted) if types else 0
        lines = self._tablet.browser.first(wanted, SHORT_MAX) if count else []
        return Short(count, tuple(listed_view(self._tablet, line) for line in lines))

    def pill_changed(self) -> None:
        """Only the pill is looked up: cheap enough for every second."""
        pill: Pill = self._tablet.synchroniser.pill()
        view = pill_view(pill)
        if view != self.state.pill:
            self._show(replace(self.state, pill=view))

    def tick(self) -> None:
        """Called every few seconds: seals what is idle, synchronises when it is time."""
        tablet = self._tablet
        tablet.run(tablet.capture.seal_idle)
        if tablet.enroller.current() is not None and tablet.synchroniser.due():
            tablet.synchroniser.start()
        self.pill_changed()

    def synchronise(self) -> None:
        """Now, because a person asked."""
        self._tablet.synchroniser.start()
        self.pill_changed()

    def choose_area(self, scope: str) -> None:
        """Work in another area."""
        chosen = replace(self._tablet.preferences.read(), area=scope)
        self._tablet.run(lambda: self._tablet.preferences.keep(chosen), lambda _: self.refresh())

    def begin(self, form_id: str) -> FormPresenter:
        """A new record in the area chosen."""
        return FormPresenter(self._tablet).begin(form_id, self.state.area)

    def open(self, root: str) -> FormPresenter:
        """A record of this tablet."""
        return FormPresenter(self._tablet).open(root)

    def sign_out(self) -> None:
        """Seal everything; the next person signs in."""
        self._tablet.sign_out()
        self.refresh()


def warnings(tablet: Tablet) -> tuple[Sentence, ...]:
    """What is wrong with the tablet itself: too little room, a clock that is far off."""
    room = () if tablet.capture.has_room() else (Words("home.no_room"),)
    drift = drift_words(tablet)
    return room if drift is None else (*room, drift)
