"""Bringing a database to the present version, at every start."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from server.store.database import Database

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
HEAD: Final = "20261124_02"
"""The newest version (a test compares it with the files): most starts find it and do nothing."""
_LOCK: Final = 7_239_411_085
"""A number of ours for PostgreSQL's advisory lock: two servers starting do not migrate at once."""


def upgrade(database: Database, to: str = HEAD) -> None:
    """Run the migrations that this database has not seen, up to a version."""
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if present_version(connection) != to:
            _migrate(connection, to)


def present_version(connection: Connection) -> str | None:
    """The version of a database, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _migrate(connection: Connection, to: str) -> None:
    # Alembic is slow to import, and only a first or an upgrading start needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
