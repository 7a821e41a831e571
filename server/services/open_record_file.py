"""A file that a record names, for a person of the office who may read that record."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from server.models import BlobReferenceRow, BlobRow, ThumbnailRow
from server.services.list_review_queue import Scopes
from server.services.open_blob import FileFacts
from server.store.office import Office
from server.store.scopes import PROGRAMME
from shared.errors import NotFound
from shared.ids import is_sha256


def find_record_file(office: Office, sha256: str, scopes: Scopes) -> FileFacts:
    """NotFound for a file that is not held, or that no record of the reader's areas names."""
    wanted = select(BlobRow.size, BlobRow.media_type, BlobRow.code).where(BlobRow.sha256 == sha256)
    with office.database.reading() as session:
        row = None
        if is_sha256(sha256):
            row = session.execute(wanted.where(_named(sha256, scopes))).one_or_none()
    if row is None:
        raise NotFound("no such file for this reader")
    return FileFacts(sha256, row.size, row.media_type, row.code or "")


def find_record_thumbnail(office: Office, original: str, scopes: Scopes) -> FileFacts:
    """The small picture that stands for a photograph. NotFound as for the photograph."""
    wanted = (
        select(ThumbnailRow.sha256, ThumbnailRow.size)
        .where(ThumbnailRow.original == original, _named(original, scopes))
        .order_by(ThumbnailRow.received_at, ThumbnailRow.sender)
        .limit(1)
    )
    with office.database.reading() as session:
        row = session.execute(wanted).one_or_none() if is_sha256(original) else None
    if row is None:
        raise NotFound("no such picture for this reader")
    return FileFacts(row.sha256, row.size, "image/jpeg")


def _named(sha256: str, scopes: Scopes) -> ColumnElement[bool]:
    named = select(BlobReferenceRow.sha256).where(BlobReferenceRow.sha256 == sha256)
    if scopes is not None:
        # What the programme publishes (media of forms) is for everybody of the office.
        named = named.where(BlobReferenceRow.scope.in_(sorted({*scopes, PROGRAMME})))
    return named.exists()
