"""The epoch: a nonce in the database and in a file beside it, with a high-water mark.

A database restored from a backup has lower heads than the mark in the file (or another nonce): the
server then begins a new epoch, so that tablets offer again what it forgot. The mark is written
after every commit and never before, so that it is never above the truth; several processes may
serve one database, and each adds what it committed. A second file lies with the journal, on another
volume: it tells when the whole folder of the data was put back.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from pathlib import Path
from typing import Final

from sqlalchemy import select

from server.models import SettingRow
from server.store.bulk import put
from server.store.database import RETRY_AFTER_S, Database
from server.store.scopes import sum_of_heads
from server.store.system import Randomness
from shared.errors import DatabaseUnavailable, SurveyError

NONCE_BYTES: Final = 16
_LINE_BYTES: Final = 96


class EpochMissing(SurveyError):
    """The database has data and the epoch file is gone: somebody must say what happened."""

    code = "storage.epoch_missing"


class Epoch:
    """The present epoch, and the mark that follows the database's heads.

    `renewed` is True when it began at this start.
    """

    def __init__(self, text: str, path: Path, second: Path | None, *, renewed: bool) -> None:
        self.text = text
        self.renewed = renewed
        self._path, self._second = path, second
        self._lock = threading.Lock()
        self._owed = 0

    def raise_mark(self, count: int) -> None:
        """`count` more places in the feed are committed; other processes count theirs.

        Raises DatabaseUnavailable when the disk does not take the mark: what it would have counted
        is committed, is counted with the next, and may be sent again.
        """
        if count <= 0:
            return
        with self._lock:
            self._owed += count
            try:
                self._write_mark()
            except OSError as reason:
                raise DatabaseUnavailable(
                    f"the mark cannot be written: {reason.strerror}", retry_after_s=RETRY_AFTER_S
                ) from reason

    def _write_mark(self) -> None:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            kept = _parse(os.pread(handle, _LINE_BYTES, 0))
            mark = self._owed + (kept[1] if kept[0] == self.text else 0)
            os.pwrite(handle, _line(self.text, mark), 0)
            self._owed = 0
        finally:
            os.close(handle)
        if self._second is not None:
            _write_line(self._second, self.text, mark, durable=False)


def open_epoch(
    database: Database,
    path: Path,
    randomness: Randomness,
    *,
    anew: bool,
    second: Path | None = None,
    alone: bool = True,
) -> Epoch:
    """Compare database and files. Raises EpochMissing when the file is gone; `anew` starts over.

    While another process serves (not `alone`) a mark that fits stays: that process counts on.
    Processes that start together compare one after the other, so that they come to one epoch.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        return _compare(database, path, second, randomness, anew=anew, alone=alone)
    finally:
        os.close(folder)


def _compare(
    database: Database,
    path: Path,
    second: Path | None,
    randomness: Randomness,
    *,
    anew: bool,
    alone: bool,
) -> Epoch:
    with database.writing() as session:
        stored = session.scalar(select(SettingRow.value).where(SettingRow.name == "epoch"))
        heads = sum_of_heads(session)
        kept = _read_line(path)
        if kept is None and stored is not None and heads > 0 and not anew:
            raise EpochMissing(
                f"the database has data but {path.name} is missing beside it; put the file back,"
                " or run: samruat-server init --new-epoch"
            )
        other = None if second is None else _read_line(second)
        told = [one for one in (kept, other) if one is not None]
        fits = all(text == stored and heads >= mark for text, mark in told)
        if fits and not anew and stored is not None:
            text = stored
        else:
            text = randomness(NONCE_BYTES).hex()
            put(session, SettingRow, [{"name": "epoch", "value": text}], ("name",))
    mark = kept[1] if kept is not None and text == stored and not alone else heads
    _write_line(path, text, mark, durable=True)
    if second is not None:
        second.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_line(second, text, mark, durable=True)
    known = stored is not None or kept is not None
    return Epoch(text, path, second, renewed=known and text != stored)


def _read_line(path: Path) -> tuple[str, int] | None:
    try:
        return _parse(path.read_bytes())
    except FileNotFoundError:
        return None


def _parse(data: bytes) -> tuple[str, int]:
    try:
        raw = json.loads(data)
        return str(raw["epoch"]), int(raw["mark"])
    except (ValueError, KeyError, TypeError):
        return "", 0


def _line(text: str, mark: int) -> bytes:
    """One line of fixed length, overwritten in place: a cut write cannot leave half a file."""
    return (json.dumps({"epoch": text, "mark": mark}).ljust(_LINE_BYTES - 1) + "\n").encode()


def _write_line(path: Path, text: str, mark: int, *, durable: bool) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(handle, _line(text, mark), 0)
        if durable:
            os.fsync(handle)
    finally:
        os.close(handle)


def epoch_on_disk(path: Path) -> str | None:
    """The epoch that a file names, or None when there is no such file."""
    kept = _read_line(path)
    return None if kept is None else kept[0]
