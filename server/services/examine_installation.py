"""Is everything as it was stored? States, digests, files and quarantine looked over one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import (
    BlobRow,
    ChangeRow,
    MembershipRow,
    QuarantineRow,
    RecordRow,
    ScopeRow,
)
from server.store.office import Office
from shared.canonical import sha256_hex
from sync import digest
from sync.changes import frame

ROWS_AT_ONCE: Final = 1_000


@dataclass(slots=True)
class Findings:
    """What was looked at, and what is wrong (empty: nothing)."""

    records: int = 0
    changes: int = 0
    files: int = 0
    quarantined: int = 0
    wrong: list[str] = field(default_factory=list)


def examine_installation(office: Office, *, files_too: bool = True) -> Findings:
    """Recompute every hash and digest that is stored."""
    findings = Findings()
    with office.database.reading() as session:
        _records(session, findings)
        _changes(session, findings)
        if files_too:
            _files(session, office, findings)
        waiting = select(func.count()).select_from(QuarantineRow)
        findings.quarantined = (
            session.scalar(waiting.where(QuarantineRow.released_at.is_(None))) or 0
        )
    return findings


def _records(session: Session, findings: Findings) -> None:
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
        findings.records += 1
        if sha256_hex(row.state) != row.state_hash:
            findings.wrong.append(f"record {row.record}: its state is not what was stored")
        if row.revision != row.held:
            findings.wrong.append(f"record {row.record}: its place in the feed is forgotten")
        new = digest.row_digest(row.record, row.revision, row.state)
        totals[row.scope] = digest.replaced(totals.get(row.scope, digest.EMPTY), None, new)
    for scope in session.execute(select(ScopeRow.id, ScopeRow.digest)):
        if digest.from_text(scope.digest) != totals.get(scope.id, digest.EMPTY):
            findings.wrong.append(f"scope {scope.id}: its digest is not that of its records")


def _changes(session: Session, findings: Findings) -> None:
    rows = session.execute(
        select(ChangeRow.id, ChangeRow.line, ChangeRow.head_hash),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    for row in rows:
        findings.changes += 1
        if frame(row.line).head_hash.hex() != row.head_hash:
            findings.wrong.append(f"change {row.id}: it is not what was received")


def _files(session: Session, office: Office, findings: Findings) -> None:
    for sha256 in session.scalars(select(BlobRow.sha256)):
        findings.files += 1
        if not office.blobs.has(sha256):
            findings.wrong.append(f"file {sha256}: it is not in the folder")
        elif not office.blobs.is_sound(sha256):
            findings.wrong.append(f"file {sha256}: its bytes are damaged")
