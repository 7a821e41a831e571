"""The epoch: a nonce in the database and in a file beside it, with a high-water mark.

A database restored from a backup has lower heads than the mark in the file (or another nonce): the
server then begins a new epoch, so that tablets offer again what it forgot. The mark is written
after every commit and never before, so that it is never above the truth.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Final

from sqlalchemy import select

from server.models import SettingRow
from server.store.bulk import put
from server.store.database import Database
from server.store.scopes import sum_of_heads
from server.store.system import Randomness
from shared.errors import SurveyError

NONCE_BYTES: Final = 16
_LINE_BYTES: Final = 96


class EpochMissing(SurveyError):
    """The database has data and the epoch file is gone: somebody must say what happened."""

    code = "storage.epoch_missing"


class Epoch:
    """The present epoch, and the mark that follows the database's heads."""

    def __init__(self, text: str, mark: int, path: Path) -> None:
        self.text = text
        self._mark = mark
        self._path = path
        self._lock = threading.Lock()

    def raise_mark(self, count: int) -> None:
        """`count` more places in the feed are committed."""
        if count <= 0:
            return
        with self._lock:
            self._mark += count
            _write_line(self._path, self.text, self._mark, durable=False)


def open_epoch(database: Database, path: Path, randomness: Randomness, *, anew: bool) -> Epoch:
    """Compare database and file. Raises EpochMissing when the file is gone; `anew` starts over."""
    with database.writing() as session:
        stored = session.scalar(select(SettingRow.value).where(SettingRow.name == "epoch"))
        heads = sum_of_heads(session)
        kept = _read_line(path)
        if kept is None and stored is not None and heads > 0 and not anew:
            raise EpochMissing(
                f"the database has data but {path.name} is missing beside it; put the file back,"
                " or run: samruat-server init --new-epoch"
            )
        fits = kept is not None and kept[0] == stored and heads >= kept[1]
        if (fits and not anew and stored is not None) or (
            stored is not None and kept is None and not anew
        ):
            text = stored
        else:
            text = randomness(NONCE_BYTES).hex()
            put(session, SettingRow, [{"name": "epoch", "value": text}], ("name",))
    _write_line(path, text, heads, durable=True)
    return Epoch(text, heads, path)


def _read_line(path: Path) -> tuple[str, int] | None:
    try:
        raw = json.loads(path.read_bytes())
        return str(raw["epoch"]), int(raw["mark"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return "", 0


def _write_line(path: Path, text: str, mark: int, *, durable: bool) -> None:
    """One line of fixed length, overwritten in place: a cut write cannot leave half a file."""
    line = json.dumps({"epoch": text, "mark": mark}).ljust(_LINE_BYTES - 1) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(handle, line.encode(), 0)
        if durable:
            os.fsync(handle)
    finally:
        os.close(handle)
