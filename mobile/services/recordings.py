"""Sound while it is recorded: in a file of its own from the first second, so a kill loses nothing.

A recording becomes an answer only when it is stored under its hash. Until then it lies in a folder
beside a small note that says which question it belongs to: after a kill it is found there and
offered at the same question. Recorders write formats that can be listened to when they were cut
off.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import filetype

from mobile.device.ports import Lack, Recorder
from mobile.store.identity import write_durably
from shared.clocks import WallClock
from shared.ids import Ids
from shared.limits import BLOB_BYTES_MAX

SECONDS_MAX: Final = 60 * 60
BYTES_MAX: Final = BLOB_BYTES_MAX - 2 * 1024 * 1024
LEFT_MAX: Final = 200  # files looked at; a person has a handful
NOTE_BYTES_MAX: Final = 4_096


@dataclass(frozen=True, slots=True)
class Recording:
    """A file with sound that is no answer yet; `seconds` are unknown (0) after a kill."""

    path: Path
    record: str
    key: str
    begun_ms: int
    seconds: float = 0.0


class Recordings:
    """The recordings of one tablet: at most one goes on at a time."""

    def __init__(self, folder: Path, recorder: Recorder, clock: WallClock, ids: Ids) -> None:
        self._folder, self._recorder, self._clock, self._ids = folder, recorder, clock, ids
        self._now: Recording | None = None
        self._heard_ms = 0
        self._since_ms = 0
        self._paused = False

    @property
    def going_on(self) -> Recording | None:
        """What is being recorded, paused or not."""
        return self._now

    @property
    def paused(self) -> bool:
        """Whether it waits."""
        return self._paused

    def begin(self, record: str, key: str, quality: str = "normal") -> Lack | None:
        """Begin to record for a question. A recording for another question is ended first."""
        self.end()
        name = self._ids.new()
        path = self._folder / f"{name}{self._recorder.suffix}"
        begun = self._clock.now_ms()
        note = {"record": record, "key": key, "begun_ms": begun}
        write_durably(self._note(path), json.dumps(note).encode())
        lack = self._recorder.start(path, quality)
        if lack is not None:
            self._drop(path)
            return lack
        self._now = Recording(path, record, key, begun)
        self._heard_ms, self._since_ms, self._paused = 0, self._clock.monotonic_ms(), False
        return None

    def pause(self) -> None:
        """Record nothing for now: a call, another app, or a person who wants to think."""
        if self._now is not None and not self._paused:
            self._heard_ms += self._clock.monotonic_ms() - self._since_ms
            self._paused = True
            self._recorder.pause()

    def resume(self) -> None:
        """Go on."""
        if self._now is not None and self._paused:
            self._since_ms = self._clock.monotonic_ms()
            self._paused = False
            self._recorder.resume()

    def seconds(self) -> float:
        """How long it is by now, without the pauses."""
        if self._now is None:
            return 0.0
        running = 0 if self._paused else self._clock.monotonic_ms() - self._since_ms
        return (self._heard_ms + running) / 1000

    def level(self) -> float:
        """How loud it is now, 0 to 1."""
        if self._now is None or self._paused:
            return 0.0
        return min(1.0, max(0.0, self._recorder.level()))

    def full(self) -> bool:
        """Whether it is as long, or its file as large, as an answer may be."""
        if self._now is None:
            return False
        with suppress(OSError):
            if self._now.path.stat().st_size >= BYTES_MAX:
                return True
        return self.seconds() >= SECONDS_MAX

    def end(self) -> Recording | None:
        """End it; what was recorded, or None when nothing went on or nothing was heard."""
        now = self._now
        if now is None:
            return None
        seconds = self.seconds()
        self._now = None
        self._recorder.stop()
        ended = Recording(now.path, now.record, now.key, now.begun_ms, seconds)
        if not _has_bytes(now.path):
            self._drop(now.path)
            return None
        return ended

    def left(self, record: str, key: str) -> tuple[Recording, ...]:
        """What was recorded for a question and is no answer yet, the oldest first."""
        found = [each for each in self._all() if (each.record, each.key) == (record, key)]
        return tuple(sorted(found, key=lambda each: each.begun_ms))

    def done(self, recording: Recording) -> None:
        """It is stored as an answer, or nobody wants it: the file goes."""
        self._drop(recording.path)

    def playable(self, path: Path) -> Path | None:
        """The same sound under a name that says what it is: players go by the end of a name, and
        stored files are called by their hash. One at a time; None when it is no sound."""
        folder = self._folder / "playing"
        try:
            with path.open("rb") as file:
                kind = filetype.guess(file.read(4_096))
            if kind is None or not kind.mime.startswith(("audio/", "video/")):
                return None
            target = folder / f"{path.name[:64]}.{kind.extension}"
            if not target.is_file():
                folder.mkdir(parents=True, exist_ok=True)
                for old in folder.iterdir():
                    old.unlink(missing_ok=True)
                shutil.copyfile(path, target)
        except OSError:
            return None
        return target

    def _all(self) -> Iterator[Recording]:
        if not self._folder.is_dir():
            return
        for note in sorted(self._folder.glob("*.note"))[:LEFT_MAX]:
            found = self._read(note)
            if found is not None and (self._now is None or found.path != self._now.path):
                yield found

    def _read(self, note: Path) -> Recording | None:
        path = note.with_suffix("")
        try:
            if note.stat().st_size > NOTE_BYTES_MAX:
                return None
            said = json.loads(note.read_bytes())
            found = Recording(path, str(said["record"]), str(said["key"]), int(said["begun_ms"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if _has_bytes(path) else None

    @staticmethod
    def _note(path: Path) -> Path:
        return path.with_name(path.name + ".note")

    def _drop(self, path: Path) -> None:
        for each in (path, self._note(path)):
            with suppress(OSError):
                each.unlink(missing_ok=True)


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def spoken(seconds: float) -> str:
    """A length as it is read: `2:05`."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
