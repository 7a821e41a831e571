"""What the tablet asks of its machine, as Protocols: clock, camera, place, sound, codes, network.

`desktop.py` answers them on a computer; an Android machine has its own. Tests hand in their own.
A device that gives nothing says why by a `Lack`: the screen makes a sentence of it that names what
to do, and offers the way without the device.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Why = Literal["none", "denied", "off", "busy", "gave_up", "unreadable"]


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a device gave nothing: there is `none`, the permission is `denied`, it is switched `off`,
    another app has it (`busy`), the person `gave_up`, or what it gave is `unreadable`."""

    why: Why


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be chosen or was just taken."""

    name: str
    path: Path


class Camera(Protocol):
    """Where pictures come from."""

    def pictures(self) -> Sequence[Picture]:
        """Pictures that can be chosen, newest first."""

    def take(self) -> Picture | None:
        """Take one; None when there is no camera or the person gave up."""


class FrontCamera(Protocol):
    """A camera that can also look at the person who holds the tablet."""

    def take_front(self) -> Picture | None:
        """Take one with the camera at the front; None when there is none."""


class Location(Protocol):
    """Where the tablet is."""

    def here(self) -> Mapping[str, str] | None:
        """lat, lon, accuracy (metres) as decimal texts; None when unknown."""


class Storage(Protocol):
    """How much room there is."""

    def free_bytes(self) -> int:
        """Free bytes where the tablet keeps its data."""


class Connectivity(Protocol):
    """Whether a synchronisation is worth a try, and whether it is paid for by volume."""

    def online(self) -> bool:
        """False only when there certainly is no network."""

    def metered(self) -> bool:
        """Is the network paid for by the megabyte (mobile data, somebody's hotspot)?"""


class Explaining(Protocol):
    """A receiver that can say why it knows no place."""

    def why_not(self) -> Lack:
        """Why `here()` gave nothing."""


class Recorder(Protocol):
    """A microphone. What it writes can be listened to even when it was cut off in the middle."""

    @property
    def suffix(self) -> str:
        """How the names of its files end, such as `.aac`."""

    def start(self, path: Path, quality: str = "normal") -> Lack | None:
        """Begin to write sound into a new file; `quality` is normal, low or voice-only."""

    def pause(self) -> None:
        """Write nothing for now."""

    def resume(self) -> None:
        """Go on in the same file."""

    def stop(self) -> None:
        """End the file."""

    def level(self) -> float:
        """How loud it is now, 0 to 1."""


class Scanner(Protocol):
    """Reads bar codes and QR codes."""

    def scan(self) -> str | Lack:
        """Look through the camera until a code is read."""

    def read(self, path: Path) -> str | Lack:
        """The code on a picture."""


class Films(Protocol):
    """Where videos come from."""

    def film(self) -> Picture | Lack:
        """Record one."""


class Documents(Protocol):
    """Files that can be chosen."""

    def files(self, kind: str) -> Sequence[Picture] | Lack:
        """Files to choose from, newest first; `kind` is audio, video or "" for all of them."""


class NoDevice:
    """The recorder, scanner, camera for films and files of a machine that has none of them."""

    suffix = ".none"

    def start(self, path: Path, quality: str = "normal") -> Lack | None:
        """There is no microphone."""
        return Lack("none")

    def pause(self) -> None:
        """Nothing goes on."""

    def resume(self) -> None:
        """Nothing goes on."""

    def stop(self) -> None:
        """Nothing goes on."""

    def level(self) -> float:
        """Silence."""
        return 0.0

    def scan(self) -> str | Lack:
        """There is no camera for codes."""
        return Lack("none")

    def read(self, path: Path) -> str | Lack:
        """Nothing here can read codes."""
        return Lack("none")

    def film(self) -> Picture | Lack:
        """There is no camera for films."""
        return Lack("none")

    def files(self, kind: str) -> Sequence[Picture] | Lack:
        """There is nothing to choose from."""
        return ()


@dataclass(frozen=True, slots=True)
class Equipment:
    """The devices for sound, codes, films, files; `maps` is the folder of raster maps."""

    recorder: Recorder = field(default_factory=NoDevice)
    scanner: Scanner = field(default_factory=NoDevice)
    films: Films = field(default_factory=NoDevice)
    documents: Documents = field(default_factory=NoDevice)
    maps: Path | None = None


class Typist(Protocol):
    """A machine without a receiver: the person types or picks the place."""

    def set_here(self, place: Mapping[str, str] | None) -> None:
        """From now on the tablet is here."""
