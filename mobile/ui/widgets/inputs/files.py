"""Inputs whose answer is a file: a photo, a signature.

A file becomes an answer only when it is stored under its hash, which is the presenter's work. So
these tell what a person wants (`on_take`, `on_pick`, `on_drawn`), and are told the answer by
`answer` or `set_value`. Pictures on screen are small copies that a worker made: `thumbnail(sha256)`
gives their path, None while there is none yet.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kivy.graphics import Color, Line
from kivy.metrics import dp
from kivy.properties import StringProperty
from kivy.uix.image import Image
from kivy.uix.widget import Widget

from mobile.ui.look import look
from mobile.ui.signature_png import DRAWING, SIGNATURE
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import Pressable, SecondaryButton, TextButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Column, Flow, Surface

Thumbnail = Callable[[str], Path | None]
TILE_DP: Final = (240, 180)
POINT_STEP: Final = 0.002  # of the pad: nearer points are not kept
STROKES_MAX: Final = 200
POINTS_MAX: Final = 4000


class PhotoTile(Column):
    """A small picture with its caption; `on_open` for a tap on the picture."""

    caption = StringProperty("")
    __events__ = ("on_open",)

    def __init__(self, **settings: Any) -> None:
        super().__init__(size_hint_x=None, width=dp(TILE_DP[0]), spacing=dp(4), **settings)
        self.frame = Pressable(
            size_hint_y=None,
            height=dp(TILE_DP[1]),
            padding=dp(2),
            fill=rgba("quiet-paper"),
            edge=rgba("line"),
            automation_id=f"{self.automation_id}:picture",
        )
        self.frame.bind(on_release=lambda *_: self.dispatch("on_open"))
        self.caption_label = ThaiLabel(self.caption, role="small", ink="ink-soft")
        self.bind(caption=self.caption_label.setter("text"))
        self.add_widget(self.frame)
        self.add_widget(self.caption_label)
        self.show_picture(None)

    def show_picture(self, path: Path | None) -> None:
        """Show the small copy at `path`, or that it is not there yet."""
        self.frame.clear_widgets()
        if path is None:
            waiting = Column(size_hint=(1, None), pos_hint={"center_y": 0.5})
            waiting.add_widget(
                Icon("image", size_dp=40, ink="ink-soft", pos_hint={"center_x": 0.5})
            )
            waiting.add_widget(
                ThaiLabel(text_key="photo.not_here", role="small", ink="ink-soft", halign="center")
            )
            self.frame.add_widget(waiting)
        else:
            self.frame.add_widget(Image(source=str(path), fit_mode="contain"))

    def on_open(self) -> None:
        """The picture was tapped."""


class PhotoInput(InputWidget):
    """One photo: its picture, and take, choose, remove.

    The screen answers `on_take` and `on_pick` by storing a picture and calling
    `answer({"sha256", "name", "size", "type"})`; `on_open(value)` asks to see it large,
    `on_draw_on` to draw on it. Of the form's words `new` wants a photo taken now, `new-front` one
    of who holds the tablet, `annotate` offers to draw.
    """

    __events__ = ("on_take", "on_pick", "on_open", "on_draw_on")

    def __init__(self, thumbnail: Thumbnail, appearance: str = "", **settings: Any) -> None:
        super().__init__(**settings)
        self._thumbnail = thumbnail
        words = set(appearance.split())
        take = "photo.front" if words & {"new-front", "selfie"} else "photo.take"
        self._ways = [(take, "camera", "on_take")]
        if not words & {"new", "new-front", "selfie"}:
            self._ways.append(("photo.pick", "image", "on_pick"))
        self._draws = "annotate" in words
        self.show_value()

    def show_value(self) -> None:
        """Show the photo, or how to get one."""
        self.clear_widgets()
        if self.value:
            tile = PhotoTile(caption=self.value["name"], automation_id=self.automation_id)
            tile.show_picture(self._thumbnail(self.value["sha256"]))
            tile.bind(on_open=lambda *_: self.dispatch("on_open", self.value))
            self.add_widget(tile)
        if self.locked:
            return
        line = Flow()
        draw = [("photo.annotate", "brush", "on_draw_on")] if self.value and self._draws else []
        for key, icon_name, event in [*draw, *self._ways]:
            button = SecondaryButton(
                text_key=key, icon_name=icon_name, automation_id=f"{self.automation_id}:{event}"
            )
            button.height = dp(56)
            button.bind(on_release=lambda _, event=event: self.dispatch(event))
            line.add_widget(button)
        if self.value:
            remove = TextButton(
                text_key="photo.remove",
                icon_name="delete",
                tone="bad",
                automation_id=f"{self.automation_id}:remove",
            )
            remove.bind(on_release=lambda *_: self.answer(None))
            line.add_widget(remove)
        self.add_widget(line)

    def show_locked(self) -> None:
        """Only the picture stays."""
        self.show_value()

    def on_take(self) -> None:
        """Take a photo."""

    def on_pick(self) -> None:
        """Choose a photo that is there."""

    def on_open(self, value: Any) -> None:
        """See the photo large."""

    def on_draw_on(self) -> None:
        """Draw on the photo."""


class SignaturePad(Surface, Widget):
    """Paper to sign on; strokes are lists of points 0 to 1 from its lower left corner."""

    owns_touches = True
    __events__ = ("on_stroke",)

    def __init__(self, ruled: bool = True, **settings: Any) -> None:
        super().__init__(size_hint_y=None, fill=rgba("surface"), edge=rgba("edge"), **settings)
        self._ruled = ruled
        self.strokes: list[list[tuple[float, float]]] = []
        self._points = 0
        self._lines: list[Line] = []
        with self.canvas:
            Color(*rgba("line"))
            self._base = Line(width=1)
            Color(*rgba("ink"))
        self.bind(pos=self._draw, size=self._draw)

    def show(self, strokes: list[list[tuple[float, float]]]) -> None:
        """Show strokes that come from elsewhere."""
        self.strokes = [list(stroke) for stroke in strokes]
        self._points = sum(len(stroke) for stroke in self.strokes)
        self._draw()

    def on_stroke(self) -> None:
        """A stroke was finished."""

    def on_touch_down(self, touch: Any) -> bool:
        """Begin a stroke."""
        full = len(self.strokes) >= STROKES_MAX or self._points >= POINTS_MAX
        if self.disabled or full or not self.collide_point(*touch.pos):
            return False
        if getattr(touch, "is_mouse_scrolling", False):
            return False
        touch.grab(self)
        self.strokes.append([self._norm(touch)])
        self._draw()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Go on with the stroke."""
        if touch.grab_current is not self:
            return False
        x, y = self._norm(touch)
        last_x, last_y = self.strokes[-1][-1]
        if self._points < POINTS_MAX and abs(x - last_x) + abs(y - last_y) > POINT_STEP:
            self.strokes[-1].append((x, y))
            self._points += 1
            self._lines[-1].points = self._pixels(self.strokes[-1])
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """End the stroke."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self.dispatch("on_stroke")
        return True

    def _norm(self, touch: Any) -> tuple[float, float]:
        x = (touch.x - self.x) / max(1.0, self.width)
        y = (touch.y - self.y) / max(1.0, self.height)
        return (round(min(1.0, max(0.0, x)), 4), round(min(1.0, max(0.0, y)), 4))

    def _pixels(self, stroke: list[tuple[float, float]]) -> list[float]:
        shown = [*stroke, stroke[0]] if len(stroke) == 1 else stroke
        return [
            part for x, y in shown for part in (self.x + x * self.width, self.y + y * self.height)
        ]

    def _draw(self, *_: Any) -> None:
        for line in self._lines:
            self.canvas.remove(line)
        base = self.y + self.height * 0.25
        if self._ruled:
            self._base.points = [self.x + dp(24), base, self.right - dp(24), base]
        self._lines = []
        with self.canvas:
            for stroke in self.strokes:
                self._lines.append(Line(points=self._pixels(stroke), width=dp(2), joint="round"))


class SignatureInput(InputWidget):
    """A pad to sign on, and the signature once it is stored.

    "Use this signature" dispatches `on_drawn(strokes)`; the screen stores `signature_png(strokes)`
    and calls `answer({"sha256", ...})`.
    """

    __events__ = ("on_drawn",)
    wants_width = True

    def __init__(self, thumbnail: Thumbnail, *, drawing: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        self._thumbnail = thumbnail
        width, height = DRAWING if drawing else SIGNATURE
        self._flat, self._words = height / width, "draw" if drawing else "signature"
        self.pad = SignaturePad(ruled=not drawing, automation_id=f"{self.automation_id}:pad")
        self.pad.bind(on_stroke=self._stroke_drawn)
        self.bind(width=self._fit)
        look.follow(self)
        self.show_value()

    def apply_look(self) -> None:
        """Buttons follow the look by themselves; the pad keeps its shape."""
        self._fit()

    def show_value(self) -> None:
        """Show the stored signature, or the pad."""
        self.clear_widgets()
        line = Flow()
        if self.value:
            tile = PhotoTile(automation_id=self.automation_id)
            tile.frame.fill = rgba("surface")
            tile.frame.height = dp(TILE_DP[0]) * self._flat
            tile.show_picture(self._thumbnail(self.value["sha256"]))
            self.add_widget(tile)
            if not self.locked:
                again = SecondaryButton(
                    text_key=f"{self._words}.again",
                    icon_name="pen",
                    automation_id=f"{self.automation_id}:again",
                )
                again.bind(on_release=lambda *_: self._again())
                line.add_widget(again)
        elif self.locked:
            self.add_widget(ThaiLabel(text_key="signature.none", ink="ink-soft"))
        else:
            self.add_widget(self.pad)
            self._use = SecondaryButton(
                text_key=f"{self._words}.use",
                icon_name="check",
                automation_id=f"{self.automation_id}:use",
            )
            self._use.bind(on_release=lambda *_: self.dispatch("on_drawn", self.pad.strokes))
            self._use.disabled = not self.pad.strokes
            clear = TextButton(
                text_key="draw.again" if self._words == "draw" else "signature.clear",
                icon_name="backspace",
                tone="quiet",
                automation_id=f"{self.automation_id}:clear",
            )
            clear.bind(on_release=lambda *_: self._wipe())
            line.add_widget(self._use)
            line.add_widget(clear)
        self.add_widget(line)

    def show_locked(self) -> None:
        """No pad."""
        self.show_value()

    def on_drawn(self, strokes: Any) -> None:
        """A person says that this is the signature."""

    def _stroke_drawn(self, *_: Any) -> None:
        self._use.disabled = False

    def _wipe(self) -> None:
        self.pad.show([])
        self._use.disabled = True

    def _again(self) -> None:
        self.pad.show([])
        self.answer(None)

    def _fit(self, *_: Any) -> None:
        self.pad.size_hint_x = None
        self.pad.width = min(self.width, dp(720))
        self.pad.height = self.pad.width * self._flat
