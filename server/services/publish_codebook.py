"""Publishing a version of dated reference data; tablets receive the one in force as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import CodebookActivationRow, CodebookRow
from server.services.edit_register import register_edit
from server.services.keep_document import keep_document, with_document
from server.services.record_staff_change import StaffChange, save_in
from server.services.write_audit import write_audit
from server.store.bulk import insert_new
from server.store.office import Office
from server.store.publications import active_codebooks
from server.store.scopes import PROGRAMME
from shared.canonical import JsonLike, JsonValue, canonical_bytes, sha256_hex
from shared.errors import InvalidInput, NotFound
from shared.forms.codebook import Codebook, load_codebook
from shared.ids import row_id
from shared.limits import CODEBOOK_BYTES_MAX

NAME_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class PublishedCodebook:
    """A version that is kept for ever. `fresh` is False when it was there already; `active` says
    whether it is in force now; `change` what remains to be saved so that tablets hear of it."""

    name: str
    number: int
    document: str
    fresh: bool
    active: bool = True
    change: StaffChange | None = None


def publish_codebook(
    office: Office,
    author: str,
    document: JsonValue,
    *,
    activate: bool = True,
    source_name: str = "",
) -> PublishedCodebook:
    """Keep a version of reference data, and put it in force unless told otherwise (the first one
    of a name always is). The newest one again is no change: what staff put in force stays.

    Raises BadInput for a document that is none.
    """
    _must_be_one(document)
    office.blobs.keep(canonical_bytes(document))
    with office.database.writing() as session:
        done = enter_codebook(
            session, office, author, document, activate=activate, source_name=source_name
        )
        places = 0
        if done.change is not None:
            places = save_in(session, office, [done.change])[1]
    office.epoch.raise_mark(places)
    return done


def _must_be_one(document: JsonValue) -> tuple[Codebook, bytes]:
    book = load_codebook(document)
    data = canonical_bytes(document)
    if not 0 < len(book.name) <= NAME_LENGTH_MAX or len(data) > CODEBOOK_BYTES_MAX:
        raise InvalidInput("a codebook has a name and a bounded size", fields=["codebook"])
    return book, data


def enter_codebook(
    session: Session,
    office: Office,
    author: str,
    document: JsonValue,
    *,
    activate: bool = True,
    source_name: str = "",
) -> PublishedCodebook:
    """Within a transaction: keep the version, and (`change`) what is still to be saved so that
    tablets hear of it. Its bytes are in the store already."""
    book, data = _must_be_one(document)
    sha256 = sha256_hex(data)
    newest = _newest(session, book.name)
    present = session.scalar(
        select(CodebookRow.document_hash).where(
            CodebookRow.name == book.name, CodebookRow.version == newest
        )
    )
    fresh = present != sha256
    number = newest + 1 if fresh else newest
    if fresh:
        row = {
            "name": book.name,
            "version": number,
            "document": data,
            "document_hash": sha256,
            "published_at": office.clock.now_ms(),
            "record": row_id(PROGRAMME, "codebook", book.name),
            "published_by": author,
            "source_name": source_name,
        }
        insert_new(session, CodebookRow, [row])
        keep_document(session, office, sha256, len(data))
        facts: dict[str, JsonLike] = {"codebook": book.name, "version": number}
        write_audit(session, office, author, "codebook.published", facts)
    change = None
    if fresh and (activate or not newest):
        change = put_in_force(session, office, author, book, number, sha256, len(data))
    active = active_codebooks(session).get(book.name) == number
    return PublishedCodebook(book.name, number, sha256, fresh, active, change)


def are_newest(session: Session, documents: Iterable[JsonValue]) -> bool:
    """Is each of these the newest version of its codebook already?"""
    for document in documents:
        book, data = _must_be_one(document)
        present = session.scalar(
            select(CodebookRow.document_hash).where(
                CodebookRow.name == book.name,
                CodebookRow.version == _newest(session, book.name),
            )
        )
        if present != sha256_hex(data):
            return False
    return True


def _newest(session: Session, name: str) -> int:
    found = session.scalar(select(func.max(CodebookRow.version)).where(CodebookRow.name == name))
    return found or 0


def put_in_force(
    session: Session,
    office: Office,
    author: str,
    book: Codebook,
    version: int,
    sha256: str,
    size: int,
) -> StaffChange | None:
    """Note that a version is in force from now on; the change of the register that tells tablets.

    Tablets take the document that the register names. `active` says the version outright;
    `version` stays the text that the document itself bears, for tablets of an earlier release.
    """
    number = session.scalar(
        select(func.max(CodebookActivationRow.number)).where(
            CodebookActivationRow.name == book.name
        )
    )
    entry = {
        "name": book.name,
        "number": (number or 0) + 1,
        "version": version,
        "at": office.clock.now_ms(),
        "by": author,
    }
    insert_new(session, CodebookActivationRow, [entry])
    facts: dict[str, JsonLike] = {"codebook": book.name, "version": version}
    write_audit(session, office, author, "codebook.activated", facts)
    values: Mapping[str, JsonValue] = {
        "name": book.name,
        "version": book.version,
        "document": sha256,
        "size": size,
        "active": version,
    }
    record = row_id(PROGRAMME, "codebook", book.name)
    edit = register_edit(session, "codebook", record, values)
    return None if edit is None else StaffChange(author, (with_document(edit, sha256),))


def activate_codebook(office: Office, author: str, name: str, version: int) -> bool:
    """Put a published version in force, an older or a newer one; False when it is already.

    Records keep the verdict they were given; one that changes again is judged by this version.
    Raises NotFound.
    """
    with office.database.writing() as session:
        row = session.execute(
            select(CodebookRow.document_hash, CodebookRow.document).where(
                CodebookRow.name == name[:NAME_LENGTH_MAX], CodebookRow.version == version
            )
        ).one_or_none()
        if row is None:
            raise NotFound("there is no such version of a codebook")
        if active_codebooks(session).get(name) == version:
            return False
        book = office.forms.codebook(session, name, version)
        size = len(row.document)
        change = put_in_force(session, office, author, book, version, row.document_hash, size)
        places = save_in(session, office, [change])[1] if change is not None else 0
    office.epoch.raise_mark(places)
    return True
