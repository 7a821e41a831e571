"""Named values of the tablet: where it stands with its server, and what a person chose."""

from __future__ import annotations

import sqlite3


def read(connection: sqlite3.Connection, name: str, default: str = "") -> str:
    """The value of `name`, or `default` when it was never set."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return default if row is None else str(row["value"])


def read_int(connection: sqlite3.Connection, name: str) -> int | None:
    """A whole number, or None when it was never set."""
    text = read(connection, name)
    return int(text) if text else None


def write(connection: sqlite3.Connection, name: str, value: str | int) -> None:
    """Set `name`."""
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, str(value)),
    )
