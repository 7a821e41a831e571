"""Changes as received, the clients they came from, quarantine, and what is kept of histories."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Big, Bytes, Hash, Id, IdKey, Millis, Scope, Words


class ClientRow(Base):
    """A device's incarnation: the number and chain of its last received change. Locked first."""

    __tablename__ = "client"
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    device: Mapped[Id]
    number: Mapped[Big] = mapped_column(default=0)
    chain: Mapped[Hash]
    last_push_at: Mapped[Millis | None]


class ChangeRow(Base):
    """A change, kept for ever as received. `source`: tablet, browser or job.

    Browser and job changes have no number. `client` and `number` are those it first came under; a
    new incarnation of a device may send it again under others (`ReceivedRow`). `outcome` and `code`
    are the result given; `scope` and `position` the place in the feed it reached.
    """

    __tablename__ = "change"
    id: Mapped[IdKey]
    head_hash: Mapped[Hash]
    line: Mapped[Bytes]
    source: Mapped[str] = mapped_column(String(10))
    client: Mapped[str | None] = mapped_column(String(60))
    number: Mapped[Big | None]
    author: Mapped[Id | None]
    root: Mapped[Id | None] = mapped_column(index=True)
    saved_at: Mapped[Millis | None]
    received_at: Mapped[Millis]
    outcome: Mapped[str] = mapped_column(String(24))
    code: Mapped[str | None] = mapped_column(String(60))
    superseded_by: Mapped[Id | None]
    scope: Mapped[Scope | None]
    position: Mapped[Big | None]

    __table_args__ = (Index(None, "client", "number"),)


class ReceivedRow(Base):
    """One line of one client as it came, in order: what its number stands for, and the chain there.

    `change` names the change (applied or known before), or `quarantine` the row that keeps it.
    """

    __tablename__ = "received"
    client: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[Big] = mapped_column(primary_key=True)
    head_hash: Mapped[Hash]
    chain: Mapped[Hash]
    change: Mapped[Id | None]
    quarantine: Mapped[Id | None]

    __table_args__ = ({"sqlite_with_rowid": False},)


class HistoryRow(Base):
    """What one change wrote to one record after its creation, as it was merged or kept aside.

    `body` is JSON (`sync.histories.step_json`). Live values stand in the record's state too; those
    of its creation stand there alone until they are replaced.
    """

    __tablename__ = "history"
    record: Mapped[Id] = mapped_column(primary_key=True)
    dot: Mapped[Id] = mapped_column(primary_key=True)
    body: Mapped[Bytes]

    __table_args__ = ({"sqlite_with_rowid": False},)


class QuarantineRow(Base):
    """A change that could not be applied: kept, answered by its code, waiting for staff.

    `line` is None while a withheld body is still to come through the blob door (`body`). `record`
    is the first it touches, `scope` the area it names or its record lies in. `released_at` is when
    it was applied, `closed_at` when staff kept it aside for good (`reason`); `terms` says as JSON
    as what they accepted it.
    """

    __tablename__ = "quarantine"
    id: Mapped[IdKey]
    change: Mapped[Id | None]
    client: Mapped[str] = mapped_column(String(60))
    number: Mapped[Big]
    head_hash: Mapped[Hash] = mapped_column(index=True)
    line: Mapped[Bytes | None]
    body: Mapped[Hash | None]
    code: Mapped[str] = mapped_column(String(60))
    detail: Mapped[Words] = mapped_column(default="")
    waits_for: Mapped[Id | None] = mapped_column(index=True)
    author: Mapped[Id | None]
    received_at: Mapped[Millis]
    released_at: Mapped[Millis | None]
    record: Mapped[Id | None] = mapped_column(index=True)
    scope: Mapped[Scope | None]
    closed_at: Mapped[Millis | None]
    closed_by: Mapped[Id | None]
    terms: Mapped[Words] = mapped_column(default="")
    reason: Mapped[Words] = mapped_column(default="")

    __table_args__ = (Index(None, "released_at", "closed_at"),)
