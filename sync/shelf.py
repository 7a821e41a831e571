"""What the exchange of files needs from the outside: the files of a replica, and what may go now.

`mobile/store` keeps files on the disk and notes them in SQLite; tests have a shelf in memory; one
contract suite runs on both. Every method returns only after what it did is durable, but for
`keep_part`: a part that is lost in a power cut is fetched again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class FileKind(StrEnum):
    """Why a file is exchanged: what a form needs, a small picture, or the evidence itself."""

    DOCUMENT = "document"
    THUMBNAIL = "thumbnail"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file that the server has not confirmed. `size` in bytes; `doubted` when it once had: then
    it is asked before anything is sent."""

    sha256: str
    size: int
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file that this replica cannot send: `reason` is `missing` or `damaged`."""

    sha256: str
    reason: str


class FileShelf(Protocol):
    """The files of one replica."""

    def to_send(self) -> Sequence[FileToSend]:
        """Files made here that acknowledged changes name and the server has not confirmed, oldest
        first; those of changes kept aside are among them."""
        ...

    def is_sound(self, sha256: str) -> str:
        """Reads a whole file piece by piece: "" when it is what its name says, else the reason of
        `LostFile`."""
        ...

    def read(self, sha256: str, start: int, length: int) -> bytes:
        """Some bytes of a file held here; fewer when it ends or is gone."""
        ...

    def sent(self, sha256: str, code: str = "") -> None:
        """The server holds the file; `code` is what it found of it."""
        ...

    def lost(self, files: Sequence[LostFile]) -> None:
        """These cannot be sent: they are offered no more, and the office is told."""
        ...

    def lost_to_tell(self) -> Sequence[LostFile]:
        """What the office has not heard of yet."""
        ...

    def lost_told(self, names: Sequence[str]) -> None:
        """The office has heard of these."""
        ...

    def wanted_again(self, names: Sequence[str]) -> Sequence[LostFile]:
        """The server has lost these: offer again what is here; what is not is returned."""
        ...

    def to_ask_about(self) -> Sequence[str]:
        """Originals that could be let go of if the server allows it; none while there is room."""
        ...

    def forgettable(self, names: Sequence[str]) -> None:
        """The server has these in a verified backup, long enough by its own clock."""
        ...

    def thumbnails_to_send(self) -> Sequence[str]:
        """Originals made here whose thumbnail the server has not got, oldest first."""
        ...

    def thumbnail(self, original: str) -> bytes:
        """The thumbnail of an original made here; no bytes when there can be none."""
        ...

    def thumbnail_sent(self, original: str) -> None:
        """The server has the thumbnail, or it is not worth another try."""
        ...

    def documents_wanted(self) -> Sequence[str]:
        """Files that states here name and this replica must have: forms, codebooks."""
        ...

    def thumbnails_wanted(self, most: int) -> Sequence[str]:
        """Originals that states here name, without a thumbnail here and worth a try now."""
        ...

    def keep_thumbnail(self, original: str, data: bytes) -> None:
        """Keep a small picture that was received; no bytes: there is none yet."""
        ...

    def originals_wanted(self) -> Sequence[str]:
        """Files that somebody asked to see in full, oldest wish first."""
        ...

    def not_to_be_had(self, sha256: str) -> None:
        """The server does not hand out this file now: it is asked for when somebody asks again."""
        ...

    def begun(self, sha256: str) -> int:
        """How many bytes of a file that is being fetched are here."""
        ...

    def keep_part(self, sha256: str, start: int, data: bytes) -> None:
        """Bytes of a file that is being fetched, from `start` = `begun` on."""
        ...

    def finish(self, sha256: str) -> bool:
        """All bytes are here: True when they are those of the name, and the file is kept; else
        they are let go."""
        ...


class Allowance(Protocol):
    """What may be exchanged over the network as it is now, and what it cost."""

    def may(self, kind: FileKind, size: int) -> bool:
        """May so many bytes of this kind go now?"""
        ...

    def spend(self, count: int) -> None:
        """So many bytes of files went, up or down."""
        ...


class Unlimited:
    """Everything may go: a network that nobody pays for by the megabyte."""

    def may(self, kind: FileKind, size: int) -> bool:
        """Always."""
        return True

    def spend(self, count: int) -> None:
        """Nobody counts."""
