"""The input for a place: found by the receiver, picked on the map, or typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kivy.metrics import dp

from mobile.presenters.fixes import TONES, Demands, Search, accuracy_of
from mobile.services.map_tiles import MapTiles
from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.theme import TONES as PAPERS
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import SecondaryButton, TextButton
from mobile.ui.widgets.inputs.typed import TypedInput
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Flow, Row
from mobile.ui.widgets.map_view import MapView, map_note
from mobile.ui.widgets.messages import NOTICE_ICONS
from mobile.ui.words import say

MAP_DP: Final = 360
NEAR: Final = 2_000.0  # pixels a map unit: a district fills the map
CLOSE: Final = 60_000.0  # a village
ON_MAP: Final = frozenset({"placement-map", "maps"})


class PlaceInput(TypedInput):
    """`{"lat", "lon", "accuracy"?}` as texts, degrees and metres.

    `on_locate` asks the screen to search by the receiver: it calls `searching(search)` after each
    fix and `answer(place)` at the end; `on_take` is the person who has waited long enough. The map
    opens below and a tap on it is the answer. A typed or picked place has no accuracy.
    """

    __events__ = ("on_locate", "on_take", "on_stop")

    def __init__(
        self,
        tiles: MapTiles | None = None,
        demands: Demands | None = None,
        appearance: str = "",
        **settings: Any,
    ) -> None:
        super().__init__("geopoint", hint_key="place.hint", **settings)
        self.wants_width = True
        self._tiles_of_map, self.demands = tiles, demands or Demands()
        line = Flow()
        name = self.automation_id
        self._here = SecondaryButton(
            text_key="place.here", icon_name="crosshairs", automation_id=f"{name}:here"
        )
        self._here.bind(on_release=lambda *_: self.dispatch("on_locate"))
        self._pick = SecondaryButton(
            text_key="place.pick", icon_name="map", automation_id=f"{name}:pick"
        )
        self._pick.bind(on_release=lambda *_: self.open_map())
        self._clear = TextButton(
            text_key="input.clear", tone="quiet", automation_id=f"{name}:clear"
        )
        self._clear.bind(on_release=lambda *_: self.answer(None))
        for button in (self._here, self._pick, self._clear):
            line.add_widget(button)
        self._grade: Row | None = None
        self._search: Flow | None = None
        self.map: MapView | None = None
        self._note: ThaiLabel | None = None
        self._line = line
        self.add_widget(line)
        look.follow(self)
        self.show_value()
        if set(appearance.split()) & ON_MAP:
            self.open_map()

    def apply_look(self) -> None:
        """Sentences in the language of now."""
        self.show_value()

    def kept(self, value: Any) -> Any:
        """A place that reads the same keeps its accuracy."""
        old = self.value or {}
        same = value and old.get("lat") == value["lat"] and old.get("lon") == value["lon"]
        return self.value if same else value

    def open_map(self) -> None:
        """Open the map below, or close it."""
        if self.map is not None:
            for widget in (self.map, self._note):
                self.remove_widget(widget)
            self.map = None
            return
        self.map = MapView(
            self._tiles_of_map,
            size_hint_y=None,
            height=dp(MAP_DP),
            automation_id=f"{self.automation_id}:map",
        )
        self.map.picking = not self.locked
        self.map.bind(on_pick=lambda _, latitude, longitude: self._picked(latitude, longitude))
        self._note = map_note(self.map)
        self.add_widget(self.map)
        self.add_widget(self._note)
        self._show_on_map(move=True)

    def searching(self, search: Search | None) -> None:
        """Show how far the search is; None when it has ended."""
        if search is None:
            self._without(self._search)
            self.show_value()
            return
        acts = self._search = self._search or self._search_acts()
        found = accuracy_of(search.best)
        words = (
            tr("place.searching")
            if found is None
            else tr("place.searching_best", metres=f"{found:.0f}")
        )
        self._say(words, TONES[self.demands.grade(search.best)] if search.best else "info")
        if acts.parent is None:
            self.add_widget(acts, index=self.children.index(self._grade))
        take = acts.children[-1]
        take.disabled = search.best is None
        if self.map is not None and search.best is not None:
            self._show_here(search.best)

    def show_value(self) -> None:
        """Show degrees, accuracy and pin."""
        if not hasattr(self, "_line"):
            return
        super().show_value()
        words = self.demands.words(self.value)
        if words is None:
            self._without(self._grade)
        else:
            self._say(say(words), TONES[self.demands.grade(self.value)])
        self._show_on_map(move=False)

    def show_locked(self) -> None:
        """Nothing to press, but the map may be looked at."""
        super().show_locked()
        for button in (self._here, self._clear):
            button.disabled = self.locked
        if self.map is not None:
            self.map.picking = not self.locked

    def on_locate(self) -> None:
        """Where am I?"""

    def on_take(self) -> None:
        """The best place found until now is good enough."""

    def on_stop(self) -> None:
        """Search no more."""

    def _say(self, words: str, tone: str) -> None:
        """A sentence in its colour, with its sign."""
        ink, paper = PAPERS[tone]
        if self._grade is None:
            self._grade = Row(padding=[dp(12), dp(4)])
            self._grade_icon, self.accuracy = Icon("info"), ThaiLabel(role="small")
            self._grade.add_widget(self._grade_icon)
            self._grade.add_widget(self.accuracy)
        self.accuracy.text, self.accuracy.ink = words, ink
        self._grade_icon.name, self._grade_icon.ink = NOTICE_ICONS[tone], ink
        self._grade.fill = rgba(paper)
        if self._grade.parent is None:
            self.add_widget(self._grade, index=self.children.index(self._line))

    def _search_acts(self) -> Flow:
        """What can be done while the receiver looks."""
        line = Flow()
        for key, event, icon_name in (
            ("place.take", "on_take", "check"),
            ("place.stop", "on_stop", "close"),
        ):
            button = SecondaryButton(
                text_key=key, icon_name=icon_name, automation_id=f"{self.automation_id}:{event}"
            )
            button.bind(on_release=lambda _, event=event: self.dispatch(event))
            line.add_widget(button)
        return line

    def _without(self, widget: Any) -> None:
        if widget is not None and widget.parent is not None:
            self.remove_widget(widget)

    def _picked(self, latitude: float, longitude: float) -> None:
        self.answer({"lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}"})

    def _show_here(self, place: Mapping[str, str]) -> None:
        assert self.map is not None
        spot = float(place["lat"]), float(place["lon"])
        self.map.here = (*spot, accuracy_of(place) or 0.0)
        self.map.look_at(*spot, max(self.map.scale, CLOSE))

    def _show_on_map(self, *, move: bool) -> None:
        if self.map is None:
            return
        place = self.value
        self.map.pin = (float(place["lat"]), float(place["lon"])) if place else None
        if place and move:
            self.map.look_at(float(place["lat"]), float(place["lon"]), NEAR)
