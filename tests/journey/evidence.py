"""What really lies in the databases of office and tablets, read beside the running programs.

Reading only: SQLite's WAL lets a reader look while others write.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.records.state import RecordState, decode_state
from sync.digest import EMPTY, MODULUS, row_digest, to_text


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@dataclass(frozen=True)
class ScopeDigest:
    """One scope on one side: the digest it keeps, and the one that its rows add up to."""

    kept: str
    counted: str
    records: int


def _counted(rows: list[tuple[str, int, bytes]]) -> str:
    total = EMPTY
    for record, revision, state in rows:
        total = (total + row_digest(record, revision, state)) % MODULUS
    return to_text(total)


class OfficeDatabase:
    """The office's side."""

    def __init__(self, data: Path) -> None:
        self._path = data / "office.sqlite3"
        self.blobs = data / "blobs"

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """The rows of a query."""
        with reading(self._path) as connection:
            return connection.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """The first value of the only row."""
        found = self.rows(query, *values)
        assert len(found) == 1, f"{len(found)} rows, wanted 1: {query} {values}"
        return found[0][0]

    def digest(self, scope: str) -> ScopeDigest:
        """Both digests of a scope."""
        kept = str(self.one("SELECT digest FROM scope WHERE id = ?", scope))
        rows = self.rows(
            "SELECT r.id, r.revision, r.state FROM membership m JOIN record r ON r.id = m.record "
            "WHERE m.scope = ? AND m.kind = 'put'",
            scope,
        )
        return ScopeDigest(kept, _counted([tuple(row) for row in rows]), len(rows))

    def state(self, record: str) -> RecordState:
        """A record as it was merged."""
        return decode_state(self.one("SELECT state FROM record WHERE id = ?", record))

    def roots(self, kind: str, scope: str) -> list[str]:
        """Ids of the root records of a type, oldest first."""
        rows = self.rows(
            "SELECT id FROM record WHERE type = ? AND scope = ? AND parent IS NULL AND NOT deleted "
            "ORDER BY created_at, id",
            kind,
            scope,
        )
        return [row[0] for row in rows]

    def row_counts(self, root: str) -> Counter[str]:
        """How many live rows of each kind hang below a root."""
        rows = self.rows(
            "SELECT type, count(*) FROM record WHERE root = ? AND id != root AND NOT deleted "
            "GROUP BY type",
            root,
        )
        return Counter({row[0]: row[1] for row in rows})

    def blob_count(self) -> int:
        """How many files the store holds."""
        return int(self.one("SELECT count(*) FROM blob"))


class TabletDatabase:
    """A tablet's side."""

    def __init__(self, home: Path) -> None:
        self._path = home / "tablet.db"

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """The rows of a query."""
        with reading(self._path) as connection:
            return connection.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """The first value of the only row."""
        found = self.rows(query, *values)
        assert len(found) == 1, f"{len(found)} rows, wanted 1: {query} {values}"
        return found[0][0]

    def digest(self, scope: str) -> ScopeDigest:
        """Both digests of a scope."""
        kept = str(self.one("SELECT digest FROM scope WHERE id = ?", scope))
        rows = self.rows(
            "SELECT record, revision, state FROM base WHERE scope = ? AND current", scope
        )
        return ScopeDigest(kept, _counted([tuple(row) for row in rows]), len(rows))

    def state(self, record: str) -> RecordState:
        """The base of a record: what the office sent."""
        return decode_state(self.one("SELECT state FROM base WHERE record = ?", record))

    def base_counts(self) -> Counter[str]:
        """How many records of each type came from the office."""
        rows = self.rows("SELECT type, count(*) FROM base WHERE current GROUP BY type")
        return Counter({row[0]: row[1] for row in rows})

    def change_counts(self) -> Counter[str]:
        """Own changes by what became of them."""
        rows = self.rows("SELECT status, count(*) FROM change GROUP BY status")
        return Counter({row[0]: row[1] for row in rows})

    def unsealed(self) -> int:
        """Answers that are saved and not in a change yet."""
        return int(self.one("SELECT count(*) FROM editing"))

    def setting(self, name: str) -> str:
        """A value of the tablet's settings, empty when there is none."""
        found = self.rows("SELECT value FROM meta WHERE name = ?", name)
        return str(found[0][0]) if found else ""
