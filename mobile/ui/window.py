"""The window: what Kivy must be told before it opens one, and what every process of ours needs.

Kivy reads its environment and its configuration when it is first imported; `prepare` must run
before any other module of `mobile.ui` is imported.
"""

from __future__ import annotations

import gc
import os


def prepare(width: int, height: int) -> None:
    """Set the window's size (pixels) and manners, register the faces, mend measuring."""
    os.environ.setdefault("KIVY_NO_ARGS", "1")  # Kivy would eat our command line
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")
    from kivy.config import Config

    Config.set("graphics", "width", str(width))
    Config.set("graphics", "height", str(height))
    Config.set("graphics", "multisamples", "0")
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.set("kivy", "exit_on_escape", "0")
    from mobile.ui import text

    text.install()


def _collect_garbage_less_often() -> None:
    """A question on the screen is thousands of objects that stay. With Python's own thresholds the
    search for garbage among them took most of the time of making it: 12 ms instead of 3. The middle
    search comes after few of the small ones: after twenty it looked through 400,000 objects at once
    (80 to 390 ms while pages were turned, 10 to 25 so). A search through everything (0.3 s) comes
    when a form is left, hardly ever while it is filled."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 4, 1_000)


def open_window() -> None:
    """Open the window on paper; the keyboard of a tablet pushes the field above itself."""
    _collect_garbage_less_often()
    from kivy.base import EventLoop
    from kivy.core.window import Window

    from mobile.ui.theme import rgba

    EventLoop.ensure_window()
    Window.clearcolor = rgba("paper")
    Window.softinput_mode = "below_target"
