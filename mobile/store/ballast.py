"""A file that holds room in reserve: let go so that a full tablet can sync and clean up.

Its blocks are really allocated. It is made again as soon as there is room.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from shared.limits import BALLAST_BYTES

CHUNK_BYTES: Final = 1024 * 1024


class Ballast:
    """The file at `path`; `size` 0 is a tablet without one."""

    def __init__(self, path: Path, size: int = BALLAST_BYTES) -> None:
        self._path = path
        self.size = size

    def held(self) -> bool:
        """Is it there, whole?"""
        try:
            return self.size > 0 and self._path.stat().st_blocks * 512 >= self.size
        except OSError:
            return False

    def make(self) -> bool:
        """Take the room; False, and nothing taken, when there is too little."""
        if self.held() or not self.size:
            return True
        try:
            with self._path.open("wb") as out:
                _allocate(out.fileno(), self.size)
                out.flush()
                os.fsync(out.fileno())
        except OSError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Let go of the room."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _allocate(handle: int, size: int) -> None:
    """Blocks of the disk for a file; written where the machine cannot reserve them otherwise."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, size)
        return
    left = size
    while left > 0:
        left -= os.write(handle, os.urandom(min(CHUNK_BYTES, left)))
