"""Which screen is shown, and the way back: names, parameters, and screens made when first asked.

A screen is any widget. If it has them, these are called: `entering(**parameters)` each time it is
shown (also on coming back: look everything up anew there), `leaving()` each time another takes its
place, `closing()` once, when it is left for good (back, replace, restart). A screen on the way back
is kept, so that a long list is found again where it was left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kivy.uix.widget import Widget

from mobile.ui.widgets.dialog import Layers

ESCAPE = 27  # a keyboard's escape and Android's back
ANDROID_BACK = 1073742106


@dataclass(slots=True)
class Visit:
    """A place on the way: the screen's name, its parameters, and the screen while it is kept."""

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)
    screen: Any = None


class Navigation(Layers):
    """The root of the window: the screen of now, and dialogs, sheets and snackbars above it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(automation_id="navigation", **settings)
        self._makers: dict[str, Callable[[], Widget]] = {}
        self._visits: list[Visit] = []
        self.on_shown: Callable[[Any], None] | None = None

    def register(self, name: str, make: Callable[[], Widget]) -> None:
        """Say how the screen `name` is made; `parameters` are those it is opened with."""
        self._makers[name] = make

    @property
    def name(self) -> str:
        """The name of the screen that is shown ("" before the first)."""
        return self._visits[-1].name if self._visits else ""

    @property
    def screen(self) -> Any:
        """The screen that is shown."""
        return self._visits[-1].screen if self._visits else None

    @property
    def parameters(self) -> dict[str, Any]:
        """What the screen that is shown (or just being made) was opened with."""
        return self._visits[-1].parameters if self._visits else {}

    @property
    def depth(self) -> int:
        """How many steps back there are, and one."""
        return len(self._visits)

    def open(self, name: str, **parameters: Any) -> Any:
        """Go to the screen `name`; the way back is kept. A second tap on the same opens it once."""
        if self._visits and self._visits[-1].name == name and self.parameters == parameters:
            return self.screen
        self._hide()
        self._visits.append(Visit(name, parameters))
        return self._show()

    def replace(self, name: str, **parameters: Any) -> Any:
        """Go to a screen with no way back to this one."""
        self._hide(forget=True)
        return self.open(name, **parameters)

    def restart(self, name: str, **parameters: Any) -> Any:
        """Go to a screen and forget the whole way here (signing in, signing out)."""
        while self._visits:
            self._hide(forget=True)
        return self.open(name, **parameters)

    def back(self) -> bool:
        """Close what is uppermost, or go to the screen before; whether there was anything."""
        if super().back():
            return True
        screen = self.screen
        if screen is not None and hasattr(screen, "back") and screen.back():
            return True
        if len(self._visits) < 2:
            return False
        self._hide(forget=True)
        self._show()
        return True

    def handle_key(self, _window: Any, key: int, *_: Any) -> bool:
        """Bound to `Window.on_keyboard`: escape and Android's back go back."""
        return key in (ESCAPE, ANDROID_BACK) and self.back()

    def _show(self) -> Any:
        visit = self._visits[-1]
        if visit.screen is None:
            visit.screen = self._makers[visit.name]()
        visit.screen.size_hint, visit.screen.pos_hint = (1, 1), {"x": 0, "y": 0}
        self.add_widget(visit.screen, index=len(self.children))
        if hasattr(visit.screen, "entering"):
            visit.screen.entering(**visit.parameters)
        if self.on_shown is not None:
            self.on_shown(visit.screen)
        return visit.screen

    def _hide(self, *, forget: bool = False) -> None:
        if not self._visits:
            return
        visit = self._visits.pop() if forget else self._visits[-1]
        screen = visit.screen
        if screen is None:
            return
        if screen.parent is self:
            if hasattr(screen, "leaving"):
                screen.leaving()
            self.remove_widget(screen)
        if forget and hasattr(screen, "closing"):
            screen.closing()
