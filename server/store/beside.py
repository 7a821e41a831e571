"""A database built beside the one that serves, and put in its place when it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from server.config import DATABASE_FILE
from server.store.backup_folder import sync_path
from shared.errors import ConflictingState

_WITH = ("", "-wal", "-shm", "-journal")


class Beside(Protocol):
    """A database that is not in use yet."""

    @property
    def url(self) -> str:
        """Its SQLAlchemy URL."""
        ...

    def prepare(self) -> None:
        """Make it, empty; what an interrupted attempt left is removed."""
        ...

    def swap(self, aside: Path) -> str:
        """Put it in the place of the other, which stays; where that is now, in words."""
        ...


def beside(url: str, stage: Path) -> Beside:
    """The way of building beside for this kind of database."""
    wanted = make_url(url)
    if wanted.get_backend_name() == "sqlite":
        return _SqliteBeside(Path(wanted.database or ""), stage / DATABASE_FILE)
    return _PostgresBeside(wanted)


class _SqliteBeside:
    def __init__(self, path: Path, staged: Path) -> None:
        self._path, self._staged = path, staged

    @property
    def url(self) -> str:
        return f"sqlite:///{self._staged}"

    def prepare(self) -> None:
        for more in _WITH:
            self._staged.with_name(self._staged.name + more).unlink(missing_ok=True)

    def swap(self, aside: Path) -> str:
        if self._staged.with_name(self._staged.name + "-wal").exists():
            raise ConflictingState("the new database is still open")
        kept = ""
        for more in _WITH:
            old = self._path.with_name(self._path.name + more)
            if old.exists():
                aside.mkdir(mode=0o700, parents=True, exist_ok=True)
                old.rename(aside / old.name)
                kept = str(aside)
        self._staged.rename(self._path)
        sync_path(self._path)
        sync_path(self._path.parent)
        return kept


class _PostgresBeside:
    """Needs the right to make databases, or an empty one of the name `<database>_restoring`."""

    def __init__(self, url: URL) -> None:
        self._wanted = url
        self._name = url.database or ""
        self._staged = f"{self._name}_restoring"

    @property
    def url(self) -> str:
        return self._wanted.set(database=self._staged).render_as_string(hide_password=False)

    def prepare(self) -> None:
        engine = self._maintenance()
        try:
            with engine.connect() as connection:
                name = _quoted(engine, self._staged)
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        except DBAPIError as reason:
            raise ConflictingState(
                f"the database {self._staged} cannot be made: {reason.orig}"
            ) from reason
        finally:
            engine.dispose()

    def swap(self, aside: Path) -> str:
        engine = self._maintenance()
        try:
            with engine.connect() as connection:
                kept = self._put_away(connection, engine)
                staged, name = _quoted(engine, self._staged), _quoted(engine, self._name)
                connection.execute(text(f"ALTER DATABASE {staged} RENAME TO {name}"))
        except DBAPIError as reason:
            raise ConflictingState(
                f"the databases cannot change places: {reason.orig}; is a server still running?"
            ) from reason
        finally:
            engine.dispose()
        return kept

    def _put_away(self, connection: Connection, engine: Engine) -> str:
        names = set(connection.scalars(text("SELECT datname FROM pg_database")))
        if self._name not in names:
            return ""
        number = 1
        while (kept := f"{self._name}_replaced_{number}") in names:
            number += 1
        old, new = _quoted(engine, self._name), _quoted(engine, kept)
        connection.execute(text(f"ALTER DATABASE {old} RENAME TO {new}"))
        return kept

    def _maintenance(self) -> Engine:
        url = self._wanted.set(database="postgres")
        return create_engine(url, isolation_level="AUTOCOMMIT")


def _quoted(engine: Engine, name: str) -> str:
    return engine.dialect.identifier_preparer.quote_identifier(name)
