"""Places in the feed: each record written gets one number in its scope, in the order of commits.

The scope's row is locked last and held to COMMIT, so nobody can read a later number before an
earlier one is there, and a cursor never skips a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import MembershipRow, ScopeRow
from server.store.bulk import insert_new, plainly, put_rows
from sync import digest

PROGRAMME = "programme"
_NUMBERS: Final = 'UPDATE "scope" SET "seq" = "seq" + ? WHERE "id" = ? RETURNING "seq", "digest"'
_DIGEST: Final = 'UPDATE "scope" SET "digest" = ? WHERE "id" = ?'
_PLACE: Final = ("scope", "record", "revision", "seq", "kind")


@dataclass(frozen=True, slots=True)
class Placed:
    """A record's new state in a scope; `old` and `new` are the summands of the digest.

    `new` is None for a scope that the record leaves.
    """

    scope: str
    record: str
    revision: int
    old: int | None
    new: int | None


def add_scopes(session: Session, scopes: Iterable[str]) -> None:
    """Make scopes that do not exist yet, empty."""
    empty = digest.to_text(digest.EMPTY)
    insert_new(
        session, ScopeRow, ({"id": scope, "seq": 0, "digest": empty} for scope in sorted(scopes))
    )


def place(session: Session, written: Iterable[Placed]) -> dict[str, int]:
    """Number the records written, one a record and scope; the number of each record."""
    by_scope: dict[str, list[Placed]] = {}
    for item in written:
        by_scope.setdefault(item.scope, []).append(item)
    numbers: dict[str, int] = {}
    rows: list[tuple[object, ...]] = []
    digests: list[tuple[str, int]] = []
    for scope in sorted(by_scope):
        items = by_scope[scope]
        row: Any = plainly(session, _NUMBERS, (len(items), scope)).one()
        seq, text = row
        total = digest.from_text(text)
        for number, item in enumerate(items, seq - len(items) + 1):
            if item.new is not None:
                numbers[item.record] = number
            total = digest.replaced(total, item.old, item.new)
            kind = "put" if item.new is not None else "leave"
            rows.append((scope, item.record, item.revision, number, kind))
        digests.append((scope, total))
    put_rows(session, MembershipRow, _PLACE, rows, ("scope", "record"))
    for scope, total in digests:
        plainly(session, _DIGEST, (digest.to_text(total), scope))
    return numbers


def sum_of_heads(session: Session) -> int:
    """The high-water mark of the installation."""
    return sum(session.scalars(select(ScopeRow.seq)))
