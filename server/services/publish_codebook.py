"""Publishing a version of dated reference data; tablets receive it as a file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from server.models import CodebookRow
from server.services.edit_register import register_edit
from server.services.keep_document import keep_document, with_document
from server.services.record_staff_change import StaffChange, save_in
from server.services.write_audit import write_audit
from server.store.bulk import insert_new
from server.store.office import Office
from server.store.scopes import PROGRAMME
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from shared.errors import InvalidInput
from shared.forms.codebook import load_codebook
from shared.ids import row_id
from shared.limits import CODEBOOK_BYTES_MAX

NAME_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class PublishedCodebook:
    """A version that tablets receive. `fresh` is False when it is the newest one already."""

    name: str
    number: int
    document: str
    fresh: bool


def publish_codebook(office: Office, author: str, document: JsonValue) -> PublishedCodebook:
    """Publish reference data. Raises BadInput for a document that is none."""
    book = load_codebook(document)
    data = canonical_bytes(document)
    if not 0 < len(book.name) <= NAME_LENGTH_MAX or len(data) > CODEBOOK_BYTES_MAX:
        raise InvalidInput("a codebook has a name and a bounded size", fields=["codebook"])
    sha256 = sha256_hex(data)
    office.blobs.keep(data)
    record = row_id(PROGRAMME, "codebook", book.name)
    with office.database.writing() as session:
        newest = session.scalar(
            select(func.max(CodebookRow.version)).where(CodebookRow.name == book.name)
        )
        number = newest or 0
        present = session.scalar(
            select(CodebookRow.document_hash).where(
                CodebookRow.name == book.name, CodebookRow.version == number
            )
        )
        if present == sha256:
            return PublishedCodebook(book.name, number, sha256, fresh=False)
        insert_new(
            session,
            CodebookRow,
            [
                {
                    "name": book.name,
                    "version": number + 1,
                    "document": data,
                    "document_hash": sha256,
                    "published_at": office.clock.now_ms(),
                    "record": record,
                }
            ],
        )
        keep_document(session, office, sha256, len(data))
        write_audit(session, office, author, "codebook.published", {"codebook": book.name})
        values: dict[str, JsonValue] = {
            "name": book.name,
            "version": book.version,
            "document": sha256,
            "size": len(data),
        }
        edit = register_edit(session, "codebook", record, values)
        assert edit is not None, "another document is another hash"
        change = StaffChange(author, (with_document(edit, sha256),))
        _, places = save_in(session, office, [change])
    office.epoch.raise_mark(places)
    return PublishedCodebook(book.name, number + 1, sha256, fresh=True)
