"""People: who they are, what they may do, and their secrets (which never leave the server)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.models import FormerAreaRow, PersonAreaRow, PersonRow, ScopeRow, StaffSessionRow
from server.services.edit_register import register_edit
from server.services.record_staff_change import StaffChange, save_in
from server.services.write_audit import write_audit
from server.store.bulk import insert_new, put
from server.store.office import Office
from shared.canonical import JsonValue
from shared.errors import ConflictingState, InvalidInput, NotFound
from shared.limits import (
    AREAS_PER_PERSON_MAX,
    NAME_LENGTH_MAX,
    PASSWORD_LENGTH_MAX,
    PASSWORD_LENGTH_MIN,
    PIN_DIGITS_MAX,
    PIN_DIGITS_MIN,
)
from shared.records.workflow import Role

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
LANGUAGES = ("th", "en")


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person as staff enter them. A secret of None stays as it is (or is none yet)."""

    login: str
    name: str
    role: Role
    areas: tuple[str, ...] = ()
    language: str = "th"
    active: bool = True
    password: str | None = None
    pin: str | None = None


def add_person(office: Office, author: str | None, entry: PersonEntry) -> str:
    """Add a person; their id. The first of all is added by nobody (`author` None) and must be an
    administrator. Raises InvalidInput, or ConflictingState for a login that is taken."""
    _check(entry)
    password, pin = _secrets(office, entry)
    person = office.ids.new()
    with office.database.writing() as session:
        if session.scalar(select(PersonRow.id).where(PersonRow.login == entry.login)) is not None:
            raise ConflictingState("this sign-in name is taken", login=entry.login)
        insert_new(
            session,
            PersonRow,
            [
                {
                    "id": person,
                    "login": entry.login,
                    "name": entry.name,
                    "role": str(entry.role),
                    "password": password,
                    "pin": pin,
                    "language": entry.language,
                    "active": entry.active,
                }
            ],
        )
        places = _store(session, office, author or person, person, entry, "person.added")
    office.epoch.raise_mark(places)
    return person


def change_person(office: Office, author: str, person: str, entry: PersonEntry) -> None:
    """Change everything about a person but their login. Their sessions end when they may less.

    Raises NotFound, InvalidInput, and ConflictingState for the last active administrator.
    """
    _check(entry)
    password, pin = _secrets(office, entry)
    with office.database.writing() as session:
        row = session.get(PersonRow, person, with_for_update=True)
        if row is None:
            raise NotFound("there is no such person")
        loses = row.role == Role.ADMINISTRATOR and row.active
        if loses and (entry.role is not Role.ADMINISTRATOR or not entry.active):
            _keep_an_administrator(session, person)
        row.name, row.role, row.language = entry.name, str(entry.role), entry.language
        row.active = entry.active
        row.password = password or row.password
        row.pin = pin or row.pin
        session.flush()
        if not entry.active or password is not None:
            session.execute(delete(StaffSessionRow).where(StaffSessionRow.person == person))
        places = _store(session, office, author, person, entry, "person.changed")
    office.epoch.raise_mark(places)


def _keep_an_administrator(session: Session, person: str) -> None:
    others = session.scalar(
        select(func.count())
        .select_from(PersonRow)
        .where(PersonRow.role == str(Role.ADMINISTRATOR), PersonRow.active, PersonRow.id != person)
    )
    if not others:
        raise ConflictingState("somebody must remain administrator")


def _store(
    session: Session, office: Office, author: str, person: str, entry: PersonEntry, act: str
) -> int:
    """Areas, the public entry, and the audit; the places given in the feed."""
    areas = _areas(session, entry.areas)
    held = session.scalars(select(PersonAreaRow.scope).where(PersonAreaRow.person == person))
    left = [
        {"person": person, "scope": scope, "until": office.clock.now_ms()}
        for scope in sorted(set(held) - set(areas))
    ]
    put(session, FormerAreaRow, left, ("person", "scope"))
    session.execute(delete(PersonAreaRow).where(PersonAreaRow.person == person))
    insert_new(session, PersonAreaRow, ({"person": person, "scope": scope} for scope in areas))
    values: dict[str, JsonValue] = {
        "name": entry.name,
        "role": str(entry.role),
        "areas": list(areas),
        "active": entry.active,
    }
    write_audit(session, office, author, act, {"person": person, "role": str(entry.role)})
    edit = register_edit(session, "person", person, values)
    if edit is None:
        return 0
    return save_in(session, office, [StaffChange(author, (edit,))])[1]


def _areas(session: Session, wanted: Collection[str]) -> list[str]:
    areas = sorted(set(wanted))
    known = set(session.scalars(select(ScopeRow.id).where(ScopeRow.id.in_(areas))))
    if not set(areas) <= known or not all(scope.startswith("area:") for scope in areas):
        raise InvalidInput("areas that exist are needed", fields=["areas"])
    return areas


def _check(entry: PersonEntry) -> None:
    """Raises InvalidInput that names every field that is wrong."""
    password, pin = entry.password, entry.pin
    sound = {
        "login": _LOGIN.fullmatch(entry.login) is not None,
        "name": 0 < len(entry.name.strip()) <= NAME_LENGTH_MAX,
        "language": entry.language in LANGUAGES,
        "areas": len(entry.areas) <= AREAS_PER_PERSON_MAX,
        "password": password is None or PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX,
        "pin": pin is None
        or (pin.isascii() and pin.isdigit() and PIN_DIGITS_MIN <= len(pin) <= PIN_DIGITS_MAX),
    }
    wrong = [name for name, fits in sound.items() if not fits]
    if wrong:
        raise InvalidInput("some fields are not right", fields=wrong)


def _secrets(office: Office, entry: PersonEntry) -> tuple[str | None, str | None]:
    make = office.passwords.make
    return (
        None if entry.password is None else make(entry.password),
        None if entry.pin is None else make(entry.pin),
    )
