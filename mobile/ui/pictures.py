"""Pictures of the window, read from the framebuffer right after it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def picture_of_window() -> Any:
    """What the window shows now, as a Pillow image."""
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
    from PIL import Image

    taken: dict[str, Any] = {}

    def read(*_: Any) -> None:
        size = Window.system_size
        taken["size"], taken["pixels"] = size, glReadPixels(0, 0, *size, GL_RGB, GL_UNSIGNED_BYTE)

    Window.bind(on_draw=read)  # after the children are drawn, before the buffers are swapped
    Window.canvas.ask_update()
    for _ in range(2):
        EventLoop.idle()
    Window.unbind(on_draw=read)
    picture = Image.frombytes("RGB", tuple(taken["size"]), taken["pixels"])
    return picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)


def take_pages(pages: Mapping[str, Callable[[], Any]], target: Path | None, name: str) -> None:
    """Show each page in turn; with a target folder write each screenful as a PNG and end."""
    from kivy.base import EventLoop, runTouchApp
    from kivy.core.window import Window
    from kivy.uix.scrollview import ScrollView

    from mobile.ui.automation import walk
    from mobile.ui.window import open_window

    open_window()
    if target is None:
        runTouchApp(next(iter(pages.values()))())
        return
    EventLoop.start()
    target.mkdir(parents=True, exist_ok=True)
    for key, make in pages.items():
        root = make()
        Window.add_widget(root)
        for _ in range(8):
            EventLoop.idle()
        scrolls = [
            each
            for each in walk(root)
            if isinstance(each, ScrollView) and each.do_scroll_y and each.height > Window.height / 2
        ]
        view = scrolls[0] if scrolls else None
        extra = max(0.0, view.children[0].height - view.height) if view else 0.0
        count = 1 + int(-(-extra // (view.height * 0.95))) if view else 1
        for number in range(count):
            if view is not None and extra:
                view.scroll_y = max(0.0, 1 - number * view.height * 0.95 / extra)
            for _ in range(4):
                EventLoop.idle()
            picture_of_window().save(target / f"{key}{number or ''}-{name}.png")
        Window.remove_widget(root)
