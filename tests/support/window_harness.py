"""One real window for a test process: start it, pump frames, tap, type, scroll, take a picture.

Kivy opens one window a process and the offscreen driver keeps its first size, so the size is the
environment's (`SAMRUAT_TEST_WINDOW=800x1280`), 1280x800 when nothing is said. Nothing here sleeps:
time passes by frames.
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

FRAMES_MAX = 600


def prepare_environment() -> None:
    """What must be set before Kivy is imported for the first time."""
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")
    os.environ.setdefault("KIVY_NO_CONSOLELOG", "1")
    os.environ.setdefault("KIVY_HOME", tempfile.mkdtemp(prefix="samruat-kivy-"))


def window_size() -> tuple[int, int]:
    """The size of this process's window in pixels."""
    width, _, height = os.environ.get("SAMRUAT_TEST_WINDOW", "1280x800").partition("x")
    return int(width), int(height)


class Touch:
    """A finger: where it is, and what Kivy wants to know about a touch."""

    def __new__(cls, x: float, y: float) -> Any:
        """A touch of Kivy's own test support, at (x, y) in window pixels."""
        from kivy.tests.common import UnitTestTouch

        return UnitTestTouch(x, y)


class WindowDrive:
    """Hands and eyes on a window that is open."""

    def pump(self, frames: int = 1) -> None:
        """Let `frames` frames pass.

        An offscreen window is never swapped, so what is drawn would wait for ever and be kept
        (1 MiB a frame of a list, measured): each frame is finished here.
        """
        from kivy.base import EventLoop
        from kivy.graphics.opengl import glFinish

        for _ in range(frames):
            EventLoop.idle()
            glFinish()

    def wait(self, condition: Callable[[], object], frames: int = FRAMES_MAX) -> None:
        """Let frames pass until the condition holds; it must within `frames`."""
        for _ in range(frames):
            if condition():
                return
            self.pump()
        raise AssertionError(f"still not so after {frames} frames")

    def tap(self, target: Any) -> None:
        """Tap a widget's middle, or a point (x, y) of the window."""
        x, y = target if isinstance(target, tuple) else target.to_window(*target.center)
        touch = Touch(x, y)
        touch.touch_down()
        self.pump(2)
        touch.touch_up()
        self.pump(3)

    def drag(self, start: tuple[float, float], by: tuple[float, float], steps: int = 8) -> None:
        """Draw a finger from `start` by (dx, dy) window pixels."""
        touch = Touch(*start)
        touch.touch_down()
        self.pump()
        for step in range(1, steps + 1):
            share = step / steps
            touch.touch_move(start[0] + by[0] * share, start[1] + by[1] * share)
            self.pump()
        touch.touch_up()
        self.pump(2)

    def stroke(self, points: list[tuple[float, float]]) -> None:
        """Draw a finger through points of the window."""
        touch = Touch(*points[0])
        touch.touch_down()
        self.pump()
        for point in points[1:]:
            touch.touch_move(*point)
            self.pump()
        touch.touch_up()
        self.pump(2)

    def wheel(self, target: Any, notches: int) -> None:
        """Turn the mouse wheel over a widget: positive goes down the page."""
        x, y = target.to_window(*target.center)
        for _ in range(abs(notches)):
            touch = Touch(x, y)
            touch.profile = ["pos", "button"]
            touch.button = "scrollup" if notches > 0 else "scrolldown"
            touch.touch_down()
            touch.touch_up()
            self.pump(2)

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        from kivy.core.window import Window

        for character in text:
            Window.dispatch("on_textinput", character)
            self.pump()

    def type_at_once(self, text: str) -> None:
        """Type characters faster than a frame goes by."""
        from kivy.core.window import Window

        for character in text:
            Window.dispatch("on_textinput", character)
        self.pump()

    def key(self, name: str, *modifiers: str) -> None:
        """Press and release a key by Kivy's name (`enter`, `backspace`, `left`, `escape`)."""
        from kivy.core.window import Keyboard, Window

        code = Keyboard.keycodes[name]
        Window.dispatch("on_key_down", code, 0, None, list(modifiers))
        Window.dispatch("on_key_up", code, 0)
        self.pump(2)

    def shot(self, path: Path) -> Any:
        """Write what the window shows as a PNG; the picture is returned too."""
        from mobile.ui.pictures import picture_of_window

        picture = picture_of_window()
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
        return picture


class WindowHarness(WindowDrive):
    """The window of this process, empty between tests."""

    def __init__(self) -> None:
        prepare_environment()
        from mobile.ui.window import open_window, prepare

        prepare(*window_size())
        open_window()
        from kivy.base import EventLoop
        from kivy.clock import Clock

        if EventLoop.status != "started":
            EventLoop.start()
        self._lasting = frozenset(Clock.get_events())

    def show(self, root: Any) -> Any:
        """Put a widget into the window and let it settle."""
        from kivy.core.window import Window

        self.clear()
        Window.add_widget(root)
        self.pump(4)
        return root

    def clear(self) -> None:
        """Take everything out of the window."""
        from kivy.animation import Animation
        from kivy.core.window import Window

        Animation.cancel_all(None)
        for child in list(Window.children):
            Window.remove_widget(child)

    def forget(self) -> None:
        """End what a test left scheduled or in focus: it holds that test's screens, and each frame
        and each search for garbage of the tests to come would pay for all of them."""
        from kivy.clock import Clock
        from kivy.core.window import Window

        self.clear()
        Window.release_all_keyboards()
        for event in Clock.get_events():
            if event not in self._lasting:
                event.cancel()
        gc.collect()
