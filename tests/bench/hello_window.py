"""The smallest Kivy program: a window with a label; lives until its stdin is closed."""

from __future__ import annotations

import json
import os
import sys

from tests.support.window_harness import WindowDrive, prepare_environment


def main() -> None:
    """Open it, let some frames pass, say so, wait."""
    prepare_environment()
    from kivy.config import Config

    Config.set("graphics", "width", "1280")
    Config.set("graphics", "height", "800")
    Config.set("graphics", "multisamples", "0")
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.uix.label import Label

    EventLoop.ensure_window()
    EventLoop.start()
    Window.add_widget(Label(text="hello"))
    WindowDrive().pump(60)
    print(json.dumps("ready"), flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
