"""Files in an S3 bucket, or in anything that speaks its language, by their SHA-256.

A file is first written to this machine and checked, then put under its name by one atomic request;
parts are small objects. So any worker on any machine can take any part of a file. Needs the
optional packages: `pip install samruat[s3]`. Credentials are those of the AWS tools
(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, or the machine's role).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

import obstore
from obstore import exceptions
from obstore.store import S3Store

from server.store.blob_store import (
    Reading,
    Upload,
    copy_checked,
    part_name,
    read_cut_name,
    read_part_name,
)
from shared.errors import (
    BlobMismatch,
    BlobStoreUnavailable,
    InvalidInput,
    NotFound,
    PartsMissing,
    StorageFull,
)
from shared.ids import is_sha256
from shared.limits import BLOB_BYTES_MAX
from sync.parts import as_ranges

TIMEOUT: Final = timedelta(seconds=20)
TRIES: Final = 2
LISTED_AT_ONCE: Final = 1_000
READ_BYTES: Final = 256 * 1024
CHUNK_BYTES: Final = 5 * 1024 * 1024
"""The smallest piece that S3 takes of a file that is put in pieces."""
_NO_SPACE: Final = (28, 122)
_FILES, _PARTS = "files", "parts"


def open_bucket(address: str, endpoint: str, incoming: Path) -> BlobBucket:
    """The store at `s3://bucket/prefix`; `endpoint` is the address of a store that is not Amazon's.

    Raises InvalidInput for another kind of address.
    """
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise InvalidInput("a store of files is s3://BUCKET/PREFIX", fields=["blobs"])
    plain = urlsplit(endpoint)
    if endpoint and (plain.scheme not in ("http", "https") or not plain.netloc):
        raise InvalidInput("an endpoint is http://HOST or https://HOST", fields=["endpoint"])
    retry = {"max_retries": TRIES, "retry_timeout": TIMEOUT}
    options = {"allow_http": plain.scheme == "http", "timeout": TIMEOUT}
    config = {"endpoint": endpoint} if endpoint else {}
    store = S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,  # type: ignore[arg-type]
        client_options=options,  # type: ignore[arg-type]
        retry_config=retry,  # type: ignore[arg-type]
    )
    return BlobBucket(store, incoming)


class BlobBucket:
    """The bucket of files; `incoming` is a folder of this machine for what is being checked."""

    def __init__(self, store: S3Store, incoming: Path) -> None:
        self._store = store
        self._incoming = incoming

    def prepare(self) -> None:
        """Make the folder. A bucket that is away must not keep the office from opening: records
        are received without it, and files wait on the tablets."""
        self._incoming.mkdir(parents=True, exist_ok=True)

    def must_answer(self) -> None:
        """Raises BlobStoreUnavailable: what is then not found is not lost."""
        next(self._list(_FILES), None)

    def has(self, sha256: str) -> bool:
        """Are the bytes here?"""
        try:
            self.size(sha256)
        except NotFound:
            return False
        return True

    def size(self, sha256: str) -> int:
        """How many bytes a file has. Raises NotFound."""
        with _store_errors(of_a_file=True):
            return int(obstore.head(self._store, _key(sha256))["size"])

    def receive(self, sha256: str, chunks: Iterable[bytes]) -> int:
        """Keep bytes under their name; their size. BlobMismatch when they are not what it says."""
        with _disk_errors(), tempfile.TemporaryFile(dir=self._incoming) as copy:
            size = copy_checked(copy, sha256, chunks)
            self._put(sha256, copy)
        return size

    def keep(self, data: bytes) -> str:
        """Keep bytes made here; their name."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.has(sha256):
            self.receive(sha256, [data])
        return sha256

    def read(self, sha256: str, start: int = 0, length: int | None = None) -> Reading:
        """The bytes from `start` on, piece by piece; NotFound at once when it is not here."""
        end = start + (BLOB_BYTES_MAX if length is None else length)
        with _store_errors(of_a_file=True):
            found = obstore.get(self._store, _key(sha256), options={"range": (start, end)})
            return _Stream(found.stream(min_chunk_size=READ_BYTES))

    def is_sound(self, sha256: str) -> bool:
        """Do the bytes still hash to their name?"""
        digest = hashlib.sha256()
        try:
            with closing(self.read(sha256)) as reading:
                for chunk in reading:
                    digest.update(chunk)
        except NotFound:
            return False
        return digest.hexdigest() == sha256

    def names(self) -> Iterator[str]:
        """Every file that is here."""
        for path, _, _ in self._list(_FILES):
            name = path.rpartition("/")[2]
            if is_sha256(name):
                yield name

    def put_part(self, upload: Upload, index: int, data: bytes, sha256: str) -> None:
        """Keep a part whose bytes were checked; a part of the same number gives way."""
        folder = f"{_PARTS}/{upload.place}"
        name = part_name(index, sha256)
        with _store_errors():
            obstore.put(self._store, f"{folder}/{name}", data, use_multipart=False)
        for path, _, _ in self._list(folder):
            other = path.rpartition("/")[2]
            if other != name and other.startswith(name[:6]):
                self._delete([path])

    def parts(self, upload: Upload) -> set[int]:
        """Which parts of an upload are here."""
        return set(self._found(upload))

    def uploads(self, sender: str, sha256: str) -> list[Upload]:
        """The ways in which a tablet has begun to send a file."""
        place = f"{_PARTS}/{sender}/{sha256}"
        names = {path.split("/")[3] for path, _, _ in self._list(place) if path.count("/") == 4}
        cuts = [cut for name in sorted(names) if (cut := read_cut_name(name)) is not None]
        return [Upload(sender, sha256, cut) for cut in cuts]

    def parts_bytes(self, sender: str) -> int:
        """How many bytes of unfinished files a tablet has here."""
        return sum(size for _, size, _ in self._list(f"{_PARTS}/{sender}"))

    def assemble(self, upload: Upload) -> int:
        """Make the file of its parts and let go of them; its size."""
        found = self._found(upload)
        missing = upload.cut.missing(found)
        if missing:
            raise PartsMissing("parts of the file are not here", missing=as_ranges(missing))
        try:
            size = self.receive(
                upload.sha256, (self._part(path) for _, path in sorted(found.items()))
            )
        except NotFound:
            # Another worker finished the same file meanwhile, or parts were swept.
            if self.has(upload.sha256):
                return self.size(upload.sha256)
            missing = upload.cut.missing(self._found(upload))
            raise PartsMissing("parts are gone", missing=as_ranges(missing)) from None
        except BlobMismatch:
            self.drop(upload.sender, upload.sha256)
            raise
        self.drop(upload.sender, upload.sha256)
        return size

    def drop(self, sender: str, sha256: str) -> None:
        """Let go of all parts of a file that this tablet sent."""
        self._delete([path for path, _, _ in self._list(f"{_PARTS}/{sender}/{sha256}")])

    def sweep(self, parts_before_ms: int, copies_before_ms: int) -> int:
        """Remove parts older than a time; how many. A half-written copy has no name and goes with
        the process that wrote it."""
        old = [path for path, _, at_ms in self._list(_PARTS) if at_ms < parts_before_ms]
        self._delete(old)
        return len(old)

    def _put(self, sha256: str, copy: IO[bytes]) -> None:
        """One request that either names the whole file or nothing."""
        copy.seek(0)
        with _store_errors():
            obstore.put(self._store, _key(sha256), copy, chunk_size=CHUNK_BYTES, max_concurrency=2)

    def _part(self, path: str) -> bytes:
        with _store_errors(of_a_file=True):
            return bytes(obstore.get(self._store, path).bytes())

    def _found(self, upload: Upload) -> dict[int, str]:
        """The parts that are here, of the length that their number asks for."""
        found: dict[int, str] = {}
        for path, size, _ in self._list(f"{_PARTS}/{upload.place}"):
            named = read_part_name(path.rpartition("/")[2])
            if named is None or named[0] >= upload.cut.count:
                continue
            if size == upload.cut.length(named[0]):
                found[named[0]] = path
        return found

    def _list(self, prefix: str) -> Iterator[tuple[str, int, int]]:
        """Path, size and time (Unix ms) of what lies below."""
        with _store_errors():
            for some in obstore.list(self._store, prefix, chunk_size=LISTED_AT_ONCE):
                for found in some:
                    at_ms = int(found["last_modified"].timestamp() * 1000)
                    yield found["path"], int(found["size"]), at_ms

    def _delete(self, paths: list[str]) -> None:
        for start in range(0, len(paths), LISTED_AT_ONCE):
            with _store_errors():
                obstore.delete(self._store, paths[start : start + LISTED_AT_ONCE])


class _Stream:
    """An answer of the store being read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces: Iterator[bytes] | None = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._pieces is None:
            raise StopIteration
        with _store_errors():
            return bytes(next(self._pieces))

    def close(self) -> None:
        """Let go of the connection."""
        self._pieces = None


def _key(sha256: str) -> str:
    assert is_sha256(sha256), "files are named by their SHA-256 only"
    return f"{_FILES}/{sha256[:2]}/{sha256}"


@contextmanager
def _store_errors(*, of_a_file: bool = False) -> Iterator[None]:
    """Errors of the store as ours. Only what asks for a file can find that there is none: in any
    other question it is the bucket that is not there."""
    try:
        yield
    except FileNotFoundError as reason:
        if of_a_file:
            raise NotFound("there is no such file") from None
        raise BlobStoreUnavailable("there is no such bucket") from reason
    except exceptions.BaseError as reason:
        raise BlobStoreUnavailable(f"the store of files: {type(reason).__name__}") from reason


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as reason:
        if reason.errno in _NO_SPACE:
            raise StorageFull("no space for files") from reason
        raise
