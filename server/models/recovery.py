"""What tells whether everything accepted is still here: journal, backups, receipts, incidents."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Big, Hash, Id, IdKey, Millis, Scope, Words


class JournalEntryRow(Base):
    """An entry of the journal that this database holds, written in the transaction it tells of.

    `chain` is the journal's chain behind the entry, which no other entry has. An entry of the
    journal without a row here is not in this database: it is replayed.
    """

    __tablename__ = "journal_entry"
    seq: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    chain: Mapped[Hash] = mapped_column(primary_key=True)


class IncidentRow(Base):
    """Something that should not happen and did: a digest that differed, a copied tablet.

    `kind` is a code, `detail` says more for whoever looks into it; `settled_at` when staff have.
    """

    __tablename__ = "incident"
    id: Mapped[IdKey]
    kind: Mapped[str] = mapped_column(String(60))
    client: Mapped[str | None] = mapped_column(String(60))
    scope: Mapped[Scope | None]
    detail: Mapped[Words] = mapped_column(default="")
    at: Mapped[Millis]
    settled_at: Mapped[Millis | None]
    settled_by: Mapped[Id | None]

    __table_args__ = (Index(None, "settled_at", "at"),)


class ReceiptRow(Base):
    """The last receipt given to a client for a number: what `sync.receipts.Receipt` says."""

    __tablename__ = "receipt"
    client: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[Big] = mapped_column(primary_key=True)
    device: Mapped[Id] = mapped_column(index=True)
    chain: Mapped[Hash]
    records: Mapped[int]
    quarantined: Mapped[int]
    photos: Mapped[int]
    issued_at: Mapped[Millis]
    signature: Mapped[Hash] = mapped_column(index=True)


class BackupRow(Base):
    """A backup that was taken: `taken_at` is the moment it shows, `verified_at` when every hash in
    it was found right."""

    __tablename__ = "backup"
    id: Mapped[IdKey]
    target: Mapped[Words]
    taken_at: Mapped[Millis]
    ended_at: Mapped[Millis]
    verified_at: Mapped[Millis | None]
    bytes: Mapped[Big]
    journal_seq: Mapped[Big]


class BackedUpClientRow(Base):
    """Up to which number a client's changes are in a verified backup."""

    __tablename__ = "backed_up_client"
    client: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[Big]
    backup: Mapped[Id]
