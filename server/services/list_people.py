"""The people of the programme with their roles, areas and tablets."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import DevicePersonRow, PersonAreaRow, PersonRow
from server.services.list_review_queue import Scopes
from shared.thai.text import sort_key


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person; `last_at` is when they last signed in on a tablet (server's clock)."""

    id: str
    login: str
    name: str
    role: str
    language: str
    active: bool
    has_password: bool
    has_pin: bool
    scopes: tuple[str, ...]
    last_at: int | None


def list_people(session: Session, scopes: Scopes) -> tuple[PersonLine, ...]:
    """People who share an area with the reader; all of them for administrators."""
    areas: dict[str, list[str]] = {}
    for person, scope in session.execute(select(PersonAreaRow.person, PersonAreaRow.scope)):
        areas.setdefault(person, []).append(scope)
    last = select(DevicePersonRow.person, func.max(DevicePersonRow.last_at))
    seen = {row[0]: row[1] for row in session.execute(last.group_by(DevicePersonRow.person))}
    lines = [
        PersonLine(
            id=row.id,
            login=row.login,
            name=row.name,
            role=row.role,
            language=row.language,
            active=row.active,
            has_password=row.password is not None,
            has_pin=row.pin is not None,
            scopes=tuple(sorted(areas.get(row.id, ()))),
            last_at=seen.get(row.id),
        )
        for row in session.scalars(select(PersonRow))
    ]
    if scopes is not None:
        lines = [line for line in lines if set(line.scopes) & set(scopes)]
    return tuple(sorted(lines, key=lambda line: (not line.active, sort_key(line.name))))
