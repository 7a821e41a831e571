"""Candidates: uploaded forms that were compiled and are not published; kept, listed, discarded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.models import FormCandidateRow, PersonRow, RehearsalFindingRow, RehearsalRow
from server.services.compile_upload import ReadyForm, compile_upload
from server.services.unpack_upload import FormUpload, unpack_upload
from server.services.write_audit import write_audit
from server.store.bulk import insert_new
from server.store.office import Office
from server.store.publications import newest_version
from shared.canonical import canonical_bytes, canonical_text, read_json
from shared.errors import ConflictingState, NotFound
from shared.forms.codebook import Codebook, load_codebook
from shared.forms.definition import FormDefinition, Text
from shared.forms.loading import load_form
from shared.ids import is_uuid
from shared.limits import (
    CANDIDATES_MAX,
    FORM_DOCUMENT_BYTES_MAX,
    FORM_UNPACKED_BYTES_MAX,
    FORM_UPLOAD_BYTES_MAX,
)

if TYPE_CHECKING:
    from server.forms_import.sheets import SheetDefect


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning of the check, as it is kept with a candidate."""

    sheet: str
    row: int
    column: str
    code: str
    message: Text


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A candidate in a list. `newest` is the highest published version of its form, if any;
    `rehearsal` how far its rehearsal is ("" when nobody asked for one)."""

    id: str
    form_id: str
    version: int
    title_th: str
    title_en: str
    source_name: str
    uploaded_at: int
    uploaded_by: str
    warnings: int
    newest: int | None
    rehearsal: str

    def title(self, language: str) -> str:
        """Its title in a language, else in the other one, else its name."""
        return Text(self.title_th, self.title_en).get(language) or self.form_id


def check_upload(
    files: Sequence[tuple[str, bytes]],
) -> tuple[FormUpload, ReadyForm] | list[SheetDefect]:
    """What was uploaded, compiled; or everything that is wrong with it."""
    upload = unpack_upload(files)
    if isinstance(upload, list):
        return upload
    ready = compile_upload(upload)
    return ready if isinstance(ready, list) else (upload, ready)


def keep_candidate(
    office: Office, author: str, files: Sequence[tuple[str, bytes]]
) -> str | list[SheetDefect]:
    """Compile what was uploaded and keep it; its id, or all its defects (then nothing is kept).

    Raises ConflictingState when too many wait already.
    """
    checked = check_upload(files)
    if isinstance(checked, list):
        return checked
    upload, ready = checked
    form, candidate = ready.definition, office.ids.new()
    with office.database.writing() as session:
        waiting = session.scalar(select(func.count()).select_from(FormCandidateRow)) or 0
        if waiting >= CANDIDATES_MAX:
            raise ConflictingState(
                f"{CANDIDATES_MAX} uploaded forms wait already: publish or discard some first",
                reason="candidates.too_many",
            )
        insert_new(
            session,
            FormCandidateRow,
            [
                {
                    "id": candidate,
                    "form_id": form.form_id,
                    "version": form.version,
                    "title_th": form.title.th,
                    "title_en": form.title.en,
                    "source_name": upload.packed_name,
                    "upload": upload.packed,
                    "upload_hash": upload.sha256,
                    "document": ready.data,
                    "document_hash": ready.sha256,
                    "xform": ready.xform,
                    "attached": canonical_bytes(list(ready.codebooks)),
                    "warnings": canonical_text([_plain(one) for one in ready.warnings]),
                    "uploaded_at": office.clock.now_ms(),
                    "uploaded_by": author,
                }
            ],
        )
        write_audit(session, office, author, "form.uploaded", _facts(form.form_id, candidate))
    return candidate


def _facts(form_id: str, candidate: str) -> dict[str, str]:
    return {"form": form_id, "candidate": candidate}


def _plain(one: SheetDefect) -> dict[str, Any]:
    return {
        "sheet": one.sheet,
        "row": one.row,
        "column": one.column,
        "code": one.code,
        "th": one.message.th,
        "en": one.message.en,
    }


def warnings_of(row: FormCandidateRow) -> tuple[Warned, ...]:
    """What its author should know."""
    kept = read_json(row.warnings.encode(), bytes_max=FORM_UPLOAD_BYTES_MAX)
    return tuple(
        Warned(
            str(one["sheet"]),
            int(str(one["row"])),
            str(one["column"]),
            str(one["code"]),
            Text(str(one["th"]), str(one["en"])),
        )
        for one in (kept if isinstance(kept, list) else ())
        if isinstance(one, dict)
    )


def find_candidate(session: Session, candidate: str) -> FormCandidateRow:
    """A candidate. Raises NotFound, also for one that was published or discarded meanwhile."""
    row = session.get(FormCandidateRow, candidate) if is_uuid(candidate) else None
    if row is None:
        raise NotFound("there is no such uploaded form: it was published or discarded")
    return row


def definition_of(row: FormCandidateRow) -> FormDefinition:
    """A candidate's form."""
    return _loaded(row.document)


