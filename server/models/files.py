"""Files by their SHA-256, and which records name them."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Hash, Id, Millis, Scope


class BlobRow(Base):
    """A file whose bytes are held and were checked against the name."""

    __tablename__ = "blob"
    sha256: Mapped[Hash] = mapped_column(primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    received_at: Mapped[Millis]
    received_from: Mapped[str] = mapped_column(String(60))


class BlobReferenceRow(Base):
    """A record names a file; whoever may read the record's scope may read the file."""

    __tablename__ = "blob_reference"
    sha256: Mapped[Hash] = mapped_column(primary_key=True)
    record: Mapped[Id] = mapped_column(primary_key=True)
    root: Mapped[Id] = mapped_column(index=True)
    scope: Mapped[Scope]
