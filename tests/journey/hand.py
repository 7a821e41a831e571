"""A person's hand on one tablet: taps, types and reads by automation ids, through the driver."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.journey.evidence import TabletDatabase
from tests.journey.telling import Teller, holds
from tests.support.chaos_proxy import ChaosProxy
from tests.support.tablet_process import Tablet, TabletRefused

PATIENCE_S = 60.0
ACTS_KEPT = 8  # of the last taps: where to look when a step does not hold


class Hand:
    """One tablet: its process, its home folder, and the network it stands in."""

    def __init__(
        self, name: str, home: Path, proxy: ChaosProxy, teller: Teller, place: str
    ) -> None:
        self.name, self.home, self.proxy = name, home, proxy
        self.database = TabletDatabase(home)
        self._teller = teller
        self.acts: deque[str] = deque(maxlen=ACTS_KEPT)
        self.tablet = Tablet(home, proxy.address, more=("--place", place))

    # -- plain acts; each waits until what it is about is on the screen

    def there(self, name: str, seconds: float = PATIENCE_S) -> None:
        """Wait for a widget."""
        self.tablet.wait(id=name, seconds=seconds)

    def is_there(self, name: str) -> bool:
        """Is a widget on the screen now?"""
        try:
            self.tablet.read(id=name)
        except TabletRefused:
            return False
        return True

    def tap(self, name: str, seconds: float = PATIENCE_S) -> None:
        """Tap a widget."""
        self.acts.append(name)
        self.there(name, seconds)
        self.tablet.tap(id=name)

    def tap_text(self, text: str, seconds: float = PATIENCE_S) -> None:
        """Tap what shows a text."""
        self.tablet.wait(text, seconds=seconds)
        self.tablet.tap(text)

    def write(self, name: str, text: str) -> None:
        """Put the cursor into a text field, take out what stands there, and type."""
        self.tap(name)
        old = str(self.tablet.read(id=name)["text"])
        if old:
            self.tablet.ask("key", name="end", **{"with": ["ctrl"]})
            self.tablet.ask("key", name="backspace", times=len(old))
        self.tablet.type(text)

    def text_of(self, name: str) -> str:
        """All words on and below a widget, joined."""
        self.there(name)
        return " · ".join(self.tablet.read(id=name)["texts"])

    def value_of(self, name: str) -> Any:
        """The answer that an input holds."""
        self.there(name)
        return self.tablet.read(id=name)["value"]

    def until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
        """Wait for a state that a database or a widget shows; frames go on meanwhile."""
        end = time.monotonic() + seconds
        while not condition():
            holds(time.monotonic() < end, f"{self.name}: {what}", self.tablet.screen()[:40])
            self.frames()

    def frames(self) -> None:
        """Let some frames pass."""
        try:
            self.tablet.wait(id="nothing has this id", seconds=0.05)
        except TabletRefused:
            return

    def shot(self, path: Path) -> None:
        """A picture of the window, once it has come to rest."""
        self.frames()
        self.tablet.shot(path)
        self._teller.picture(path.name)

    def say(self, what: str, value: object) -> None:
        """Print a value that was read from a widget."""
        self._teller.widget(f"{self.name}, {what}", value)

    # -- where one is

    def back(self) -> None:
        """One screen up."""
        self.tap("back")

    def go_home(self) -> None:
        """All the way up."""
        for _ in range(6):
            if self.is_there("home.records"):
                return
            self.back()
        holds(False, f"{self.name}: the way back leads home", self.tablet.screen()[:30])

    # -- a form

    def section(self, key: str) -> None:
        """Open a section of the form."""
        self.tap(f"tab:{key}")

    def choose(self, key: str, *names: str) -> None:
        """Tap options of a question with buttons, unless they are chosen already."""
        name_of_input = f"input:{key}"
        for name in names:
            self.there(f"{name_of_input}:{name}")
            if self._holds(name_of_input, name):
                continue
            self.tap(f"{name_of_input}:{name}")
            self.until(lambda: self._holds(name_of_input, name), f"{key} is {name}")  # noqa: B023

    def _holds(self, name_of_input: str, name: str) -> bool:
        value = self.value_of(name_of_input)
        return value == name or (isinstance(value, list) and name in value)

    def find(self, key: str, typed: str, label: str) -> None:
        """Type a part of a label into a question's search field and tap what is found."""
        assert typed != label, "the field itself would show the label"
        self.look_for(f"input:{key}:search", typed, label)

    def look_for(self, finder: str, typed: str, label: str) -> None:
        """Type into a search field, wait until it was searched for, tap what is found."""
        self.write(f"{finder}_text", typed)
        # The list and its field bear one id; the field's text is what was searched for last.
        self.until(
            lambda: self.tablet.read(id=finder, nth=1)["text"] == typed, f"{typed} is looked for"
        )
        self.tap_text(label)

    def answer(self, key: str, text: str) -> None:
        """Type an answer."""
        self.write(f"input:{key}:text", text)

    def date(self, key: str, day: int, month: int, year: int) -> None:
        """Type a date of the Buddhist era."""
        for part, number in (("day", day), ("month", month), ("year", year)):
            self.write(f"input:{key}:{part}", str(number))

    def reason(self, key: str, text: str) -> None:
        """Say why an unusual answer is right."""
        self.write(f"reason:{key}", text)

    def sign(self, key: str, strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
        """Draw a signature and use it."""
        self.there(f"input:{key}:pad")
        self.tablet.ask("draw", id=f"input:{key}:pad", strokes=strokes)
        self.tap(f"input:{key}:use")
        self.there(f"input:{key}:again")

    def add_row(self, repeat: str) -> None:
        """Add a row; its page opens."""
        self.tap(f"add:{repeat}")
        self.there("done")

    def row_done(self) -> None:
        """Leave the row's page."""
        self.tap("done")
        self.tablet.wait(id="done", gone=True, seconds=PATIENCE_S)

    # -- sync

    def synchronise(self, seconds: float = 60.0) -> list[str]:
        """Open the report, press the button, wait for the end; the words of the report."""
        if not self.is_there("sync.now"):
            self.tap("pill")
        self.there("sync.now")
        before = self._reports()
        self.until(lambda: not self._busy(), "a sync under way ends", seconds)
        if self._reports() == before:
            self.tablet.tap(id="sync.now")
        self.until(lambda: self._reports() != before and not self._busy(), "the sync ends", seconds)
        return self.tablet.screen()

    def _reports(self) -> tuple[int, str]:
        """What changes when a synchronisation has ended; nothing new is only a new time."""
        newest = int(self.database.one("SELECT coalesce(max(id), 0) FROM sync_log"))
        return newest, self.database.setting("last_complete_ms")

    def _busy(self) -> bool:
        return bool(self.tablet.read(id="sync.now")["disabled"])

    def waiting(self) -> int:
        """Sealed changes that the office has not confirmed, and answers not sealed yet."""
        return self.database.change_counts()["pending"] + self.database.unsealed()

    def close(self) -> None:
        """Close the app as its window is closed."""
        self.tablet.__exit__(None, None, None)
