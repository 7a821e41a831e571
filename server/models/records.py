"""Scopes, records, their place in the feed, and what lists and reports read."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Big, Bytes, Hash, Id, IdKey, Millis, Scope, Words


class SettingRow(Base):
    """One fact of the installation by name (epoch, high-water mark, server name)."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Words]


class ScopeRow(Base):
    """What a device subscribes to: an area or `programme`. Its row lock orders commits.

    What left the scope at or before `horizon` is no longer told: a cursor before it starts anew.
    """

    __tablename__ = "scope"
    id: Mapped[Scope] = mapped_column(primary_key=True)
    seq: Mapped[Big] = mapped_column(default=0)
    digest: Mapped[Hash]
    horizon: Mapped[Big] = mapped_column(default=0)


class RootRow(Base):
    """Every root a change ever named. Writers lock this row before they read the record's tree."""

    __tablename__ = "root"
    id: Mapped[IdKey]

    __table_args__ = ({"sqlite_with_rowid": False},)


_OPEN = text("tree_conflicts > 0")
_FILTERED = ("scope", "status", "changed_at")


def _listed(name: str, *columns: str) -> Index:
    """An index that holds what lists show alone: records, not their rows, and none deleted."""
    return Index(
        name,
        *columns,
        # SQLite reads an index alone only when it holds what the condition of the index names.
        "deleted",
        "parent",
        sqlite_where=text("parent IS NULL AND deleted IS 0"),
        postgresql_where=text("parent IS NULL AND deleted IS false"),
    )


class RecordRow(Base):
    """A record's present state, and the columns derived from it.

    `state` is shipped verbatim; `lineage` says in short what its history is like
    (`sync.histories`; None: it was only created). `open_conflicts` counts fields of this record
    alone; of a root, `tree_conflicts` counts the conflicts over its live rows too, `problems` the
    hard problems of the form, `missing_files` the files named and not held, `relevance_conflicts`
    (counted in `tree_conflicts`, too) answers that hide others whose author had not been shown
    them. `title`, `subtitle`, `occurred_on` (ISO date), `sort_key`, `search_key`
    (bytes of `shared.thai.finding`) are what lists show, sort and search by.
    """

    __tablename__ = "record"
    id: Mapped[IdKey]
    type: Mapped[str] = mapped_column(String(100))
    form: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    scope: Mapped[Scope]
    parent: Mapped[Id | None]
    root: Mapped[Id]
    revision: Mapped[Big]
    order_accepted: Mapped[Big] = mapped_column(default=0)
    order_local: Mapped[Big] = mapped_column(default=0)
    state: Mapped[Bytes]
    state_hash: Mapped[Hash]
    lineage: Mapped[Words | None]
    status: Mapped[str | None] = mapped_column(String(20))
    submitted_at: Mapped[Millis | None]
    changed_since_approval: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    disputed: Mapped[bool] = mapped_column(default=False)
    open_conflicts: Mapped[int] = mapped_column(default=0)
    tree_conflicts: Mapped[int] = mapped_column(default=0)
    problems: Mapped[int] = mapped_column(default=0)
    missing_files: Mapped[int] = mapped_column(default=0)
    relevance_conflicts: Mapped[int] = mapped_column(default=0)
    author: Mapped[Id]
    created_at: Mapped[Millis]
    changed_at: Mapped[Millis]
    occurred_on: Mapped[str | None] = mapped_column(String(10))
    title: Mapped[Words] = mapped_column(default="")
    subtitle: Mapped[Words] = mapped_column(default="")
    sort_key: Mapped[Bytes] = mapped_column(default=b"")
    search_key: Mapped[Bytes] = mapped_column(default=b"")

    __table_args__ = (
        Index(None, "root", "parent"),
        Index(None, "type", "scope"),
        _listed("ix_record_found", "type", "sort_key", "id", *_FILTERED, "search_key"),
        _listed("ix_record_queue", "changed_at", "id", "status", "scope"),
        Index(None, "tree_conflicts", sqlite_where=_OPEN, postgresql_where=_OPEN),
        ForeignKeyConstraint(
            ["scope", "id", "revision"],
            ["membership.scope", "membership.record", "membership.revision"],
            deferrable=True,
            initially="DEFERRED",
        ),
    )


class MembershipRow(Base):
    """One row per record and scope: its place in the feed. `kind`: put, leave or tombstone."""

    __tablename__ = "membership"
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    record: Mapped[Id] = mapped_column(primary_key=True)
    revision: Mapped[Big]
    seq: Mapped[Big]
    kind: Mapped[str] = mapped_column(String(10), default="put")

    __table_args__ = (
        Index(None, "scope", "seq", unique=True),
        Index(None, "scope", "record", "revision", unique=True),
        {"sqlite_with_rowid": False},
    )


class FormRow(Base):
    """A published version of a form: immutable. `document` is the blob tablets receive.

    `source` is its text where it was published as text; what was uploaded is the file
    `source_hash`, named `source_name` by whoever uploaded it.
    """

    __tablename__ = "form"
    form_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[Bytes]
    document_hash: Mapped[Hash]
    source: Mapped[Words]
    xform: Mapped[Words]
    published_at: Mapped[Millis]
    published_by: Mapped[Id]
    record: Mapped[Id]
    source_name: Mapped[str] = mapped_column(String(200), default="")
    source_hash: Mapped[Hash | None]


class CodebookRow(Base):
    """A version of dated reference data (limits, places, checks). Which one is in force is told by
    `CodebookActivationRow`; without any, it is the newest."""

    __tablename__ = "codebook"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[Bytes]
    document_hash: Mapped[Hash]
    published_at: Mapped[Millis]
    record: Mapped[Id]
    published_by: Mapped[Id | None]
    source_name: Mapped[str] = mapped_column(String(200), default="")


class HoursRow(Base):
    """Seminar and hearing minutes of one event, projected from its agenda: claimed, and verified.

    Only verified hours count towards the 10 hours of an area (domain dossier 0.1, K1).
    """

    __tablename__ = "event_hours"
    record: Mapped[IdKey]
    scope: Mapped[Scope] = mapped_column(index=True)
    occurred_on: Mapped[str | None] = mapped_column(String(10))
    seminar_minutes: Mapped[int] = mapped_column(default=0)
    hearing_minutes: Mapped[int] = mapped_column(default=0)
    other_minutes: Mapped[int] = mapped_column(default=0)
    verified: Mapped[bool] = mapped_column(default=False)
    approved: Mapped[bool] = mapped_column(default=False)
    people: Mapped[int] = mapped_column(default=0)
    form_version: Mapped[int]
