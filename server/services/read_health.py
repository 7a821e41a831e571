"""The health of the installation at a glance: backups, journal, room, what waits for people."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from server.models import BackupRow, IncidentRow
from server.services.examine_installation import (
    Examination,
    glance_at_installation,
    on_one_disk,
)
from server.services.likely_doubles import Double, likely_doubles
from server.services.lost_files import missing_files
from server.services.recover_at_start import Recovery, last_recovery
from server.store import quarantine
from server.store.journal_frames import segments_of
from server.store.office import Office

BACKUPS_SHOWN: Final = 5
INCIDENTS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Room:
    """A folder and how much of its volume is free, in bytes."""

    folder: Path
    free: int
    total: int

    @property
    def used_per_mille(self) -> int:
        """How full the volume is."""
        return 1000 - self.free * 1000 // max(self.total, 1)


@dataclass(frozen=True, slots=True)
class Health:
    """What the page shows. `journal_bytes` is the size of all its segments."""

    examination: Examination
    backups: tuple[Any, ...]
    journal_seq: int
    journal_bytes: int
    journal_failed: str
    rooms: tuple[Room, ...]
    aside: int
    incidents: tuple[Any, ...]
    incidents_open: int
    wanted_files: int
    recovery: Recovery | None
    doubles: tuple[Double, ...]


def read_health(office: Office) -> Health:
    """Read what can be said at once; hashes are recomputed by the doctor alone."""
    recovery = last_recovery(office)
    open_ones = IncidentRow.settled_at.is_(None)
    with office.database.reading() as session:
        backups = session.execute(
            select(BackupRow.__table__).order_by(BackupRow.taken_at.desc()).limit(BACKUPS_SHOWN)
        ).all()
        incidents = session.execute(
            select(IncidentRow.__table__)
            .where(open_ones)
            .order_by(IncidentRow.at.desc())
            .limit(INCIDENTS_SHOWN)
        ).all()
        count = session.scalar(select(func.count()).select_from(IncidentRow).where(open_ones))
        aside = quarantine.count_open(session, None)
        doubles = [] if recovery is None else likely_doubles(session, recovery.since)
    data, folder = office.config.data, office.journal.folder
    folders = (data,) if on_one_disk(data, folder) else (data, folder)
    return Health(
        examination=glance_at_installation(office),
        backups=tuple(backups),
        journal_seq=office.journal.position.seq,
        journal_bytes=sum(path.stat().st_size for path in segments_of(folder)),
        journal_failed=office.journal.failed,
        rooms=tuple(_room(one) for one in folders),
        aside=aside,
        incidents=tuple(incidents),
        incidents_open=count or 0,
        wanted_files=len(missing_files(office)),
        recovery=recovery,
        doubles=tuple(doubles),
    )


def _room(folder: Path) -> Room:
    usage = shutil.disk_usage(folder)
    return Room(folder, usage.free, usage.total)
