"""The app as it is wired, in the window of a test, and somebody's hands and eyes on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.seeded import PIN
from tests.support.tablets import Desk


class Person:
    """Somebody before the wired app: finds by automation id, taps, types, reads."""

    def __init__(self, window: Any, desk: Desk) -> None:
        from mobile.ui.navigation import Navigation
        from mobile.ui.wiring import Wiring

        self.window, self.desk = window, desk
        self.navigation = Navigation()
        window.show(self.navigation)
        self.wiring = Wiring(self.navigation, desk.app, "http://office.example")

    def walk(self) -> Iterator[Any]:
        from mobile.ui.automation import walk

        return walk(self.navigation)

    def has(self, name: str) -> bool:
        return any(getattr(w, "automation_id", "") == name for w in self.walk())

    def find(self, name: str) -> Any:
        for widget in self.walk():
            if getattr(widget, "automation_id", "") == name:
                return widget
        raise AssertionError(f"no {name} on {self.navigation.name}: {self.ids()}")

    def ids(self) -> list[str]:
        return [w.automation_id for w in self.walk() if getattr(w, "automation_id", "")]

    def texts(self) -> str:
        from mobile.ui.automation import texts_of

        return "\n".join(text for widget in self.walk() for text in texts_of(widget))

    def tap(self, name: str) -> None:
        from kivy.uix.scrollview import ScrollView

        self.window.pump(3)
        widget = self.find(name)
        above = widget.parent
        while above is not None and above is not above.parent:
            if isinstance(above, ScrollView) and above.children[0].height > above.height:
                above.scroll_to(widget, padding=40, animate=False)
                self.window.pump(3)
            above = above.parent
        self.window.tap(widget)
        self.window.pump(4)

    def type(self, name: str, text: str) -> None:
        self.find(name).focus = True
        self.window.type(text)

    def enter_pin(self, pin: str) -> None:
        for digit in pin:
            self.tap(f"sign_in.digit:{digit}")
        self.tap("sign_in.go")

    def until(self, condition: Callable[[], object]) -> None:
        self.window.wait(condition, frames=20_000)

    def sign_in(self, login: str) -> None:
        """Choose a name and enter the PIN that everybody has in tests."""
        self.tap(f"sign_in.person:{login}")
        self.enter_pin(PIN)


@contextmanager
def before(window: Any, desk: Desk, screen: str = "") -> Iterator[Person]:
    """Somebody before the app, on its first screen or on `screen`; ends what goes on by itself."""
    someone = Person(window, desk)
    if screen:
        someone.navigation.restart(screen)
    else:
        someone.wiring.start()
    window.pump(6)
    yield someone
    someone.until(lambda: not desk.app.synchroniser.running)
    someone.wiring.stop()
