"""A folder of backups: each a folder of its own with a manifest, and one pool of files for all.

    TARGET/blobs/ab/abcd...          files by their SHA-256, copied once
    TARGET/2026-11-23T22-40-00Z/     manifest.json, its hash, database, list of files, keys, epoch

A backup is written under a hidden name, brought to the disk, and only then named.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from shared.canonical import canonical_bytes
from shared.errors import InvalidInput, StorageCorrupt
from shared.ids import is_sha256

MANIFEST: Final = "manifest.json"
MANIFEST_HASH: Final = "manifest.json.sha256"
DATABASE: Final = "database.jsonl.gz"
FILES: Final = "files.txt"
POOL: Final = "blobs"
FORMAT: Final = 1
_PARTIAL: Final = ".partial-"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that lies in a folder, and what its manifest says."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def pool(self) -> Path:
        """Where the files of this backup are."""
        return self.folder.parent / POOL

    @property
    def taken_at(self) -> int:
        """The moment it shows, in Unix ms."""
        return int(self.manifest["taken_at"])


def check_target(target: Path, others: Iterable[Path]) -> None:
    """Raises InvalidInput for a target inside of what is backed up, or around it."""
    here = target.resolve()
    for other in (path.resolve() for path in others):
        if here == other or other in here.parents or here in other.parents:
            raise InvalidInput(
                f"a backup in {target} would lie with what it is a copy of: choose a folder"
                " elsewhere, best on another disk",
                fields=["target"],
            )


def begin(target: Path, now_ms: int) -> Path:
    """A hidden folder for a new backup."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in target.glob(f"{_PARTIAL}*"):
        shutil.rmtree(left)
    name = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    taken, number = name, 1
    while (target / taken).exists():
        number += 1
        taken = f"{name}-{number}"
    folder = target / f"{_PARTIAL}{taken}"
    folder.mkdir(mode=0o700)
    return folder


def finish(folder: Path, manifest: Mapping[str, Any]) -> Backup:
    """Write the manifest with the hash of everything, make all durable, give it its name."""
    parts = {}
    for path in sorted(folder.iterdir()):
        parts[path.name] = {"sha256": hash_of(path), "bytes": path.stat().st_size}
        sync_path(path)
    said = {**manifest, "format": FORMAT, "parts": parts}
    data = canonical_bytes(said)
    keep(folder / MANIFEST, data)
    keep(folder / MANIFEST_HASH, hashlib.sha256(data).hexdigest().encode())
    sync_path(folder)
    named = folder.with_name(folder.name.removeprefix(_PARTIAL))
    folder.rename(named)
    sync_path(folder.parent)
    return Backup(named, said)


def open_backup(source: Path) -> Backup:
    """A backup, or the newest in a folder of backups. Raises InvalidInput, StorageCorrupt."""
    if not (source / MANIFEST).is_file():
        found = sorted(p.parent for p in source.glob(f"[0-9]*/{MANIFEST}"))
        if not found:
            raise InvalidInput(f"there is no backup in {source}", fields=["source"])
        source = found[-1]
    data = (source / MANIFEST).read_bytes()
    try:
        wanted = (source / MANIFEST_HASH).read_text("ascii").strip()
    except (FileNotFoundError, UnicodeError):
        wanted = ""
    if hashlib.sha256(data).hexdigest() != wanted:
        raise StorageCorrupt(f"the manifest of {source} is not the one that was written")
    manifest = json.loads(data)
    if manifest.get("format") != FORMAT:
        raise StorageCorrupt("a later version of this program made this backup")
    return Backup(source, manifest)


def forget_older(target: Path, keep_newest: int) -> list[str]:
    """Remove all backups of a folder but the newest; their names. The pool of files stays: an older
    backup may be all that still has a file that was lost since."""
    assert keep_newest > 0, "the newest backup is never removed"
    found = sorted(path.parent for path in target.glob(f"[0-9]*/{MANIFEST}"))
    gone = found[:-keep_newest]
    for folder in gone:
        # First the name: what is half removed must not look like a backup.
        hidden = folder.with_name(f"{_PARTIAL}{folder.name}")
        folder.rename(hidden)
        sync_path(target)
        shutil.rmtree(hidden)
    return [folder.name for folder in gone]


def check_parts(backup: Backup) -> Iterator[str]:
    """What of a backup is missing or is not what was written, but for the pool of files."""
    for name, part in backup.manifest["parts"].items():
        path = backup.folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif hash_of(path) != part["sha256"]:
            yield f"{name} is damaged"


def files_of(backup: Backup) -> dict[str, int]:
    """The files of a backup by their SHA-256, with their sizes."""
    found: dict[str, int] = {}
    for line in (backup.folder / FILES).read_text("ascii").splitlines():
        name, _, size = line.partition(" ")
        if not is_sha256(name) or not size.isdecimal():
            raise StorageCorrupt("the list of files cannot be read")
        found[name] = int(size)
    return found


def pool_path(pool: Path, sha256: str) -> Path:
    """Where a file lies in a pool."""
    assert is_sha256(sha256), "files are named by their SHA-256 only"
    return pool / sha256[:2] / sha256


def copy_to_pool(pool: Path, sha256: str, pieces: Iterable[bytes]) -> bool:
    """Copy a file into the pool; False (and nothing kept) when its bytes are not its name's."""
    path = pool_path(pool, sha256)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{_PARTIAL}{sha256}")
    digest = hashlib.sha256()
    with partial.open("wb") as out:
        for piece in pieces:
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != sha256:
        partial.unlink()
        return False
    partial.rename(path)
    sync_path(path.parent)
    return True


def pieces_of(path: Path) -> Iterator[bytes]:
    """A file piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def hash_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    for piece in pieces_of(path):
        digest.update(piece)
    return digest.hexdigest()


def keep(path: Path, data: bytes) -> None:
    """Write a file for its owner alone, and bring it to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def sync_path(path: Path) -> None:
    """Bring a file or a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
