"""The base: record states exactly as the server shipped them, and the digest of each scope.

A row that is not `current` belongs to an earlier epoch or to a scope no longer held: it is shown as
long as there is nothing newer, counts in no digest, and gives way to any put.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.records.state import RecordState, decode_held, decode_state
from sync.digest import EMPTY, from_text, replaced, row_digest, to_text
from sync.messages import Put
from sync.packing import KnownPut

IDS_AT_ONCE: Final = 500
MANY: Final = 100


@dataclass(frozen=True, slots=True)
class HeldScope:
    """A scope this tablet holds: how far it has read, where the server's head was, its digest."""

    id: str
    cursor: int
    head: int
    digest: int


def scopes(connection: sqlite3.Connection) -> list[HeldScope]:
    """All scopes held, by id."""
    rows = connection.execute("SELECT id, cursor, head, digest FROM scope ORDER BY id")
    return [HeldScope(r["id"], r["cursor"], r["head"], from_text(r["digest"])) for r in rows]


def scope(connection: sqlite3.Connection, name: str) -> HeldScope | None:
    """One scope, or None when it is not held."""
    row = connection.execute(
        "SELECT id, cursor, head, digest FROM scope WHERE id = ?", (name,)
    ).fetchone()
    if row is None:
        return None
    return HeldScope(row["id"], row["cursor"], row["head"], from_text(row["digest"]))


def begin_scope(connection: sqlite3.Connection, name: str) -> None:
    """Hold a scope from its beginning."""
    connection.execute(
        "INSERT OR REPLACE INTO scope (id, cursor, head, digest) VALUES (?, 0, 0, ?)",
        (name, to_text(EMPTY)),
    )


def reach(connection: sqlite3.Connection, name: str, cursor: int, head: int) -> None:
    """Note how far a scope has been read."""
    connection.execute(
        "UPDATE scope SET cursor = ?, head = ? WHERE id = ?", (cursor, max(head, cursor), name)
    )


