"""A candidate becomes a version that tablets receive: rehearsed, numbered, and then immutable."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import FormCandidateRow, FormRow, RehearsalRow
from server.services.compile_upload import ReadyForm, with_version
from server.services.form_facts import files_of
from server.services.keep_candidate import definition_of, find_candidate
from server.services.open_records import count_open_records
from server.services.publish_codebook import are_newest
from server.services.publish_form import PublishedForm, Source, publish_ready
from server.services.unpack_upload import FormUpload, unpack_upload
from server.store.office import Office
from server.store.publications import newest_version
from shared.canonical import canonical_bytes, read_json, sha256_hex
from shared.errors import ConflictingState, InvalidInput
from shared.limits import (
    FORM_DOCUMENT_BYTES_MAX,
    FORM_UNPACKED_BYTES_MAX,
    FORM_VERSION_MAX,
)

_NUMBERS = ("version", "version_text")


def publish_candidate(
    office: Office,
    author: str,
    candidate: str,
    *,
    version: int | None = None,
    despite_blocked: bool = False,
) -> PublishedForm:
    """Publish a candidate under a version number (None: its own, or the next one).

    Raises NotFound; InvalidInput for a number that is no version; ConflictingState whose `reason`
    is `candidate.same` (nothing differs from the newest version), `rehearsal.needed`,
    `rehearsal.blocked` (say that they stay behind), or the number is not beyond the newest one;
    FormInvalid for broken promises.
    """
    with office.database.reading() as session:
        row = find_candidate(session, candidate)
        offered = offered_version(session, row)
        must_be_rehearsed(session, row, despite_blocked=despite_blocked)
        if is_same_as_newest(session, row):
            raise ConflictingState(
                "nothing differs from the newest version", reason="candidate.same"
            )
    number = offered if version is None else version
    if not 0 < number <= FORM_VERSION_MAX:
        raise InvalidInput("a version is a whole number from 1 on", fields=["version"])
    ready = with_version(ready_of(row), number)
    source = Source(row.source_name, data=row.upload)
    return publish_ready(office, author, ready, source, retire=candidate)


def offered_version(session: Session, row: FormCandidateRow) -> int:
    """The author's number where it is beyond the newest published one, else the next."""
    newest = newest_version(session, row.form_id)
    return row.version if newest is None or row.version > newest else newest + 1


def must_be_rehearsed(session: Session, row: FormCandidateRow, *, despite_blocked: bool) -> None:
    """Where there are open records, nobody publishes without knowing what becomes of them."""
    rehearsal = session.get(RehearsalRow, row.id)
    if rehearsal is None or rehearsal.state != "done":
        if count_open_records(session, row.form_id, 1):
            raise ConflictingState(
                "there are open records: rehearse first", reason="rehearsal.needed"
            )
    elif rehearsal.blocked and not despite_blocked:
        raise ConflictingState(
            f"{rehearsal.blocked} open records are blocked by it", reason="rehearsal.blocked"
        )


def is_same_as_newest(session: Session, row: FormCandidateRow) -> bool:
    """Does a candidate say, but for its number, what the newest version says, and do the tables
    that came with it?"""
    newest = newest_version(session, row.form_id)
    document = session.scalar(
        select(FormRow.document).where(FormRow.form_id == row.form_id, FormRow.version == newest)
    )
    if document is None or _unnumbered(document) != _unnumbered(row.document):
        return False
    books: Any = read_json(row.attached, bytes_max=FORM_UNPACKED_BYTES_MAX)
    return are_newest(session, books)


def _unnumbered(document: bytes) -> bytes:
    raw: Any = read_json(document, bytes_max=FORM_DOCUMENT_BYTES_MAX)
    return canonical_bytes({name: one for name, one in raw.items() if name not in _NUMBERS})


def ready_of(row: FormCandidateRow) -> ReadyForm:
    """A candidate as it was compiled, with the media that came with it."""
    document: Any = read_json(row.document, bytes_max=FORM_DOCUMENT_BYTES_MAX)
    books: Any = read_json(row.attached, bytes_max=FORM_UNPACKED_BYTES_MAX)
    named = {one.sha256 for one in files_of(document)}
    media = {}
    if named:
        upload = unpack_upload([(row.source_name, row.upload)])
        assert isinstance(upload, FormUpload), "it was unpacked when it was kept"
        found = {sha256_hex(data): data for data in upload.companions.values()}
        media = {sha256: found[sha256] for sha256 in sorted(named)}
    return ReadyForm(document, definition_of(row), row.xform, (), tuple(books), media)


def candidate_file(row: FormCandidateRow, name: str) -> bytes | None:
    """A file that came with a candidate, by the name its document gives it; None: there is none."""
    document = read_json(row.document, bytes_max=FORM_DOCUMENT_BYTES_MAX)
    wanted = next((one.sha256 for one in files_of(document) if one.name == name), None)
    return None if wanted is None else ready_of(row).media.get(wanted)
