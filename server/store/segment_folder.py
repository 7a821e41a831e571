"""Segments on the disk: a cache of what tablets download first; the whole folder may be deleted.

A file's name is the SHA-256 of its bytes and it never changes. A scope's manifest lists its files
in order and is replaced as a whole, so whoever reads sees a finished set or the one before. What an
interrupted build leaves is a temporary file or a file that no manifest names; a later build removes
both. One process at a time builds, however many serve.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from shared.errors import BadInput
from shared.ids import is_sha256
from sync.segments import Segment, segment_json, segment_of

UNNAMED_KEPT_S: Final = 60 * 60
"""A file that no manifest names any more may still be on its way to a tablet."""
_MANIFEST: Final = ".json"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a set of segments is of. One made before deletions were forgotten (`horizon` moved on)
    may hold what nobody would take away again: it counts no more."""

    epoch: str
    scope: str
    horizon: int = 0


class SegmentFolder:
    """The segments of every scope. Nothing here is needed: what is missing is made again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[Path, tuple[tuple[int, int], tuple[Segment, ...]]] = {}

    def of_feed(self, feed: Feed) -> tuple[Segment, ...]:
        """The finished segments of a feed, in order; () when there are none."""
        path = self._manifest(feed)
        try:
            found = path.stat()
        except OSError:
            return ()
        stamp = (found.st_mtime_ns, found.st_ino)
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            known = self._known[path] = (stamp, _read(path, feed.scope))
        return known[1]

    def has(self, segment: Segment) -> bool:
        """Is the file of a segment here, in its full length?"""
        try:
            return self._file(segment.sha256).stat().st_size == segment.size
        except OSError:
            return False

    def read(self, segment: Segment) -> bytes | None:
        """The bytes of a segment, or None when its file is gone. Its reader checks the hash."""
        try:
            return self._file(segment.sha256).read_bytes()
        except OSError:
            return None

    @contextmanager
    def building(self) -> Iterator[bool]:
        """True for the one process that may build now; a killed one lets go by itself."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True
        finally:
            os.close(handle)

    def keep(self, segment: Segment, data: bytes) -> None:
        """Store the file of a segment; whole or not at all."""
        assert hashlib.sha256(data).hexdigest() == segment.sha256
        if not self.has(segment):
            self._replace(self._file(segment.sha256), data)

    def publish(self, feed: Feed, segments: Sequence[Segment]) -> None:
        """Make this the set of the feed. Every file must have been kept."""
        rows = [segment_json(segment) for segment in segments]
        text = json.dumps({**asdict(feed), "segments": rows})
        self._replace(self._manifest(feed), text.encode())

    def sweep(self, feeds: Sequence[Feed], now_s: Callable[[], float]) -> int:
        """Remove what belongs to no set of these feeds and is old enough; how many files."""
        sets = [self.of_feed(feed) for feed in feeds]
        named = {self._file(segment.sha256) for found in sets for segment in found}
        named |= {self._manifest(feed) for feed in feeds} | {self._folder / "lock"}
        removed = 0
        for path in [*self._folder.iterdir()]:
            with suppress(OSError):
                if path not in named and now_s() - path.stat().st_mtime > UNNAMED_KEPT_S:
                    path.unlink()
                    self._known.pop(path, None)
                    removed += 1
        return removed

    def _file(self, sha256: str) -> Path:
        assert is_sha256(sha256)
        return self._folder / sha256

    def _manifest(self, feed: Feed) -> Path:
        text = f"{feed.epoch}\0{feed.scope}\0{feed.horizon}"
        name = hashlib.sha256(text.encode()).hexdigest()[:32]
        return self._folder / (name + _MANIFEST)

    def _replace(self, path: Path, data: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self._folder, prefix="new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise


def _read(path: Path, scope: str) -> tuple[Segment, ...]:
    """A manifest that cannot be read counts as none: it is made again."""
    try:
        raw = json.loads(path.read_bytes())
        found = tuple(segment_of(row) for row in raw["segments"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BadInput):
        return ()
    start = 0
    for segment in found:
        if segment.scope != scope or segment.start != start:
            return ()
        start = segment.end
    return found
