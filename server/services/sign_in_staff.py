"""Staff sign in to the office: a password, and a session that the server keeps."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from server.models import PersonRow, StaffSessionRow
from server.services.write_audit import write_audit
from server.store.bulk import insert_new
from server.store.office import Office
from server.store.passwords import new_token, token_hash
from shared.errors import WrongCredentials
from shared.limits import STAFF_SESSION_MS_MAX
from shared.records.workflow import STAFF_ROLES, Role

CSRF_BYTES = 32


@dataclass(frozen=True, slots=True)
class BegunSession:
    """A session that began. The cookie holds `token`; pages hold `csrf`."""

    token: str
    csrf: str
    person: str


def sign_in_staff(office: Office, login: str, password: str, address: str = "") -> BegunSession:
    """Check name and password. Raises WrongCredentials (also for people of the field, who work on
    tablets) and TooManyAttempts."""
    keys = [f"staff:{login.casefold()}"] + ([f"address:{address}"] if address else [])
    office.attempts.check(*keys)
    with office.database.reading() as session:
        person = session.execute(
            select(PersonRow.id, PersonRow.password, PersonRow.active, PersonRow.role).where(
                PersonRow.login == login.casefold()
            )
        ).one_or_none()
    fits = office.passwords.fits(None if person is None else person.password, password)
    if person is None or not fits or not person.active or Role(person.role) not in STAFF_ROLES:
        office.attempts.failed(*keys)
        raise WrongCredentials("name and password do not fit")
    office.attempts.succeeded(*keys)
    return _begin(office, person.id)


def _begin(office: Office, person: str) -> BegunSession:
    token, csrf = new_token(office.randomness), office.randomness(CSRF_BYTES).hex()
    now_ms = office.clock.now_ms()
    with office.database.writing() as session:
        session.execute(
            delete(StaffSessionRow).where(
                StaffSessionRow.created_at < now_ms - STAFF_SESSION_MS_MAX
            )
        )
        insert_new(
            session,
            StaffSessionRow,
            [
                {
                    "token_hash": token_hash(token),
                    "person": person,
                    "csrf": csrf,
                    "created_at": now_ms,
                    "used_at": now_ms,
                }
            ],
        )
        write_audit(session, office, person, "staff.sign_in", {})
    return BegunSession(token, csrf, person)
