"""A backup while the server runs: one moment of the database, all files, keys, the journal's place.

What it shows is one reading transaction; files come after it, so that every file the database names
is there (files are never changed, and never removed while a backup runs).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.models import (
    BackedUpClientRow,
    BackupRow,
    BlobRow,
    ClientRow,
    JournalEntryRow,
    SettingRow,
    ThumbnailRow,
)
from server.services.issue_receipt import receipt_key
from server.services.replay_journal import forget_old_places, missing_entries
from server.services.verify_backup import verify_backup
from server.store import backup_folder
from server.store.backup_folder import DATABASE, FILES, Backup
from server.store.bulk import IDS_AT_ONCE_MAX, insert_new, put
from server.store.dump import dump_database
from server.store.office import Office
from server.store.own_journal import INSTALLATION
from shared.errors import NotFound

KEYS: Final = "key-"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made. `missing` are files the database has and the store has not (or
    damaged); `wrong` is what the verification found, None when none was asked for."""

    folder: Path
    taken_at: int
    records: int
    changes: int
    files: int
    new_files: int
    bytes: int
    missing: tuple[str, ...]
    wrong: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _Moment:
    """What one transaction showed."""

    taken_at: int
    rows: dict[str, int]
    files: dict[str, int]
    clients: dict[str, int]
    facts: dict[str, Any]


def back_up(office: Office, target: Path, *, verify: bool = False) -> BackedUp:
    """Make a backup in a folder of its own below `target`.

    Raises InvalidInput for a target that lies with the data, and what the disk raises.
    """
    backup_folder.check_target(target, (office.config.data, office.journal.folder))
    folder = backup_folder.begin(target, office.clock.now_ms())
    moment = _database(office, folder)
    _keys(office, folder)
    pool = target / backup_folder.POOL
    missing, new = _files(office, pool, moment.files)
    held = {name: size for name, size in moment.files.items() if name not in missing}
    lines = "".join(f"{name} {size}\n" for name, size in sorted(held.items()))
    backup_folder.keep(folder / FILES, lines.encode())
    facts = {**moment.facts, "taken_at": moment.taken_at, "missing_files": sorted(missing)}
    made = backup_folder.finish(folder, {**facts, "tables": moment.rows})
    wrong = _verify(office, made, held) if verify else None
    _note(office, made, moment, verified=wrong == (), files=held)
    forget_old_places(office, missing_entries(office, office.journal.folder)[0])
    return BackedUp(
        folder=made.folder,
        taken_at=moment.taken_at,
        records=moment.rows["record"],
        changes=moment.rows["change"],
        files=len(held),
        new_files=new,
        bytes=_bytes_of(made) + sum(held.values()),
        missing=tuple(sorted(missing)),
        wrong=wrong,
    )


def _verify(office: Office, made: Backup, held: dict[str, int]) -> tuple[str, ...]:
    """What is wrong with it; a file that was damaged in the pool is copied once more."""
    found = verify_backup(made)
    wrong = list(found.wrong)
    for sha256 in found.files_wrong:
        backup_folder.pool_path(made.pool, sha256).unlink(missing_ok=True)
        if _files(office, made.pool, {sha256: held[sha256]})[0]:
            del held[sha256]
            wrong.append(f"file {sha256}: it is damaged, here and in the backup")
    return tuple(wrong)


def _database(office: Office, folder: Path) -> _Moment:
    with office.database.reading() as session:
        settings = {row.name: row.value for row in session.scalars(select(SettingRow))}
        files = {
            row.sha256: row.size
            for table in (ThumbnailRow, BlobRow)
            for row in session.execute(select(table.sha256, table.size))
        }
        clients = {
            row.id: row.number for row in session.execute(select(ClientRow.id, ClientRow.number))
        }
        facts = {
            "epoch": settings.get("epoch", ""),
            "installation": settings.get(INSTALLATION, ""),
            "journal_seq": _journal_seq(session),
        }
        taken_at = office.clock.now_ms()
        dumped = dump_database(session, folder / DATABASE)
    return _Moment(taken_at, dumped.rows, files, clients, {**facts, "schema": dumped.version})


def _journal_seq(session: Session) -> int:
    return session.scalar(select(func.max(JournalEntryRow.seq))) or 0


def _keys(office: Office, folder: Path) -> None:
    config = office.config
    receipt_key(config.receipt_key_file, office.randomness)
    for path in (config.secret_file, config.receipt_key_file, config.epoch_file):
        if path.exists():
            backup_folder.keep(folder / f"{KEYS}{path.name}", path.read_bytes())


def _files(office: Office, pool: Path, files: dict[str, int]) -> tuple[set[str], int]:
    """Copy what the pool has not; the files that cannot be had, and how many were copied."""
    missing, new = set[str](), 0
    pool.mkdir(mode=0o700, exist_ok=True)
    for sha256, size in sorted(files.items()):
        path = backup_folder.pool_path(pool, sha256)
        if path.is_file() and path.stat().st_size == size:
            continue
        try:
            copied = backup_folder.copy_to_pool(pool, sha256, office.blobs.read(sha256))
        except NotFound:
            copied = False
        new += copied
        if not copied:
            missing.add(sha256)
    return missing, new


def _bytes_of(made: Backup) -> int:
    return sum(int(part["bytes"]) for part in made.manifest["parts"].values())


def _note(
    office: Office, made: Backup, moment: _Moment, *, verified: bool, files: dict[str, int]
) -> None:
    """What is in a verified backup, tablets may forget (after a time)."""
    now_ms = office.clock.now_ms()
    row = {
        "id": office.ids.new(),
        "target": str(made.folder),
        "taken_at": moment.taken_at,
        "ended_at": now_ms,
        "verified_at": now_ms if verified else None,
        "bytes": _bytes_of(made),
        "journal_seq": moment.facts["journal_seq"],
    }
    with office.database.writing() as session:
        insert_new(session, BackupRow, [row])
        if not verified:
            return
        held = (
            {"client": client, "number": number, "backup": row["id"]}
            for client, number in moment.clients.items()
        )
        put(session, BackedUpClientRow, held, ("client",))
        names = sorted(files)
        for start in range(0, len(names), IDS_AT_ONCE_MAX):
            part = names[start : start + IDS_AT_ONCE_MAX]
            session.execute(
                update(BlobRow)
                .where(BlobRow.sha256.in_(part), BlobRow.backed_up_at.is_(None))
                .values(backed_up_at=now_ms),
                execution_options={"synchronize_session": False},
            )
