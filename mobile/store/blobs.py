"""Files by the SHA-256 of their bytes: photographs, signatures, form documents, codebooks.

A file is on the disk, synchronised with its folder, before a row names it. (Power cut over 50
files: written and renamed kept 0, with fsync of file and folder 50.)
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mobile.store.changes import Waiting
from mobile.store.identity import write_durably
from shared.canonical import sha256_hex
from shared.errors import BlobMismatch, NotFound, StorageCorrupt
from shared.limits import BLOB_BYTES_MAX
from sync.ports import BlobToSend

MADE_HERE: Final = "here"
RECEIVED: Final = "received"


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

    def holds(self, sha256: str) -> bool:
        """Is there a file of this name (its bytes are checked when it is read)?"""
        return self.path(sha256).is_file()

    def discard(self, sha256: str) -> None:
        """Remove a damaged file, so that it is fetched again."""
        self.path(sha256).unlink(missing_ok=True)


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


def to_send(connection: sqlite3.Connection) -> list[BlobToSend]:
    """Files made here, named by a change that the server has, and not confirmed; oldest first."""
    rows = connection.execute(
        "SELECT blob.sha256, size FROM blob WHERE confirmed = 0 AND EXISTS ("
        "SELECT 1 FROM change_blob JOIN change ON change.id = change_blob.change "
        "WHERE change_blob.sha256 = blob.sha256 AND change.status != ?) "
        "ORDER BY created_at, blob.sha256",
        (Waiting.PENDING,),
    )
    return [BlobToSend(row["sha256"], row["size"]) for row in rows]


def count_unconfirmed(connection: sqlite3.Connection) -> int:
    """How many files that a change names are on this tablet only."""
    row = connection.execute(
        "SELECT count(*) AS n FROM blob WHERE confirmed = 0 "
        "AND EXISTS (SELECT 1 FROM change_blob WHERE change_blob.sha256 = blob.sha256)"
    ).fetchone()
    return int(row["n"])


def confirm(connection: sqlite3.Connection, sha256: str) -> None:
    """The server holds the file."""
    connection.execute("UPDATE blob SET confirmed = 1 WHERE sha256 = ?", (sha256,))


def doubt_all(connection: sqlite3.Connection) -> None:
    """Another epoch: ask the server again about every file made here."""
    connection.execute("UPDATE blob SET confirmed = 0 WHERE origin = ?", (MADE_HERE,))


def checked(sha256: str, data: bytes) -> None:
    """Raise BlobMismatch unless the bytes have this name."""
    if sha256_hex(data) != sha256:
        raise BlobMismatch("the bytes of a file are not those of its name")
