"""A document that all tablets receive as a file: a form, a codebook."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from server.models import BlobRow
from server.store.bulk import insert_new
from server.store.office import Office
from shared.records.state import OFFICE
from sync.changes import RecordEdit


def keep_document(session: Session, office: Office, sha256: str, size: int) -> None:
    """Enter a document whose bytes are in the folder already."""
    insert_new(
        session,
        BlobRow,
        [
            {
                "sha256": sha256,
                "size": size,
                "media_type": "application/json",
                "received_at": office.clock.now_ms(),
                "received_from": OFFICE,
            }
        ],
    )


def with_document(edit: RecordEdit, sha256: str) -> RecordEdit:
    """The edit, naming its file, so that whoever reads the entry may read the file."""
    return replace(edit, blobs=(sha256,))
