"""Files that the database believes to hold and the store has not: asked for from tablets again."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select

from server.models import BlobReferenceRow, BlobRow, BlobWantRow
from server.store.bulk import IDS_AT_ONCE_MAX, insert_new
from server.store.files import settle_missing
from server.store.office import Office

REASON: Final = "lost_in_restore"


def withdraw_lost_files(office: Office) -> list[str]:
    """Take back that these are held, and want them; their names."""
    with office.database.reading() as session:
        held = list(session.scalars(select(BlobRow.sha256)))
    lost = sorted(sha256 for sha256 in held if not office.blobs.has(sha256))
    now_ms = office.clock.now_ms()
    for start in range(0, len(lost), IDS_AT_ONCE_MAX):
        part = lost[start : start + IDS_AT_ONCE_MAX]
        with office.database.writing() as session:
            session.execute(
                delete(BlobRow).where(BlobRow.sha256.in_(part)),
                execution_options={"synchronize_session": False},
            )
            wanted = ({"sha256": name, "reason": REASON, "since": now_ms} for name in part)
            insert_new(session, BlobWantRow, wanted)
            settle_missing(session, part)
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
