"""The port of the files' store: bytes by their SHA-256, and parts of files that are not whole yet.

Two real stores stand behind it, a folder and S3; one contract suite runs on both. A name comes
from bytes only, never from outside, and whatever `has` says was checked against its name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from server.config import Config
from shared.errors import BadInput, BlobMismatch, BlobTooLarge, InvalidInput
from shared.ids import is_sha256, is_uuid
from shared.limits import BLOB_BYTES_MAX
from sync.parts import Cut

CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way from one tablet, cut in one way: the key of its parts."""

    sender: str
    sha256: str
    cut: Cut

    def __post_init__(self) -> None:
        """The names become paths: nothing but an id and a hash may."""
        assert is_uuid(self.sender), "parts are kept by tablet"
        assert is_sha256(self.sha256), "files are named by their SHA-256 only"

    @property
    def place(self) -> str:
        """Where its parts are, below the place of parts."""
        return f"{self.sender}/{self.sha256}/{self.cut.size}-{self.cut.part_bytes}"


class Reading(Protocol):
    """A file being read; closed at its end, or by whoever stops earlier."""

    def __iter__(self) -> Iterator[bytes]:
        """The pieces, each at most CHUNK_BYTES."""
        ...

    def __next__(self) -> bytes:
        """The next piece."""
        ...

    def close(self) -> None:
        """Let go of what is open; again is the same as once."""
        ...


class BlobStore(Protocol):
    """Keeps files and parts. Every method returns only after what it says is durable, but for
    `put_part`: a part may be lost in a power cut, and is then asked for again."""

    def prepare(self) -> None:
        """Make ready at a start."""
        ...

    def must_answer(self) -> None:
        """Raises BlobStoreUnavailable when the whole store is away: no file is lost then."""
        ...

    def has(self, sha256: str) -> bool:
        """Are the bytes here?"""
        ...

    def size(self, sha256: str) -> int:
        """How many bytes a file has. Raises NotFound."""
        ...

    def receive(self, sha256: str, chunks: Iterable[bytes]) -> int:
        """Keep a whole file; its size. BlobMismatch, BlobTooLarge, StorageFull."""
        ...

    def keep(self, data: bytes) -> str:
        """Keep bytes made here; their name."""
        ...

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Reading:
        """The bytes from `start` on, piece by piece. NotFound is raised at once, not while
        reading."""
        ...

    def is_sound(self, sha256: str) -> bool:
        """Do the bytes still hash to their name?"""
        ...

    def names(self) -> Iterator[str]:
        """Every file that is here."""
        ...

    def put_part(self, upload: Upload, index: int, data: bytes, sha256: str) -> None:
        """Keep a part whose bytes were checked against `sha256`; again is the same as once."""
        ...

    def parts(self, upload: Upload) -> set[int]:
        """Which parts of an upload are here."""
        ...

    def uploads(self, sender: str, sha256: str) -> list[Upload]:
        """The ways in which a tablet has begun to send a file."""
        ...

    def parts_bytes(self, sender: str) -> int:
        """How many bytes of unfinished files a tablet has here."""
        ...

    def assemble(self, upload: Upload) -> int:
        """Make the file of its parts and let go of them; its size.

        Raises BlobMismatch when the whole is not what the name says: its parts are then gone.
        Raises PartsMissing when parts are not here, or are no longer what they were.
        """
        ...

    def drop(self, sender: str, sha256: str) -> None:
        """Let go of all parts of a file that this tablet sent."""
        ...

    def sweep(self, parts_before_ms: int, copies_before_ms: int) -> int:
        """Remove parts and half-written copies left before these times (Unix ms); how many."""
        ...


def open_blob_store(config: Config) -> BlobStore:
    """The store that the configuration names: `s3://bucket/prefix`, or the folder of the data."""
    # Imported where they are chosen: an office with a folder needs no client for S3.
    if config.blob_store:
        try:
            from server.store.blob_bucket import open_bucket
        except ImportError:
            raise InvalidInput(
                "files in a bucket need obstore: pip install 'samruat[s3]'", fields=["blobs"]
            ) from None
        return open_bucket(config.blob_store, config.blob_endpoint, config.blobs / "incoming")
    from server.store.blob_folder import BlobFolder

    return BlobFolder(config.blobs)


def copy_checked(out: BinaryIO, sha256: str, chunks: Iterable[bytes]) -> int:
    """Write a file while hashing it; its size. Raises BlobMismatch, BlobTooLarge."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > BLOB_BYTES_MAX:
            raise BlobTooLarge("the file is larger than is taken", limit=BLOB_BYTES_MAX)
        digest.update(chunk)
        out.write(chunk)
    if digest.hexdigest() != sha256:
        raise BlobMismatch("the bytes are not those the name says")
    return size


class ReadFile:
    """A file of the disk being read from `start` on; opened at once."""

    def __init__(self, path: Path, start: int = 0, length: int | None = None) -> None:
        self._file = path.open("rb")
        self._file.seek(start)
        self._left = BLOB_BYTES_MAX if length is None else length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._file.closed:
            raise StopIteration
        chunk = self._file.read(min(CHUNK_BYTES, self._left))
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __del__(self) -> None:
        """A reader that went away leaves no open file behind."""
        if hasattr(self, "_file"):
            self._file.close()


def part_name(index: int, sha256: str) -> str:
    """The name of a part: its number and its own hash."""
    return f"{index:05d}-{sha256}"


def read_part_name(name: str) -> tuple[int, str] | None:
    """Number and hash out of such a name; None for anything else."""
    number, _, sha256 = name.partition("-")
    if len(number) != 5 or not number.isascii() or not number.isdecimal():
        return None
    return (int(number), sha256) if is_sha256(sha256) else None


def read_cut_name(name: str) -> Cut | None:
    """How a file was cut, out of the name of its place; None for anything else."""
    size, _, part = name.partition("-")
    if not (size.isascii() and size.isdecimal() and part.isascii() and part.isdecimal()):
        return None
    if len(size) > 12 or len(part) > 12:
        return None
    try:
        return Cut(int(size), int(part))
    except BadInput:
        return None
