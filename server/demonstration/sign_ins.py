"""Whether the demonstration is there, and what a person needs to look at it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from server.models import PersonRow
from server.services.enrol_device import make_enrolment_code
from server.store.office import Office

SIGN_INS_FILE: Final = "demonstration-sign-ins.txt"


def is_loaded(office: Office) -> bool:
    """Is there anybody in this office?"""
    with office.database.reading() as session:
        return session.scalar(select(PersonRow.id).limit(1)) is not None


def new_codes(office: Office) -> list[tuple[str, str]]:
    """Two fresh enrolment codes and what they are for."""
    with office.database.reading() as session:
        author = session.scalars(select(PersonRow.id).where(PersonRow.login == "admin")).one()
    scopes = ["area:20-1", "area:40-1", "area:24-1"]
    labels = ("แท็บเล็ต 1", "แท็บเล็ต 2")
    return [(make_enrolment_code(office, author, label, scopes), label) for label in labels]
