"""Files that the database believes to hold and the store has not: asked for from tablets again."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select

from server.models import BlobReferenceRow, BlobRow, ThumbnailRow
from server.services.want_files import withdraw_files
from server.store.bulk import IDS_AT_ONCE_MAX
from server.store.office import Office

REASON: Final = "lost_in_restore"


def withdraw_lost_files(office: Office) -> list[str]:
    """Take back that these are held, and want them; their names."""
    office.blobs.must_answer()
    with office.database.reading() as session:
        held = list(session.scalars(select(BlobRow.sha256)))
        small = list(session.scalars(select(ThumbnailRow.sha256).distinct()))
    gone = sorted(sha256 for sha256 in small if not office.blobs.has(sha256))
    for start in range(0, len(gone), IDS_AT_ONCE_MAX):
        part = gone[start : start + IDS_AT_ONCE_MAX]
        with office.database.writing() as session:
            session.execute(
                delete(ThumbnailRow).where(ThumbnailRow.sha256.in_(part)),
                execution_options={"synchronize_session": False},
            )
    lost = sorted(sha256 for sha256 in held if not office.blobs.has(sha256))
    withdraw_files(office, dict.fromkeys(lost, REASON))
    return lost


def missing_files(office: Office) -> list[str]:
    """Files that records name and the office has not: the list of what is wanted."""
    wanted = (
        select(BlobReferenceRow.sha256)
        .outerjoin(BlobRow, BlobRow.sha256 == BlobReferenceRow.sha256)
        .where(BlobRow.sha256.is_(None))
        .distinct()
        .order_by(BlobReferenceRow.sha256)
    )
    with office.database.reading() as session:
        return list(session.scalars(wanted))
