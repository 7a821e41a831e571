"""Files as rows: which are held, who may read them, which records still miss one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.orm import Session

from server.models import (
    BlobReferenceRow,
    BlobRow,
    BlobSenderRow,
    BlobWaiverRow,
    RecordRow,
)
from server.store.bulk import rows_in
from server.store.trees import lock_roots


def blob_row(session: Session, sha256: str) -> Any:
    """The row of a file that is held, or None."""
    return session.execute(select(BlobRow.__table__).where(BlobRow.sha256 == sha256)).one_or_none()


def was_sent_by(session: Session, sha256: str, sender: str) -> bool:
    """Has this tablet shown all bytes of the file?"""
    return session.get(BlobSenderRow, (sha256, sender)) is not None


def referring_scopes(session: Session, sha256: str) -> set[str]:
    """The scopes of the records that name a file."""
    wanted = select(BlobReferenceRow.scope).where(BlobReferenceRow.sha256 == sha256).distinct()
    return set(session.scalars(wanted))


def settle_missing(session: Session, hashes: Collection[str]) -> None:
    """Count anew what the roots naming these files still miss."""
    named = select(BlobReferenceRow.root).distinct()
    roots = {row.root for row in rows_in(session, named, BlobReferenceRow.sha256, hashes)}
    if not roots:
        return
    lock_roots(session, roots)
    missing = and_(BlobRow.sha256.is_(None), BlobWaiverRow.sha256.is_(None))
    counted = (
        select(
            BlobReferenceRow.root,
            func.count(case((missing, BlobReferenceRow.sha256)).distinct()).label("missing"),
        )
        .outerjoin(BlobRow, BlobRow.sha256 == BlobReferenceRow.sha256)
        .outerjoin(BlobWaiverRow, BlobWaiverRow.sha256 == BlobReferenceRow.sha256)
        .group_by(BlobReferenceRow.root)
    )
    for row in rows_in(session, counted, BlobReferenceRow.root, roots):
        session.execute(
            update(RecordRow)
            .where(RecordRow.id == row.root, RecordRow.missing_files != row.missing)
            .values(missing_files=row.missing),
            execution_options={"synchronize_session": False},
        )
