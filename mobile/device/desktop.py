"""The ports of the machine on a computer: system clock, a folder of pictures, a picked place.

A folder stands for the camera, also for films, for files and for codes; sound is recorded by the
system's `arecord` where there is one.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from mobile.device.codes import Decode, read_code, zbar
from mobile.device.ports import Equipment, Lack, Picture
from mobile.device.sounds import ArecordRecorder
from shared.ids import RANDOM_BYTES, uuid7

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
SOUNDS: Final = frozenset({".aac", ".m4a", ".mp3", ".ogg", ".wav", ".amr"})
FILMS: Final = frozenset({".mp4", ".webm", ".3gp", ".mkv", ".mov"})
PICTURES_SHOWN_MAX: Final = 200


class SystemClock:
    """The machine's clock; its boot is the kernel's, or this process where there is none."""

    def __init__(self) -> None:
        try:
            self._boot = BOOT_ID.read_text("ascii").strip()[:64]
        except OSError:
            self._boot = os.urandom(16).hex()

    def now_ms(self) -> int:
        """Wall time in milliseconds since 1970, UTC; may jump either way."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds of this boot; never goes back."""
        return time.monotonic_ns() // 1_000_000

    def boot_id(self) -> str:
        """Names the boot that `monotonic_ms` counts in."""
        return self._boot


class SystemIds:
    """Fresh UUIDv7 from the system's clock and randomness."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock

    def new(self) -> str:
        """A fresh id in canonical form."""
        return uuid7(self._clock.now_ms(), os.urandom(RANDOM_BYTES))


class FolderCamera:
    """A folder of pictures in the place of a camera; taking one takes the next of the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken = 0

    def pictures(self) -> Sequence[Picture]:
        """Pictures that can be chosen, newest first."""
        if not self._folder.is_dir():
            return ()
        found = [p for p in self._folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file()]
        found.sort(key=lambda path: (-path.stat().st_mtime_ns, path.name))
        return [Picture(path.name, path) for path in found[:PICTURES_SHOWN_MAX]]

    def take(self) -> Picture | None:
        """The next picture by name, round and round; None when the folder is empty."""
        found = sorted(self.pictures(), key=lambda picture: picture.name)
        if not found:
            return None
        self._taken += 1
        return found[(self._taken - 1) % len(found)]


class FolderFiles:
    """The same folder for films, for files of any kind, and for pictures with codes on them."""

    def __init__(self, folder: Path, decode: Decode = zbar) -> None:
        self._folder, self._decode = folder, decode
        self._camera = FolderCamera(folder)
        self._filmed = 0

    def files(self, kind: str) -> Sequence[Picture] | Lack:
        """Files to choose from, newest first; `kind` is audio, video or ""."""
        if not self._folder.is_dir():
            return ()
        kinds = {"audio": SOUNDS, "video": FILMS}.get(kind)
        found = [
            path
            for path in self._folder.iterdir()
            if path.is_file()
            and not path.name.startswith(".")
            and (kinds is None or path.suffix.lower() in kinds)
        ]
        found.sort(key=lambda path: (-path.stat().st_mtime_ns, path.name))
        return [Picture(path.name, path) for path in found[:PICTURES_SHOWN_MAX]]

    def film(self) -> Picture | Lack:
        """The next film of the folder, round and round."""
        found = self.files("video")
        if isinstance(found, Lack) or not found:
            return Lack("none")
        self._filmed += 1
        return sorted(found, key=lambda film: film.name)[(self._filmed - 1) % len(found)]

    def scan(self) -> str | Lack:
        """The code on the next picture of the folder."""
        picture = self._camera.take()
        return Lack("none") if picture is None else self.read(picture.path)

    def read(self, path: Path) -> str | Lack:
        """The code on a picture."""
        return read_code(path, self._decode)


def equipment_of(folder: Path, maps: Path) -> Equipment:
    """What a computer has beside a camera and a place."""
    files = FolderFiles(folder)
    return Equipment(ArecordRecorder(), files, files, files, maps)


class PickedLocation:
    """The place a person typed or picked on the map."""

    def __init__(self, place: Mapping[str, str] | None = None) -> None:
        self._place = place

    def here(self) -> Mapping[str, str] | None:
        """lat, lon as decimal texts; None until somebody said so."""
        return self._place

    def why_not(self) -> Lack:
        """A computer has no receiver."""
        return Lack("none")

    def set_here(self, place: Mapping[str, str] | None) -> None:
        """From now on the tablet is here."""
        self._place = place


class DiskStorage:
    """Free space of the file system that holds the tablet's data."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def free_bytes(self) -> int:
        """Free bytes for this user."""
        return shutil.disk_usage(self._home).free
