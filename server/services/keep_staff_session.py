"""A session of the office in use stays alive: its idle time begins anew."""

from __future__ import annotations

from typing import Final

from sqlalchemy import update

from server.models import StaffSessionRow
from server.store.office import Office
from server.store.passwords import token_hash

NOTED_AFTER_MS: Final = 5 * 60_000
"""A write per page would be waste: use is noted when the last note is older than this."""


def keep_staff_session(office: Office, token: str, used_at: int, now_ms: int) -> None:
    """Note that a session is in use now, unless that was noted a moment ago."""
    if now_ms - used_at < NOTED_AFTER_MS:
        return
    with office.database.writing() as session:
        session.execute(
            update(StaffSessionRow)
            .where(StaffSessionRow.token_hash == token_hash(token))
            .values(used_at=now_ms)
        )