class Digests:
    """Running digests of one transaction, written back once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._totals: dict[str, int] = {}

    def change(self, name: str, old: int | None, new: int | None) -> None:
        """One row of a scope went from `old` to `new` (None: not in it)."""
        total = self._totals.get(name)
        if total is None:
            held = scope(self._connection, name)
            if held is None:
                return
            total = held.digest
        self._totals[name] = replaced(total, old, new)

    def write(self) -> None:
        """Store what changed."""
        self._connection.executemany(
            "UPDATE scope SET digest = ? WHERE id = ?",
            [(to_text(total), name) for name, total in self._totals.items()],
        )


def put(connection: sqlite3.Connection, digests: Digests, name: str, data: bytes) -> KnownPut:
    """Take one state into a scope unless a newer revision is here; returns its head."""
    row = known(Put(data))
    put_all(connection, digests, name, [row])
    return row


def known(row: Put) -> KnownPut:
    """A state with its head; one that came without is read in full. Raises BadInput."""
    if isinstance(row, KnownPut):
        return row
    state = decode_state(row.state)
    return KnownPut(row.state, state.record, state.revision, state.type, state.root)


def put_all(
    connection: sqlite3.Connection, digests: Digests, name: str, rows: Sequence[KnownPut]
) -> None:
    """Take states into a scope, each unless a newer revision is here: two statements for all.

    No two of `rows` are of one record.
    """
    if len(rows) >= MANY and _take_new(connection, digests, name, rows):
        return
    before = _summands(connection, [row.record for row in rows])
    wanted: list[KnownPut] = []
    for row in rows:
        scope, revision, summand = before.get(row.record, ("", 0, None))
        if summand is not None:
            if revision > row.revision:
                continue
            digests.change(scope, summand, None)
        wanted.append(row)
    digests.change(name, None, _sum(wanted))
    connection.executemany(
        f"INSERT {_INTO} ON CONFLICT (record) DO UPDATE SET "
        "scope = excluded.scope, revision = excluded.revision, current = 1, "
        "type = excluded.type, root = excluded.root, state = excluded.state",
        _values(name, wanted),
    )


_INTO: Final = (
    "INTO base (record, scope, revision, current, type, root, state) VALUES (?, ?, ?, 1, ?, ?, ?)"
)


def _values(name: str, rows: Sequence[KnownPut]) -> Iterator[tuple[object, ...]]:
    return ((r.record, name, r.revision, r.type, r.root, r.state) for r in rows)


def _sum(rows: Sequence[KnownPut]) -> int:
    return sum(row_digest(row.record, row.revision, row.state) for row in rows)


def _take_new(
    connection: sqlite3.Connection, digests: Digests, name: str, rows: Sequence[KnownPut]
) -> bool:
    """The usual case of a download: none of these records was here. False, and nothing done, when
    one was."""
    connection.execute("SAVEPOINT taking")
    taken = connection.executemany(f"INSERT OR IGNORE {_INTO}", _values(name, rows)).rowcount
    if taken != len(rows):
        connection.execute("ROLLBACK TO taking")
    connection.execute("RELEASE taking")
    if taken == len(rows):
        digests.change(name, None, _sum(rows))
    return taken == len(rows)


def _summands(
    connection: sqlite3.Connection, records: Sequence[str]
) -> dict[str, tuple[str, int, int]]:
    """Scope, revision and row digest of those of these records that are here and count."""
    found: dict[str, tuple[str, int, int]] = {}
    for start in range(0, len(records), IDS_AT_ONCE):
        part = records[start : start + IDS_AT_ONCE]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT record, scope, revision, state FROM base WHERE record IN ({marks})"  # noqa: S608
        for row in connection.execute(f"{sql} AND current = 1", part):
            summand = row_digest(row["record"], row["revision"], row["state"])
            found[row["record"]] = (row["scope"], row["revision"], summand)
    return found


def leave(
    connection: sqlite3.Connection, digests: Digests, name: str, record: str, revision: int
) -> str | None:
    """End a record's membership of a scope; one that moved on is untouched. Returns its root.

    The row counts no more; `purge` removes it at the head unless own work lies over it.
    """
    old = connection.execute(
        "SELECT revision, root, state FROM base "
        "WHERE record = ? AND scope = ? AND current = 1 AND revision <= ?",
        (record, name, revision),
    ).fetchone()
    if old is None:
        return None
    digests.change(name, row_digest(record, old["revision"], old["state"]), None)
    connection.execute("UPDATE base SET current = 0 WHERE record = ?", (record,))
    return str(old["root"])


def forget(connection: sqlite3.Connection, roots: Iterable[str]) -> None:
    """Remove what no longer counts of these records: their work was received elsewhere."""
    connection.executemany(
        "DELETE FROM base WHERE root = ? AND current = 0", [(root,) for root in sorted(roots)]
    )


def set_aside(connection: sqlite3.Connection, name: str) -> None:
    """The rows of a scope no longer count: another epoch, or the scope is no longer held."""
    connection.execute("UPDATE base SET current = 0 WHERE scope = ?", (name,))


def set_aside_scopes(connection: sqlite3.Connection) -> list[str]:
    """Scopes that are no longer held and still have rows here."""
    rows = connection.execute(
        "SELECT DISTINCT scope FROM base WHERE current = 0 AND scope NOT IN (SELECT id FROM scope)"
    )
    return [row["scope"] for row in rows.fetchall()]


def purge(connection: sqlite3.Connection, name: str, keep_roots: Iterable[str]) -> set[str]:
    """Remove rows of a scope that no longer count, except of roots with own work. Returns roots."""
    rows = connection.execute(
        "SELECT DISTINCT root FROM base WHERE scope = ? AND current = 0", (name,)
    ).fetchall()
    gone = {row["root"] for row in rows} - set(keep_roots)
    connection.executemany(
        "DELETE FROM base WHERE root = ? AND scope = ? AND current = 0",
        [(root, name) for root in sorted(gone)],
    )
    return gone


def states_of(connection: sqlite3.Connection, root: str) -> dict[str, RecordState]:
    """The base states of a record and its rows."""
    rows = connection.execute("SELECT record, state FROM base WHERE root = ?", (root,))
    return {row["record"]: decode_held(row["state"]) for row in rows}


def trees_of(
    connection: sqlite3.Connection, roots: Sequence[str]
) -> dict[str, dict[str, RecordState]]:
    """The base states of several records and their rows, by root."""
    found: dict[str, dict[str, RecordState]] = {}
    for start in range(0, len(roots), IDS_AT_ONCE):
        part = roots[start : start + IDS_AT_ONCE]
        marks = ", ".join("?" * len(part))
        for row in connection.execute(
            f"SELECT root, record, state FROM base WHERE root IN ({marks})",  # noqa: S608
            part,
        ):
            found.setdefault(row["root"], {})[row["record"]] = decode_held(row["state"])
    return found


def of_type(connection: sqlite3.Connection, record_type: str) -> list[RecordState]:
    """All base states of one type; for the small registers of the programme."""
    rows = connection.execute("SELECT state FROM base WHERE type = ?", (record_type,))
    return [decode_held(row["state"]) for row in rows]


def recount(connection: sqlite3.Connection) -> Mapping[str, int]:
    """The digests computed anew from every row: what the running ones must equal."""
    totals = {held.id: EMPTY for held in scopes(connection)}
    for row in connection.execute(
        "SELECT record, scope, revision, state FROM base WHERE current = 1"
    ):
        if row["scope"] in totals:
            new = row_digest(row["record"], row["revision"], row["state"])
            totals[row["scope"]] = replaced(totals[row["scope"]], None, new)
    return totals
