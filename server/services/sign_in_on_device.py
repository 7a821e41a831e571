"""A person signs in on a tablet with name and PIN; from then on the tablet may speak for them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import DevicePersonRow, PersonRow
from server.services.identify_device import Device
from server.services.write_audit import write_audit
from server.store.bulk import insert_new, put
from server.store.office import Office
from server.store.rights import device_scopes, load_rights
from shared.errors import WrongCredentials
from shared.records.workflow import Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and what they may do here."""

    person: str
    name: str
    role: str
    areas: tuple[str, ...]
    language: str


def sign_in_on_device(office: Office, device: Device, login: str, pin: str) -> SignedIn:
    """Check name and PIN. Raises WrongCredentials, TooManyAttempts, DeviceRevoked."""
    device.must_not_be_revoked()
    keys = (f"pin:{login.casefold()}", f"device:{device.id}")
    office.attempts.check(*keys)
    with office.database.reading() as session:
        person = session.execute(
            select(PersonRow.id, PersonRow.pin, PersonRow.active).where(
                PersonRow.login == login.casefold()
            )
        ).one_or_none()
    fits = office.passwords.fits(None if person is None else person.pin, pin)
    if person is None or not fits or not person.active:
        office.attempts.failed(*keys)
        raise WrongCredentials("name and PIN do not fit")
    office.attempts.succeeded(*keys)
    with office.database.writing() as session:
        return _sign_in(office, session, device, person.id)


def _sign_in(office: Office, session: Session, device: Device, person: str) -> SignedIn:
    now_ms = office.clock.now_ms()
    insert_new(
        session,
        DevicePersonRow,
        [{"device": device.id, "person": person, "first_at": now_ms, "last_at": now_ms}],
    )
    first_at = session.scalars(
        select(DevicePersonRow.first_at).where(
            DevicePersonRow.device == device.id, DevicePersonRow.person == person
        )
    ).one()
    put(
        session,
        DevicePersonRow,
        [{"device": device.id, "person": person, "first_at": first_at, "last_at": now_ms}],
        ("device", "person"),
    )
    write_audit(session, office, person, "device.sign_in", {"device": device.id})
    row = session.execute(
        select(PersonRow.name, PersonRow.role, PersonRow.language).where(PersonRow.id == person)
    ).one()
    rights = load_rights(session, {(device.id, person)})[device.id, person]
    held = device_scopes(session, device.id)
    areas = held if rights.role is Role.ADMINISTRATOR else rights.author_scopes
    return SignedIn(person, row.name, row.role, tuple(sorted(areas)), row.language)
