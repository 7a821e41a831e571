"""Files by their SHA-256: streamed to a temporary file, checked, made durable, then named.

A name comes from bytes only, never from outside. fsync of the file and of its folder before
anything is acknowledged (without the folder's, a power cut lost one of fifty files; without any,
fifty). A failed fsync is never retried.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

from shared.errors import BlobMismatch, BlobTooLarge, NotFound, StorageFull
from shared.ids import is_sha256
from shared.limits import BLOB_BYTES_MAX

CHUNK_BYTES: Final = 256 * 1024
_NO_SPACE: Final = (28, 122)


class BlobFolder:
    """The folder of files. Never rolled back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"

    def prepare(self) -> None:
        """Make the folders; leftovers of interrupted uploads are removed."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        for left in self._incoming.iterdir():
            left.unlink(missing_ok=True)

    def has(self, sha256: str) -> bool:
        """Are the bytes here?"""
        return self._path(sha256).is_file()

    def receive(self, sha256: str, chunks: Iterable[bytes]) -> int:
        """Keep bytes under their name; their size. BlobMismatch when they are not what it says."""
        handle, name = tempfile.mkstemp(dir=self._incoming)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                size = _copy(out, sha256, chunks)
                out.flush()
                os.fsync(out.fileno())
            target = self._path(sha256)
            target.parent.mkdir(exist_ok=True)
            path.replace(target)
            _sync_folder(target.parent)
            _sync_folder(self._folder)
        except OSError as reason:
            if reason.errno in _NO_SPACE:
                raise StorageFull("no space for files") from reason
            raise
        finally:
            path.unlink(missing_ok=True)
        return size

    def keep(self, data: bytes) -> str:
        """Keep bytes made here; their name."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.has(sha256):
            self.receive(sha256, [data])
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        """The file, to be read and closed; NotFound when it is not here."""
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("there is no such file") from None

    def is_sound(self, sha256: str) -> bool:
        """Do the bytes still hash to their name?"""
        digest = hashlib.sha256()
        with self.open(sha256) as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest() == sha256

    def _path(self, sha256: str) -> Path:
        assert is_sha256(sha256), "files are named by their SHA-256 only"
        return self._folder / sha256[:2] / sha256


def _copy(out: BinaryIO, sha256: str, chunks: Iterable[bytes]) -> int:
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


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
