"""The input for a place: found by the receiver, picked on the map, or typed."""

from __future__ import annotations

from typing import Any, Final

from kivy.metrics import dp

from mobile.ui.strings import tr
from mobile.ui.widgets.button import SecondaryButton, TextButton
from mobile.ui.widgets.inputs.typed import TypedInput
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Flow
from mobile.ui.widgets.map_view import MapView, map_note

MAP_DP: Final = 360
NEAR: Final = 2_000.0  # pixels a map unit: a district fills the map


class PlaceInput(TypedInput):
    """`{"lat", "lon", "accuracy"?}` as texts, degrees and metres.

    `on_locate` asks the screen for the receiver's place (it calls `answer`); the map opens below
    and a tap on it is the answer. A typed or picked place has no accuracy.
    """

    __events__ = ("on_locate",)

    def __init__(self, **settings: Any) -> None:
        super().__init__("geopoint", hint_key="place.hint", **settings)
        self.wants_width = True
        line = Flow()
        self._here = SecondaryButton(
            text_key="place.here",
            icon_name="crosshairs",
            automation_id=f"{self.automation_id}:here",
        )
        self._here.bind(on_release=lambda *_: self.dispatch("on_locate"))
        self._pick = SecondaryButton(
            text_key="place.pick", icon_name="map", automation_id=f"{self.automation_id}:pick"
        )
        self._pick.bind(on_release=lambda *_: self.open_map())
        self._clear = TextButton(
            text_key="input.clear", tone="quiet", automation_id=f"{self.automation_id}:clear"
        )
        self._clear.bind(on_release=lambda *_: self.answer(None))
        for button in (self._here, self._pick, self._clear):
            line.add_widget(button)
        self.accuracy = ThaiLabel(role="small", ink="ink-soft")
        self.map: MapView | None = None
        self._note = map_note()
        self.add_widget(line)
        self.add_widget(self.accuracy)

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
            size_hint_y=None, height=dp(MAP_DP), automation_id=f"{self.automation_id}:map"
        )
        self.map.bind(on_pick=lambda _, latitude, longitude: self._picked(latitude, longitude))
        self.add_widget(self.map)
        self.add_widget(self._note)
        self._show_on_map(move=True)

    def show_value(self) -> None:
        """Show degrees, accuracy and pin."""
        if not hasattr(self, "accuracy"):
            return
        super().show_value()
        metres = (self.value or {}).get("accuracy")
        self.accuracy.text = tr("place.accuracy", metres=metres) if metres else ""
        self._show_on_map(move=False)

    def show_locked(self) -> None:
        """Nothing to press."""
        super().show_locked()
        for button in (self._here, self._pick, self._clear):
            button.disabled = self.locked
        if self.map is not None:
            self.map.picking = not self.locked

    def on_locate(self) -> None:
        """Where am I?"""

    def _picked(self, latitude: float, longitude: float) -> None:
        self.answer({"lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}"})

    def _show_on_map(self, *, move: bool) -> None:
        if self.map is None:
            return
        place = self.value
        self.map.pin = (float(place["lat"]), float(place["lon"])) if place else None
        if place and move:
            self.map.look_at(float(place["lat"]), float(place["lon"]), NEAR)
