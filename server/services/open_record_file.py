"""A file that a record names, for a person of the office who may read that record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select

from server.models import BlobReferenceRow, BlobRow
from server.services.list_review_queue import Scopes
from server.store.office import Office
from shared.errors import NotFound
from shared.ids import is_sha256

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file being read; `chunks` closes it at its end."""

    handle: BinaryIO
    size: int
    media_type: str

    def chunks(self) -> Iterator[bytes]:
        """The bytes, piece by piece."""
        with self.handle:
            while chunk := self.handle.read(CHUNK_BYTES):
                yield chunk


def open_record_file(office: Office, sha256: str, scopes: Scopes) -> OpenFile:
    """NotFound for a file that is not held, or that no record of the reader's areas names."""
    if not is_sha256(sha256):
        raise NotFound("not the name of a file")
    wanted = select(BlobRow.size, BlobRow.media_type).where(BlobRow.sha256 == sha256)
    named = select(BlobReferenceRow.sha256).where(BlobReferenceRow.sha256 == sha256)
    if scopes is not None:
        named = named.where(BlobReferenceRow.scope.in_(sorted(scopes)))
    with office.database.reading() as session:
        row = session.execute(wanted.where(named.exists())).one_or_none()
    if row is None:
        raise NotFound("no such file for this reader")
    return OpenFile(office.blobs.open(sha256), row.size, row.media_type)
