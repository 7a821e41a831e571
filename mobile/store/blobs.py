"""Files by the SHA-256 of their bytes: photographs, signatures, form documents, codebooks.

A file is on the disk, synchronised with its folder, before a row names it. (Power cut over 50
files: written and renamed kept 0, with fsync of file and folder 50.)
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mobile.store.changes import Waiting
from mobile.store.identity import disk_errors, move_durably, write_durably
from shared.canonical import sha256_hex
from shared.errors import BlobTooLarge, NotFound, StorageCorrupt
from shared.limits import BLOB_BYTES_MAX
from sync.shelf import FileToSend

MADE_HERE: Final = "here"
RECEIVED: Final = "received"
CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What is known of a file. `size` in bytes; `confirmed` when the server holds it."""

    sha256: str
    size: int
    media_type: str
    name: str
    confirmed: bool


class FileStore:
    """The folder of files of one tablet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the file of this name is, or would be."""
        return self.folder / sha256[:2] / sha256

    def write(self, data: bytes) -> str:
        """Put bytes on the disk, durably; returns their name."""
        sha256 = sha256_hex(data)
        target = self.path(sha256)
        if not target.is_file() or target.stat().st_size != len(data):
            write_durably(target, data)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes, checked against their name: NotFound, or StorageCorrupt when damaged."""
        path = self.path(sha256)
        try:
            if path.stat().st_size > BLOB_BYTES_MAX:
                raise StorageCorrupt("a file grew beyond what a file may be")
            data = path.read_bytes()
        except FileNotFoundError:
            raise NotFound("the file is not on this tablet") from None
        if sha256_hex(data) != sha256:
            raise StorageCorrupt("a file no longer has the bytes of its name")
        return data

    def read_span(self, sha256: str, start: int, length: int) -> bytes:
        """Some bytes of a file, unchecked; fewer when it ends there or is gone."""
        try:
            with self.path(sha256).open("rb") as file:
                file.seek(start)
                return file.read(length)
        except OSError:
            return b""

    def trouble(self, sha256: str) -> str:
        """Why a file cannot be handed out: "missing", "damaged", or "" when its bytes, read piece
        by piece, are those of its name."""
        try:
            return "" if _hash_of(self.path(sha256)) == sha256 else "damaged"
        except FileNotFoundError:
            return "missing"
        except OSError:
            # A sector that cannot be read.
            return "damaged"

    def size(self, sha256: str) -> int:
        """Bytes of a file that is here."""
        return self.path(sha256).stat().st_size

    # -- a file that is being fetched

    def _part(self, sha256: str) -> Path:
        return self.folder / "incoming" / f"{sha256}.part"

    def part_size(self, sha256: str) -> int:
        """How many bytes of it are here."""
        try:
            return self._part(sha256).stat().st_size
        except OSError:
            return 0

    def write_part(self, sha256: str, start: int, data: bytes) -> None:
        """Its bytes from `start` on; what lay beyond is let go. Raises TabletStorageFull."""
        path = self._part(sha256)
        if start + len(data) > BLOB_BYTES_MAX:
            raise BlobTooLarge("a file grew beyond what a file may be", limit=BLOB_BYTES_MAX)
        with disk_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("r+b" if path.exists() else "w+b") as out:
                out.truncate(start)
                out.seek(start)
                out.write(data)

    def drop_part(self, sha256: str) -> None:
        """Let go of it."""
        self._part(sha256).unlink(missing_ok=True)

    def finish_part(self, sha256: str) -> int | None:
        """Give it its name, durably; its size, or None (and it is let go) when its bytes are not
        those of the name."""
        path = self._part(sha256)
        with disk_errors():
            if _hash_of(path) != sha256:
                path.unlink(missing_ok=True)
                return None
            size = path.stat().st_size
            move_durably(path, self.path(sha256))
        return size

    # -- small pictures: made again or fetched again when they are gone, so never synchronised

    def thumbnail_path(self, original: str) -> Path:
        """Where the small picture of a photograph is, or would be."""
        return self.folder / "thumbnails" / f"{original}.jpg"

    def write_thumbnail(self, original: str, data: bytes) -> None:
        """Keep a small picture."""
        small = self.thumbnail_path(original)
        with disk_errors():
            small.parent.mkdir(parents=True, exist_ok=True)
            part = small.with_suffix(".part")
            part.write_bytes(data)
            part.replace(small)

    def holds(self, sha256: str) -> bool:
        """Is there a file of this name (its bytes are checked when it is read)?"""
        return self.path(sha256).is_file()

    def discard(self, sha256: str) -> None:
        """Remove a damaged file, so that it is fetched again."""
        self.path(sha256).unlink(missing_ok=True)


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def note(
    connection: sqlite3.Connection,
    sha256: str,
    *,
    size: int,
    media_type: str,
    name: str,
    origin: str,
    created_at: int,
) -> None:
    """Note a file that is on the disk; one known already keeps its first note."""
    connection.execute(
        "INSERT OR IGNORE INTO blob (sha256, size, media_type, name, origin, confirmed, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (sha256, size, media_type, name, origin, int(origin == RECEIVED), created_at),
    )


def known(connection: sqlite3.Connection, sha256: str) -> KeptFile | None:
    """What is noted of a file."""
    row = connection.execute("SELECT * FROM blob WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None:
        return None
    return KeptFile(
        row["sha256"], row["size"], row["media_type"], row["name"], bool(row["confirmed"])
    )


def to_send(connection: sqlite3.Connection) -> list[FileToSend]:
    """Files made here, named by a change that the server has, and not confirmed; oldest first."""
    rows = connection.execute(
        "SELECT blob.sha256, size, doubted FROM blob WHERE confirmed = 0 "
        "AND NOT EXISTS (SELECT 1 FROM file_lost WHERE file_lost.sha256 = blob.sha256) AND EXISTS ("
        "SELECT 1 FROM change_blob JOIN change ON change.id = change_blob.change "
        "WHERE change_blob.sha256 = blob.sha256 AND change.status != ?) "
        "ORDER BY created_at, blob.sha256",
        (Waiting.PENDING,),
    )
    return [FileToSend(row["sha256"], row["size"], bool(row["doubted"])) for row in rows]


def count_unconfirmed(connection: sqlite3.Connection) -> int:
    """How many files that a change names are on this tablet only."""
    row = connection.execute(
        "SELECT count(*) AS n FROM blob WHERE confirmed = 0 "
        "AND NOT EXISTS (SELECT 1 FROM file_lost WHERE file_lost.sha256 = blob.sha256) "
        "AND EXISTS (SELECT 1 FROM change_blob WHERE change_blob.sha256 = blob.sha256)"
    ).fetchone()
    return int(row["n"])


def confirm(connection: sqlite3.Connection, sha256: str, code: str = "") -> None:
    """The server holds the file; `code` is what it found of it."""
    connection.execute(
        "UPDATE blob SET confirmed = 1, doubted = 0, code = ? WHERE sha256 = ?", (code, sha256)
    )


def offer_again(connection: sqlite3.Connection, sha256: str, size: int, now_ms: int) -> None:
    """The server has lost a file that is here: it is sent again, whoever made it."""
    note(
        connection,
        sha256,
        size=size,
        media_type="application/octet-stream",
        name=sha256,
        origin=MADE_HERE,
        created_at=now_ms,
    )
    connection.execute(
        "UPDATE blob SET confirmed = 0, doubted = 0, forgettable = 0 WHERE sha256 = ?", (sha256,)
    )


def doubt_all(connection: sqlite3.Connection) -> None:
    """Another epoch: ask the server again about every file made here."""
    connection.execute(
        "UPDATE blob SET confirmed = 0, doubted = 1, forgettable = 0 WHERE origin = ?", (MADE_HERE,)
    )
    connection.execute("UPDATE file_lost SET told = 0")


def note_thumbnail(connection: sqlite3.Connection, original: str, now_ms: int) -> None:
    """A photograph was made here, and its small picture goes ahead of it."""
    connection.execute(
        "INSERT INTO thumbnail (original, origin, settled, tries, noted_at) VALUES (?, ?, 0, 0, ?) "
        "ON CONFLICT (original) DO UPDATE SET origin = excluded.origin, settled = 0 "
        "WHERE origin != excluded.origin",
        (original, MADE_HERE, now_ms),
    )
