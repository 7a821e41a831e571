"""Is everything as it should be? Database, journal, files, backups, room, clock, looked over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import func, select, text

from server.models import BackupRow, BlobRow, ChangeRow, IncidentRow, SettingRow
from server.services.examine_journal import examine_journal
from server.services.examine_records import examine_records
from server.services.findings import Finding, Grade, bounded, care, note, well, wrong
from server.services.likely_doubles import likely_doubles
from server.services.lost_files import missing_files
from server.services.recover_at_start import last_recovery
from server.store import quarantine
from server.store.epoch import epoch_on_disk
from server.store.office import Office
from server.store.schema import HEAD, present_version

HOUR_MS: Final = 60 * 60_000
MINUTE_MS: Final = 60_000
MIB: Final = 1024 * 1024
BACKUP_HOURS_MAX: Final = 48
ROOM_MIB_LOW: Final = 5 * 1024
ROOM_MIB_MIN: Final = 512
INTEGRITY_LINES_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Examination:
    """All that was found."""

    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> list[str]:
        """What is wrong, in English; empty when nothing is."""
        return [one.meaning("en") for one in self.findings if one.grade is Grade.WRONG]


def examine_installation(office: Office, *, files_too: bool = True) -> Examination:
    """Recompute every hash, digest and chain that is stored; `files_too` reads every file."""
    found = [
        *_database(office),
        *examine_records(office),
        *examine_journal(office),
        *_epoch(office),
        *_files(office, read=files_too),
        *_surroundings(office),
        *_open_matters(office),
    ]
    return Examination(tuple(found))


def glance_at_installation(office: Office) -> Examination:
    """What can be said at once, for a page: nothing is recomputed, no file is read."""
    found = [
        *examine_journal(office, whole=False),
        *_epoch(office),
        *_surroundings(office),
        *_open_matters(office),
    ]
    return Examination(tuple(found))


def _database(office: Office) -> Iterator[Finding]:
    with office.database.reading() as session:
        version = present_version(session.connection()) or "-"
        if office.database.is_sqlite:
            lines = session.scalars(text("PRAGMA integrity_check(3)"))
            wrongs = [line for line in lines if line != "ok"][:INTEGRITY_LINES_MAX]
        else:
            wrongs = []
    if wrongs:
        yield wrong("database_damaged", detail="; ".join(wrongs))
    elif office.database.is_sqlite:
        yield well("database_sound")
    if version == HEAD:
        yield well("schema_present", version=version)
    else:
        yield wrong("schema_other", version=version, wanted=HEAD)


def _epoch(office: Office) -> Iterator[Finding]:
    with office.database.reading() as session:
        stored = session.scalar(select(SettingRow.value).where(SettingRow.name == "epoch"))
    if stored == epoch_on_disk(office.config.epoch_file) == office.epoch.text:
        yield well("epoch_fits")
    else:
        yield wrong("epoch_differs")


def _files(office: Office, *, read: bool) -> Iterator[Finding]:
    with office.database.reading() as session:
        held = list(session.scalars(select(BlobRow.sha256).order_by(BlobRow.sha256)))
    found = list(bounded(_wrong_files(office, held, read=read)))
    yield from found
    if not found:
        yield well("files_sound" if read else "files_held", files=len(held))


def _wrong_files(office: Office, held: list[str], *, read: bool) -> Iterator[Finding]:
    for sha256 in held:
        if not office.blobs.has(sha256):
            yield wrong("file_missing", sha256=sha256)
        elif read and not office.blobs.is_sound(sha256):
            yield wrong("file_damaged", sha256=sha256)


def _surroundings(office: Office) -> Iterator[Finding]:
    data, journal = office.config.data, office.journal.folder
    yield _room(data)
    if on_one_disk(data, journal):
        yield note("journal_same_disk", folder=str(journal))
    else:
        yield _room(journal)
    yield from _backups(office)
    yield _clock(office)


def on_one_disk(one: Path, other: Path) -> bool:
    """Do both folders lie on the same volume?"""
    return one.stat().st_dev == other.stat().st_dev


def _room(folder: Path) -> Finding:
    free_mib = shutil.disk_usage(folder).free // MIB
    free = f"{free_mib / 1024:.1f} GiB" if free_mib >= 1024 else f"{free_mib} MiB"
    facts: dict[str, str | int] = {"folder": str(folder), "free": free}
    if free_mib < ROOM_MIB_MIN:
        return wrong("room_short", **facts)
    return care("room_short", **facts) if free_mib < ROOM_MIB_LOW else well("room_enough", **facts)


def _backups(office: Office) -> Iterator[Finding]:
    with office.database.reading() as session:
        last = session.execute(
            select(BackupRow.taken_at, BackupRow.target)
            .where(BackupRow.verified_at.is_not(None))
            .order_by(BackupRow.taken_at.desc())
            .limit(1)
        ).one_or_none()
        some = session.scalar(select(func.count()).select_from(BackupRow))
    if last is None:
        yield care("backup_unverified" if some else "backup_none")
        return
    hours = max(0, office.clock.now_ms() - last.taken_at) // HOUR_MS
    facts: dict[str, str | int] = {"hours": hours, "target": last.target}
    old = hours > BACKUP_HOURS_MAX
    yield care("backup_old", **facts) if old else well("backup_fresh", **facts)


def _clock(office: Office) -> Finding:
    with office.database.reading() as session:
        last = session.scalar(select(func.max(ChangeRow.received_at))) or 0
    behind = (last - office.clock.now_ms()) // MINUTE_MS
    return care("clock_back", minutes=behind) if behind > 1 else well("clock_fits")


def _open_matters(office: Office) -> Iterator[Finding]:
    """What waits for people."""
    recovery = last_recovery(office)
    with office.database.reading() as session:
        incidents = session.scalar(
            select(func.count()).select_from(IncidentRow).where(IncidentRow.settled_at.is_(None))
        )
        aside = quarantine.count_open(session, None)
        doubles = [] if recovery is None else likely_doubles(session, recovery.since)
    if recovery is not None:
        facts = {"entries": recovery.entries, "changes": recovery.changes, "saves": recovery.saves}
        yield note("recovered", **facts)
        told = (*recovery.failed, *recovery.damaged)
        if told:
            yield care("recovered_in_part", detail="; ".join(told[:5]))
    if doubles:
        yield care("doubles_likely", count=len(doubles))
    if incidents:
        yield care("incidents_open", count=incidents)
    if aside:
        yield note("kept_aside", count=aside)
    wanted = len(missing_files(office))
    if wanted:
        yield note("files_wanted", count=wanted)
