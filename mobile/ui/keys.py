"""A keyboard instead of a thumb: tab walks over what can be operated, enter does it.

There is one walker a window and nothing a widget: it looks at what is on the screen when a key is
pressed. What it stands on has a ring. Lines to slide and maps take the arrow keys themselves
(`press_key`).
"""

from __future__ import annotations

from typing import Any, Final

from kivy.core.window import Keyboard
from kivy.graphics import Color, InstructionGroup, Line
from kivy.metrics import dp
from kivy.uix.scrollview import ScrollView
from kivy.uix.textinput import TextInput

from mobile.ui.automation import walk
from mobile.ui.look import look
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import Pressable
from mobile.ui.widgets.dialog import Veil

TAB: Final = Keyboard.keycodes["tab"]
NAMES: Final = {
    Keyboard.keycodes["enter"]: "enter",
    Keyboard.keycodes["numpadenter"]: "enter",
    Keyboard.keycodes["spacebar"]: "space",
    **{Keyboard.keycodes[name]: name for name in ("left", "right", "up", "down")},
    Keyboard.keycodes["+"]: "+",
    Keyboard.keycodes["="]: "=",
    Keyboard.keycodes["-"]: "-",
}


class KeyWalker:
    """Walks over the widgets below `root`. Bind `handle` to the window's `on_key_down` and `leave`
    to its `on_touch_down`."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._here: Any = None
        self._ring: InstructionGroup | None = None

    @property
    def here(self) -> Any:
        """What the ring is on; None when it is on nothing."""
        return self._here

    def handle(
        self, _: Any, key: int, scancode: int = 0, codepoint: Any = None, modifiers: Any = ()
    ) -> bool:
        """A key went down; whether it was used."""
        if key == TAB:
            return self._step(-1 if "shift" in (modifiers or ()) else 1)
        name = NAMES.get(key, "")
        here = self._here
        if here is None or not name or here.get_root_window() is None:
            return False
        press = getattr(here, "press_key", None)
        if press is not None and press(name):
            return True
        if name in ("enter", "space") and isinstance(here, Pressable) and not here.disabled:
            here.dispatch("on_press")
            here.dispatch("on_release")
            return True
        return False

    def leave(self, *_: Any) -> bool:
        """A finger: the ring goes."""
        self._stand_on(None)
        return False

    def operable(self) -> list[Any]:
        """What a key could be for, in reading order; of the uppermost sheet if there is one."""
        veils = [child for child in self._root.children if isinstance(child, Veil)]
        return [each for each in walk(veils[0] if veils else self._root) if _is_operable(each)]

    def _step(self, by: int) -> bool:
        found = self.operable()
        if not found:
            return False
        at = self._place(found)
        goal = found[(at + by) % len(found) if at >= 0 else (0 if by > 0 else -1)]
        for each in found:
            if isinstance(each, TextInput) and each.focus and each is not goal:
                each.focus = False
        self._stand_on(goal)
        if isinstance(goal, TextInput):
            goal.focus = True
        else:
            _bring_into_view(goal)
        return True

    def _place(self, found: list[Any]) -> int:
        """Where the walker stands: at the field that is typed in, at the ring, or, when that widget
        was made anew, at the one of the same name; -1 for nowhere."""
        typed = [at for at, each in enumerate(found) if isinstance(each, TextInput) and each.focus]
        if typed:
            return typed[0]
        if self._here in found:
            return found.index(self._here)
        name = getattr(self._here, "automation_id", "")
        same = [at for at, each in enumerate(found) if name and each.automation_id == name]
        return same[0] if same else -1

    def _stand_on(self, widget: Any) -> None:
        if self._here is not None and self._ring is not None:
            self._here.canvas.after.remove(self._ring)
            self._here.funbind("pos", self._draw)
            self._here.funbind("size", self._draw)
        self._here, self._ring = widget, None
        if widget is None or isinstance(widget, TextInput):
            return  # a field that is typed in shows it by itself
        self._ring = InstructionGroup()
        widget.canvas.after.add(self._ring)
        widget.fbind("pos", self._draw)
        widget.fbind("size", self._draw)
        self._draw()

    def _draw(self, *_: Any) -> None:
        ring, widget = self._ring, self._here
        if ring is None or widget is None:
            return
        ring.clear()
        ring.add(Color(*rgba("info")))
        box = (widget.x - dp(2), widget.y - dp(2), widget.width + dp(4), widget.height + dp(4))
        ring.add(Line(rounded_rectangle=(*box, dp(8)), width=dp(2)))


def _is_operable(widget: Any) -> bool:
    if getattr(widget, "disabled", False) or getattr(widget, "locked", False):
        return False
    if isinstance(widget, TextInput):
        return not widget.readonly
    if hasattr(widget, "press_key"):
        return True
    return isinstance(widget, Pressable) and not getattr(widget, "owns_touches", False)


def _bring_into_view(widget: Any) -> None:
    above = widget.parent
    while above is not None and above is not above.parent:
        if isinstance(above, ScrollView) and above.height < above.children[0].height:
            above.scroll_to(widget, padding=dp(24), animate=look.motion)
            return
        above = above.parent
