"""A file arrives, whole or in parts: checked against its name, durable, then acknowledged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete

from server.models import BlobLostRow, BlobRow, BlobSenderRow, BlobWantRow
from server.store.blob_store import Upload
from server.store.bulk import insert_new
from server.store.files import blob_row, settle_missing, was_sent_by
from server.store.office import Office
from shared.errors import BlobMismatch, InvalidInput, TooManyParts
from shared.ids import is_sha256
from shared.limits import PARTS_KEPT_BYTES_MAX, PARTS_KEPT_DAYS, PICTURE_HEAD_BYTES_MAX
from shared.pictures import FileKind, kind_of
from sync.parts import Cut

DAY_MS: Final = 24 * 60 * 60 * 1000
COPY_KEPT_MS: Final = 60 * 60 * 1000
"""A copy that nobody has written to for an hour belongs to a process that is gone."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file is held. `code` says why it is kept but never shown in a page ("" for a good one)."""

    new: bool
    code: str = ""


def receive_blob(office: Office, sha256: str, chunks: Iterable[bytes], sender: str) -> Received:
    """Keep a file that came whole. Twice is the same as once.

    Raises InvalidInput for a name that is no SHA-256, BlobTooLarge, BlobMismatch, StorageFull.
    """
    _must_be_a_name(sha256)
    return enter_file(office, sha256, office.blobs.receive(sha256, chunks), sender)


def receive_part(
    office: Office, sender: str, sha256: str, cut: Cut, index: int, data: bytes, part_sha256: str
) -> None:
    """Keep one part of a file, in any order and at any worker; again is the same as once.

    Raises BadInput for a part that the file has not, InvalidInput for a wrong length, BlobMismatch
    for bytes that are not those of the part's own hash, TooManyParts.
    """
    _must_be_a_name(sha256)
    if len(data) != cut.length(index):
        raise InvalidInput("the part has another length", fields=["length"])
    if hashlib.sha256(data).hexdigest() != part_sha256:
        raise BlobMismatch("the part was changed on its way")
    upload = Upload(sender, sha256, cut)
    if not office.blobs.parts(upload):
        sweep_parts(office)
        if office.blobs.parts_bytes(sender) + cut.size > PARTS_KEPT_BYTES_MAX:
            raise TooManyParts("too many unfinished files", limit=PARTS_KEPT_BYTES_MAX)
    office.blobs.put_part(upload, index, data, part_sha256)


def parts_here(office: Office, sender: str, sha256: str) -> tuple[Cut, set[int]] | None:
    """How a tablet cut a file that it has begun to send, and which parts came; the fullest."""
    begun = [(up.cut, office.blobs.parts(up)) for up in office.blobs.uploads(sender, sha256)]
    return max(begun, key=lambda pair: len(pair[1]) * pair[0].part_bytes, default=None)


def finish_blob(office: Office, sender: str, sha256: str, cut: Cut) -> Received:
    """All parts were sent: join them, check the whole, keep it.

    Raises PartsMissing naming those to send again, BlobMismatch when the whole is another file.
    """
    _must_be_a_name(sha256)
    with office.database.reading() as session:
        row = blob_row(session, sha256)
        known = row is not None and was_sent_by(session, sha256, sender)
    if known and not office.blobs.parts(Upload(sender, sha256, cut)):
        # The answer to an earlier `done` was lost.
        return Received(new=False, code=row.code or "")
    return enter_file(office, sha256, office.blobs.assemble(Upload(sender, sha256, cut)), sender)


def sweep_parts(office: Office) -> int:
    """Housekeeping: remove parts that nobody finished in two weeks, and copies of processes that
    are gone; how many pieces. Safe at any time: what is swept is asked for again."""
    now_ms = office.clock.now_ms()
    return office.blobs.sweep(now_ms - PARTS_KEPT_DAYS * DAY_MS, now_ms - COPY_KEPT_MS)


def _must_be_a_name(sha256: str) -> None:
    if not is_sha256(sha256):
        raise InvalidInput("a file is named by its SHA-256 in lower-case hex", fields=["sha256"])


def kind_in_store(office: Office, sha256: str) -> FileKind:
    """The kind of a file that is held, by its first bytes."""
    with closing(office.blobs.read(sha256, 0, PICTURE_HEAD_BYTES_MAX)) as head:
        return kind_of(b"".join(head))


def enter_file(office: Office, sha256: str, size: int, sender: str) -> Received:
    """Say of a file in the store, whose bytes were checked against its name, that it is held."""
    kind, now_ms = kind_in_store(office, sha256), office.clock.now_ms()
    with office.database.writing() as session:
        new = blob_row(session, sha256) is None
        entry = {
            "sha256": sha256,
            "size": size,
            "media_type": kind.media_type,
            "width": kind.width,
            "height": kind.height,
            "code": kind.code or None,
            "received_at": now_ms,
            "received_from": sender,
        }
        insert_new(session, BlobRow, [entry])
        shown = {"sha256": sha256, "sender": sender, "sent_at": now_ms}
        insert_new(session, BlobSenderRow, [shown])
        for table in (BlobWantRow, BlobLostRow):
            session.execute(delete(table).where(table.sha256 == sha256))
    with office.database.writing() as session:
        # After the file's own commit: roots are locked first in every transaction that has any.
        settle_missing(session, [sha256])
    return Received(new, kind.code)
