"""What helps the office to settle: what tablets report of themselves, notices, areas once held."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Big, Id, IdKey, Millis, Scope, Words


class DeviceReportRow(Base):
    """What a tablet last said of itself; `at` by the server's clock.

    `pending` and `editing` count saves that are on the tablet only, since `oldest_at` (its clock);
    `files` and `file_bytes` what waits to be sent; `kept_aside` its changes in quarantine as far as
    it knows; `free_bytes` the room left on it.
    """

    __tablename__ = "device_report"
    device: Mapped[IdKey]
    client: Mapped[str] = mapped_column(String(60))
    at: Mapped[Millis]
    pending: Mapped[int]
    editing: Mapped[int]
    oldest_at: Mapped[Millis | None]
    files: Mapped[int]
    file_bytes: Mapped[Big]
    kept_aside: Mapped[int]
    free_bytes: Mapped[Big | None]
    handed_over: Mapped[Words]


class NoticeRow(Base):
    """A word to one person about a record of theirs, shown on the tablets they sign in on.

    `kind` names the sentence, `detail` its facts as JSON.
    """

    __tablename__ = "notice"
    id: Mapped[IdKey]
    person: Mapped[Id] = mapped_column(index=True)
    root: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    detail: Mapped[Words]
    at: Mapped[Millis]


class FormerAreaRow(Base):
    """A person once worked in an area: what they made there may arrive later."""

    __tablename__ = "former_area"
    person: Mapped[Id] = mapped_column(primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    until: Mapped[Millis]
