"""The tablet's SQLite database: one connection that writes, one a thread that reads.

WAL with `synchronous=FULL`: a committed answer survives a power cut (measured: 200 of 200; NORMAL
keeps 0). A transaction is a `with` block; when it ends the answer is on the disk.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import sqlite_utils

from mobile.store.migrations import MIGRATIONS
from shared.errors import StorageCorrupt, TabletStorageFailed, TabletStorageFull

BeforeWrite = Callable[[str], None]
"""Called with each writing statement, and with COMMIT, before it runs: where tests cut power."""

_FULL: Final = {sqlite3.SQLITE_FULL}
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _nothing(_: str) -> None:
    """The usual case: nothing happens between two steps."""


class _Connection(sqlite3.Connection):
    """A connection that announces every writing statement."""

    before_write: BeforeWrite = staticmethod(_nothing)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if not sql.startswith(("SELECT", "PRAGMA")):
            self.before_write(sql)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        self.before_write(sql)
        return super().executemany(sql, parameters)


class TabletDatabase:
    """The database at `path`, its tables brought up to date when it is opened.

    Raises TabletStorageFull or TabletStorageFailed when the disk does not let it be opened, and
    StorageCorrupt when it is damaged.
    """

    def __init__(self, path: Path, before_write: BeforeWrite = _nothing) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = threading.RLock()
        self._readers = threading.local()
        self._all_readers: list[sqlite3.Connection] = []
        self._writer = self._connect()
        try:
            self._prepare()
        except sqlite3.DatabaseError as reason:
            self._writer.close()
            raise _as_survey_error(reason) from reason
        self._writer.before_write = before_write

    def _prepare(self) -> None:
        """Set what makes a commit durable, and bring the tables up to date."""
        # Of a new database only: what is let go gives its room back to the disk.
        self._writer.execute("PRAGMA auto_vacuum=INCREMENTAL")
        self._writer.execute("PRAGMA journal_mode=WAL").fetchone()
        self._writer.execute("PRAGMA synchronous=FULL")
        self._writer.execute("PRAGMA foreign_keys=ON")
        MIGRATIONS.apply(sqlite_utils.Database(self._writer, execute_plugins=False))

    def _connect(self) -> _Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, factory=_Connection
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA busy_timeout=5000")
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One durable transaction; inside another it is a part of that one.

        Raises TabletStorageFull when the disk is full, TabletStorageFailed for other trouble of
        the disk; then nothing of the transaction is kept.
        """
        with self._lock:
            writer = self._writer
            if writer.in_transaction:
                yield writer
                return
            try:
                writer.execute("BEGIN IMMEDIATE")
                yield writer
                writer.execute("COMMIT")
            except BaseException as reason:
                writer.rollback()
                if isinstance(reason, sqlite3.OperationalError) or _is_damage(reason):
                    raise _as_survey_error(reason) from reason
                raise

    def shrink(self) -> None:
        """Give the room of what was let go back to the disk, as far as that needs none itself."""
        with self._lock, suppress(sqlite3.OperationalError):
            self._writer.execute("PRAGMA incremental_vacuum").fetchall()
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def reader(self) -> sqlite3.Connection:
        """This thread's own connection; it cannot write and sees what is committed."""
        found: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if found is None:
            found = self._connect()
            found.execute("PRAGMA query_only=ON")
            self._readers.connection = found
            with self._lock:
                self._all_readers.append(found)
        return found

    def release_reader(self) -> None:
        """Close this thread's own connection: its thread is about to end."""
        found: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if found is None:
            return
        with self._lock:
            if found in self._all_readers:
                self._all_readers.remove(found)
                found.close()
        del self._readers.connection

    def watch_reads(self, watch: Callable[[str], None] | None) -> None:
        """Hand every statement of this thread's reader to `watch` (how many, which ones)."""
        self.reader().set_trace_callback(watch)

    def close(self) -> None:
        """Close every connection; nothing is committed by it."""
        with self._lock:
            for connection in (*self._all_readers, self._writer):
                connection.close()
            self._all_readers.clear()
            self._readers = threading.local()


def _is_damage(reason: BaseException) -> bool:
    return getattr(reason, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def _as_survey_error(reason: BaseException) -> Exception:
    if getattr(reason, "sqlite_errorcode", 0) in _FULL:
        return TabletStorageFull("the disk is full")
    if _is_damage(reason):
        return StorageCorrupt(f"the tablet's database is damaged: {reason}")
    return TabletStorageFailed(f"the tablet's database cannot be written: {reason}")
