"""The table that says which large codebooks were taken in; each has tables of its own besides."""

from __future__ import annotations

from sqlite_utils import Database


def create(db: Database) -> None:
    """Tables of the step `0009_references`."""
    db.execute(
        "CREATE TABLE reference_book (number INTEGER PRIMARY KEY, name TEXT NOT NULL, document TEXT"
        " NOT NULL, ready INTEGER NOT NULL, version TEXT NOT NULL, title_th TEXT NOT NULL,"
        " title_en TEXT NOT NULL, source TEXT NOT NULL, columns TEXT NOT NULL, rows INTEGER NOT"
        " NULL)"
    )
