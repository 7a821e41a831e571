"""The form that a preview or a paper is of: a published version, or a candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import FormRow
from server.services.keep_candidate import find_candidate
from server.web.desk import office
from shared.canonical import read_json
from shared.errors import NotFound
from shared.forms.codebook import Codebook, load_codebook
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from shared.limits import (
    FORM_DOCUMENT_BYTES_MAX,
    FORM_UNPACKED_BYTES_MAX,
    FORM_VERSION_MAX,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A form with the codebooks it is filled with. `sha256` names its document; `candidate` is the
    candidate's id, empty for a published version."""

    form: FormDefinition
    codebooks: dict[str, Codebook]
    sha256: str
    candidate: str = ""

    @property
    def books_key(self) -> str:
        """Which version of each codebook this is about."""
        return " ".join(f"{name}@{book.version}" for name, book in sorted(self.codebooks.items()))


def published_form(session: Session, form_id: str, version: int) -> Subject:
    """A published version. Raises NotFound."""
    form = None
    if 0 <= version <= FORM_VERSION_MAX and len(form_id) <= 100:
        form = office().forms.find(session, form_id, version)
    if form is None:
        raise NotFound("no such version of a form is published")
    digest = session.scalar(
        select(FormRow.document_hash).where(FormRow.form_id == form_id, FormRow.version == version)
    )
    return Subject(form, office().forms.codebooks(session), str(digest))


def candidate_form(session: Session, candidate: str) -> Subject:
    """An uploaded form that waits to be published, with the codebooks that came along. Raises
    NotFound."""
    row = find_candidate(session, candidate)
    books = office().forms.codebooks(session)
    attached: Any = read_json(row.attached, bytes_max=FORM_UNPACKED_BYTES_MAX)
    for document in attached if isinstance(attached, list) else ():
        book = load_codebook(document)
        books[book.name] = book
    form = load_form(read_json(row.document, bytes_max=FORM_DOCUMENT_BYTES_MAX))
    assert isinstance(form, FormDefinition), "it was loaded when it was kept"
    return Subject(form, books, row.document_hash, row.id)
