"""What keeps feeds short and digests honest: heads of earlier days, and repairs of tablets."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Big, Id, Scope


class ScopeDayRow(Base):
    """Where a scope's feed stood on a day (days since 1970, UTC): what later may be forgotten."""

    __tablename__ = "scope_day"
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[Big]


class RepairRow(Base):
    """How often a tablet began to repair a scope on a day; a repair that is cut begins anew."""

    __tablename__ = "repair"
    device: Mapped[Id] = mapped_column(primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tries: Mapped[int] = mapped_column(default=0)


class ScopeReaderRow(Base):
    """A client began to read a scope from its beginning when its head was at `seq`."""

    __tablename__ = "scope_reader"
    client: Mapped[str] = mapped_column(String(60), primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    seq: Mapped[Big]
