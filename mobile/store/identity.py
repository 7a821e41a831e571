"""Who this database is: the device, and 64 random bits of this incarnation of it.

The bits are kept in the database AND in a file beside it that no backup takes. When they differ,
this database is a copy (restored, cloned): it must not speak with the original's number and chain,
so it becomes a new client and re-numbers what was not acknowledged.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from mobile.store import changes, settings
from mobile.store.database import TabletDatabase
from shared.clocks import Moment, WallClock, moment_of
from shared.errors import TabletStorageFailed, TabletStorageFull
from shared.ids import INCARNATION_BYTES, RANDOM_BYTES, new_client, uuid7
from sync.changes import seal
from sync.commitments import chain_start
from sync.predecessor import Predecessor, predecessor_change

RandomBytes = Callable[[int], bytes]

FILE_NAME: Final = "incarnation"
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that a power cut leaves the whole of it or nothing of it.

    Raises TabletStorageFull or TabletStorageFailed; then nothing of it takes up room.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as reason:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise _as_survey_error(reason) from reason


def move_durably(path: Path, target: Path) -> None:
    """Give a written file its name so that a power cut right after cannot undo it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as written:
        os.fsync(written.fileno())
    path.replace(target)
    _sync_folder(target.parent)


@contextmanager
def disk_errors() -> Iterator[None]:
    """What the disk refuses, as errors of ours: TabletStorageFull, TabletStorageFailed."""
    try:
        yield
    except OSError as reason:
        raise _as_survey_error(reason) from reason


def _as_survey_error(reason: OSError) -> TabletStorageFailed | TabletStorageFull:
    if reason.errno in _NO_ROOM:
        return TabletStorageFull("the disk is full")
    return TabletStorageFailed(f"a file cannot be written: {reason.strerror}")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def client_of(connection: sqlite3.Connection) -> str:
    """This client's name, empty before the tablet is enrolled."""
    return settings.read(connection, "client")


def _predecessor(connection: sqlite3.Connection, known: int | None) -> Predecessor | None:
    """What the new line says of the one before; None when there was none worth naming."""
    client = client_of(connection)
    number = settings.read_int(connection, "number") or 0
    last, _ = changes.last_of(connection, client)
    if not client or not max(number, last):
        return None
    chain = settings.read(connection, "chain")
    missing = 0
    if known is not None and known > max(number, last):
        missing = known - max(number, last)
    elif known is not None and known < number:
        at_known = changes.chain_at(connection, client, known)
        missing = changes.count_missing(connection, client, known)
        number, chain = (known, at_known) if at_known is not None else (number, chain)
    return Predecessor(client, number, chain, missing)


class Identity:
    """The incarnation of one database, in it and beside it."""

    def __init__(self, folder: Path, random_bytes: RandomBytes) -> None:
        self._file = folder / FILE_NAME
        self._random_bytes = random_bytes

    def begin(
        self,
        connection: sqlite3.Connection,
        device: str,
        known: int | None = None,
        at: Moment | None = None,
    ) -> str:
        """Become a new client of `device` with nothing acknowledged; returns its name.

        The file is written first: a crash in between is a mismatch, and the next start mints
        again. Pending changes are numbered anew from 1. With `at` the new line begins by naming
        the former client; `known` is how far the server has that one's line.
        """
        before = _predecessor(connection, known) if at is not None else None
        bits = self._random_bytes(INCARNATION_BYTES)
        write_durably(self._file, bits.hex().encode())
        client = new_client(device, bits)
        settings.write(connection, "device", device)
        settings.write(connection, "client", client)
        settings.write(connection, "number", 0)
        settings.write(connection, "chain", chain_start(client).hex())
        first = ""
        if before is not None and at is not None:
            first = self._say_before(connection, device, at, before)
        changes.renumber(connection, client, first)
        return client

    def _say_before(
        self, connection: sqlite3.Connection, device: str, at: Moment, before: Predecessor
    ) -> str:
        """Queue the line that names the former client; its id."""
        ids = [uuid7(at.wall_ms, self._random_bytes(RANDOM_BYTES)) for _ in range(2)]
        change = predecessor_change((ids[0], ids[1]), device, at, before)
        changes.append(connection, change, seal(change), ids[1], f"device:{device}")
        return change.id

    def check(self, database: TabletDatabase, clock: WallClock) -> bool:
        """At start: True when this database was a copy and became a new client."""
        client = client_of(database.reader())
        if not client or client.endswith("." + self._bits()):
            return False
        with database.writing() as connection:
            self.begin(connection, settings.read(connection, "device"), None, moment_of(clock))
        return True

    def _bits(self) -> str:
        try:
            return self._file.read_bytes()[:64].decode("ascii", "replace")
        except FileNotFoundError:
            return "none"
