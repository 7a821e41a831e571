"""Save what is unsent to a file: one `.samruat` for a stick, with nothing changed here.

The queue stays as it is: what is pushed later over the network as well is a duplicate there. Also
for a database that is damaged: whatever can still be read is saved, with a copy of the database.
"""

from __future__ import annotations

import os
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from mobile.services.capture import Capture
from mobile.store import settings
from mobile.store.blobs import CHUNK_BYTES, FileStore
from mobile.store.changes import Waiting
from mobile.store.database import TabletDatabase
from mobile.store.identity import disk_errors, move_durably
from shared.clocks import BANGKOK, WallClock
from shared.errors import NotSignedIn
from shared.limits import MESSAGE_HEADER_BYTES_MAX, PUSH_BYTES_MAX, PUSH_CHANGES_MAX
from sync.bundle import SUFFIX, BundledFile, Manifest, Origin, write_bundle
from sync.codec import encode_push
from sync.commitments import chain_next
from sync.messages import PushBatch, PushHeader
from sync.version import PROTOCOL

DATABASE: Final = "database/tablet.db"


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written: `changes` and `files` it holds, its size in bytes, files it lacks.

    `copied`: nothing could be read, and it is a copy of the database's bytes for the administrator.
    """

    path: Path
    changes: int
    files: int
    size: int
    left_out: int
    copied: bool = False


class UnsentSaver:
    """Writes the file into the folder that other apps and sticks can reach."""

    def __init__(
        self,
        database: TabletDatabase,
        files: FileStore,
        capture: Capture,
        clock: WallClock,
        folder: Path,
        app_version: str,
    ) -> None:
        self._database = database
        self._files = files
        self._capture = capture
        self._clock = clock
        self.folder = folder
        self._app_version = app_version

    def save(self) -> Saved:
        """Seal what is typed and write all that the server has not acknowledged.

        Runs where the database is written. Raises NotSignedIn before enrolment, TabletStorageFull,
        TabletStorageFailed.
        """
        self._capture.seal_all()
        now_ms = self._clock.now_ms()
        return write_unsent(
            self._database.reader(), self._files, self.folder, now_ms, self._app_version
        )


def write_unsent(
    connection: sqlite3.Connection,
    files: FileStore,
    folder: Path,
    now_ms: int,
    app_version: str,
    copy_of: Path | None = None,
) -> Saved:
    """Write the file from an open database; `copy_of` is a damaged database to take along."""
    origin = _origin(connection, now_ms, app_version)
    stamp = datetime.fromtimestamp(now_ms / 1000, BANGKOK).strftime("%Y%m%d-%H%M%S")
    target = folder / f"samruat-{origin.device[-6:]}-{stamp}{SUFFIX}"
    part = target.with_name(target.name + ".part")
    try:
        with disk_errors():
            folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                manifest = write_bundle(
                    out,
                    origin,
                    _parts(connection, origin),
                    _files(connection, files),
                    _absent(connection, files),
                    () if copy_of is None else _bytes_of(copy_of),
                )
                out.flush()
                os.fsync(out.fileno())
            move_durably(part, target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return _saved(target, manifest)


def rescue(database: Path, files: Path, folder: Path, now_ms: int, app_version: str) -> Saved:
    """From a database that cannot be opened any more: what can still be read, and all of its bytes.

    When not even whose it is can be read, a plain zip of its bytes. Raises TabletStorageFull,
    TabletStorageFailed.
    """
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return write_unsent(
                connection, FileStore(files), folder, now_ms, app_version, copy_of=database
            )
    except (sqlite3.DatabaseError, NotSignedIn):
        return _copy(database, folder, now_ms)


def _copy(database: Path, folder: Path, now_ms: int) -> Saved:
    """The bytes alone: what no program of ours can read may still be readable to somebody."""
    stamp = datetime.fromtimestamp(now_ms / 1000, BANGKOK).strftime("%Y%m%d-%H%M%S")
    target = folder / f"samruat-damaged-{stamp}.zip"
    part = target.with_name(target.name + ".part")
    try:
        with disk_errors():
            folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                    for name, chunks in _bytes_of(database):
                        with archive.open(name, "w", force_zip64=True) as entry:
                            for chunk in chunks:
                                entry.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            move_durably(part, target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Saved(target, 0, 0, target.stat().st_size, 0, copied=True)


def _bytes_of(database: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The database's files: what was saved last may stand in the write-ahead log only."""
    for suffix in ("", "-wal"):
        path = database.with_name(database.name + suffix)
        if path.exists():
            yield DATABASE + suffix, _chunks(path)


