"""The inputs for a line and an area on the map: points from the receiver, from taps, or typed."""

from __future__ import annotations

from typing import Any, Final

from kivy.metrics import dp

from mobile.presenters.spans import Kind, Span, span_of
from mobile.services.map_tiles import MapTiles
from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.widgets.button import SecondaryButton, TextButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.inputs.typed import TypedInput
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Flow
from mobile.ui.widgets.map_view import MapView, map_note
from mobile.ui.words import say
from shared.limits import PLACES_PER_LINE_MAX

MAP_DP: Final = 400
TYPES_OF: Final[dict[Kind, str]] = {"trace": "geotrace", "shape": "geoshape"}


class SpanInput(InputWidget):
    """A list of places. While points are lacking they stay on the map and are no answer yet.

    `on_locate` asks the screen for the receiver's place; it calls `located(place)`.
    """

    __events__ = ("on_locate",)
    wants_width = True

    def __init__(self, kind: Kind, tiles: MapTiles | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self.kind, self._tiles_of_map = kind, tiles
        self.span = Span(kind)
        self.map: MapView | None = None
        name = self.automation_id
        self._here = SecondaryButton(
            text_key="span.add_here", icon_name="crosshairs", automation_id=f"{name}:here"
        )
        self._here.bind(on_release=lambda *_: self.dispatch("on_locate"))
        self._open = SecondaryButton(
            text_key="span.open",
            icon_name="trace" if kind == "trace" else "shape",
            automation_id=f"{name}:pick",
        )
        self._open.bind(on_release=lambda *_: self.open_map())
        self._undo = SecondaryButton(
            text_key="span.undo", icon_name="undo", tone="quiet", automation_id=f"{name}:undo"
        )
        self._undo.bind(on_release=lambda *_: self._put(self.span.without_last()))
        self._clear = TextButton(
            text_key="input.clear", tone="quiet", automation_id=f"{name}:clear"
        )
        self._clear.bind(on_release=lambda *_: self._put(Span(self.kind)))
        line = Flow()
        for button in (self._here, self._open, self._undo, self._clear):
            line.add_widget(button)
        self._count = ThaiLabel(role="strong", automation_id=f"{name}:count")
        self._measure = ThaiLabel(automation_id=f"{name}:measure")
        self._note: ThaiLabel | None = None
        self.typed: TypedInput | None = None
        self._type = TextButton(
            text_key="span.typed", icon_name="edit", tone="quiet", automation_id=f"{name}:type"
        )
        self._type.bind(on_release=lambda *_: self.open_typing())
        for part in (line, self._count, self._measure, self._type):
            self.add_widget(part)
        look.follow(self)
        self._show()

    def apply_look(self) -> None:
        """Sentences in the language of now."""
        self._show()

    @property
    def field(self) -> Any:
        """The field where positions are typed, while it is open."""
        return None if self.typed is None else self.typed.field

    def read_now(self) -> None:
        """Read what is typed."""
        if self.typed is not None:
            self.typed.read_now()

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
            closed=self.kind == "shape",
            automation_id=f"{self.automation_id}:map",
        )
        self.map.width = self.width
        self.map.picking = not self.locked
        self.map.bind(on_pick=lambda _, lat, lon: self._picked(lat, lon))
        self._note = map_note(self.map)
        self.add_widget(self.map)
        self.add_widget(self._note)
        self._show()
        self.map.show_all([tuple(spot) for spot in self.map.line])

    def open_typing(self) -> None:
        """Offer a field for the positions, for a machine without receiver and without fingers."""
        if self.typed is not None:
            self.remove_widget(self.typed)
            self.typed = None
            return
        self.typed = TypedInput(
            TYPES_OF[self.kind], long=True, automation_id=f"{self.automation_id}:typed"
        )
        self.typed.shown_text = _positions  # type: ignore[method-assign]
        self.typed.set_value(self.value)
        self.typed.set_locked(self.locked)
        self.typed.bind(on_answer=lambda _, value: self.answer(value))
        self.typed.bind(on_unreadable=lambda _, text: self.dispatch("on_unreadable", text))
        self.add_widget(self.typed, index=self.children.index(self._type))

    def located(self, place: dict[str, str]) -> None:
        """The receiver knows where the tablet is: one point more."""
        self._put(self.span.with_place(place))
        if self.map is not None:
            spot = float(place["lat"]), float(place["lon"])
            self.map.here = (*spot, float(place.get("accuracy", 0) or 0))
            self.map.look_at(*spot)

    def show_value(self) -> None:
        """Show the points of the answer; points of a line not long enough yet stay."""
        if not hasattr(self, "_count"):
            return
        if self.value is not None or not self.span.lacking:
            self.span = span_of(self.kind, self.value)
        if self.typed is not None:
            self.typed.set_value(self.value)
        self._show()

    def show_locked(self) -> None:
        """Nothing to press."""
        for button in (self._here, self._open, self._undo, self._clear, self._type):
            button.disabled = self.locked
        self._open.disabled = False  # to look at the map is allowed
        if self.map is not None:
            self.map.picking = not self.locked
        if self.typed is not None:
            self.typed.set_locked(self.locked)
        self._show()

    def on_locate(self) -> None:
        """Where am I?"""

    def _picked(self, latitude: float, longitude: float) -> None:
        self._put(self.span.with_place({"lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}"}))

    def _put(self, span: Span) -> None:
        if self.locked or span == self.span:
            return
        self.span = span
        self.answer(span.answer())
        short = bool(span.places) and bool(span.lacking)
        self.dispatch("on_unreadable", tr("span.lacking", count=span.lacking) if short else "")
        self._show()

    def _show(self) -> None:
        span = self.span
        count = len(span.places)
        self._count.text = tr("span.points", count=count) if count else tr("span.none")
        self._count.role = "strong" if count else "small"
        self._count.ink = "ink" if count else "ink-soft"
        measured = span.measured()
        words = say(measured) if measured is not None else ""
        if span.full:
            words = f"{words}\n{tr('span.full', count=PLACES_PER_LINE_MAX)}"
        self._measure.text = words
        self._undo.disabled = self._clear.disabled = self.locked or not count
        if self.map is not None:
            self.map.line = [(float(p["lat"]), float(p["lon"])) for p in span.places]


def _positions(value: Any) -> str:
    """How a line stands in the field."""
    if not isinstance(value, list):
        return ""
    return "; ".join(f"{place.get('lat', '')}, {place.get('lon', '')}" for place in value)
