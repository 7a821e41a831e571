"""A map without a network: the provinces' outlines, points, and a pin that a tap sets.

The build has cut the polygons into triangles; moving and zooming only change one matrix.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, Final

from kivy.graphics import (
    Color,
    Line,
    MatrixInstruction,
    Mesh,
    PopMatrix,
    PushMatrix,
    Rectangle,
)
from kivy.graphics.transformation import Matrix
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty
from kivy.uix.stencilview import StencilView

from mobile.ui.automation import Findable
from mobile.ui.map_shapes import provinces, to_earth, to_map
from mobile.ui.painting import icon_texture
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import IconButton
from mobile.ui.widgets.label import ThaiLabel

LAND: Final = "#EEF0E8"
BORDER: Final = "#96A49E"
WATER: Final = "#DBE7EC"
ZOOM_LEAST: Final = 18.0  # pixels a unit
ZOOM_MOST: Final = 60_000.0
TAP_DP: Final = 12


class MapButton(IconButton):
    """An icon on a white disc, readable on any map."""

    def show_state(self, *_: Any) -> None:
        """White; tinted under the finger."""
        self.fill = rgba("primary-paper" if self.state == "down" else "surface")


class MapView(Findable, StencilView):
    """Drag moves, buttons zoom, a tap sets the pin when `picking`.

    `pin` is (latitude, longitude) or None; `points` are small marks (latitude, longitude) beside
    it. A tap dispatches `on_pick(latitude, longitude)`.
    """

    pin = ObjectProperty(None, allownone=True)
    points = ListProperty([])
    picking = BooleanProperty(True)
    scale = NumericProperty(45.0)  # pixels a map unit
    centre = ListProperty([0.0, 0.0])  # map units
    owns_touches = True
    __events__ = ("on_pick",)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._held: dict[str, Any] | None = None
        with self.canvas:
            Color(*rgba(WATER))
            self._water = Rectangle()
            PushMatrix()
            self._matrix = MatrixInstruction()
            Color(*rgba(LAND))
            for shape in provinces():
                corners = shape.vertices
                vertices = array("f", bytes(8 * len(corners)))
                vertices[0::4] = array("f", corners[0::2])
                vertices[1::4] = array("f", corners[1::2])
                Mesh(vertices=vertices, indices=shape.indices, mode="triangles")
            Color(*rgba(BORDER))
            for shape in provinces():
                Line(points=list(shape.outline), close=True)
            PopMatrix()
        with self.canvas.after:
            self._frame_colour = Color(*rgba("edge"))
            self._frame = Line(width=1)
        self._marks: list[Any] = []
        for icon_name, key, factor in (
            ("zoom_in", "map.zoom_in", 2.0),
            ("zoom_out", "map.zoom_out", 0.5),
        ):
            button = MapButton(icon_name, hint_key=key, edge=rgba("edge"), automation_id=key)
            button.show_state()
            button.bind(on_release=lambda _, factor=factor: self.zoom_by(factor))
            self.add_widget(button)
        for name in ("pos", "size", "scale", "centre", "pin", "points"):
            self.fbind(name, self._draw)
        self._draw()

    def look_at(self, latitude: float, longitude: float, scale: float | None = None) -> None:
        """Bring a place into the middle."""
        self.centre = list(to_map(longitude, latitude))
        self.scale = self.scale if scale is None else scale

    def show_all(self, places: Sequence[tuple[float, float]]) -> None:
        """Choose middle and zoom so that all places are seen."""
        if not places:
            return
        spots = [to_map(longitude, latitude) for latitude, longitude in places]
        xs, ys = [x for x, _ in spots], [y for _, y in spots]
        self.centre = [(min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2]
        wide, high = max(0.05, max(xs) - min(xs)), max(0.05, max(ys) - min(ys))
        fitting = min(self.width / wide, self.height / high) * 0.8
        self.scale = min(ZOOM_MOST, max(ZOOM_LEAST, fitting))

    def zoom_by(self, factor: float) -> None:
        """Nearer or farther, the middle stays."""
        self.scale = min(ZOOM_MOST, max(ZOOM_LEAST, self.scale * factor))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude under a point of the screen."""
        longitude, latitude = to_earth(
            self.centre[0] + (x - self.center_x) / self.scale,
            self.centre[1] + (y - self.center_y) / self.scale,
        )
        return latitude, longitude

    def on_pick(self, latitude: float, longitude: float) -> None:
        """A place was tapped."""

    def _draw(self, *_: Any) -> None:
        self._water.pos, self._water.size = self.pos, self.size
        self._frame.rectangle = (self.x + 1, self.y + 1, self.width - 2, self.height - 2)
        matrix = Matrix().translate(-self.centre[0], -self.centre[1], 0)
        matrix = Matrix().scale(self.scale, self.scale, 1).multiply(matrix)
        matrix = Matrix().translate(self.center_x, self.center_y, 0).multiply(matrix)
        self._matrix.matrix = matrix
        for number, button in enumerate(reversed(self.children[-2:] if self.children else [])):
            button.pos = (self.right - dp(60), self.top - dp(60 + 56 * number))
        self._draw_marks()

    def _draw_marks(self) -> None:
        for mark in self._marks:
            self.canvas.remove(mark)
        self._marks = [Color(*rgba("info"))]
        side = dp(20)
        dot = icon_texture("area", round(side))
        for latitude, longitude in self.points:
            x, y = self._on_screen(latitude, longitude)
            self._marks.append(Rectangle(texture=dot, size=dot.size, pos=(x - side / 2, y)))
        if self.pin is not None:
            x, y = self._on_screen(*self.pin)
            texture = icon_texture("pin", round(dp(44)))
            self._marks.append(Color(*rgba("bad")))
            place = (x - texture.width / 2, y - texture.height * 0.08)
            self._marks.append(Rectangle(texture=texture, size=texture.size, pos=place))
        for mark in self._marks:
            self.canvas.add(mark)

    def _on_screen(self, latitude: float, longitude: float) -> tuple[float, float]:
        x, y = to_map(longitude, latitude)
        return (
            self.center_x + (x - self.centre[0]) * self.scale,
            self.center_y + (y - self.centre[1]) * self.scale,
        )

    def on_touch_down(self, touch: Any) -> bool:
        """Begin a tap or a move; the wheel zooms."""
        if not self.collide_point(*touch.pos):
            return False
        if super().on_touch_down(touch):
            return True
        if getattr(touch, "is_mouse_scrolling", False):
            self.zoom_by(1.5 if touch.button == "scrolldown" else 1 / 1.5)
            return True
        touch.grab(self)
        self._held = {"from": touch.pos, "centre": tuple(self.centre), "moved": False}
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Move the map with the finger."""
        if touch.grab_current is not self or self._held is None:
            return bool(super().on_touch_move(touch))
        dx, dy = touch.x - self._held["from"][0], touch.y - self._held["from"][1]
        self._held["moved"] = self._held["moved"] or abs(dx) + abs(dy) > dp(TAP_DP)
        if self._held["moved"]:
            east, north = self._held["centre"]
            self.centre = [east - dx / self.scale, north - dy / self.scale]
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Set the pin when the finger did not move."""
        if touch.grab_current is not self or self._held is None:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        held, self._held = self._held, None
        if self.picking and not held["moved"]:
            self.dispatch("on_pick", *self.at(*touch.pos))
        return True


def map_note() -> ThaiLabel:
    """The sentence that says what kind of map this is."""
    return ThaiLabel(text_key="map.note", role="small", ink="ink-soft")
