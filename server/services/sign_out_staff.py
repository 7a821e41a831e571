"""Ending a session of the office, at once and everywhere."""

from __future__ import annotations

from sqlalchemy import delete

from server.models import StaffSessionRow
from server.store.office import Office
from server.store.passwords import token_hash


def sign_out_staff(office: Office, token: str) -> None:
    """End the session of a token; an unknown one is no error."""
    with office.database.writing() as session:
        session.execute(
            delete(StaffSessionRow).where(StaffSessionRow.token_hash == token_hash(token))
        )
