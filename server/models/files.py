"""Files by their SHA-256: which are held, who sent them, which records name them, what is lost."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Hash, Id, Millis, Scope, Words


class BlobRow(Base):
    """A file whose bytes are held and were checked against the name.

    `media_type`, `width` and `height` (pixels, 0 for what is no picture) are read from the bytes;
    `code` says why it is never shown in a page. `backed_up_at` is when a backup that holds it was
    verified.
    """

    __tablename__ = "blob"
    sha256: Mapped[Hash] = mapped_column(primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None] = mapped_column(String(60))
    received_at: Mapped[Millis]
    received_from: Mapped[str] = mapped_column(String(60))
    backed_up_at: Mapped[Millis | None] = mapped_column(index=True)


class BlobReferenceRow(Base):
    """A record names a file; whoever may read the record's scope may read the file."""

    __tablename__ = "blob_reference"
    sha256: Mapped[Hash] = mapped_column(primary_key=True)
    record: Mapped[Id] = mapped_column(primary_key=True)
    root: Mapped[Id] = mapped_column(index=True)
    scope: Mapped[Scope]


class BlobSenderRow(Base):
    """A tablet has shown all bytes of a file: it may hear of it, and is asked when it is lost."""

    __tablename__ = "blob_sender"
    sha256: Mapped[Hash] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)
    sent_at: Mapped[Millis]


class ThumbnailRow(Base):
    """A tablet's small picture of a photograph: derived, shown until the photograph is here."""

    __tablename__ = "thumbnail"
    original: Mapped[Hash] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(String(60), primary_key=True)
    sha256: Mapped[Hash]
    size: Mapped[int]
    received_at: Mapped[Millis]


class BlobWantRow(Base):
    """A file that was held and is not any more: `have` is withdrawn, its senders are asked."""

    __tablename__ = "blob_want"
    sha256: Mapped[Hash] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(60))
    since: Mapped[Millis]


class BlobLostRow(Base):
    """A tablet says that it cannot send a file (again)."""

    __tablename__ = "blob_lost"
    sha256: Mapped[Hash] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(String(60), primary_key=True)
    reason: Mapped[str] = mapped_column(String(60))
    told_at: Mapped[Millis]


class BlobWaiverRow(Base):
    """Somebody of the office goes on without a file; it no longer bars an approval."""

    __tablename__ = "blob_waiver"
    sha256: Mapped[Hash] = mapped_column(primary_key=True)
    person: Mapped[Id]
    at: Mapped[Millis]
    reason: Mapped[Words]
