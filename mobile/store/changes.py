"""The queue of sealed changes, and what became of each; nothing here is ever removed.

A change is `pending` until a result of the server names it, `acknowledged` until the base has
reached its position (so its overlay still shows), then `done`; or `kept_aside` in quarantine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mobile.store import settings
from sync.asides import FOR_GOOD
from sync.changes import Change, SealedChange, frame, read_change
from sync.commitments import chain_next, chain_start
from sync.messages import ChangeResult, Outcome
from sync.ports import NumberedLine
from sync.predecessor import PREDECESSOR_CODE


class Waiting(StrEnum):
    """Where a change stands between this tablet and the server."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    KEPT_ASIDE = "kept_aside"


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A change made here, as the history and the report show it. `sealed_at` in Unix ms."""

    change: Change
    client: str
    number: int
    status: Waiting
    outcome: str
    code: str
    root: str


def last_of(connection: sqlite3.Connection, client: str) -> tuple[int, str]:
    """The highest number given out and the chain there (hex)."""
    row = connection.execute(
        "SELECT number, chain FROM change WHERE client = ? ORDER BY number DESC LIMIT 1", (client,)
    ).fetchone()
    return (0, chain_start(client).hex()) if row is None else (row["number"], row["chain"])


def chain_at(connection: sqlite3.Connection, client: str, number: int) -> str | None:
    """The chain (hex) after `number`, or None when no such number was given out."""
    if number == 0:
        return chain_start(client).hex()
    row = connection.execute(
        "SELECT chain FROM change WHERE client = ? AND number = ?", (client, number)
    ).fetchone()
    return None if row is None else str(row["chain"])


def append(
    connection: sqlite3.Connection, change: Change, sealed: SealedChange, root: str, scope: str
) -> int:
    """Queue a sealed change under the next number, which is returned."""
    client = settings.read(connection, "client")
    number, chain = last_of(connection, client)
    after = chain_next(bytes.fromhex(chain), sealed.head_hash).hex()
    connection.execute(
        "INSERT INTO change (id, client, number, line, head_hash, chain, root, scope, author, "
        "status, outcome, code, superseded_by, position, sealed_at, told) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', 0, ?, 0)",
        (
            sealed.id,
            client,
            number + 1,
            sealed.line,
            sealed.head_hash,
            after,
            root,
            scope,
            change.author,
            Waiting.PENDING,
            change.saved_at,
        ),
    )
    names = {(sha256, sealed.id) for edit in change.records for sha256 in edit.blobs}
    connection.executemany("INSERT INTO change_blob (sha256, change) VALUES (?, ?)", sorted(names))
    return number + 1


def renumber(connection: sqlite3.Connection, client: str, first: str = "") -> None:
    """Give every pending change a number of `client`, from 1: `first`, then in their order."""
    rows = connection.execute(
        "SELECT id, head_hash FROM change WHERE status = ? ORDER BY id != ?, row",
        (Waiting.PENDING, first),
    ).fetchall()
    chain = chain_start(client)
    for number, row in enumerate(rows, start=1):
        chain = chain_next(chain, row["head_hash"])
        connection.execute(
            "UPDATE change SET client = ?, number = ?, chain = ? WHERE id = ?",
            (client, number, chain.hex(), row["id"]),
        )


def count_missing(connection: sqlite3.Connection, client: str, above: int) -> int:
    """How many of the numbers above `above` that were given out are no longer here."""
    row = connection.execute(
        "SELECT max(number) AS last, count(*) AS n FROM change WHERE client = ? AND number > ?",
        (client, above),
    ).fetchone()
    return 0 if row["last"] is None else int(row["last"]) - above - int(row["n"])


def pending_after(
    connection: sqlite3.Connection, client: str, after: int, count_max: int, bytes_max: int
) -> list[NumberedLine]:
    """Pending changes above `after` in order, within both bounds; at least one if there is any."""
    out: list[NumberedLine] = []
    size = 0
    rows = connection.execute(
        "SELECT number, id, line, head_hash FROM change "
        "WHERE client = ? AND number > ? AND status = ? ORDER BY number LIMIT ?",
        (client, after, Waiting.PENDING, min(count_max, 2**62)),
    )
    for row in rows:
        size += len(row["line"]) + 1
        if out and size > bytes_max:
            break
        out.append(NumberedLine(row["number"], row["id"], row["line"], row["head_hash"]))
    return out


def first_pending(connection: sqlite3.Connection, client: str) -> int | None:
    """The lowest number of this client that still waits."""
    row = connection.execute(
        "SELECT min(number) AS lowest FROM change WHERE client = ? AND status = ?",
        (client, Waiting.PENDING),
    ).fetchone()
    return None if row["lowest"] is None else int(row["lowest"])


def note_result(connection: sqlite3.Connection, client: str, result: ChangeResult) -> str | None:
    """Take a named change out of the queue; returns its root, None when it names nothing here."""
    row = connection.execute(
        "SELECT id, root, scope, status FROM change WHERE client = ? AND number = ?",
        (client, result.number),
    ).fetchone()
    if row is None or result.id not in (row["id"], None):
        return None
    scope, position = result.scope or row["scope"], result.position or 0
    status = Waiting.ACKNOWLEDGED
    if result.outcome is Outcome.QUARANTINED:
        status = Waiting.DONE if result.code == PREDECESSOR_CODE else Waiting.KEPT_ASIDE
    connection.execute(
        "UPDATE change SET told = ?, status = ?, outcome = ?, code = ?, superseded_by = ?, "
        "scope = ?, position = ? WHERE id = ?",
        (
            int(result.code == PREDECESSOR_CODE),
            status,
            result.outcome,
            result.code or "",
            result.by or "",
            scope,
            position,
            row["id"],
        ),
    )
    return str(row["root"])


def lift_reached(connection: sqlite3.Connection, scope: str, cursor: int) -> set[str]:
    """Acknowledged changes that the base has caught up with are done; returns their roots."""
    rows = connection.execute(
        "SELECT id, root FROM change WHERE status = ? AND scope = ? AND position <= ?",
        (Waiting.ACKNOWLEDGED, scope, cursor),
    ).fetchall()
    connection.executemany(
        "UPDATE change SET status = ? WHERE id = ?", [(Waiting.DONE, row["id"]) for row in rows]
    )
    return {row["root"] for row in rows}


def release(connection: sqlite3.Connection, dots: Iterable[str]) -> None:
    """Kept-aside changes that staff accepted: their dots are in a state now."""
    for dot in dots:
        connection.execute(
            "UPDATE change SET status = ?, outcome = ?, code = '' WHERE id = ? AND status = ?",
            (Waiting.DONE, Outcome.APPLIED, dot, Waiting.KEPT_ASIDE),
        )


def aside_by_root(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """(id, root) of changes that the server keeps in quarantine."""
    rows = connection.execute("SELECT id, root FROM change WHERE status = ?", (Waiting.KEPT_ASIDE,))
    return [(row["id"], row["root"]) for row in rows.fetchall()]


def note_later(connection: sqlite3.Connection, result: ChangeResult) -> str | None:
    """What has become of a change kept aside; its root when that is something else than before."""
    row = connection.execute(
        "SELECT root, scope, outcome, code FROM change WHERE id = ? AND status = ?",
        (result.id, Waiting.KEPT_ASIDE),
    ).fetchone()
    if row is None or (row["outcome"], row["code"]) == (result.outcome, result.code or ""):
        return None
    status = Waiting.ACKNOWLEDGED
    if result.outcome is Outcome.QUARANTINED:
        # Kept aside for good: it lies over the record no more, its history shows it.
        status = Waiting.DONE if result.code == FOR_GOOD else Waiting.KEPT_ASIDE
    connection.execute(
        "UPDATE change SET status = ?, outcome = ?, code = ?, superseded_by = ?, scope = ?, "
        "position = ?, told = 0 WHERE id = ?",
        (
            status,
            result.outcome,
            result.code or "",
            result.by or "",
            result.scope or row["scope"],
            result.position or 0,
            result.id,
        ),
    )
    return str(row["root"])


_ELSEWHERE = "status = ? AND scope NOT IN (SELECT id FROM scope)"


def received_elsewhere(connection: sqlite3.Connection) -> bool:
    """Is there work on a scope no longer held that the server has received meanwhile?"""
    row = connection.execute(
        f"SELECT 1 FROM change WHERE {_ELSEWHERE} LIMIT 1",  # noqa: S608
        (Waiting.ACKNOWLEDGED,),
    ).fetchone()
    return row is not None


def end_received_elsewhere(connection: sqlite3.Connection) -> set[str]:
    """No base will ever come for such work: it is done. Returns its roots."""
    rows = connection.execute(
        f"SELECT id, root FROM change WHERE {_ELSEWHERE}",  # noqa: S608
        (Waiting.ACKNOWLEDGED,),
    ).fetchall()
    connection.executemany(
        "UPDATE change SET status = ? WHERE id = ?", [(Waiting.DONE, row["id"]) for row in rows]
    )
    return {row["root"] for row in rows}


def offer_again(connection: sqlite3.Connection, client: str, above: int) -> set[str]:
    """The server forgot what lies above a number: it waits again. Returns the roots."""
    rows = connection.execute(
        "SELECT root FROM change WHERE client = ? AND number > ? AND status != ?",
        (client, above, Waiting.PENDING),
    ).fetchall()
    connection.execute(
        "UPDATE change SET status = ?, outcome = '', code = '', position = 0 "
        "WHERE client = ? AND number > ?",
        (Waiting.PENDING, client, above),
    )
    return {row["root"] for row in rows}


def adopt_former(connection: sqlite3.Connection, client: str) -> set[str]:
    """A server of another epoch may have forgotten what this tablet sent under earlier names too:
    offer it again under the present one, behind the rest. What it knows it calls duplicate."""
    rows = connection.execute(
        "SELECT id, root, head_hash FROM change WHERE client != ? ORDER BY row", (client,)
    ).fetchall()
    number, text = last_of(connection, client)
    chain = bytes.fromhex(text)
    for row in rows:
        number, chain = number + 1, chain_next(chain, row["head_hash"])
        connection.execute(
            "UPDATE change SET client = ?, number = ?, chain = ?, status = ?, position = 0 "
            "WHERE id = ?",
            (client, number, chain.hex(), Waiting.PENDING, row["id"]),
        )
    return {row["root"] for row in rows}


def kept_aside(connection: sqlite3.Connection) -> set[str]:
    """Ids of changes that the server keeps in quarantine."""
    rows = connection.execute("SELECT id FROM change WHERE status = ?", (Waiting.KEPT_ASIDE,))
    return {row["id"] for row in rows}


def shown_over(connection: sqlite3.Connection, root: str) -> list[tuple[Change, str]]:
    """Changes of a record that lie over its base, in the order they were made."""
    rows = connection.execute(
        "SELECT line, client FROM change WHERE root = ? AND status != ? ORDER BY row",
        (root, Waiting.DONE),
    )
    return [(read_change(frame(row["line"])), row["client"]) for row in rows]


def roots_over_base(connection: sqlite3.Connection) -> set[str]:
    """Roots with work of their own that the base does not have: sealed or still being typed."""
    rows = connection.execute(
        "SELECT root FROM change WHERE status != ? UNION SELECT root FROM editing", (Waiting.DONE,)
    )
    return {row["root"] for row in rows}


def own_of(connection: sqlite3.Connection, root: str) -> list[OwnChange]:
    """Every change made here to a record, oldest first: what its history adds to the base's."""
    rows = connection.execute(
        "SELECT line, client, number, status, outcome, code, root FROM change "
        "WHERE root = ? ORDER BY row",
        (root,),
    )
    return [_own(row) for row in rows]


