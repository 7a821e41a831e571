"""A picture to draw on: lines, arrows and words, taken back one by one.

Marks are kept as plain values; a worker draws them on the picture (`mobile/services/annotate.py`).
Words are shaped here, where Thai is drawn right, and go along as pixels.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kivy.graphics import Color, InstructionGroup, Line, Rectangle, Triangle
from kivy.metrics import dp
from kivy.uix.image import Image

from mobile.services.annotate import MARKS_MAX, Mark, Point
from mobile.ui.automation import Findable
from mobile.ui.look import look
from mobile.ui.painting import text_texture
from mobile.ui.theme import TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import PrimaryButton, SecondaryButton, WordButton
from mobile.ui.widgets.dialog import Veil
from mobile.ui.widgets.layout import Card, Column, Flow
from mobile.ui.widgets.text_input import ThaiTextInput

COLOURS: Final = (("red", "#C4150C"), ("white", "#FFFFFF"), ("black", "#14211F"))
POINT_STEP: Final = 0.003
POINTS_MAX: Final = 1_500  # of one line


class DrawnOn(Findable, Image):
    """The picture with its marks. A finger draws with `tool` (line, arrow, words) in `colour`."""

    owns_touches = True
    __events__ = ("on_marked",)

    def __init__(self, source: str, **settings: Any) -> None:
        super().__init__(source=source, fit_mode="contain", mipmap=True, **settings)
        self.marks: list[Mark] = []
        self.tool, self.colour, self.words = "line", COLOURS[0][1], ""
        self._shapes = InstructionGroup()
        self.canvas.after.add(self._shapes)
        for name in ("pos", "size", "texture"):
            self.fbind(name, self.draw)

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Where the picture itself is: x, y, width, height."""
        width, height = self.norm_image_size
        return self.center_x - width / 2, self.center_y - height / 2, width, height

    def undo(self) -> None:
        """Take the last mark back."""
        if self.marks:
            self.marks.pop()
            self.draw()
            self.dispatch("on_marked")

    def on_marked(self) -> None:
        """A mark more, or one less."""

    def on_touch_down(self, touch: Any) -> bool:
        """Begin a line or an arrow, or put the words."""
        spot = self._norm(touch.pos)
        outside = not all(0 <= part <= 1 for part in spot)
        if outside or len(self.marks) >= MARKS_MAX or getattr(touch, "is_mouse_scrolling", False):
            return False
        if self.tool == "words":
            if self.words.strip():
                self._put_words(spot)
            return True
        touch.grab(self)
        kind: Any = "arrow" if self.tool == "arrow" else "line"
        self.marks.append(Mark(kind, (spot,), self.colour))
        self.draw()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Go on with it."""
        if touch.grab_current is not self:
            return False
        mark, spot = self.marks[-1], _inside(self._norm(touch.pos))
        last = mark.points[-1]
        far = abs(spot[0] - last[0]) + abs(spot[1] - last[1]) > POINT_STEP
        if mark.kind == "arrow":
            self.marks[-1] = replace(mark, points=(mark.points[0], spot))
        elif far and len(mark.points) < POINTS_MAX:
            self.marks[-1] = replace(mark, points=(*mark.points, spot))
        self.draw()
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """It is done."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        if self.marks[-1].kind == "arrow" and len(self.marks[-1].points) < 2:
            self.marks.pop()  # a tap points nowhere
        self.draw()
        self.dispatch("on_marked")
        return True

    def _put_words(self, spot: Point) -> None:
        texture = text_texture(self.words, look.size("heading"), bold=True)
        width = max(1.0, self.frame[2])
        stamp = (int(texture.width), int(texture.height), bytes(texture.pixels))
        share = min(0.9, float(texture.width) / width)
        mark = Mark("words", (spot,), self.colour, self.words, stamp, share)
        self.marks.append(mark)
        self.draw()
        self.dispatch("on_marked")

    def _norm(self, pos: Any) -> Point:
        x, y, width, height = self.frame
        return (
            round((pos[0] - x) / max(1.0, width), 4),
            round((pos[1] - y) / max(1.0, height), 4),
        )

    def draw(self, *_: Any) -> None:
        """Draw the marks over the picture."""
        self._shapes.clear()
        x, y, width, height = self.frame
        for mark in self.marks:
            self._shapes.add(Color(*rgba(mark.colour)))
            spots = [(x + px * width, y + py * height) for px, py in mark.points]
            if mark.kind == "words":
                texture = text_texture(mark.words, look.size("heading"), bold=True)
                wide = mark.share * width
                high = wide * texture.height / max(1, texture.width)
                self._shapes.add(Rectangle(texture=texture, pos=spots[0], size=(wide, high)))
                continue
            flat = [part for spot in spots for part in spot]
            thick = max(dp(1.5), max(width, height) * 0.003)
            self._shapes.add(Line(points=flat * (2 if len(spots) == 1 else 1), width=thick))
            if mark.kind == "arrow" and len(spots) > 1:
                self._shapes.add(Triangle(points=_head(spots[0], spots[-1], thick * 10)))


