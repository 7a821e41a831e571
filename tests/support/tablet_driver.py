"""A tablet under test: starts the shipped app unchanged and does what a person would, by commands.

    python -m tests.support.tablet_driver --home DIR --server URL --size 1280x800

One JSON object a line on stdin, one answer a line on stdout:

    {"do": "tap", "text": "บันทึก"}  or  "id": "save", or "x": 10, "y": 20; "nth": 1 for the second
    {"do": "type", "text": "น้ำเสีย"}            into what has the focus
    {"do": "key", "name": "backspace", "times": 3}
    {"do": "scroll", "id": "list", "rows": 3}     or "text" and "pixels" to drag (positive: down)
    {"do": "draw", "id": "pad", "strokes": [[[0.1, 0.2], [0.5, 0.6]]]}
    {"do": "read", "id": "title"}                 or nothing more: the whole screen
    {"do": "wait", "text": "ส่งแล้ว", "seconds": 10}   or "id"; "gone": true for its going
    {"do": "shot", "path": "a.png"}
    {"do": "quit"}

Answers are {"ok": true, ...} or {"ok": false, "error": "what and why", "screen": [...]}. While no
command comes, frames go on, so that syncing and saving go on too.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.window_harness import WindowDrive, prepare_environment

FRAMES_A_SECOND = 30
KEYS_A_FRAME = 6
STILL_TRIES = 12
DRAWN_S = 0.3
LIFT_S = 0.25  # Kivy's ScrollView hands a lifted finger on after 0.2 s


class CannotDo(Exception):
    """A command that cannot be carried out; its text says why."""


class Easel:
    """Draws a few frames a second, and every frame for a picture: a software renderer takes longer
    to draw a frame than everything else in it."""

    def __init__(self, window: Any) -> None:
        self.every_frame = False
        self._drawn = 0.0
        self._draws = False
        self._on_draw, self._on_flip = window.on_draw, window.on_flip
        window.on_draw, window.on_flip = self.draw, self.flip

    def draw(self) -> None:
        """Draw, unless the last time was a moment ago."""
        now = time.monotonic()
        self._draws = self.every_frame or now > self._drawn + DRAWN_S
        if self._draws:
            self._drawn = now
            self._on_draw()

    def flip(self) -> None:
        """Show what was drawn."""
        if self._draws:
            self._on_flip()


class TabletDriver:
    """Carries out commands on the running app."""

    def __init__(self, app: Any) -> None:
        from kivy.core.window import Window

        self.app = app
        self.easel = Easel(Window)
        self.drive = WindowDrive()
        self.over = False
        self.lifted = 0.0

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """Frames at the usual rate: others need the processor to bring about what is waited for."""
        from kivy.clock import Clock

        Clock._max_fps = FRAMES_A_SECOND
        try:
            yield
        finally:
            Clock._max_fps = 0

    # -- finding

    def everything(self) -> Iterator[Any]:
        """Every visible widget of the window."""
        from kivy.core.window import Window

        from mobile.ui.automation import walk

        for child in reversed(Window.children):
            yield from walk(child)

    def find(self, command: dict[str, Any]) -> Any:
        """The widget that a command names, by id or by a word on it; the exact word goes first."""
        from mobile.ui.automation import texts_of

        wanted_id, wanted = command.get("id"), command.get("text")
        found = []
        for widget in self.everything():
            if wanted_id is not None:
                if getattr(widget, "automation_id", "") == wanted_id:
                    found.append(widget)
            elif any(wanted == text for text in texts_of(widget)):
                found.append(widget)
        if not found and wanted_id is None and wanted:
            found = [
                widget
                for widget in self.everything()
                if any(wanted in text for text in texts_of(widget))
            ]
        nth = int(command.get("nth", 0))
        if nth >= len(found):
            named = f"id {wanted_id!r}" if wanted_id is not None else f"text {wanted!r}"
            raise CannotDo(f"{len(found)} widgets with {named} on screen, wanted number {nth + 1}")
        # What lies above is drawn later: a dialog's word goes before the page's.
        return found[-1] if nth == 0 and wanted_id is None else found[nth]

    def ready(self, command: dict[str, Any]) -> Any:
        """The widget that a command names, scrolled to where it can be tapped and standing still.

        It is looked for anew each time: a page that is being built puts new widgets in the place
        of old ones.
        """
        last: tuple[Any, Any] | None = None
        for _ in range(STILL_TRIES):
            widget = self.find(command)
            moved = self._scroll_to(widget)
            here = (widget, widget.to_window(*widget.center))
            if not moved and here == last:
                return widget
            last = None if moved else here
            self.drive.pump(1)
        return self.find(command)

    def _scroll_to(self, widget: Any) -> bool:
        """Scroll every page that the widget lies in and is not to be seen in; did any?"""
        from kivy.uix.scrollview import ScrollView

        above, moved = widget.parent, False
        while above is not None and above is not above.parent:
            if isinstance(above, ScrollView) and not self._inside(widget, above):
                self.let_go()
                above.scroll_to(widget, padding=80, animate=False)
                self.drive.pump(2)
                moved = True
            above = above.parent
        return moved

    def let_go(self) -> None:
        """Let the last tap end: a page that scrolls hands the lifted finger on a moment later, and
        what has moved away from under it by then was not tapped."""
        while time.monotonic() < self.lifted + LIFT_S:
            with self.unhurried():
                self.drive.pump(1)

    def _inside(self, widget: Any, view: Any) -> bool:
        low, high = widget.to_window(*widget.pos)[1], widget.to_window(widget.x, widget.top)[1]
        bottom, top = view.to_window(*view.pos)[1], view.to_window(view.x, view.top)[1]
        left, right = widget.to_window(*widget.pos)[0], widget.to_window(widget.right, widget.y)[0]
        begin, end = view.to_window(*view.pos)[0], view.to_window(view.right, view.y)[0]
        above_and_below = low >= bottom and high <= top
        return bool(above_and_below and left >= begin - 1 and right <= end + 1)

    def screen(self) -> list[str]:
        """Every text on the screen in the order in which it is drawn."""
        from mobile.ui.automation import texts_of

        return [text for widget in self.everything() for text in texts_of(widget)]

    # -- commands

    def do_tap(self, command: dict[str, Any]) -> dict[str, Any]:
        """Tap a widget or a point."""
        if "x" in command:
            self.drive.tap((float(command["x"]), float(command["y"])))
        else:
            self.drive.tap(self.ready(command))
        self.lifted = time.monotonic()
        return {}

    def do_type(self, command: dict[str, Any]) -> dict[str, Any]:
        """Type into what has the focus; some keystrokes share a frame, as a fast hand's do."""
        text = str(command["text"])
        for start in range(0, len(text), KEYS_A_FRAME):
            self.drive.type_at_once(text[start : start + KEYS_A_FRAME])
        return {}

    def do_key(self, command: dict[str, Any]) -> dict[str, Any]:
        """Press a key, perhaps several times, perhaps with modifiers."""
        for _ in range(int(command.get("times", 1))):
            self.drive.key(str(command["name"]), *command.get("with", ()))
        return {}

    def do_scroll(self, command: dict[str, Any]) -> dict[str, Any]:
        """Turn the wheel over a list by rows, or drag a widget by pixels."""
        widget = self.find(command)
        if "rows" in command:
            self.drive.wheel(widget, int(command["rows"]))
        else:
            middle = widget.to_window(*widget.center)
            self.drive.drag(middle, (0, float(command["pixels"])))
        return {}

    def do_draw(self, command: dict[str, Any]) -> dict[str, Any]:
        """Draw strokes (0 to 1 of the widget) with a finger."""
        widget = self.ready(command)
        for stroke in command["strokes"]:
            points = [
                widget.to_window(widget.x + x * widget.width, widget.y + y * widget.height)
                for x, y in stroke
            ]
            self.drive.stroke(points)
        return {}

    def do_read(self, command: dict[str, Any]) -> dict[str, Any]:
        """The texts on and below a widget, or on the whole screen."""
        from mobile.ui.automation import texts_of, walk

        if "id" not in command and "text" not in command:
            return {"screen": self.screen()}
        widget = self.find(command)
        value = getattr(widget, "value", None)
        return {
            "texts": [text for each in walk(widget) for text in texts_of(each)],
            "text": getattr(widget, "text", ""),
            "value": value if isinstance(value, str | int | float | list | dict) else None,
            "disabled": bool(getattr(widget, "disabled", False)),
        }

    def do_wait(self, command: dict[str, Any]) -> dict[str, Any]:
        """Let frames pass until a text or an id is there (or gone)."""
        gone, end = bool(command.get("gone")), time.monotonic() + float(command.get("seconds", 10))
        while time.monotonic() < end:
            try:
                self.find(command)
                there = True
            except CannotDo:
                there = False
            if there != gone:
                return {}
            with self.unhurried():
                self.drive.pump(2)
        raise CannotDo("still not " + ("gone" if gone else "there"))

    def do_shot(self, command: dict[str, Any]) -> dict[str, Any]:
        """Write the window as a PNG."""
        self.easel.every_frame = True
        self.drive.pump(2)
        self.drive.shot(Path(command["path"]))
        self.easel.every_frame = False
        return {}

    def do_quit(self, command: dict[str, Any]) -> dict[str, Any]:
        """End the app as closing its window does."""
        self.over = True
        return {}

    def answer(self, line: str) -> dict[str, Any]:
        """Carry out one line; what goes wrong is an answer, never the end."""
        try:
            command = json.loads(line)
            act: Callable[[dict[str, Any]], dict[str, Any]] = getattr(self, f"do_{command['do']}")
            return {"ok": True, **act(command)}
        except CannotDo as problem:
            return {"ok": False, "error": str(problem), "screen": self.screen()}
        except Exception as problem:
            return {"ok": False, "error": f"{type(problem).__name__}: {problem}"}


def main() -> None:
    """Start the app and serve commands until `quit` or the end of stdin."""
    prepare_environment()
    # Answers go to the real stdout; whatever a library prints goes to stderr.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    from mobile.app import build_app

    app = build_app(sys.argv[1:])
    app._run_prepare()
    driver = TabletDriver(app)
    driver.drive.pump(5)
    lines: queue.Queue[str | None] = queue.Queue()

    def read_stdin() -> None:
        for line in sys.stdin:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read_stdin, daemon=True).start()
    print(json.dumps({"ok": True, "ready": True}), file=out, flush=True)
    from kivy.clock import Clock

    Clock._max_fps = 0  # a command's frames follow each other as fast as they are drawn
    while not driver.over:
        try:
            line = lines.get(timeout=1 / FRAMES_A_SECOND)
        except queue.Empty:
            driver.drive.pump(1)
            continue
        if line is None:
            break
        print(json.dumps(driver.answer(line), ensure_ascii=False), file=out, flush=True)
    app.stop()


if __name__ == "__main__":
    main()
