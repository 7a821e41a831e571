"""The published forms and codebooks: their versions, their state, and how many records use them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import CodebookRow, FormRow, PersonRow, RecordRow
from shared.records.state import decode_state


@dataclass(frozen=True, slots=True)
class FormLine:
    """One version of a form; `records` counts the root records filled with it."""

    form_id: str
    version: int
    title_th: str
    title_en: str
    status: str
    size: int
    hash: str
    published_at: int
    published_by: str
    records: int

    def title(self, language: str) -> str:
        """Its title in a language, else in the other one, else its name."""
        th, en = self.title_th or self.title_en, self.title_en or self.title_th
        return (en if language == "en" else th) or self.form_id


@dataclass(frozen=True, slots=True)
class CodebookLine:
    """One version of a codebook."""

    name: str
    version: int
    size: int
    hash: str
    published_at: int


def list_forms(session: Session) -> tuple[FormLine, ...]:
    """Every published version, the newest of each form first."""
    used = {
        (row[0], row[1]): row[2]
        for row in session.execute(
            select(RecordRow.form, RecordRow.version, func.count())
            .where(RecordRow.parent.is_(None), RecordRow.deleted.is_(False))
            .group_by(RecordRow.form, RecordRow.version)
        )
    }
    found = (
        select(
            FormRow.form_id,
            FormRow.version,
            func.length(FormRow.document),
            FormRow.document_hash,
            FormRow.published_at,
            PersonRow.name,
            RecordRow.state,
        )
        .outerjoin(PersonRow, PersonRow.id == FormRow.published_by)
        .outerjoin(RecordRow, RecordRow.id == FormRow.record)
        .order_by(FormRow.form_id, FormRow.version.desc())
    )
    lines = []
    for form_id, version, size, digest, at, by, state_bytes in session.execute(found):
        state = decode_state(state_bytes) if state_bytes else None
        words = {
            name: str(state.value(name) or "") if state else ""
            for name in ("title_th", "title_en", "status")
        }
        lines.append(
            FormLine(
                form_id=form_id,
                version=version,
                title_th=words["title_th"],
                title_en=words["title_en"],
                status=words["status"] or "active",
                size=size or 0,
                hash=digest,
                published_at=at,
                published_by=by or "",
                records=used.get((form_id, version), 0),
            )
        )
    return tuple(lines)


def list_codebooks(session: Session) -> tuple[CodebookLine, ...]:
    """Every published version of every codebook, the newest of each first."""
    found = select(
        CodebookRow.name,
        CodebookRow.version,
        func.length(CodebookRow.document),
        CodebookRow.document_hash,
        CodebookRow.published_at,
    ).order_by(CodebookRow.name, CodebookRow.version.desc())
    return tuple(CodebookLine(*row) for row in session.execute(found))
