"""A backup put back: looked over, built beside, the journal replayed, then put in place.

Nothing of the present installation is touched before the new one is whole; the database that served
stays beside. The epoch is a new one: tablets keep everything and offer again what is missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine

from server.config import Config
from server.models import BackupRow
from server.services.back_up import KEYS
from server.services.examine_records import examine_records
from server.services.findings import Grade
from server.services.likely_doubles import Double, likely_doubles
from server.services.lost_files import missing_files, withdraw_lost_files
from server.services.recover_at_start import Recovery, last_recovery, recover_from
from server.services.verify_backup import Verified, verify_backup
from server.services.want_files import adopt_stored_files
from server.store import backup_folder
from server.store.backup_folder import Backup
from server.store.beside import beside
from server.store.blob_store import open_blob_store
from server.store.bulk import insert_new
from server.store.database import Database
from server.store.dump import load_database
from server.store.journal import JournalMissing
from server.store.journal_frames import segments_of
from server.store.office import Office
from server.store.serving_lock import is_served
from shared.errors import ConflictingState, StorageCorrupt

STAGE: Final = "restoring"

OpenOffice = Callable[[Config, bool], Office]
"""Opens an installation in a new epoch; the second says whether its journal begins anew."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `put_aside` is where the database that served before is now."""

    backup: Path
    taken_at: int
    epoch: str
    verified: Verified
    recovery: Recovery | None
    doubles: tuple[Double, ...]
    wanted_files: tuple[str, ...]
    put_aside: str


def restore_backup(
    open_office: OpenOffice,
    config: Config,
    source: Path,
    *,
    journals: Sequence[Path] = (),
    new_journal: bool = False,
) -> Restored:
    """Put a backup in the place of an installation (or of none). `journals` are replayed besides
    the installation's own; `new_journal` begins one where none is left.

    Raises InvalidInput (no backup there), StorageCorrupt (it is damaged; nothing was changed), and
    ConflictingState (a server is running).
    """
    backup = backup_folder.open_backup(source)
    verified = verify_backup(backup)
    if verified.wrong:
        raise StorageCorrupt("the backup is damaged: " + "; ".join(verified.wrong[:5]))
    if is_served(config.data):
        raise ConflictingState("a server serves from this folder: end it before a restore")
    if not segments_of(config.journal_folder) and not new_journal:
        raise JournalMissing(
            f"there is no journal in {config.journal_folder}: mount its volume, name it with"
            " --journal, or say --new-journal if it is lost"
        )
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    stage = _stage(config, backup)
    _bring_files(config, backup, verified)
    other = beside(config.url, stage)
    other.prepare()
    database = Database(create_engine(other.url))
    try:
        load_database(database, backup.folder / backup_folder.DATABASE)
    finally:
        database.close()
    staged = replace(
        config, data=stage, database_url=other.url, journal=config.journal_folder, pages=False
    )
    office = open_office(staged, new_journal)
    try:
        done = _settle(office, backup, verified, journals)
    finally:
        office.database.close()
        office.journal.close()
    put_aside = other.swap(config.data / _aside_name(office))
    _finish(config, stage)
    return replace(done, put_aside=put_aside)


def _stage(config: Config, backup: Backup) -> Path:
    """An empty folder beside, with the keys of the backup (or those that are here already)."""
    stage = config.data / STAGE
    if stage.exists():
        shutil.rmtree(stage)
    stage.mkdir(mode=0o700)
    for path in (config.secret_file, config.receipt_key_file):
        kept = backup.folder / f"{KEYS}{path.name}"
        found = path if path.exists() else kept
        if found.exists():
            backup_folder.keep(stage / path.name, found.read_bytes())
    config.blobs.mkdir(mode=0o700, exist_ok=True)
    (stage / config.blobs.name).symlink_to(config.blobs.absolute(), target_is_directory=True)
    return stage


def _bring_files(config: Config, backup: Backup, verified: Verified) -> None:
    """Files of the backup that the store has not, or not sound any more."""
    store = open_blob_store(config)
    store.prepare()
    damaged = set(verified.files_wrong)
    for sha256 in backup_folder.files_of(backup):
        if sha256 not in damaged and not (store.has(sha256) and store.is_sound(sha256)):
            path = backup_folder.pool_path(backup.pool, sha256)
            store.receive(sha256, backup_folder.pieces_of(path))


def _settle(
    office: Office, backup: Backup, verified: Verified, journals: Sequence[Path]
) -> Restored:
    """Replay what lies elsewhere, too; then nothing may be wrong in what was built."""
    recovery = last_recovery(office)
    if journals:
        recovery = recover_from(office, journals, before=recovery)
    adopt_stored_files(office)
    withdraw_lost_files(office)
    wrong = [one.meaning("en") for one in examine_records(office) if one.grade is Grade.WRONG]
    if wrong:
        raise StorageCorrupt("what was restored is not sound: " + "; ".join(wrong[:5]))
    with office.database.writing() as session:
        insert_new(session, BackupRow, [_as_row(office, backup)])
    with office.database.reading() as session:
        doubles = likely_doubles(session, backup.taken_at)
    return Restored(
        backup=backup.folder,
        taken_at=backup.taken_at,
        epoch=office.epoch.text,
        verified=verified,
        recovery=recovery,
        doubles=tuple(doubles),
        wanted_files=tuple(missing_files(office)),
        put_aside="",
    )


def _as_row(office: Office, backup: Backup) -> dict[str, Any]:
    """This backup, which was just looked over: the database that it holds cannot know of it."""
    now_ms = office.clock.now_ms()
    return {
        "id": office.ids.new(),
        "target": str(backup.folder),
        "taken_at": backup.taken_at,
        "ended_at": now_ms,
        "verified_at": now_ms,
        "bytes": sum(int(part["bytes"]) for part in backup.manifest["parts"].values()),
        "journal_seq": int(backup.manifest["journal_seq"]),
    }


def _aside_name(office: Office) -> str:
    at = datetime.fromtimestamp(office.clock.now_ms() / 1000, UTC)
    return at.strftime("replaced-%Y-%m-%dT%H-%M-%SZ")


def _finish(config: Config, stage: Path) -> None:
    """Keys and epoch follow the database; cut off before, the next start begins a new epoch."""
    for path in (config.secret_file, config.receipt_key_file, config.epoch_file):
        if (stage / path.name).exists():
            os.replace(stage / path.name, path)
            backup_folder.sync_path(path)
    backup_folder.sync_path(config.data)
    shutil.rmtree(stage)
