"""Who a session of the office belongs to, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import PersonAreaRow, PersonRow, StaffSessionRow
from server.services.list_review_queue import Scopes
from server.store.passwords import token_hash
from shared.limits import STAFF_SESSION_IDLE_MS, STAFF_SESSION_MS_MAX
from shared.records.workflow import STAFF_ROLES, Role


@dataclass(frozen=True, slots=True)
class Staff:
    """A person of the office at work. `scopes` None: every area. `csrf` is their pages' token."""

    id: str
    login: str
    name: str
    role: Role
    scopes: Scopes
    language: str
    csrf: str
    used_at: int

    @property
    def is_administrator(self) -> bool:
        """Whether they look after areas, people, tablets and forms."""
        return self.role is Role.ADMINISTRATOR


def read_staff_session(session: Session, token: str, now_ms: int) -> Staff | None:
    """The person of a session that is still good; None for an unknown or expired one."""
    row = session.get(StaffSessionRow, token_hash(token))
    if row is None:
        return None
    idle, age = now_ms - row.used_at, now_ms - row.created_at
    if idle > STAFF_SESSION_IDLE_MS or age > STAFF_SESSION_MS_MAX:
        return None
    person = session.get(PersonRow, row.person)
    if person is None or not person.active or person.role not in STAFF_ROLES:
        return None
    scopes: Scopes = None
    if person.role != Role.ADMINISTRATOR:
        held = select(PersonAreaRow.scope).where(PersonAreaRow.person == person.id)
        scopes = frozenset(session.scalars(held))
    return Staff(
        id=person.id,
        login=person.login,
        name=person.name,
        role=Role(person.role),
        scopes=scopes,
        language=person.language,
        csrf=row.csrf,
        used_at=row.used_at,
    )
