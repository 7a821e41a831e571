"""A line with a thumb: dragged, tapped, or moved by keys; until then nothing stands on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kivy.graphics import Color, Ellipse, InstructionGroup, Rectangle, RoundedRectangle
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, NumericProperty
from kivy.uix.widget import Widget

from mobile.ui.automation import Findable
from mobile.ui.look import look
from mobile.ui.painting import text_texture
from mobile.ui.theme import TARGET_PRIMARY, rgba

RAIL_DP: Final = 6
THUMB_DP: Final = 30
MOVED_DP: Final = 8  # less is a tap
HIGH_DP: Final = 280  # a line that stands upright


class ScaleLine(Findable, Widget):
    """`share` is where the thumb stands, 0 to 1, below 0 for nowhere.

    A drag along the line dispatches `on_slide(share)` all the way and `on_settle(share)` at its
    end, a tap only the latter. A finger that goes across the line meant to scroll: nothing happens.
    `marks` are (share, words) beside the line.
    """

    share = NumericProperty(-1.0)
    upright = BooleanProperty(False)
    locked = BooleanProperty(False)
    marks = ListProperty([])
    owns_touches = True
    __events__ = ("on_slide", "on_settle", "on_step")

    def __init__(self, **settings: Any) -> None:
        super().__init__(size_hint_y=None, **settings)
        self._start: tuple[float, float] | None = None
        self._sliding = False
        with self.canvas:
            self._rail_colour = Color()
            self._rail = RoundedRectangle(radius=[dp(RAIL_DP) / 2])
            self._beside = InstructionGroup()  # marks and their words
            self._done_colour = Color()
            self._done = RoundedRectangle(radius=[dp(RAIL_DP) / 2])
            self._ring_colour = Color()
            self._ring = Ellipse(size=(0, 0))
            self._thumb_colour = Color()
            self._thumb = Ellipse(size=(0, 0))
        for name in ("pos", "size", "share", "locked", "marks"):
            self.fbind(name, self._draw)
        look.follow(self)
        self.apply_look()

    def apply_look(self) -> None:
        """Words beside the line need their height."""
        words = any(words for _, words in self.marks)
        below = look.size("small") * 1.8 if words and not self.upright else 0
        self.height = dp(HIGH_DP) if self.upright else dp(TARGET_PRIMARY) + below
        self._draw()

    def show_marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """Mark places of the line, some of them with words."""
        self.marks = list(marks)
        self.apply_look()

    def visible_texts(self) -> list[str]:
        """The words beside the line."""
        return [words for _, words in self.marks if words]

    def press_key(self, key: str) -> bool:
        """Arrow keys go one step; whether the key was used."""
        ways = {"right": 1, "up": 1, "left": -1, "down": -1}
        if self.locked or key not in ways:
            return False
        self.dispatch("on_step", ways[key])
        return True

    # -- what is told --------------------------------------------------------------------------

    def on_slide(self, share: float) -> None:
        """The finger is here, and still down."""

    def on_settle(self, share: float) -> None:
        """The finger was lifted here."""

    def on_step(self, steps: int) -> None:
        """A key asks for so many steps."""

    # -- fingers -------------------------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        """Perhaps a drag, perhaps a tap."""
        if self.locked or not self.collide_point(*touch.pos):
            return False
        if getattr(touch, "is_mouse_scrolling", False):
            return False
        touch.grab(self)
        self._start, self._sliding = tuple(touch.pos), False
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Follow a finger that goes along the line."""
        if touch.grab_current is not self or self._start is None:
            return False
        dx, dy = abs(touch.x - self._start[0]), abs(touch.y - self._start[1])
        along, across = (dy, dx) if self.upright else (dx, dy)
        if not self._sliding and across > dp(MOVED_DP) and across > along:
            self._start = None  # meant for the page
        elif self._sliding or along > dp(MOVED_DP):
            self._sliding = True
            self.dispatch("on_slide", self._share_at(touch.pos))
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """A tap or the end of a drag."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        if self._start is not None:
            self.dispatch("on_settle", self._share_at(touch.pos))
        self._start = None
        return True

    def _share_at(self, pos: Sequence[float]) -> float:
        begin, length = self._span()
        place = pos[1] if self.upright else pos[0]
        return min(1.0, max(0.0, (place - begin) / max(1.0, length)))

    # -- drawing -------------------------------------------------------------------------------

    def _span(self) -> tuple[float, float]:
        """Where the line begins and how long it is."""
        edge = dp(THUMB_DP) / 2 + dp(4)
        if self.upright:
            return self.y + edge, self.height - 2 * edge
        return self.x + edge, self.width - 2 * edge

    def _spot(self, share: float) -> tuple[float, float]:
        begin, length = self._span()
        place = begin + share * length
        if self.upright:
            return self.x + dp(TARGET_PRIMARY) / 2, place
        return place, self.top - dp(TARGET_PRIMARY) / 2

    def _bar(self, shape: Any, upto: float) -> None:
        (x, y), (end_x, end_y) = self._spot(0), self._spot(max(0.0, upto))
        thick = dp(RAIL_DP)
        shape.pos = (x - thick / 2, y - thick / 2)
        shape.size = (end_x - x + thick, end_y - y + thick) if upto >= 0 else (0, 0)

    def _draw(self, *_: Any) -> None:
        ink = "ink-soft" if self.locked else "primary"
        self._rail_colour.rgba = rgba("edge" if not self.locked else "line")
        self._done_colour.rgba = self._ring_colour.rgba = rgba(ink)
        self._thumb_colour.rgba = rgba("quiet-paper" if self.locked else "surface")
        self._bar(self._rail, 1.0)
        self._bar(self._done, self.share)
        side = dp(THUMB_DP) if self.share >= 0 else 0
        x, y = self._spot(max(0.0, self.share))
        self._ring.pos, self._ring.size = (x - side / 2, y - side / 2), (side, side)
        inner = max(0.0, side - dp(10))
        self._thumb.pos, self._thumb.size = (x - inner / 2, y - inner / 2), (inner, inner)
        self._draw_marks()

    def _draw_marks(self) -> None:
        self._beside.clear()
        away, reach, thin = dp(RAIL_DP) / 2 + dp(3), dp(6), dp(1)
        for share, words in self.marks:
            x, y = self._spot(share)
            self._beside.add(Color(*rgba("edge")))
            pos = (x + away, y) if self.upright else (x, y - away - reach)
            size = (reach, thin) if self.upright else (thin, reach)
            self._beside.add(Rectangle(pos=pos, size=size))
            texture = text_texture(words, look.size("small")) if words else None
            if texture is None:
                continue
            wide, high = texture.size
            left = min(self.right - wide, max(self.x, x - wide / 2))
            place = (x + dp(24), y - high / 2) if self.upright else (left, y - dp(16) - high)
            self._beside.add(Color(*rgba("ink-soft")))
            self._beside.add(Rectangle(texture=texture, size=(wide, high), pos=place))
