"""Who sends this: the tablet behind a bearer token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from server.models import BlobWantRow, DeviceRow
from server.store.office import Office
from server.store.passwords import token_hash
from shared.errors import DeviceRevoked, NotSignedIn

SEEN_EVERY_MS: Final = 5 * 60_000
TOKEN_LENGTH_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Device:
    """A tablet that has shown its token. `files_wanted`: the office asks somebody for files."""

    id: str
    label: str
    revoked: bool
    last_seen_at: int
    files_wanted: bool = False

    def must_not_be_revoked(self) -> None:
        """Raises DeviceRevoked for what a revoked tablet may not do."""
        if self.revoked:
            raise DeviceRevoked("this tablet was revoked")


def identify_device(session: Session, token: str) -> Device:
    """The device of a token. Raises NotSignedIn; a revoked device is still known."""
    if not token or len(token) > TOKEN_LENGTH_MAX:
        raise NotSignedIn("no device token")
    row = session.execute(
        select(
            DeviceRow.id,
            DeviceRow.label,
            DeviceRow.revoked_at,
            DeviceRow.last_seen_at,
            # Asked here, so that a pull with nothing new needs no question of its own for it.
            exists(select(BlobWantRow.sha256)).label("files_wanted"),
        ).where(DeviceRow.token_hash == token_hash(token))
    ).one_or_none()
    if row is None:
        raise NotSignedIn("this device token is not known")
    revoked = row.revoked_at is not None
    return Device(row.id, row.label, revoked, row.last_seen_at or 0, bool(row.files_wanted))


def note_seen(office: Office, device: Device) -> None:
    """Remember that the tablet was in touch, at most once in five minutes."""
    now_ms = office.clock.now_ms()
    if abs(now_ms - device.last_seen_at) < SEEN_EVERY_MS:
        return
    with office.database.writing() as session:
        session.execute(
            update(DeviceRow).where(DeviceRow.id == device.id).values(last_seen_at=now_ms),
            execution_options={"synchronize_session": False},
        )
