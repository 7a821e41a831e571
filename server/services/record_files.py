"""The files that a record names, for its page: here or not, shown or only kept, lost, waived."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import BlobReferenceRow, BlobRow, BlobWaiverRow, BlobWantRow, ThumbnailRow
from server.services.open_blob import SHOWN_IN_PAGE
from server.services.want_files import lost_words


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One file. `code` says why it is kept and never shown; `lost` what a tablet said of it (""
    when none did), `wanted` that the office once had it, `waived` why it is gone on without."""

    sha256: str
    held: bool
    picture: bool
    code: str
    thumbnail: bool
    lost: str
    wanted: bool
    waived: str

    @property
    def missing(self) -> bool:
        """Does it bar an approval?"""
        return not self.held and not self.waived


def files_of_record(session: Session, root: str) -> dict[str, RecordFile]:
    """Every file that the record or its rows name, by name."""
    rows = session.execute(
        select(
            BlobReferenceRow.sha256,
            BlobRow.media_type,
            BlobRow.code,
            BlobWaiverRow.reason.label("waived"),
            BlobWantRow.reason.label("wanted"),
        )
        .outerjoin(BlobRow, BlobRow.sha256 == BlobReferenceRow.sha256)
        .outerjoin(BlobWaiverRow, BlobWaiverRow.sha256 == BlobReferenceRow.sha256)
        .outerjoin(BlobWantRow, BlobWantRow.sha256 == BlobReferenceRow.sha256)
        .where(BlobReferenceRow.root == root)
        .order_by(BlobReferenceRow.sha256)
    ).all()
    names = {row.sha256 for row in rows}
    small = set(
        session.scalars(select(ThumbnailRow.original).where(ThumbnailRow.original.in_(names)))
    )
    away = {row.sha256 for row in rows if row.media_type is None}
    said = lost_words(session, away) if away else {}
    return {
        row.sha256: RecordFile(
            sha256=row.sha256,
            held=row.media_type is not None,
            picture=row.code is None and row.media_type in SHOWN_IN_PAGE,
            code=row.code or "",
            thumbnail=row.sha256 in small,
            lost=said[row.sha256][-1].reason if row.sha256 in said else "",
            wanted=row.wanted is not None,
            waived=row.waived or "",
        )
        for row in rows
    }
