"""What a form's screen asks of the machine: pictures, sound, codes, the place, maps, the hour.

Everything that reads a file or waits for hardware runs behind; results come on the thread that
draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mobile.device.ports import Lack, Picture
from mobile.presenters.recording import Keep, RecordingPresenter
from mobile.services.map_tiles import MapTiles
from mobile.services.tablet import Tablet
from shared.ids import is_sha256

__all__ = ["Lack", "Picture", "Surroundings"]  # screens know both from here


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
        self._tablet.devices.submit(self._tablet.camera.take, done, lambda _: done(None))

    def take_front(self, done: Callable[[Picture | None], None]) -> None:
        """Take a picture with the camera at the front, where the machine has two."""
        camera = self._tablet.camera
        take = getattr(camera, "take_front", camera.take)
        self._tablet.devices.submit(take, done, lambda _: done(None))

    def film(self, done: Callable[[Picture | Lack], None]) -> None:
        """Record a video."""
        self._tablet.devices.submit(
            self._tablet.equipment.films.film, done, lambda _: done(Lack("none"))
        )

    def files(self, kind: str, done: Callable[[Sequence[Picture] | Lack], None]) -> None:
        """Files to choose from: `audio`, `video`, or "" for any."""
        documents = self._tablet.equipment.documents
        self._tablet.devices.submit(
            lambda: documents.files(kind), done, lambda _: done(Lack("none"))
        )

    def scan(self, done: Callable[[str | Lack], None]) -> None:
        """Read a code through the camera."""
        self._tablet.devices.submit(
            self._tablet.equipment.scanner.scan, done, lambda _: done(Lack("none"))
        )

    def read_code(self, picture: Picture, done: Callable[[str | Lack], None]) -> None:
        """Read the code on a picture, away from the thread that draws."""
        scanner = self._tablet.equipment.scanner
        self._tablet.devices.submit(
            lambda: scanner.read(picture.path), done, lambda _: done(Lack("unreadable"))
        )

    @property
    def tiles(self) -> MapTiles:
        """The raster maps of this tablet."""
        return self._tablet.tiles

    def recorder(self, record: str, key: str, keep: Keep) -> RecordingPresenter:
        """The microphone at one question; `keep(path)` makes a file the answer."""
        tablet = self._tablet
        return RecordingPresenter(tablet.recordings, tablet.run, record, key, keep)

    def playable(self, sha256: str, done: Callable[[Path | None], None]) -> bool:
        """The sound of an answer or of a label as a file that a player takes; False when it is not
        on this tablet (it is asked for then)."""
        path = self.original(sha256)
        if path is None:
            self.ask_for(sha256)
            return False
        recordings = self._tablet.recordings
        self._tablet.devices.submit(lambda: recordings.playable(path), done, lambda _: done(None))
        return True

    def pause_recording(self) -> None:
        """A call, another app, the screen goes dark: sound waits."""
        self._tablet.recordings.pause()

    def why_no_place(self) -> Lack:
        """Why `here` gave nothing."""
        ask = getattr(self._tablet.location, "why_not", None)
        found = ask() if ask is not None else Lack("busy")
        return found if isinstance(found, Lack) else Lack("busy")

    def pictures(self, done: Callable[[Sequence[Picture]], None]) -> None:
        """Pictures to choose from, newest first."""
        self._tablet.devices.submit(self._tablet.camera.pictures, done, lambda _: done(()))

    def here(self, done: Callable[[Mapping[str, str] | None], None]) -> None:
        """Where the tablet is, `done(None)` when it does not know."""
        self._tablet.devices.submit(self._tablet.location.here, done, lambda _: done(None))

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
