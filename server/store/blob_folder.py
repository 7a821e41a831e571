"""Files in a folder by their SHA-256: written apart, checked, made durable, then named.

fsync of the file and of its folder before anything is acknowledged (without the folder's, a power
cut lost one of fifty files; without any, fifty). A failed fsync is never retried.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from server.store.blob_store import (
    ReadFile,
    Reading,
    Upload,
    copy_checked,
    part_name,
    read_cut_name,
    read_part_name,
)
from shared.errors import BlobMismatch, BlobStoreUnavailable, NotFound, PartsMissing, StorageFull
from shared.ids import is_sha256
from sync.parts import as_ranges

_NO_SPACE: Final = (28, 122)
RETRY_AFTER_S: Final = 30
Parts = dict[int, Path]


class BlobFolder:
    """The folder of files. Never rolled back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._parts = folder / "parts"

    def prepare(self) -> None:
        """Make the folders. What other processes have under way is left alone: see `sweep`."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._parts.mkdir(exist_ok=True)

    def must_answer(self) -> None:
        """Raises BlobStoreUnavailable: a disk that is not mounted has lost no file."""
        if not self._incoming.is_dir():
            raise BlobStoreUnavailable("the folder of files is not there")

    def has(self, sha256: str) -> bool:
        """Are the bytes here?"""
        return self._path(sha256).is_file()

    def size(self, sha256: str) -> int:
        """How many bytes a file has. Raises NotFound."""
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            raise NotFound("there is no such file") from None

    def receive(self, sha256: str, chunks: Iterable[bytes]) -> int:
        """Keep bytes under their name; their size. BlobMismatch when they are not what it says."""
        with _disk_errors():
            handle, name = tempfile.mkstemp(dir=self._incoming)
            path = Path(name)
            try:
                with os.fdopen(handle, "wb") as out:
                    size = copy_checked(out, sha256, chunks)
                    out.flush()
                    os.fsync(out.fileno())
                target = self._path(sha256)
                target.parent.mkdir(exist_ok=True)
                path.replace(target)
                _sync_folder(target.parent)
                _sync_folder(self._folder)
            finally:
                path.unlink(missing_ok=True)
        return size

    def keep(self, data: bytes) -> str:
        """Keep bytes made here; their name."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.has(sha256):
            self.receive(sha256, [data])
        return sha256

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Reading:
        """The bytes from `start` on, piece by piece; NotFound at once when it is not here."""
        try:
            return ReadFile(self._path(sha256), start, length)
        except FileNotFoundError:
            raise NotFound("there is no such file") from None

    def is_sound(self, sha256: str) -> bool:
        """Do the bytes still hash to their name?"""
        try:
            return _hash_of(self._path(sha256)) == sha256
        except OSError:
            # A sector that cannot be read is damage, too.
            return False

    def names(self) -> Iterator[str]:
        """Every file that is here."""
        for folder in sorted(self._folder.iterdir()):
            if len(folder.name) == 2 and folder.is_dir():
                yield from sorted(path.name for path in folder.iterdir() if is_sha256(path.name))

    def put_part(self, upload: Upload, index: int, data: bytes, sha256: str) -> None:
        """Keep a part whose bytes were checked; a part of the same number gives way."""
        folder = self._parts / upload.place
        with _disk_errors():
            handle, name = tempfile.mkstemp(dir=self._incoming)
            path = Path(name)
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(data)
                folder.mkdir(parents=True, exist_ok=True)
                path.replace(folder / part_name(index, sha256))
            except FileNotFoundError:
                # The folder was swept between the two steps: the tablet sends the part again.
                raise BlobStoreUnavailable("the parts were swept", retry_after_s=1) from None
            finally:
                path.unlink(missing_ok=True)
            for other in folder.glob(f"{index:05d}-*"):
                if other.name != part_name(index, sha256):
                    other.unlink(missing_ok=True)

    def parts(self, upload: Upload) -> set[int]:
        """Which parts of an upload are here."""
        return set(self._found(upload))

    def uploads(self, sender: str, sha256: str) -> list[Upload]:
        """The ways in which a tablet has begun to send a file."""
        folder = self._parts / sender / sha256
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        cuts = [cut for name in names if (cut := read_cut_name(name)) is not None]
        return [Upload(sender, sha256, cut) for cut in cuts]

    def parts_bytes(self, sender: str) -> int:
        """How many bytes of unfinished files a tablet has here."""
        total = 0
        for path in (self._parts / sender).glob("*/*/*"):
            with suppress(FileNotFoundError):
                total += path.stat().st_size
        return total

    def assemble(self, upload: Upload) -> int:
        """Make the file of its parts and let go of them; its size."""
        found = self._found(upload)
        missing = upload.cut.missing(found)
        if missing:
            raise PartsMissing("parts of the file are not here", missing=as_ranges(missing))
        try:
            size = self.receive(upload.sha256, _joined([found[i] for i in sorted(found)]))
        except FileNotFoundError:
            # Another worker finished the same file meanwhile, or parts were swept.
            if self.has(upload.sha256):
                return self.size(upload.sha256)
            missing = upload.cut.missing(self._found(upload))
            raise PartsMissing("parts are gone", missing=as_ranges(missing)) from None
        except BlobMismatch:
            self._drop_damaged(upload, found)
            raise
        self.drop(upload.sender, upload.sha256)
        return size

    def drop(self, sender: str, sha256: str) -> None:
        """Let go of all parts of a file that this tablet sent."""
        shutil.rmtree(self._parts / sender / sha256, ignore_errors=True)

    def sweep(self, parts_before_ms: int, copies_before_ms: int) -> int:
        """Remove parts and half-written copies older than these times; how many."""
        old = [
            (path, before)
            for paths, before in (
                (self._parts.glob("*/*/*/*"), parts_before_ms),
                (self._incoming.iterdir(), copies_before_ms),
            )
            for path in paths
        ]
        gone = 0
        for path, before in old:
            with suppress(FileNotFoundError):
                if path.stat().st_mtime_ns < before * 1_000_000:
                    path.unlink()
                    gone += 1
        for depth in ("*/*/*", "*/*", "*"):
            for folder in list(self._parts.glob(depth)):
                with suppress(OSError):
                    folder.rmdir()
        return gone

    def _found(self, upload: Upload) -> Parts:
        """The parts that are here, of the length that their number asks for."""
        folder, found = self._parts / upload.place, Parts()
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            named = read_part_name(path.name)
            if named is None or named[0] >= upload.cut.count:
                continue
            with suppress(FileNotFoundError):
                if path.stat().st_size == upload.cut.length(named[0]):
                    found[named[0]] = path
        return found

    def _drop_damaged(self, upload: Upload, found: Parts) -> None:
        """After a power cut a part may be other bytes than came: ask for those again. Raises
        PartsMissing then; when every part is as it came, the file itself is not what it says."""
        damaged: list[int] = []
        for index, path in found.items():
            named = read_part_name(path.name)
            with suppress(FileNotFoundError):
                if named is None or _hash_of(path) != named[1]:
                    path.unlink(missing_ok=True)
                    damaged.append(index)
        if damaged:
            raise PartsMissing("parts were damaged", missing=as_ranges(damaged)) from None
        self.drop(upload.sender, upload.sha256)

    def _path(self, sha256: str) -> Path:
        assert is_sha256(sha256), "files are named by their SHA-256 only"
        return self._folder / sha256[:2] / sha256


def _joined(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        yield from _pieces_of(path)


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in _pieces_of(path):
        digest.update(chunk)
    return digest.hexdigest()


def _pieces_of(path: Path) -> Iterator[bytes]:
    with closing(ReadFile(path)) as reading:
        yield from reading


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Trouble of the disk as errors of ours; nothing that failed is acknowledged. A file that is
    gone is told apart: somebody else may have finished or swept it."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as reason:
        if reason.errno in _NO_SPACE:
            raise StorageFull("no space for files") from reason
        raise BlobStoreUnavailable(
            f"the folder of files cannot be written: {reason.strerror}", retry_after_s=RETRY_AFTER_S
        ) from reason


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
