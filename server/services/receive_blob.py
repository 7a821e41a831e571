"""A file arrives: streamed, checked against its name, made durable, and only then acknowledged."""

from __future__ import annotations

import re
from collections.abc import Iterable

from server.models import BlobRow
from server.store.bulk import insert_new
from server.store.files import blob_row, settle_missing
from server.store.office import Office
from shared.errors import InvalidInput
from shared.ids import is_sha256

_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,70}")
UNKNOWN_TYPE = "application/octet-stream"


def receive_blob(
    office: Office, sha256: str, chunks: Iterable[bytes], media_type: str, sender: str
) -> bool:
    """Keep a file; True when it is new here. Twice is the same as once.

    Raises InvalidInput for a name that is no SHA-256, BlobTooLarge, BlobMismatch, StorageFull.
    """
    if not is_sha256(sha256):
        raise InvalidInput("a file is named by its SHA-256 in lower-case hex", fields=["sha256"])
    size = office.blobs.receive(sha256, chunks)
    kind = media_type if _MEDIA_TYPE.fullmatch(media_type) else UNKNOWN_TYPE
    with office.database.writing() as session:
        new = blob_row(session, sha256) is None
        insert_new(
            session,
            BlobRow,
            [
                {
                    "sha256": sha256,
                    "size": size,
                    "media_type": kind,
                    "received_at": office.clock.now_ms(),
                    "received_from": sender,
                }
            ],
        )
    if new:
        with office.database.writing() as session:
            settle_missing(session, [sha256])
    return new
