"""The indexes that lists are opened, sorted and searched by, and how older keys become theirs."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from shared.thai.finding import list_keys
from shared.thai.text import search_key

_INDEXES: Final = (
    # One kind in its order; a word is looked for in here, without touching the lines.
    "CREATE INDEX listing_found ON listing (type, sort_key, row, scope, search_key)",
    # Many lines of several kinds in one order.
    "CREATE INDEX listing_ordered ON listing (sort_key, row, type)",
    "CREATE INDEX idx_listing_type_status_sort_key ON listing (type, status, sort_key)",
)


def create(db: Database) -> None:
    """Keys and indexes of the step `0010_search`."""
    for name in ("listing_begun", "listing_renamed", "listing_gone"):
        db.execute(f"DROP TRIGGER {name}")
    db.execute("DROP TABLE finding")
    for name in ("idx_listing_type_sort_key", "idx_listing_type_status_sort_key"):
        db.execute(f"DROP INDEX {name}")
    rows = db.execute("SELECT row, title, coalesce(search_key, '') FROM listing").fetchall()
    db.conn.executemany(
        "UPDATE listing SET sort_key = ?, search_key = ? WHERE row = ?",
        ((*list_keys(title, _behind(title, found)), row) for row, title, found in rows),
    )
    for statement in _INDEXES:
        db.execute(statement)


def _behind(title: str, found: str) -> str:
    """What an older key said besides the title it begins with."""
    return found.removeprefix(search_key(title))
