"""What people and tablets may do, read in the transaction that needs it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import (
    DeviceAreaRow,
    DevicePersonRow,
    DeviceRow,
    FormerAreaRow,
    PersonAreaRow,
    PersonRow,
)
from server.store.bulk import rows_in
from server.store.scopes import PROGRAMME
from shared.records.workflow import Role


@dataclass(frozen=True, slots=True)
class Rights:
    """What an author may do through a device (or in the office, where `device_scopes` is None).

    `former` are scopes that both hold, or once held.
    """

    role: Role | None
    active: bool = True
    author_scopes: frozenset[str] = frozenset()
    device_scopes: frozenset[str] | None = None
    signed_in_here: bool = True
    device_revoked: bool = False
    former: frozenset[str] = frozenset()

    def holds(self, scope: str) -> bool:
        """Is the scope held by the author, and by the device if there is one?"""
        if self.role is not Role.ADMINISTRATOR and scope not in self.author_scopes:
            return False
        return self.device_scopes is None or scope in self.device_scopes


def device_scopes(session: Session, device: str) -> frozenset[str]:
    """The scopes a device holds now; every device holds `programme`."""
    held = session.scalars(
        select(DeviceAreaRow.scope).where(
            DeviceAreaRow.device == device, DeviceAreaRow.until.is_(None)
        )
    )
    return frozenset(held) | {PROGRAMME}


Pair = tuple[str | None, str]
"""Device (None: the office) and author."""


def load_rights(session: Session, pairs: Collection[Pair]) -> dict[Pair, Rights]:
    """The rights of each author on each device, a fixed number of statements."""
    authors = {author for _, author in pairs}
    devices = {device for device, _ in pairs if device is not None}
    people = {
        row.id: row
        for row in rows_in(
            session, select(PersonRow.id, PersonRow.role, PersonRow.active), PersonRow.id, authors
        )
    }
    areas: dict[str, set[str]] = {}
    for row in rows_in(
        session, select(PersonAreaRow.person, PersonAreaRow.scope), PersonAreaRow.person, authors
    ):
        areas.setdefault(row.person, {PROGRAMME}).add(row.scope)
    left: dict[str, set[str]] = {}
    for row in rows_in(
        session, select(FormerAreaRow.person, FormerAreaRow.scope), FormerAreaRow.person, authors
    ):
        left.setdefault(row.person, set()).add(row.scope)
    ever: dict[str, set[str]] = {}
    for row in rows_in(
        session, select(DeviceAreaRow.device, DeviceAreaRow.scope), DeviceAreaRow.device, devices
    ):
        ever.setdefault(row.device, set()).add(row.scope)
    known = {
        row.id: row.revoked_at
        for row in rows_in(
            session, select(DeviceRow.id, DeviceRow.revoked_at), DeviceRow.id, devices
        )
    }
    held = {device: device_scopes(session, device) for device in devices}
    here = {
        (row.device, row.person)
        for row in rows_in(
            session,
            select(DevicePersonRow.device, DevicePersonRow.person),
            DevicePersonRow.device,
            devices,
        )
    }
    rights: dict[Pair, Rights] = {}
    for device, author in pairs:
        person = people.get(author)
        rights[device, author] = Rights(
            role=None if person is None else Role(person.role),
            active=person is not None and person.active,
            author_scopes=frozenset(areas.get(author, {PROGRAMME})),
            device_scopes=None if device is None else held[device],
            signed_in_here=device is None or (device, author) in here,
            device_revoked=device is not None and known.get(device, 0) is not None,
            former=frozenset(
                (areas.get(author, set()) | left.get(author, set())) & ever.get(device or "", set())
            ),
        )
    return rights
