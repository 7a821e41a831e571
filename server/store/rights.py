"""What people and tablets may do, read in the transaction that needs it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.models import (
    DeviceAreaRow,
    DevicePersonRow,
    DeviceRow,
    FormerAreaRow,
    PersonAreaRow,
    PersonRow,
)
from server.store.bulk import select_in
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
    held = select_in(session, DeviceAreaRow, ("scope",), "device", [device], 'AND "until" IS NULL')
    return frozenset(row.scope for row in held) | {PROGRAMME}


Pair = tuple[str | None, str]
"""Device (None: the office) and author."""


def load_rights(session: Session, pairs: Collection[Pair]) -> dict[Pair, Rights]:
    """The rights of each author on each device, a fixed number of statements."""
    authors = {author for _, author in pairs}
    devices = {device for device, _ in pairs if device is not None}
    found = select_in(session, PersonRow, ("id", "role", "active"), "id", authors)
    people = {row.id: row for row in found}
    areas: dict[str, set[str]] = {}
    for row in select_in(session, PersonAreaRow, ("person", "scope"), "person", authors):
        areas.setdefault(row.person, {PROGRAMME}).add(row.scope)
    left: dict[str, set[str]] = {}
    for row in select_in(session, FormerAreaRow, ("person", "scope"), "person", authors):
        left.setdefault(row.person, set()).add(row.scope)
    ever: dict[str, set[str]] = {}
    for row in select_in(session, DeviceAreaRow, ("device", "scope"), "device", devices):
        ever.setdefault(row.device, set()).add(row.scope)
    found = select_in(session, DeviceRow, ("id", "revoked_at"), "id", devices)
    known = {row.id: row.revoked_at for row in found}
    held = {device: device_scopes(session, device) for device in devices}
    found = select_in(session, DevicePersonRow, ("device", "person"), "device", devices)
    here = {(row.device, row.person) for row in found}
    rights: dict[Pair, Rights] = {}
    for device, author in pairs:
        person = people.get(author)
        rights[device, author] = Rights(
            role=None if person is None else Role(person.role),
            active=person is not None and bool(person.active),
            author_scopes=frozenset(areas.get(author, {PROGRAMME})),
            device_scopes=None if device is None else held[device],
            signed_in_here=device is None or (device, author) in here,
            device_revoked=device is not None and known.get(device, 0) is not None,
            former=frozenset(
                (areas.get(author, set()) | left.get(author, set())) & ever.get(device or "", set())
            ),
        )
    return rights