def _inside(spot: Point) -> Point:
    return min(1.0, max(0.0, spot[0])), min(1.0, max(0.0, spot[1]))


def _head(start: Point, end: Point, size: float) -> list[float]:
    """The three corners of an arrow's head."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = max(1e-6, (dx * dx + dy * dy) ** 0.5)
    ux, uy = dx / length * size, dy / length * size
    left, right = (-uy * 0.5, ux * 0.5), (uy * 0.5, -ux * 0.5)
    base = end[0] - ux, end[1] - uy
    return [*end, base[0] + left[0], base[1] + left[1], base[0] + right[0], base[1] + right[1]]


class Annotator(Veil):
    """The whole window: the picture, and below it by the thumb what to draw with.

    `on_done(marks)` for "use this picture" with at least one mark.
    """

    __events__ = ("on_done",)

    def __init__(self, path: Path, **settings: Any) -> None:
        super().__init__(automation_id="annotator", **settings)
        card = Card(size_hint_y=1, corner=0, padding=[dp(8), dp(8)])
        self.picture = DrawnOn(str(path), size_hint=(1, 1), automation_id="annotator:picture")
        self.picture.bind(on_marked=lambda *_: self._show())
        card.add_widget(self.picture)
        self._below = Column()
        card.add_widget(self._below)
        self.add_widget(card)
        self.words = ThaiTextInput(hint_key="annotate.words_hint", automation_id="annotator:words")
        self.words.bind(text=lambda _, text: self._spell(text))
        self._tools = {
            "line": self._tool("annotate.pen", "pen", "line"),
            "arrow": self._tool("annotate.arrow", "arrow_mark", "arrow"),
            "words": self._tool("annotate.words", "words", "words"),
        }
        self._inks: dict[str, WordButton] = {}
        for name, colour in COLOURS:
            button = SecondaryButton(text_key=f"annotate.{name}", automation_id=f"annotator:{name}")
            button.bind(on_release=lambda _, colour=colour: self._dip(colour))
            self._inks[colour] = button
        self._line = Flow()
        for part in (*self._tools.values(), *self._inks.values()):
            self._line.add_widget(part)
        self._undo = SecondaryButton(
            text_key="annotate.undo", icon_name="undo", tone="quiet", automation_id="annotator:undo"
        )
        self._undo.bind(on_release=lambda *_: self.picture.undo())
        cancel = SecondaryButton(
            text_key="annotate.cancel", tone="quiet", automation_id="annotator:cancel"
        )
        cancel.bind(on_release=lambda *_: self.dismiss())
        self._done = PrimaryButton(
            text_key="annotate.done", icon_name="check", automation_id="annotator:done"
        )
        self._done.bind(on_release=lambda *_: self._finish())
        self._acts = Flow(across="right")
        for button in (cancel, self._undo, self._done):
            button.least_height = TARGET_PRIMARY
            button.apply_look()
            self._acts.add_widget(button)
        self._show()

    def on_done(self, marks: Any) -> None:
        """The picture with these marks is wanted."""

    def _tool(self, key: str, icon_name: str, tool: str) -> WordButton:
        button = SecondaryButton(
            text_key=key, icon_name=icon_name, automation_id=f"annotator:{tool}"
        )
        button.bind(on_release=lambda *_: self._take(tool))
        return button

    def _take(self, tool: str) -> None:
        self.picture.tool = tool
        self._show()

    def _dip(self, colour: str) -> None:
        self.picture.colour = colour
        self._show()

    def _spell(self, text: str) -> None:
        self.picture.words = text

    def _finish(self) -> None:
        marks = list(self.picture.marks)
        self.close()
        if marks:
            self.dispatch("on_done", marks)

    def _show(self) -> None:
        """What is chosen is tinted and has a strong outline."""
        picked = {self._tools[self.picture.tool], self._inks[self.picture.colour]}
        for button in (*self._tools.values(), *self._inks.values()):
            chosen = button in picked
            button.fill = rgba("primary-paper" if chosen else "surface")
            button.edge_width = dp(3 if chosen else 1.5)
        wanted = [self._line, self._acts]
        if self.picture.tool == "words":
            wanted.insert(0, self.words)
        if self._below.children[::-1] != wanted:
            self._below.clear_widgets()
            for part in wanted:
                self._below.add_widget(part)
        self._undo.disabled = self._done.disabled = not self.picture.marks
