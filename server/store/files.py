"""Files as rows: which are held, who may read them, which records still miss one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.models import BlobReferenceRow, BlobRow, RecordRow
from server.store.bulk import rows_in
from server.store.trees import lock_roots


def blob_row(session: Session, sha256: str) -> Any:
    """The row of a file that is held, or None."""
    return session.execute(select(BlobRow.__table__).where(BlobRow.sha256 == sha256)).one_or_none()


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
    counted = (
        select(
            BlobReferenceRow.root,
            (
                func.count(BlobReferenceRow.sha256.distinct())
                - func.count(BlobRow.sha256.distinct())
            ).label("missing"),
        )
        .outerjoin(BlobRow, BlobRow.sha256 == BlobReferenceRow.sha256)
        .group_by(BlobReferenceRow.root)
    )
    for row in rows_in(session, counted, BlobReferenceRow.root, roots):
        session.execute(
            update(RecordRow)
            .where(RecordRow.id == row.root, RecordRow.missing_files != row.missing)
            .values(missing_files=row.missing),
            execution_options={"synchronize_session": False},
        )
