"""Recording the sound of one question: begin, wait, go on, end, keep; and what a kill left behind.

The service records and the file is on the disk from the first second on; this turns it into what a
screen shows. Whoever draws calls `tick` a few times a second while something goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from mobile.device.ports import Lack
from mobile.presenters.observed import Observed, Sentence, Words, told
from mobile.services.recordings import Recording, Recordings, spoken

Phase = Literal["idle", "starting", "recording", "paused", "keeping"]
Run = Callable[
    [Callable[[], Any], Callable[[Any], None] | None, Callable[[Exception], None] | None], None
]
Keep = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class RecordingState:
    """What is shown. `level` 0 to 1; `left` how many recordings a kill left behind."""

    phase: Phase = "idle"
    seconds: float = 0.0
    level: float = 0.0
    left: int = 0
    said: Sentence | None = None

    @property
    def length(self) -> str:
        """How long it is by now: `2:05`."""
        return spoken(self.seconds)


class RecordingPresenter(Observed[RecordingState]):
    """The recorder at one question. `keep(path)` makes a file the answer; `kept(path)` is called
    when it is one, so that the file may go."""

    def __init__(self, recordings: Recordings, run: Run, record: str, key: str, keep: Keep) -> None:
        super().__init__(RecordingState())
        self._recordings, self._run = recordings, run
        self._record, self._key, self._keep = record, key, keep
        self._waiting: list[Recording] = []

    def look(self) -> None:
        """See what a kill left behind, and whether a recording of this question goes on."""
        now = self._recordings.going_on
        if now is not None and (now.record, now.key) == (self._record, self._key):
            self._show(
                replace(self.state, phase="paused" if self._recordings.paused else "recording")
            )

        def found(left: tuple[Recording, ...]) -> None:
            self._waiting = list(left)
            if len(left) != self.state.left:
                self._show(replace(self.state, left=len(left)))

        self._run(lambda: self._recordings.left(self._record, self._key), found, None)

    def start(self, quality: str = "normal") -> None:
        """Begin."""
        if self.state.phase != "idle":
            return
        self._show(replace(self.state, phase="starting", seconds=0.0, said=None))

        def begun(lack: Lack | None) -> None:
            if lack is not None:
                known = lack.why in ("none", "denied", "busy")
                words = Words(f"sound.lack_{lack.why if known else 'none'}")
                self._show(replace(self.state, phase="idle", said=words))
            else:
                self._show(replace(self.state, phase="recording"))

        self._run(
            lambda: self._recordings.begin(self._record, self._key, quality), begun, self._failed
        )

    def pause(self) -> None:
        """Wait: a person thinks, a call comes, another app is in front."""
        if self.state.phase == "recording":
            self._recordings.pause()
            self._show(replace(self.state, phase="paused", level=0.0))

    def resume(self) -> None:
        """Go on in the same recording."""
        if self.state.phase == "paused":
            self._recordings.resume()
            self._show(replace(self.state, phase="recording", said=None))

    def stop(self) -> None:
        """End it and make it the answer."""
        if self.state.phase not in ("recording", "paused"):
            return
        self._show(replace(self.state, phase="keeping", level=0.0))

        def ended(recording: Recording | None) -> None:
            if recording is None:
                self._show(replace(self.state, phase="idle", said=Words("sound.empty")))
            else:
                self._store(recording)

        self._run(self._recordings.end, ended, self._failed)

    def keep_left(self) -> None:
        """Make what a kill left behind the answer: the longest by its file."""
        if self._waiting and self.state.phase == "idle":
            self._show(replace(self.state, phase="keeping"))
            self._store(max(self._waiting, key=lambda each: _size(each.path)))

    def drop_left(self) -> None:
        """Nobody wants what was left behind."""
        left, self._waiting = self._waiting, []
        self._show(replace(self.state, left=0))
        for recording in left:
            self._run(partial(self._recordings.done, recording), None, None)

    def kept(self) -> None:
        """The recording is the answer now: its file may go."""
        done, self._waiting = self._waiting, []
        for recording in done:
            self._run(partial(self._recordings.done, recording), None, None)
        self._show(RecordingState())

    def tick(self) -> None:
        """A moment has passed: how long, how loud, and whether it must end or has been paused."""
        if self.state.phase not in ("recording", "paused"):
            return
        if self._recordings.full():
            self.stop()
            self._show(replace(self.state, said=Words("sound.full")))
            return
        if self._recordings.paused and self.state.phase == "recording":
            words = Words("sound.interrupted")
            self._show(replace(self.state, phase="paused", level=0.0, said=words))
            return
        self._show(
            replace(self.state, seconds=self._recordings.seconds(), level=self._recordings.level())
        )

    def _store(self, recording: Recording) -> None:
        if recording not in self._waiting:
            self._waiting.append(recording)
        self._keep(recording.path)

    def not_kept(self, error: Exception) -> None:
        """It could not be stored; the file stays where it is."""
        self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._show(replace(self.state, phase="idle", left=len(self._waiting), said=told(error)))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
