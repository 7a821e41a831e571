"""Files that all tablets receive with what is published: forms, codebooks, and media of forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from server.models import BlobRow
from server.store.bulk import insert_new
from server.store.office import Office
from shared.canonical import sha256_hex
from shared.limits import PICTURE_HEAD_BYTES_MAX
from shared.pictures import FileKind, kind_of
from shared.records.state import OFFICE
from sync.changes import RecordEdit

_JSON = FileKind("application/json")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes are in the store: to be entered in the transaction that names it."""

    sha256: str
    size: int
    kind: FileKind


def keep_bytes(office: Office, data: bytes) -> Kept:
    """Put bytes into the store; what they are is read from themselves."""
    office.blobs.keep(data)
    return Kept(sha256_hex(data), len(data), kind_of(data[:PICTURE_HEAD_BYTES_MAX]))


def keep_document(session: Session, office: Office, sha256: str, size: int) -> None:
    """Enter a document whose bytes are in the folder already."""
    enter_files(session, office, [Kept(sha256, size, _JSON)])


def enter_files(session: Session, office: Office, files: Iterable[Kept]) -> None:
    """Enter files whose bytes are in the store already."""
    now_ms = office.clock.now_ms()
    rows = [
        {
            "sha256": one.sha256,
            "size": one.size,
            "media_type": one.kind.media_type,
            "width": one.kind.width,
            "height": one.kind.height,
            "code": one.kind.code or None,
            "received_at": now_ms,
            "received_from": OFFICE,
        }
        for one in files
    ]
    insert_new(session, BlobRow, rows)


def with_document(edit: RecordEdit, *files: str) -> RecordEdit:
    """The edit, naming its files, so that whoever reads the entry may read them."""
    return replace(edit, blobs=tuple(dict.fromkeys(files)))
