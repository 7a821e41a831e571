"""Changes kept aside because their record had not arrived, and whose record may be here now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from server.models import QuarantineRow, RecordRow
from server.store.bulk import plainly
from server.store.rights import Rights, load_rights
from shared.errors import BadInput
from sync.changes import Change, Operation, frame, read_change

ROUNDS_MAX = 10
WAITING_MAX = 500
_ANY = (
    'SELECT 1 FROM "quarantine" WHERE "waits_for" IS NOT NULL AND "released_at" IS NULL '
    'AND "closed_at" IS NULL LIMIT 1'
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change in quarantine that waits for one record."""

    quarantine: str
    waits_for: str
    change: Change
    line: bytes
    head_hash: str
    client: str
    number: int
    rights: Rights


def find_waiting(session: Session, roots: Collection[str], created: set[str]) -> list[Waiting]:
    """What waits for records of these trees or for records about to be created, in order."""
    if plainly(session, _ANY).first() is None:
        return []
    table = QuarantineRow.__table__
    here = select(RecordRow.id).where(RecordRow.root.in_(sorted(roots)))
    undecided = (table.c.released_at.is_(None), table.c.closed_at.is_(None))
    waits = select(table).where(*undecided, table.c.waits_for.is_not(None))
    found: list[Waiting] = []
    wanted, seen = set(created), set[str]()
    for _ in range(ROUNDS_MAX):
        rows = session.execute(
            waits.where(or_(table.c.waits_for.in_(here), table.c.waits_for.in_(sorted(wanted))))
            .order_by(table.c.client, table.c.number)
            .limit(WAITING_MAX)
        ).all()
        new = [row for row in rows if row.id not in seen]
        if not new:
            break
        seen |= {row.id for row in new}
        found += _read(session, new)
        wanted |= {
            edit.record
            for item in found
            for edit in item.change.records
            if edit.operation is Operation.CREATE
        }
    return found


def _read(session: Session, rows: Collection[Row[Any]]) -> list[Waiting]:
    read = []
    for row in rows:
        try:
            read.append((row, read_change(frame(row.line))))
        except BadInput:
            continue
    pairs = {(_device(row.client), change.author) for row, change in read}
    rights = load_rights(session, pairs)
    return [
        Waiting(
            row.id,
            row.waits_for,
            change,
            row.line,
            row.head_hash,
            row.client,
            row.number,
            rights[_device(row.client), change.author],
        )
        for row, change in read
    ]


def _device(client: str) -> str:
    return client.partition(".")[0]
