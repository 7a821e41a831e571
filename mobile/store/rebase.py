"""A scope's base built anew beside the old one, and put in its place when the digests agree.

While it is built the old rows stay on the screen. It has a cursor and a digest of its own, so that
it goes on where it was cut. Own work is not touched: it lies over whichever base there is.
"""

from __future__ import annotations

import sqlite3

from mobile.store import base
from mobile.store.base import Digests, HeldScope
from shared.records.state import decode_state
from sync.digest import EMPTY, from_text, replaced, row_digest, to_text
from sync.messages import Page, Put


def begin(connection: sqlite3.Connection, name: str) -> None:
    """Build the base of a scope anew, from its beginning."""
    drop(connection, name)
    connection.execute(
        "INSERT INTO rebase_scope (id, cursor, head, digest) VALUES (?, 0, 0, ?)",
        (name, to_text(EMPTY)),
    )


def drop(connection: sqlite3.Connection, name: str) -> None:
    """Give up building: the old base stays."""
    connection.execute("DELETE FROM rebase WHERE scope = ?", (name,))
    connection.execute("DELETE FROM rebase_scope WHERE id = ?", (name,))


def all_begun(connection: sqlite3.Connection) -> dict[str, HeldScope]:
    """The scopes whose base is being built anew, and how far."""
    rows = connection.execute("SELECT id, cursor, head, digest FROM rebase_scope ORDER BY id")
    return {
        r["id"]: HeldScope(r["id"], r["cursor"], r["head"], from_text(r["digest"])) for r in rows
    }


def begun(connection: sqlite3.Connection, name: str) -> HeldScope | None:
    """How far the new base of a scope is, None when none is being built."""
    return all_begun(connection).get(name)


def take(connection: sqlite3.Connection, held: HeldScope, page: Page) -> HeldScope:
    """Take a page into the new base; where it stands then."""
    total = held.digest
    for row in page.rows:
        if isinstance(row, Put):
            state = decode_state(row.state)
            total = replaced(total, *_exchange(connection, page.scope, state.record, row.state))
        else:
            total = replaced(total, *_exchange(connection, page.scope, row.record, None))
    after = HeldScope(page.scope, page.cursor, max(page.head, page.cursor), total)
    note(connection, after)
    return after


def note(connection: sqlite3.Connection, held: HeldScope) -> None:
    """Store how far the new base is, and its digest."""
    connection.execute(
        "UPDATE rebase_scope SET cursor = ?, head = ?, digest = ? WHERE id = ?",
        (held.cursor, held.head, to_text(held.digest), held.id),
    )


def _exchange(
    connection: sqlite3.Connection, name: str, record: str, data: bytes | None
) -> tuple[int | None, int | None]:
    """Replace one row (None: take it out); the summands before and after."""
    old = connection.execute(
        "SELECT revision, state FROM rebase WHERE scope = ? AND record = ?", (name, record)
    ).fetchone()
    was = None if old is None else row_digest(record, old["revision"], old["state"])
    if data is None:
        connection.execute("DELETE FROM rebase WHERE scope = ? AND record = ?", (name, record))
        return was, None
    state = decode_state(data)
    connection.execute(
        "INSERT INTO rebase (scope, record, revision, type, root, state) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (scope, record) DO UPDATE SET revision = excluded.revision, "
        "type = excluded.type, root = excluded.root, state = excluded.state",
        (name, record, state.revision, state.type, state.root, data),
    )
    return was, row_digest(record, state.revision, data)


def swap(connection: sqlite3.Connection, held: HeldScope) -> set[str]:
    """Put the new base in the old one's place; returns the roots whose rows differ.

    Rows that the new base lacks are set aside: they go unless own work lies over them.
    """
    roots = _differing(connection, held.id)
    digests = Digests(connection)
    moved = connection.execute(
        "SELECT base.record, base.scope, base.revision, base.state FROM base "
        "JOIN rebase ON rebase.record = base.record "
        "WHERE rebase.scope = ? AND base.scope != rebase.scope AND base.current = 1",
        (held.id,),
    ).fetchall()
    for row in moved:
        old = row_digest(row["record"], row["revision"], row["state"])
        digests.change(row["scope"], old, None)
    digests.write()
    base.set_aside(connection, held.id)
    connection.execute(
        "INSERT INTO base (record, scope, revision, current, type, root, state) "
        "SELECT record, scope, revision, 1, type, root, state FROM rebase WHERE scope = ? "
        "ON CONFLICT (record) DO UPDATE SET scope = excluded.scope, revision = excluded.revision, "
        "current = 1, type = excluded.type, root = excluded.root, state = excluded.state",
        (held.id,),
    )
    connection.execute(
        "UPDATE scope SET cursor = ?, head = ?, digest = ? WHERE id = ?",
        (held.cursor, held.head, to_text(held.digest), held.id),
    )
    drop(connection, held.id)
    return roots


def _differing(connection: sqlite3.Connection, name: str) -> set[str]:
    same = (
        "base.record = rebase.record AND base.scope = rebase.scope "
        "AND base.revision = rebase.revision AND base.state = rebase.state"
    )
    rows = connection.execute(
        f"SELECT root FROM rebase WHERE scope = ? AND NOT EXISTS (SELECT 1 FROM base WHERE {same}) "  # noqa: S608
        "UNION SELECT root FROM base WHERE scope = ? "
        f"AND NOT EXISTS (SELECT 1 FROM rebase WHERE {same})",
        (name, name),
    )
    return {row["root"] for row in rows}
