"""What a form's screen asks of the machine: pictures, the place, small copies, the hour.

Everything that reads a file or waits for hardware runs behind; results come on the thread that
draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mobile.device.ports import Picture
from mobile.services.tablet import Tablet
from shared.ids import is_sha256

__all__ = ["Picture", "Surroundings"]  # screens know both from here


class Surroundings:
    """Camera, receiver and file store of one tablet, asked without waiting."""

    def __init__(self, tablet: Tablet) -> None:
        self._tablet = tablet
        self._small: dict[str, Path | None] = {}
        self._asked: dict[str, list[Callable[[], None]]] = {}

    def now(self) -> datetime:
        """The wall clock in Thailand."""
        return self._tablet.now()

    def take_picture(self, done: Callable[[Picture | None], None]) -> None:
        """Take a picture; `done(None)` when there is no camera or the person gave up."""
        self._tablet.run(self._tablet.camera.take, done, lambda _: done(None))

    def pictures(self, done: Callable[[Sequence[Picture]], None]) -> None:
        """Pictures to choose from, newest first."""
        self._tablet.run(self._tablet.camera.pictures, done, lambda _: done(()))

    def here(self, done: Callable[[Mapping[str, str] | None], None]) -> None:
        """Where the tablet is, `done(None)` when it does not know."""
        self._tablet.run(self._tablet.location.here, done, lambda _: done(None))

    def thumbnail(self, sha256: str, arrived: Callable[[], None]) -> Path | None:
        """A small copy of a file; None now and `arrived()` later when it has to be made first."""
        if self._small.get(sha256) is not None:
            return self._small[sha256]
        waiting = self._asked.setdefault(sha256, [])
        waiting.append(arrived)
        if len(waiting) == 1:
            self._tablet.run(
                lambda: self._tablet.attacher.thumbnail(sha256),
                lambda path: self._made(sha256, path),
                lambda _: self._made(sha256, None),
            )
        return self._small.get(sha256)

    def original(self, sha256: str) -> Path | None:
        """Where the whole picture is, or None when it is not on this tablet."""
        return self._tablet.attacher.path(sha256)

    def ask_for(self, sha256: str) -> None:
        """Somebody wants to see a picture in full that is not here."""
        if is_sha256(sha256):
            self._tablet.run(lambda: self._tablet.replica.shelf.ask_for(sha256))

    def _made(self, sha256: str, path: Path | None) -> None:
        self._small[sha256] = path
        for arrived in self._asked.pop(sha256, ()):
            if path is not None:
                arrived()