def needing_attention(connection: sqlite3.Connection) -> list[OwnChange]:
    """Changes whose result a person should know of: conflict, superseded, kept aside, refused."""
    rows = connection.execute(
        "SELECT line, client, number, status, outcome, code, root FROM change WHERE told = 0 "
        "AND outcome IN ('conflict', 'superseded', 'quarantined', 'refused_transition') "
        "ORDER BY row"
    )
    return [_own(row) for row in rows]


def all_kept_aside(connection: sqlite3.Connection) -> list[OwnChange]:
    """Own changes that the server keeps in quarantine, oldest first."""
    rows = connection.execute(
        "SELECT line, client, number, status, outcome, code, root FROM change WHERE status = ? "
        "ORDER BY row",
        (Waiting.KEPT_ASIDE,),
    )
    return [_own(row) for row in rows]


def _own(row: sqlite3.Row) -> OwnChange:
    return OwnChange(
        read_change(frame(row["line"])),
        row["client"],
        row["number"],
        Waiting(row["status"]),
        row["outcome"],
        row["code"],
        row["root"],
    )


def count_pending(connection: sqlite3.Connection) -> int:
    """How many changes are on this tablet only."""
    row = connection.execute(
        "SELECT count(*) AS n FROM change WHERE status = ?", (Waiting.PENDING,)
    ).fetchone()
    return int(row["n"])


def count_of(connection: sqlite3.Connection, root: str) -> int:
    """How many saves of a record lie over its base, open ones too."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM change WHERE root = :root AND status != :done) + "
        "EXISTS (SELECT 1 FROM editing WHERE root = :root) AS n",
        {"root": root, "done": Waiting.DONE},
    ).fetchone()
    return int(row["n"])


def count_editing(connection: sqlite3.Connection) -> int:
    """How many records have answers that are not sealed yet."""
    row = connection.execute("SELECT count(DISTINCT root) AS n FROM editing").fetchone()
    return int(row["n"])
