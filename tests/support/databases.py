"""Fresh databases for tests, the same way on SQLite and on PostgreSQL.

`Databases.new()` is empty. `Databases.copy_of(name, prepare)` is a copy of a template that
`prepare(url)` filled once a run: migrating costs its time once, not once a test.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tests.support.postgres import PostgresCluster

Prepare = Callable[[str], None]
"""Fills the empty database at a URL, and leaves no connection to it open."""


class Databases(Protocol):
    """Where a test gets its databases from."""

    kind: str

    def new(self) -> str:
        """The SQLAlchemy URL of an empty database."""
        ...

    def copy_of(self, name: str, prepare: Prepare) -> str:
        """The URL of a copy of the template of that name, which is prepared at its first use."""
        ...

    def forget(self, url: str) -> None:
        """Remove a database made by `new` or `copy_of`."""
        ...


class SqliteDatabases:
    """Databases as files in one folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._templates: dict[str, Path] = {}

    def new(self) -> str:
        return f"sqlite:///{self._next_path()}"

    def copy_of(self, name: str, prepare: Prepare) -> str:
        if name not in self._templates:
            path = self._next_path()
            prepare(f"sqlite:///{path}")
            left = path.with_name(path.name + "-wal")
            assert not left.exists(), f"the template {name!r} was left open: {left.name} is there"
            self._templates[name] = path
        copy = self._next_path()
        shutil.copyfile(self._templates[name], copy)
        return f"sqlite:///{copy}"

    def copy_of_url(self, url: str) -> str:
        """A copy of a closed database of this folder."""
        copy = self._next_path()
        shutil.copyfile(url.removeprefix("sqlite:///"), copy)
        return f"sqlite:///{copy}"

    def forget(self, url: str) -> None:
        path = Path(url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)

    def _next_path(self) -> Path:
        self._count += 1
        return self._folder / f"test_{self._count}.sqlite3"


class PostgresDatabases:
    """Databases in one running PostgreSQL."""

    kind = "postgresql"

    def __init__(self, cluster: PostgresCluster) -> None:
        self._cluster = cluster
        self._templates: dict[str, str] = {}

    def new(self) -> str:
        return self._cluster.create_database()

    def copy_of(self, name: str, prepare: Prepare) -> str:
        if name not in self._templates:
            url = self._cluster.create_database()
            prepare(url)
            self._templates[name] = url
        return self._cluster.create_database(template=self._templates[name])

    def forget(self, url: str) -> None:
        self._cluster.drop_database(url)
