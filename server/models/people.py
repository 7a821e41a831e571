"""People, their areas and sessions; tablets, their areas and who signed in on them; audit."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Hash, Id, IdKey, Millis, Scope, Words


class PersonRow(Base):
    """A person with a role (`shared.records.workflow.Role`). `login` is what they type.

    `password` (office) and `pin` (tablet) are argon2id hashes. `record` is the public entry of the
    people register in scope `programme` (name and role, no secrets).
    """

    __tablename__ = "person"
    id: Mapped[IdKey]
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[Words]
    role: Mapped[str] = mapped_column(String(20))
    password: Mapped[Words | None]
    pin: Mapped[Words | None]
    language: Mapped[str] = mapped_column(String(5), default="th")
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[Millis | None]


class PersonAreaRow(Base):
    """A person works in an area (scope id). Administrators hold every area."""

    __tablename__ = "person_area"
    person: Mapped[Id] = mapped_column(primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)


class StaffSessionRow(Base):
    """A server-side session of the office; the cookie holds the token, the row its hash."""

    __tablename__ = "staff_session"
    token_hash: Mapped[Hash] = mapped_column(primary_key=True)
    person: Mapped[Id] = mapped_column(index=True)
    csrf: Mapped[Hash]
    created_at: Mapped[Millis]
    used_at: Mapped[Millis]


class EnrolmentRow(Base):
    """A one-time code that binds a tablet to areas; stored hashed, valid for 24 hours."""

    __tablename__ = "enrolment"
    code_hash: Mapped[Hash] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[Words]
    created_by: Mapped[Id]
    created_at: Mapped[Millis]
    used_at: Mapped[Millis | None]
    device: Mapped[Id | None]


class DeviceRow(Base):
    """A tablet. The token is opaque, stored hashed, revocable."""

    __tablename__ = "device"
    id: Mapped[IdKey]
    label: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    enrolled_at: Mapped[Millis]
    revoked_at: Mapped[Millis | None]
    last_seen_at: Mapped[Millis | None]
    app_version: Mapped[str] = mapped_column(String(40), default="")
    clock_offset_ms: Mapped[Millis | None]


class DeviceAreaRow(Base):
    """A device holds, or once held (`until` set), an area."""

    __tablename__ = "device_area"
    device: Mapped[Id] = mapped_column(primary_key=True)
    scope: Mapped[Scope] = mapped_column(primary_key=True)
    since: Mapped[Millis]
    until: Mapped[Millis | None]


class DevicePersonRow(Base):
    """A person has signed in on this device at least once, checked by the server."""

    __tablename__ = "device_person"
    device: Mapped[Id] = mapped_column(primary_key=True)
    person: Mapped[Id] = mapped_column(primary_key=True)
    first_at: Mapped[Millis]
    last_at: Mapped[Millis]


class AuditRow(Base):
    """Who did what of consequence that is no change of a record (sign-in, revoke, export)."""

    __tablename__ = "audit"
    id: Mapped[IdKey]
    at: Mapped[Millis]
    person: Mapped[Id | None]
    act: Mapped[str] = mapped_column(String(60))
    detail: Mapped[Words]
