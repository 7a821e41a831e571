"""What the tablet asks of its machine, as Protocols: clock, camera, place, storage, network.

`desktop.py` answers them on a computer; an Android machine has its own. Tests hand in their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


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


class Typist(Protocol):
    """A machine without a receiver: the person types or picks the place."""

    def set_here(self, place: Mapping[str, str] | None) -> None:
        """From now on the tablet is here."""
