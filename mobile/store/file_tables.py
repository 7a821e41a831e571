"""The tables of files beyond their names: doubts, losses, small pictures, what mobile data cost."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

NAMED: Final = "instr(NEW.state, CAST('\"sha256\"' AS BLOB)) > 0"
"""A state that names a file has this member somewhere; looking for it costs a microsecond."""


def create(db: Database) -> None:
    """Columns and tables of the step `0003_files`."""
    for column in (
        "doubted INTEGER NOT NULL DEFAULT 0",
        "code TEXT NOT NULL DEFAULT ''",
        "forgettable INTEGER NOT NULL DEFAULT 0",
    ):
        db.execute(f"ALTER TABLE blob ADD COLUMN {column}")
    db.execute(
        "CREATE TABLE file_lost (sha256 TEXT PRIMARY KEY, reason TEXT NOT NULL, told INTEGER"
        " NOT NULL) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE thumbnail (original TEXT PRIMARY KEY, origin TEXT NOT NULL, settled INTEGER"
        " NOT NULL, tries INTEGER NOT NULL, noted_at INTEGER NOT NULL) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE original_wanted (sha256 TEXT PRIMARY KEY, asked_at INTEGER NOT NULL)"
        " WITHOUT ROWID"
    )
    db.execute("CREATE TABLE file_traffic (month TEXT PRIMARY KEY, bytes INTEGER NOT NULL)")
    # Records that were written again and name files; new ones are found by their place in the table
    # (a trigger on each insert would cost a first download 5 microseconds a row, measured).
    db.execute("CREATE TABLE pictured (record TEXT PRIMARY KEY) WITHOUT ROWID")
    # The conflict rule of the statement outside overrides an OR IGNORE in here: ask first.
    note = (
        "BEGIN INSERT INTO pictured (record) SELECT NEW.record "
        "WHERE NOT EXISTS (SELECT 1 FROM pictured WHERE record = NEW.record); END"
    )
    db.execute(f"CREATE TRIGGER pictured_update AFTER UPDATE OF state ON base WHEN {NAMED} {note}")
