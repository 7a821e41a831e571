"""A file is read by who sent it, or by who may read a record that names it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from sqlalchemy.orm import Session

from server.store.files import blob_row, referring_scopes
from server.store.office import Office
from server.store.scopes import PROGRAMME
from shared.errors import NotFound
from shared.ids import is_sha256

CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class OpenedBlob:
    """A file to be read and closed by the caller."""

    file: BinaryIO
    size: int
    media_type: str

    def chunks(self) -> Iterator[bytes]:
        """The bytes piece by piece; the file is closed at its end."""
        with self.file:
            while chunk := self.file.read(CHUNK_BYTES):
                yield chunk


def find_blob(
    session: Session, sha256: str, scopes: Collection[str] | None, sender: str = ""
) -> tuple[int, str]:
    """Size and media type. NotFound also for what may not be read. `scopes` None: everything."""
    row = blob_row(session, sha256) if is_sha256(sha256) else None
    if row is None:
        raise NotFound("there is no such file")
    free = scopes is None or row.received_from == sender
    if not free and not referring_scopes(session, sha256) & {*(scopes or ()), PROGRAMME}:
        raise NotFound("there is no such file")
    return row.size, row.media_type


def open_blob(
    office: Office, sha256: str, scopes: Collection[str] | None, sender: str = ""
) -> OpenedBlob:
    """Open a file for somebody who holds `scopes` or sent it."""
    with office.database.reading() as session:
        size, media_type = find_blob(session, sha256, scopes, sender)
    return OpenedBlob(office.blobs.open(sha256), size, media_type)
