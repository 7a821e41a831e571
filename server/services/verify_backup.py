"""Is a backup whole and right? Every hash in it, every record and change by its own, every file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from server.store import backup_folder
from server.store.backup_folder import DATABASE, Backup
from server.store.dump import Dumped, read_dump
from shared.canonical import sha256_hex
from shared.errors import BadInput, StorageCorrupt
from sync import digest
from sync.changes import frame

WRONG_TOLD_MAX: Final = 200


@dataclass(slots=True)
class Verified:
    """What was looked at; `wrong` is what makes it useless as a whole, `files_wrong` are files that
    are missing or damaged."""

    records: int = 0
    changes: int = 0
    files: int = 0
    wrong: list[str] = field(default_factory=list)
    files_wrong: list[str] = field(default_factory=list)


def verify_backup(backup: Backup, *, files_too: bool = True) -> Verified:
    """Look a backup over, without a database."""
    told = Verified()
    told.wrong += list(backup_folder.check_parts(backup))
    if not told.wrong:
        try:
            told.wrong += list(_rows(backup, told))
        except StorageCorrupt as reason:
            told.wrong.append(reason.detail)
    if not told.wrong and files_too:
        told.files_wrong += list(_files(backup, told))
    del told.wrong[WRONG_TOLD_MAX:]
    return told


def _files(backup: Backup, told: Verified) -> Iterator[str]:
    for sha256, size in backup_folder.files_of(backup).items():
        told.files += 1
        path = backup_folder.pool_path(backup.pool, sha256)
        there = path.is_file() and path.stat().st_size == size
        if not there or backup_folder.hash_of(path) != sha256:
            yield sha256


def _rows(backup: Backup, told: Verified) -> Iterator[str]:
    counted = Dumped()
    totals: dict[str, int] = {}
    digests: dict[str, str] = {}
    placed = set[tuple[str, str]]()
    for row in read_dump(backup.folder / DATABASE, counted):
        values = row.values
        if row.table == "membership" and values["kind"] == "put":
            placed.add((values["scope"], values["record"]))
        elif row.table == "record":
            told.records += 1
            yield from _record(values, totals, placed)
        elif row.table == "change":
            told.changes += 1
            yield from _change(values)
        elif row.table == "scope":
            digests[values["id"]] = values["digest"]
    if counted.rows != dict(backup.manifest["tables"]):
        yield "the database has other rows than the manifest says"
    for scope, text in digests.items():
        if digest.from_text(text) != totals.get(scope, digest.EMPTY):
            yield f"scope {scope}: its digest is not that of its records"


def _record(
    values: dict[str, Any], totals: dict[str, int], placed: set[tuple[str, str]]
) -> Iterator[str]:
    if sha256_hex(values["state"]) != values["state_hash"]:
        yield f"record {values['id']}: its state is not what was stored"
    scope = values["scope"]
    if (scope, values["id"]) in placed:
        new = digest.row_digest(values["id"], values["revision"], values["state"])
        totals[scope] = digest.replaced(totals.get(scope, digest.EMPTY), None, new)


def _change(values: dict[str, Any]) -> Iterator[str]:
    try:
        sound = frame(values["line"]).head_hash.hex() == values["head_hash"]
    except BadInput:
        sound = False
    if not sound:
        yield f"change {values['id']}: it is not what was received"
