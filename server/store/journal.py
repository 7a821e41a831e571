"""The journal: every accepted change on a second volume before anybody is told that it is kept.

Append-only segment files (`server.store.journal_frames`) in a folder of their own. What one
transaction accepted is one entry, written and brought to the disk before the transaction commits.
Several threads that append at once share one write and one fsync; several processes of one host
take turns by a lock on a file. A failed fsync is never tried again: what it should have written
may be gone although a second one succeeds. From then on nothing is acknowledged until a new start,
which begins a new segment.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from server.store.journal_frames import (
    ENTRY,
    SEGMENT,
    Damage,
    Entry,
    Position,
    Tail,
    chain_after,
    frame,
    pack,
    read_frames,
    segment_name,
    segments_of,
)
from server.store.system import Randomness
from shared.canonical import sha256_bytes
from shared.errors import DatabaseUnavailable, StorageFull, SurveyError

SEGMENT_BYTES: Final = 32 * 1024 * 1024
LOCK_FILE: Final = "lock"
RETRY_AFTER_S: Final = 60
NO_CHAIN: Final = "0" * 64
_NO_SPACE: Final = (28, 122)

Sync = Callable[[int], None]


class JournalFailed(DatabaseUnavailable):
    """An fsync of the journal failed: nothing can be acknowledged until the server starts anew."""

    code = "storage.journal_failed"


class JournalMissing(SurveyError):
    """The database knows of a journal and its folder has none: somebody must say what happened."""

    code = "storage.journal_missing"


@dataclass(slots=True)
class _Waiting:
    """An entry that a thread wants to have appended, and what became of it."""

    payload: bytes
    position: Position | None = None
    error: Exception | None = None


@dataclass(slots=True)
class Opened:
    """What was found when the journal was opened. `failure` is what ended its last use."""

    cut_bytes: int = 0
    failure: str = ""
    damaged: list[Damage] = field(default_factory=list)


class Journal:
    """The journal of one installation, open for appending.

    `failed_file` lies on another volume and tells the next start (and the doctor) of a failure.
    """

    def __init__(
        self,
        folder: Path,
        failed_file: Path,
        randomness: Randomness,
        now_ms: Callable[[], int],
        *,
        segment_bytes: int = SEGMENT_BYTES,
        sync: Sync = os.fsync,
    ) -> None:
        self.folder = folder
        self.opened = Opened()
        self._failed_file = failed_file
        self._randomness, self._now_ms, self._sync = randomness, now_ms, sync
        self._segment_bytes = segment_bytes
        self._queue: list[_Waiting] = []
        self._queue_lock, self._turn = threading.Lock(), threading.Lock()
        self._failed = ""
        self._handle = -1
        self._number, self._size = 0, 0
        self._at = Position(0, NO_CHAIN)

    @property
    def failed(self) -> str:
        """Why nothing can be appended any more; empty while all is well."""
        return self._failed

    @property
    def position(self) -> Position:
        """The last entry that this process knows of."""
        return self._at

    @property
    def failed_before(self) -> str:
        """What a failure left behind for the next start; empty when there was none."""
        try:
            return self._failed_file.read_text("utf-8")
        except FileNotFoundError:
            return ""

    def open(self, at_least: int = 0, *, anew: bool = False, alone: bool = True) -> None:
        """Make the folder, cut off a torn tail, go on behind the last entry.

        `at_least` is the highest number that the database knows: numbers go on above it. `anew`
        lets a journal begin although the database knows of one. Raises JournalMissing.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._turn, self._locked():
            paths = segments_of(self.folder)
            if not paths and at_least and not anew:
                raise JournalMissing(
                    f"the database was journalled and {self.folder} has no journal: mount its"
                    " volume, or run: samruat-server init --new-journal"
                )
            self._resume(paths)
            before = self.opened.failure = self.failed_before
            if self._handle < 0 or before or anew or self._at.seq < at_least:
                jumps = self._at.seq < at_least
                if jumps:
                    self._at = Position(at_least, self._randomness(32).hex())
                self._begin_segment("anew" if jumps or anew else "next")
            if alone:
                self._failed_file.unlink(missing_ok=True)

    def append(self, entry: Entry) -> Position:
        """Write an entry and bring it to the disk; its position.

        Raises JournalFailed, or StorageFull (then nothing was written).
        """
        mine = _Waiting(pack(entry))
        with self._queue_lock:
            self._queue.append(mine)
        with self._turn:
            if mine.position is None and mine.error is None:
                with self._queue_lock:
                    together, self._queue = self._queue, []
                self._write(together)
        if mine.error is not None:
            raise mine.error
        assert mine.position is not None
        return mine.position

    def close(self) -> None:
        """Close the segment."""
        with self._turn:
            self._leave()

    def _write(self, together: Sequence[_Waiting]) -> None:
        try:
            if self._failed or self._handle < 0:
                raise JournalFailed(self._failed or "closed", retry_after_s=RETRY_AFTER_S)
            with self._locked():
                self._catch_up()
                if self._size >= self._segment_bytes:
                    self._begin_segment("next")
                self._write_frames(together)
        except (SurveyError, OSError) as reason:
            error = reason
            if isinstance(reason, OSError):
                self._fail(reason)
                error = JournalFailed(self._failed, retry_after_s=RETRY_AFTER_S)
            for one in together:
                one.position, one.error = None, error

    def _write_frames(self, together: Sequence[_Waiting]) -> None:
        at, frames = self._at, []
        places = []
        for one in together:
            chain = chain_after(at.chain, sha256_bytes(one.payload))
            at = Position(at.seq + 1, chain)
            frames.append(frame(ENTRY, at.seq, one.payload, chain))
            places.append(at)
        data = b"".join(frames)
        try:
            _write_all(self._handle, data)
        except OSError as reason:
            # Nothing is on the disk for certain yet: what was begun is taken back.
            os.ftruncate(self._handle, self._size)
            if reason.errno in _NO_SPACE:
                raise StorageFull("the journal's disk is full") from reason
            raise
        self._sync(self._handle)
        self._at, self._size = at, self._size + len(data)
        for one, place in zip(together, places, strict=True):
            one.position = place

    def _fail(self, reason: OSError) -> None:
        self._failed = f"{reason.strerror or reason} (errno {reason.errno})"
        told = json.dumps({"at": self._now_ms(), "reason": self._failed, "seq": self._at.seq})
        try:
            self._failed_file.write_text(told, "utf-8")
        except OSError:
            # The failure is told by every answer of this process; the file is for the next one.
            return

    def _begin_segment(self, why: str) -> None:
        """A new file: its first frame says what it follows; file and folder are on the disk."""
        path = self.folder / segment_name(self._number + 1)
        facts = {"why": why, "at": self._now_ms(), "journal": 1}
        data = frame(SEGMENT, self._at.seq, json.dumps(facts).encode(), self._at.chain)
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND
            handle = os.open(path, flags, 0o600)
            _write_all(handle, data)
        except OSError as reason:
            path.unlink(missing_ok=True)
            if reason.errno in _NO_SPACE:
                raise StorageFull("the journal's disk is full") from reason
            raise
        self._sync(handle)
        _sync_folder(self.folder, self._sync)
        self._leave(handle)
        self._number, self._size = self._number + 1, len(data)

    def _leave(self, handle: int = -1) -> None:
        """Close the present segment; `handle` is open in its place."""
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = handle

    def _catch_up(self) -> None:
        """Another process may have appended, begun a segment, or died while it wrote."""
        size = os.fstat(self._handle).st_size
        newer = self.folder / segment_name(self._number + 1)
        if size == self._size and not newer.exists():
            return
        data, tail = os.pread(self._handle, size - self._size, self._size), Tail()
        for _ in read_frames(data, "", tail):
            pass
        if newer.exists() or tail.end < len(data) or tail.damaged or tail.position is None:
            self._resume(segments_of(self.folder))
        else:
            self._at, self._size = tail.position, size

    def _resume(self, paths: Sequence[Path]) -> None:
        """Open the last segment behind its last sound frame; a torn tail is kept beside it."""
        self._leave()
        for path in reversed(paths):
            self._number = max(self._number, int(path.name.partition(".")[0]))
            data = path.read_bytes()
            tail = Tail()
            for _ in read_frames(data, path.name, tail):
                pass
            if tail.position is None:
                # Not even its first frame was written whole: there was never an entry in it.
                path.rename(path.with_name(path.name + ".torn"))
                continue
            self._handle = os.open(path, os.O_RDWR | os.O_APPEND)
            self._at, self._size = tail.position, tail.end
            self.opened.damaged = tail.damaged
            if tail.end < len(data):
                self._cut(path, data, tail.end)
            return

    def _cut(self, path: Path, data: bytes, end: int) -> None:
        kept = path.with_name(f"{path.name}.torn-{end}")
        kept.write_bytes(data[end:])
        self.opened.cut_bytes = len(data) - end
        os.ftruncate(self._handle, end)
        self._sync(self._handle)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """The turn of this process among those of the host."""
        handle = os.open(self.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _sync_folder(folder: Path, sync: Sync) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        sync(handle)
    finally:
        os.close(handle)
