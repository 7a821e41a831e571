"""What a tablet says of itself is kept, the last word of each; nothing is decided by it."""

from __future__ import annotations

from sqlalchemy import update

from server.models import DeviceReportRow, DeviceRow
from server.services.identify_device import identify_device
from server.store.bulk import put
from server.store.office import Office
from shared.canonical import canonical_text
from shared.errors import Forbidden
from shared.ids import is_client
from sync.tablet_report import decode_report


def keep_tablet_report(office: Office, token: str, body: bytes) -> None:
    """Keep a report. Raises NotSignedIn, Forbidden, BadInput; a revoked tablet may report."""
    report = decode_report(body)
    with office.database.reading() as session:
        device = identify_device(session, token)
    if not is_client(report.client) or not report.client.startswith(device.id + "."):
        raise Forbidden("a tablet speaks under its own name only")
    now_ms = office.clock.now_ms()
    row = {
        "device": device.id,
        "client": report.client,
        "at": now_ms,
        "pending": report.pending,
        "editing": report.editing,
        "oldest_at": report.oldest_at,
        "files": report.files,
        "file_bytes": report.file_bytes,
        "kept_aside": report.kept_aside,
        "free_bytes": report.free_bytes,
        "handed_over": canonical_text([list(one) for one in report.handed_over]),
    }
    with office.database.writing() as session:
        put(session, DeviceReportRow, [row], ("device",))
        session.execute(
            update(DeviceRow)
            .where(DeviceRow.id == device.id)
            .values(clock_offset_ms=now_ms - report.now_ms, app_version=report.app_version),
            execution_options={"synchronize_session": False},
        )
