"""A map without a network: raster tiles where there are any, over the provinces' outlines.

The build has cut the polygons into triangles; moving and zooming only change one matrix. On the map
stand a pin, points, a line or an area, and where the receiver believes to be.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any, Final

from kivy.clock import Clock
from kivy.graphics import (
    Color,
    InstructionGroup,
    Line,
    MatrixInstruction,
    Mesh,
    Point,
    PopMatrix,
    PushMatrix,
    Rectangle,
)
from kivy.graphics.transformation import Matrix
from kivy.metrics import dp
from kivy.properties import (
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.stencilview import StencilView

from mobile.services.map_tiles import MapTiles
from mobile.ui.automation import Findable
from mobile.ui.map_shapes import provinces, to_earth, to_map
from mobile.ui.painting import icon_texture
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import IconButton
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.tile_layer import TileLayer

LAND: Final = "#EEF0E8"
BORDER: Final = "#96A49E"
WATER: Final = "#DBE7EC"
ZOOM_LEAST: Final = 18.0  # pixels a unit
ZOOM_MOST: Final = 300_000.0
TAP_DP: Final = 12
METRES_A_UNIT: Final = 40_075_016.7 / 1000  # at the equator
PAN_DP: Final = 64  # by one press of an arrow key


class MapButton(IconButton):
    """An icon on a white disc, readable on any map."""

    def show_state(self, *_: Any) -> None:
        """White; tinted under the finger."""
        self.fill = rgba("primary-paper" if self.state == "down" else "surface")


class MapView(Findable, StencilView):
    """Drag moves, two fingers or buttons zoom, a tap sets the pin when `picking`.

    `pin` is (latitude, longitude) or None; `points` are small marks (latitude, longitude) beside
    it; `line` the corners of a line or, when `closed`, an area; `here` (latitude, longitude,
    metres) where the receiver believes to be. A tap dispatches `on_pick(latitude, longitude)`.
    """

    pin = ObjectProperty(None, allownone=True)
    points = ListProperty([])
    line = ListProperty([])
    closed = BooleanProperty(False)
    here = ObjectProperty(None, allownone=True)
    picking = BooleanProperty(True)
    scale = NumericProperty(45.0)  # pixels a map unit
    centre = ListProperty([0.0, 0.0])  # map units
    named = StringProperty("")  # the raster map below the marks; "" for the provinces alone
    owns_touches = True
    __events__ = ("on_pick",)

    def __init__(self, tiles: MapTiles | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self._fingers: dict[Any, tuple[float, float]] = {}
        self._moved = False
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
        self._marks = InstructionGroup()
        self._redraw = Clock.create_trigger(self._draw, -1)
        self._tiles = None if tiles is None else TileLayer(tiles, self._redraw)
        if self._tiles is not None:
            self.canvas.add(self._tiles.group)
        self.canvas.add(self._marks)
        with self.canvas.after:
            self._frame_colour = Color(*rgba("edge"))
            self._frame = Line(width=1)
        for icon_name, key, factor in (
            ("zoom_in", "map.zoom_in", 2.0),
            ("zoom_out", "map.zoom_out", 0.5),
        ):
            button = MapButton(icon_name, hint_key=key, edge=rgba("edge"), automation_id=key)
            button.show_state()
            button.bind(on_release=lambda _, factor=factor: self.zoom_by(factor))
            self.add_widget(button)
        for name in ("pos", "size", "scale", "centre", "pin", "points", "line", "closed", "here"):
            self.fbind(name, self._redraw)
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
        wide, high = max(0.0005, max(xs) - min(xs)), max(0.0005, max(ys) - min(ys))
        fitting = min(self.width / wide, self.height / high) * 0.8
        self.scale = min(ZOOM_MOST, max(ZOOM_LEAST, fitting))

    def zoom_by(self, factor: float, about: tuple[float, float] | None = None) -> None:
        """Nearer or farther; the middle stays, or the point `about` of the screen."""
        x, y = about or (self.center_x, self.center_y)
        before = self._map_at(x, y)
        self.scale = min(ZOOM_MOST, max(ZOOM_LEAST, self.scale * factor))
        after = self._map_at(x, y)
        self.centre = [self.centre[0] + before[0] - after[0], self.centre[1] + before[1] - after[1]]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude under a point of the screen."""
        longitude, latitude = to_earth(*self._map_at(x, y))
        return latitude, longitude

    def press_key(self, key: str) -> bool:
        """Arrows move, plus and minus zoom, enter picks the middle; whether the key was used."""
        ways = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}
        if key in ways:
            step = dp(PAN_DP) / self.scale
            self.centre = [
                self.centre[0] + ways[key][0] * step,
                self.centre[1] + ways[key][1] * step,
            ]
        elif key in ("+", "="):
            self.zoom_by(2.0)
        elif key == "-":
            self.zoom_by(0.5)
        elif key == "enter" and self.picking:
            self.dispatch("on_pick", *self.at(self.center_x, self.center_y))
        else:
            return False
        return True

    def on_pick(self, latitude: float, longitude: float) -> None:
        """A place was tapped."""

    # -- drawing -------------------------------------------------------------------------------

    def _draw(self, *_: Any) -> None:
        self._water.pos, self._water.size = self.pos, self.size
        self._frame.rectangle = (self.x + 1, self.y + 1, self.width - 2, self.height - 2)
        matrix = Matrix().translate(-self.centre[0], -self.centre[1], 0)
        matrix = Matrix().scale(self.scale, self.scale, 1).multiply(matrix)
        matrix = Matrix().translate(self.center_x, self.center_y, 0).multiply(matrix)
        self._matrix.matrix = matrix
        for number, button in enumerate(reversed(self.children[-2:] if self.children else [])):
            button.pos = (self.right - dp(60), self.top - dp(60 + 56 * number))
        if self._tiles is not None:
            box = (self.x, self.y, self.width, self.height)
            self._tiles.draw(box, self.centre, self.scale)
            self.named = self._tiles.names[0] if self._tiles.names else ""
        self._marks.clear()
        self._draw_here()
        self._draw_line()
        self._draw_marks()

    def _draw_here(self) -> None:
        if self.here is None:
            return
        latitude, longitude, metres = self.here
        x, y = self._on_screen(latitude, longitude)
        stretch = max(0.05, math.cos(math.radians(latitude)))
        radius = max(dp(6), metres / (METRES_A_UNIT * stretch) * self.scale)
        self._marks.add(Color(*rgba("info", 0.9)))
        self._marks.add(Line(circle=(x, y, min(radius, 20_000)), width=dp(1.5)))
        self._marks.add(Point(points=[x, y], pointsize=dp(5)))

    def _draw_line(self) -> None:
        if not self.line:
            return
        spots = [self._on_screen(latitude, longitude) for latitude, longitude in self.line]
        flat = [part for spot in spots for part in spot]
        closes = self.closed and len(spots) > 2
        for ink, width in (("surface", 4.0), ("bad", 2.0)):  # an edge that shows on any map
            self._marks.add(Color(*rgba(ink)))
            if len(spots) > 1:
                self._marks.add(Line(points=flat, width=dp(width), close=closes, joint="round"))
            for at in range(0, len(flat), 8_000):
                size = dp(width + 3)
                self._marks.add(Point(points=flat[at : at + 8_000], pointsize=size))

    def _draw_marks(self) -> None:
        self._marks.add(Color(*rgba("info")))
        side = dp(20)
        dot = icon_texture("area", round(side))
        for latitude, longitude in self.points:
            x, y = self._on_screen(latitude, longitude)
            self._marks.add(Rectangle(texture=dot, size=dot.size, pos=(x - side / 2, y)))
        if self.pin is not None:
            x, y = self._on_screen(*self.pin)
            texture = icon_texture("pin", round(dp(44)))
            self._marks.add(Color(*rgba("bad")))
            place = (x - texture.width / 2, y - texture.height * 0.08)
            self._marks.add(Rectangle(texture=texture, size=texture.size, pos=place))

    def _map_at(self, x: float, y: float) -> tuple[float, float]:
        return (
            self.centre[0] + (x - self.center_x) / self.scale,
            self.centre[1] + (y - self.center_y) / self.scale,
        )

    def _on_screen(self, latitude: float, longitude: float) -> tuple[float, float]:
        x, y = to_map(longitude, latitude)
        return (
            self.center_x + (x - self.centre[0]) * self.scale,
            self.center_y + (y - self.centre[1]) * self.scale,
        )

    # -- fingers -------------------------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        """Begin a tap, a move, or with a second finger a zoom; the wheel zooms."""
        if not self.collide_point(*touch.pos):
            return False
        if super().on_touch_down(touch):
            return True
        if getattr(touch, "is_mouse_scrolling", False):
            self.zoom_by(1.5 if touch.button == "scrolldown" else 1 / 1.5, touch.pos)
            return True
        if len(self._fingers) >= 2:
            return True
        touch.grab(self)
        self._moved = bool(self._fingers)  # two fingers are never a tap
        self._fingers[touch.uid] = tuple(touch.pos)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Move the map with one finger, stretch it with two."""
        if touch.grab_current is not self or touch.uid not in self._fingers:
            return bool(super().on_touch_move(touch))
        old, new = self._fingers[touch.uid], (touch.x, touch.y)
        if len(self._fingers) == 2:
            other = next(spot for uid, spot in self._fingers.items() if uid != touch.uid)
            apart, now = math.dist(old, other), math.dist(new, other)
            middle = ((new[0] + other[0]) / 2, (new[1] + other[1]) / 2)
            self._pan((new[0] - old[0]) / 2, (new[1] - old[1]) / 2)
            if apart > dp(8) and now > dp(8):
                self.zoom_by(now / apart, middle)
            self._fingers[touch.uid] = new
            return True
        if not self._moved and abs(new[0] - old[0]) + abs(new[1] - old[1]) <= dp(TAP_DP):
            return True
        self._moved = True
        self._pan(new[0] - old[0], new[1] - old[1])
        self._fingers[touch.uid] = new
        return True

    def _pan(self, dx: float, dy: float) -> None:
        self.centre = [self.centre[0] - dx / self.scale, self.centre[1] - dy / self.scale]

    def on_touch_up(self, touch: Any) -> bool:
        """Set the pin when the finger did not move."""
        if touch.grab_current is not self or touch.uid not in self._fingers:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        del self._fingers[touch.uid]
        moved = self._moved
        self._moved = moved and bool(self._fingers)
        if self.picking and not moved:
            self.dispatch("on_pick", *self.at(*touch.pos))
        return True


def map_note(view: MapView) -> ThaiLabel:
    """The sentence that says what kind of map this is."""
    note = ThaiLabel(text_key="map.note", role="small", ink="ink-soft")

    def named(_: Any, name: str) -> None:
        note.text_parts = {"name": name}
        note.text_key = "map.named" if name else "map.note"

    view.bind(named=named)
    named(view, view.named)
    return note
