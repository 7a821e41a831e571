"""Plays a sound that is on the disk, one at a time, by whatever player the machine has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final


def _load(path: Path) -> Any:
    from kivy.core.audio import SoundLoader  # opens the machine's sound: only when wanted

    return SoundLoader.load(str(path))


class Player:
    """The loudspeaker. `load` gives Kivy's sound for a path, or None when it cannot be played."""

    def __init__(self, load: Callable[[Path], Any] = _load) -> None:
        self._load = load
        self._sound: Any = None
        self._ended: Callable[[], None] | None = None

    def play(self, path: Path, ended: Callable[[], None]) -> bool:
        """Play a file; what was playing ends. False when this machine cannot play it."""
        self.stop()
        try:
            sound = self._load(path)
        except Exception:  # a decoder of the system's may fail in any way
            sound = None
        if sound is None:
            return False
        self._sound, self._ended = sound, ended
        sound.bind(on_stop=lambda *_: self._over(sound))
        sound.play()
        return True

    def stop(self) -> None:
        """Be quiet."""
        sound = self._sound
        if sound is not None:
            sound.stop()
            self._over(sound)

    def _over(self, sound: Any) -> None:
        if sound is not self._sound:
            return
        ended, self._sound, self._ended = self._ended, None, None
        sound.unload()
        if ended is not None:
            ended()


player: Final = Player()
