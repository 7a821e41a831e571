"""Forms on their way to being published, what a rehearsal found, and which codebook is in force."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Bytes, Hash, Id, IdKey, Millis, Words


class FormCandidateRow(Base):
    """An uploaded form that was compiled and is not published: it may be discarded at any time.

    `upload` is what was uploaded, byte for byte; `document` what tablets would receive under the
    version its author wrote; `attached` the codebooks that came with it (a JSON list of documents)
    and `warnings` what its author should know (a JSON list).
    """

    __tablename__ = "form_candidate"
    id: Mapped[IdKey]
    form_id: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    title_th: Mapped[Words]
    title_en: Mapped[Words]
    source_name: Mapped[str] = mapped_column(String(200))
    upload: Mapped[Bytes]
    upload_hash: Mapped[Hash]
    document: Mapped[Bytes]
    document_hash: Mapped[Hash]
    xform: Mapped[Words]
    attached: Mapped[Bytes]
    warnings: Mapped[Words]
    uploaded_at: Mapped[Millis]
    uploaded_by: Mapped[Id]


class RehearsalRow(Base):
    """How far the rehearsal of a candidate has come, and its counts.

    `state`: waiting, running, done, stopped (`code` says why). `total` and `done` count open
    records; `fits`, `loses`, `blocked` are exact. `questions` is a JSON list of what is lost or
    blocked, by question. `beat_at` is when its worker last told of itself.
    """

    __tablename__ = "rehearsal"
    candidate: Mapped[IdKey]
    state: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(60), default="")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    fits: Mapped[int] = mapped_column(default=0)
    loses: Mapped[int] = mapped_column(default=0)
    blocked: Mapped[int] = mapped_column(default=0)
    questions: Mapped[Words] = mapped_column(default="[]")
    asked_at: Mapped[Millis]
    asked_by: Mapped[Id]
    beat_at: Mapped[Millis]
    ended_at: Mapped[Millis | None]


class RehearsalFindingRow(Base):
    """One open record that does not simply fit: its class, and what happens to which answer.

    `detail` is a JSON list; it holds reasons and places, never answers.
    """

    __tablename__ = "rehearsal_finding"
    candidate: Mapped[IdKey]
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    record: Mapped[Id]
    version: Mapped[int]
    detail: Mapped[Words]


class CodebookActivationRow(Base):
    """A version of a codebook was put in force; the highest `number` of a name is."""

    __tablename__ = "codebook_activation"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    at: Mapped[Millis]
    by: Mapped[Id]
