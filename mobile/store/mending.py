"""Looking over the rows of a scope's base and putting them right, one by one, never all at once.

Everything here is computed from the rows themselves, never from the running digest, which follows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from mobile.store import base, rebase
from mobile.store.base import Digests, HeldScope
from shared.records.state import decode_state
from sync.digest import EMPTY, MODULUS, replaced, row_digest, to_text
from sync.messages import Leave, Page, Put
from sync.repair import bucket_of


def rows_of(connection: sqlite3.Connection, name: str) -> Iterator[tuple[str, int]]:
    """(record, row digest) of every row that counts: of the base being built, if one is."""
    if rebase.begun(connection, name) is not None:
        wanted = "SELECT record, revision, state FROM rebase WHERE scope = ?"
    else:
        wanted = "SELECT record, revision, state FROM base WHERE scope = ? AND current = 1"
    for row in connection.execute(wanted, (name,)):
        yield str(row["record"]), row_digest(row["record"], row["revision"], bytes(row["state"]))


def rows_in(
    connection: sqlite3.Connection, name: str, buckets: Sequence[int]
) -> list[tuple[str, int]]:
    """The rows of some buckets."""
    wanted = frozenset(buckets)
    return [row for row in rows_of(connection, name) if bucket_of(row[0]) in wanted]


def settle_digest(connection: sqlite3.Connection, name: str, total: int) -> None:
    """The running digest becomes what the rows add up to."""
    table = "rebase_scope" if rebase.begun(connection, name) is not None else "scope"
    connection.execute(f"UPDATE {table} SET digest = ? WHERE id = ?", (to_text(total), name))  # noqa: S608


def mend(
    connection: sqlite3.Connection, name: str, states: Sequence[bytes], gone: Sequence[str]
) -> set[str]:
    """Take these states whatever was held, let go of rows that are none; returns their roots.

    Digests of every scope that lost a row are computed anew from what is left.
    """
    building = rebase.begun(connection, name)
    if building is not None:
        rows = [Put(state) for state in states] + [Leave(record, 2**53) for record in gone]
        rebase.take(
            connection, building, Page(name, 0, building.cursor, building.head, tuple(rows))
        )
        return set()
    roots: set[str] = set()
    touched = {name}
    for record in [decode_state(state).record for state in states]:
        old = connection.execute(
            "SELECT scope, root FROM base WHERE record = ?", (record,)
        ).fetchone()
        if old is not None:
            touched.add(old["scope"])
            roots.add(old["root"])
            connection.execute("DELETE FROM base WHERE record = ?", (record,))
    for record in gone:
        old = connection.execute(
            "SELECT root FROM base WHERE record = ? AND scope = ?", (record, name)
        ).fetchone()
        if old is not None:
            roots.add(old["root"])
            connection.execute("DELETE FROM base WHERE record = ? AND scope = ?", (record, name))
    digests = Digests(connection)
    for state in states:
        roots.add(base.put(connection, digests, name, state).root)
    for scope in sorted(touched):
        settle_digest(connection, scope, _total(connection, scope))
    return roots


def _total(connection: sqlite3.Connection, name: str) -> int:
    total = EMPTY
    for _, digest in rows_of(connection, name):
        total = replaced(total, None, digest)
    return total


def held_totals(connection: sqlite3.Connection) -> list[tuple[HeldScope, int]]:
    """Each scope as noted, and what its rows add up to: equal unless something was damaged."""
    found = [*base.scopes(connection)]
    building = rebase.all_begun(connection)
    return [(building.get(scope.id, scope), _total(connection, scope.id)) for scope in found]


def correct_digest(connection: sqlite3.Connection, noted: HeldScope, total: int) -> None:
    """The rows of a scope added up to `total` when its digest was `noted`: correct by as much, so
    that what was applied meanwhile is kept."""
    building = rebase.begun(connection, noted.id)
    now = building or base.scope(connection, noted.id)
    if now is not None:
        settle_digest(connection, noted.id, (now.digest - noted.digest + total) % MODULUS)
