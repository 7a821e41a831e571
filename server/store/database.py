"""Transactions: writers that never lose an update, readers that see one moment, on both databases.

SQLite under Python's default transactions loses updates silently (400 acknowledged, final value
51), so transactions begin here and nowhere else: BEGIN IMMEDIATE for writers, BEGIN for readers,
WAL with synchronous=FULL. PostgreSQL: READ COMMITTED writers, REPEATABLE READ READ ONLY readers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from server.store.journal_frames import Position
from shared.errors import ClientBusy, DatabaseUnavailable, StorageFull
from shared.limits import LOCK_TIMEOUT_MS

READING = "samruat_reading"
RETRY_AFTER_S = 2
_DISK_FULL = ("disk is full", "No space left", "disk full")
_LOCK_NOT_AVAILABLE = "55P03"


class RuleBroken(DatabaseUnavailable):
    """What was written breaks a rule of the database, or is more than a column holds: a race that
    locking should have prevented, or a defect. Nothing was kept; whoever writes what a tablet sent
    tries it once more alone, and then keeps it aside instead of asking for it for ever."""


class Database:
    """An engine and the two ways to use it.

    `before_commit` is asked last in every writing transaction (the journal), `after_failure` told
    when one that it had taken note of failed all the same.
    """

    before_commit: Callable[[Session], Position | None] | None = None
    after_failure: Callable[[Position, BaseException], None] | None = None

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        if self.is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One writing transaction, committed at the end; anything but content rolls it back.

        Deadlock, timeout, disk or connection trouble, also at COMMIT, is DatabaseUnavailable; what
        the database cannot hold is RuleBroken.
        """
        noted: Position | None = None
        try:
            with (
                _as_unavailable(),
                Session(self.engine, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session
                if self.before_commit is not None:
                    noted = self.before_commit(session)
        except BaseException as reason:
            if noted is not None and self.after_failure is not None:
                self.after_failure(noted, reason)
            raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One reading transaction that sees a single moment."""
        options: dict[str, Any] = {READING: True}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _as_unavailable(), self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with Session(connection, autoflush=False) as session:
                yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except (IntegrityError, DataError, OverflowError) as reason:
        raise RuleBroken("a rule of the database", retry_after_s=RETRY_AFTER_S) from reason
    except (OperationalError, PoolTimeout) as reason:
        text = str(reason)
        if any(words in text for words in _DISK_FULL):
            raise StorageFull("the database's disk is full") from reason
        raise DatabaseUnavailable(_first_line(text), retry_after_s=RETRY_AFTER_S) from reason
    except DBAPIError as reason:
        if reason.connection_invalidated:
            raise DatabaseUnavailable("connection lost", retry_after_s=RETRY_AFTER_S) from reason
        raise
    except SQLAlchemyError:
        raise


def _first_line(text: str) -> str:
    return text.splitlines()[0][:200] if text else ""


@contextmanager
def not_waiting() -> Iterator[None]:
    """A lock taken with NOWAIT that somebody else holds: the client is busy."""
    try:
        yield
    except OperationalError as reason:
        if getattr(reason.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise ClientBusy(
                "another push of this client is being received", retry_after_s=RETRY_AFTER_S
            ) from reason
        raise


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={LOCK_TIMEOUT_MS}",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
