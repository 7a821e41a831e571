"""Taking a tablet's rights: it may still hand in what it holds, and never receive again."""

from __future__ import annotations

from sqlalchemy import update

from server.models import DeviceRow
from server.services.write_audit import write_audit
from server.store.office import Office
from shared.errors import NotFound


def revoke_device(office: Office, author: str | None, device: str) -> None:
    """Revoke a tablet; again is the same as once. NotFound for one that does not exist."""
    now_ms = office.clock.now_ms()
    with office.database.writing() as session:
        known = session.get(DeviceRow, device)
        if known is None:
            raise NotFound("there is no such tablet")
        session.execute(
            update(DeviceRow)
            .where(DeviceRow.id == device, DeviceRow.revoked_at.is_(None))
            .values(revoked_at=now_ms),
            execution_options={"synchronize_session": False},
        )
        write_audit(session, office, author, "device.revoked", {"device": device})
