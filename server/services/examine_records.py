"""Is everything as it was stored? States, digests, changes and chains recomputed one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import (
    ChangeRow,
    ClientRow,
    MembershipRow,
    QuarantineRow,
    ReceiptRow,
    ReceivedRow,
    RecordRow,
    ScopeRow,
)
from server.services.findings import Finding, bounded, care, well, wrong
from server.store.office import Office
from shared.canonical import sha256_hex
from shared.errors import BadInput
from sync import digest
from sync.changes import frame
from sync.commitments import chain_next, chain_start
from sync.receipts import short_code

ROWS_AT_ONCE: Final = 500


@dataclass(slots=True)
class _Counts:
    records: int = 0
    changes: int = 0
    clients: int = 0


def examine_records(office: Office) -> list[Finding]:
    """What is wrong with records, changes and clients' chains; one finding when nothing is."""
    counts = _Counts()
    with office.database.reading() as session:
        found = bounded(
            [
                *_records(session, counts),
                *_changes(session, counts),
                *_chains(session, counts),
                *_receipts(session),
            ]
        )
    return found or [
        well(
            "records_sound", records=counts.records, changes=counts.changes, clients=counts.clients
        )
    ]


def _records(session: Session, counts: _Counts) -> Iterator[Finding]:
    totals: dict[str, int] = {}
    rows = session.execute(
        select(
            MembershipRow.scope,
            MembershipRow.record,
            MembershipRow.revision,
            RecordRow.revision.label("held"),
            RecordRow.state,
            RecordRow.state_hash,
        )
        .join(RecordRow, RecordRow.id == MembershipRow.record)
        .where(MembershipRow.kind == "put"),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    for row in rows:
        counts.records += 1
        if sha256_hex(row.state) != row.state_hash:
            yield wrong("state_differs", record=row.record)
        if row.revision != row.held:
            yield wrong("place_forgotten", record=row.record)
        new = digest.row_digest(row.record, row.revision, row.state)
        totals[row.scope] = digest.replaced(totals.get(row.scope, digest.EMPTY), None, new)
    for scope in session.execute(select(ScopeRow.id, ScopeRow.digest)):
        if digest.from_text(scope.digest) != totals.get(scope.id, digest.EMPTY):
            yield wrong("digest_differs", scope=scope.id)


def _changes(session: Session, counts: _Counts) -> Iterator[Finding]:
    rows = session.execute(
        select(ChangeRow.id, ChangeRow.line, ChangeRow.head_hash),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    for row in rows:
        counts.changes += 1
        try:
            sound = frame(row.line).head_hash.hex() == row.head_hash
        except BadInput:
            sound = False
        if not sound:
            yield wrong("change_differs", change=row.id)


def _chains(session: Session, counts: _Counts) -> Iterator[Finding]:
    clients = {row.id: row for row in session.execute(select(ClientRow.__table__))}
    at = {client: (0, chain_start(client)) for client in clients}
    broken = set[str]()
    for row in session.execute(
        select(
            ReceivedRow.client,
            ReceivedRow.number,
            ReceivedRow.head_hash,
            ReceivedRow.chain,
            ChangeRow.id.label("change"),
            QuarantineRow.id.label("aside"),
        )
        .outerjoin(ChangeRow, ChangeRow.id == ReceivedRow.change)
        .outerjoin(QuarantineRow, QuarantineRow.id == ReceivedRow.quarantine)
        .order_by(ReceivedRow.client, ReceivedRow.number),
        execution_options={"yield_per": ROWS_AT_ONCE},
    ):
        number, chain = at.get(row.client, (0, chain_start(row.client)))
        chain = chain_next(chain, bytes.fromhex(row.head_hash))
        fits = row.number == number + 1 and row.chain == chain.hex()
        if not fits and row.client not in broken:
            broken.add(row.client)
            yield wrong("chain_broken", client=row.client, number=row.number)
        if row.change is None and row.aside is None:
            yield wrong("line_without_change", client=row.client, number=row.number)
        at[row.client] = (row.number, bytes.fromhex(row.chain))
    for client, row in clients.items():
        counts.clients += 1
        if (row.number, row.chain) != (at[client][0], at[client][1].hex()):
            yield wrong("chain_broken", client=client, number=row.number)


def _receipts(session: Session) -> Iterator[Finding]:
    """Has everything that a receipt was given for stayed here?"""
    rows = session.execute(
        select(ReceiptRow.client, ReceiptRow.number, ReceiptRow.signature, ReceivedRow.chain)
        .outerjoin(
            ReceivedRow,
            (ReceivedRow.client == ReceiptRow.client)
            & (ReceivedRow.number == ReceiptRow.number)
            & (ReceivedRow.chain == ReceiptRow.chain),
        )
        .where(ReceiptRow.number > 0, ReceivedRow.chain.is_(None))
        .order_by(ReceiptRow.client, ReceiptRow.number)
    )
    for row in rows:
        said = short_code(row.signature)
        yield care("receipt_not_held", receipt=said, client=row.client, number=row.number)