@lru_cache(maxsize=4)
def _loaded(document: bytes) -> FormDefinition:
    """The form of a document: loading a large one takes longer than all else on its page."""
    loaded = load_form(read_json(document, bytes_max=FORM_DOCUMENT_BYTES_MAX))
    assert isinstance(loaded, FormDefinition), "it was loaded when it was kept"
    return loaded


def attached_books(row: FormCandidateRow) -> dict[str, Codebook]:
    """The codebooks that came with a candidate, by name."""
    listed: Any = read_json(row.attached, bytes_max=FORM_UNPACKED_BYTES_MAX)
    found = (load_codebook(document) for document in listed)
    return {book.name: book for book in found}


def list_candidates(session: Session) -> tuple[CandidateLine, ...]:
    """What waits to be published, the newest upload first."""
    wanted = (
        select(
            FormCandidateRow.id,
            FormCandidateRow.form_id,
            FormCandidateRow.version,
            FormCandidateRow.title_th,
            FormCandidateRow.title_en,
            FormCandidateRow.source_name,
            FormCandidateRow.uploaded_at,
            FormCandidateRow.warnings,
            PersonRow.name,
            RehearsalRow.state,
        )
        .outerjoin(PersonRow, PersonRow.id == FormCandidateRow.uploaded_by)
        .outerjoin(RehearsalRow, RehearsalRow.candidate == FormCandidateRow.id)
        .order_by(FormCandidateRow.uploaded_at.desc(), FormCandidateRow.id)
    )
    return tuple(
        CandidateLine(
            id=row.id,
            form_id=row.form_id,
            version=row.version,
            title_th=row.title_th,
            title_en=row.title_en,
            source_name=row.source_name,
            uploaded_at=row.uploaded_at,
            uploaded_by=row.name or "",
            warnings=row.warnings.count('"code":'),
            newest=newest_version(session, row.form_id),
            rehearsal=row.state or "",
        )
        for row in session.execute(wanted).all()
    )


def discard_candidate(office: Office, author: str, candidate: str) -> str:
    """Let a candidate go with all that was rehearsed; the id of its form. Raises NotFound."""
    with office.database.writing() as session:
        row = find_candidate(session, candidate)
        form_id = row.form_id
        forget_candidate(session, candidate)
        write_audit(session, office, author, "form.discarded", _facts(form_id, candidate))
    return form_id


def forget_candidate(session: Session, candidate: str) -> None:
    """Remove a candidate and its rehearsal."""
    quiet = {"synchronize_session": False}
    for table, column in (
        (RehearsalFindingRow, RehearsalFindingRow.candidate),
        (RehearsalRow, RehearsalRow.candidate),
        (FormCandidateRow, FormCandidateRow.id),
    ):
        session.execute(delete(table).where(column == candidate), execution_options=quiet)