def _saved(target: Path, manifest: Manifest) -> Saved:
    return Saved(
        target,
        manifest.changes,
        len(manifest.files),
        target.stat().st_size,
        len(manifest.left_out),
    )


def _origin(connection: sqlite3.Connection, now_ms: int, app_version: str) -> Origin:
    client = settings.read(connection, "client")
    if not client:
        raise NotSignedIn("this tablet is not enrolled")
    return Origin(
        device=client.partition(".")[0],
        client=client,
        label=settings.read(connection, "label")[:200],
        server_name=settings.read(connection, "server_name")[:200],
        epoch=settings.read(connection, "epoch") or "-",
        number=settings.read_int(connection, "number") or 0,
        chain=settings.read(connection, "chain"),
        made_at=now_ms,
        app_version=app_version,
    )


def _rows(connection: sqlite3.Connection, origin: Origin) -> Iterator[sqlite3.Row]:
    """Unsent changes in their order; a row that can no longer be read is passed over."""
    numbers = connection.execute(
        "SELECT number FROM change WHERE client = ? AND number > ? AND status = ? ORDER BY number",
        (origin.client, origin.number, Waiting.PENDING),
    )
    for row in _readable(numbers):
        found = connection.execute(
            "SELECT number, line, head_hash, chain FROM change WHERE client = ? AND number = ?",
            (origin.client, row["number"]),
        )
        yield from _readable(found)


def _readable(rows: sqlite3.Cursor) -> Iterator[sqlite3.Row]:
    while True:
        try:
            row = rows.fetchone()
        except sqlite3.DatabaseError:
            return
        if row is None:
            return
        yield row


def _parts(connection: sqlite3.Connection, origin: Origin) -> Iterator[tuple[bytes, int]]:
    """Push messages of the unsent changes; a gap (damage) begins a new one."""
    room = PUSH_BYTES_MAX - MESSAGE_HEADER_BYTES_MAX
    number, chain = origin.number, origin.chain
    lines: list[bytes] = []
    size = 0
    after = chain
    for row in _rows(connection, origin):
        line = bytes(row["line"])
        full = size + len(line) + 1 > room or len(lines) >= PUSH_CHANGES_MAX
        if lines and (full or row["number"] != number + len(lines) + 1):
            yield _part(origin, number, chain, lines)
            number, chain, lines, size = number + len(lines), after, [], 0
        if not lines and row["number"] != number + 1:
            number, chain = row["number"] - 1, _chain_before(connection, origin, row["number"])
            after = chain
        lines.append(line)
        size += len(line) + 1
        after = chain_next(bytes.fromhex(after), bytes(row["head_hash"])).hex()
    if lines:
        yield _part(origin, number, chain, lines)


def _chain_before(connection: sqlite3.Connection, origin: Origin, number: int) -> str:
    row = next(
        _readable(
            connection.execute(
                "SELECT chain FROM change WHERE client = ? AND number = ?",
                (origin.client, number - 1),
            )
        ),
        None,
    )
    return origin.chain if row is None else str(row["chain"])


def _part(origin: Origin, number: int, chain: str, lines: list[bytes]) -> tuple[bytes, int]:
    header = PushHeader(PROTOCOL, origin.epoch, origin.client, number, chain)
    return encode_push(PushBatch(header, tuple(lines))), len(lines)


_NAMED: Final = (
    "SELECT sha256, size, media_type, name FROM blob WHERE confirmed = 0 AND EXISTS "
    "(SELECT 1 FROM change_blob WHERE change_blob.sha256 = blob.sha256) ORDER BY created_at, sha256"
)


def _named(connection: sqlite3.Connection) -> Iterator[BundledFile]:
    """Files that changes name and the server has not confirmed."""
    for row in _readable(connection.execute(_NAMED)):
        yield BundledFile(row["sha256"], row["size"], row["media_type"], row["name"][:200])


def _files(
    connection: sqlite3.Connection, files: FileStore
) -> Iterator[tuple[BundledFile, Iterator[bytes]]]:
    for file in _named(connection):
        if not files.trouble(file.sha256):
            path = files.path(file.sha256)
            yield replace(file, size=path.stat().st_size), _chunks(path)


def _absent(connection: sqlite3.Connection, files: FileStore) -> list[str]:
    return [file.sha256 for file in _named(connection) if files.trouble(file.sha256)]


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
