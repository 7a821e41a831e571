"""Small pictures of photographs: sent before them, shown until they are here.

A thumbnail is derived. It is in no change, no state, no hash that anybody signs: another program
may make another one of the same photograph, and the evidence is the same. So it is kept beside the
photograph's name, by tablet, and whoever may read the photograph may read it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import ThumbnailRow
from server.services.open_blob import FileFacts
from server.store.bulk import put
from server.store.files import blob_row, referring_scopes
from server.store.office import Office
from server.store.scopes import PROGRAMME
from shared.errors import BlobMismatch, BlobTooLarge, InvalidInput, NotAnImage, NotFound
from shared.ids import is_sha256
from shared.limits import THUMBNAIL_BYTES_MAX, THUMBNAIL_SIDE_PIXELS
from shared.pictures import JPEG, kind_of


def keep_thumbnail(office: Office, sender: str, original: str, data: bytes, own_hash: str) -> None:
    """Keep the small picture that `sender` made of `original`; again takes the place of the last.

    Raises InvalidInput, BlobTooLarge, BlobMismatch, NotAnImage for what is no small JPEG.
    """
    if not is_sha256(original):
        raise InvalidInput("a file is named by its SHA-256 in lower-case hex", fields=["sha256"])
    if len(data) > THUMBNAIL_BYTES_MAX:
        raise BlobTooLarge("a thumbnail is small", limit=THUMBNAIL_BYTES_MAX)
    if hashlib.sha256(data).hexdigest() != own_hash:
        raise BlobMismatch("the thumbnail was changed on its way")
    kind = kind_of(data)
    if kind.code or kind.media_type != JPEG:
        raise NotAnImage("a thumbnail is a small JPEG")
    if max(kind.width, kind.height) > THUMBNAIL_SIDE_PIXELS:
        raise NotAnImage("a thumbnail is a small JPEG", width=kind.width, height=kind.height)
    office.blobs.receive(own_hash, [data])
    entry = {
        "original": original,
        "sender": sender,
        "sha256": own_hash,
        "size": len(data),
        "received_at": office.clock.now_ms(),
    }
    with office.database.writing() as session:
        put(session, ThumbnailRow, [entry], ("original", "sender"))


def find_thumbnail(
    session: Session, original: str, scopes: Collection[str], sender: str
) -> FileFacts:
    """The thumbnail that came first. NotFound also for a photograph that may not be read."""
    if not is_sha256(original):
        raise NotFound("there is no such picture")
    rows = session.scalars(
        select(ThumbnailRow)
        .where(ThumbnailRow.original == original)
        .order_by(ThumbnailRow.received_at, ThumbnailRow.sender)
    ).all()
    held = blob_row(session, original)
    free = held is not None and held.received_from == sender
    if not rows or not (free or referring_scopes(session, original) & {*scopes, PROGRAMME}):
        raise NotFound("there is no such picture")
    return FileFacts(rows[0].sha256, rows[0].size, JPEG)
