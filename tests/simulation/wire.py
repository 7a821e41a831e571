"""What went over the wire, as one who stands beside it sees it: for rights, files and sizes."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.errors import SurveyError
from shared.records.state import decode_state
from sync import codec
from sync.exchange import HttpReply, HttpRequest
from sync.messages import Put
from sync.session import BLOB, PULL, PUSH

UNPACKED_MAX = 1 << 24


@dataclass(slots=True)
class Traffic:
    """Bytes of one tablet that had to go up (`needed`, each once), that did, and what faults
    excuse: the request that each of them befell."""

    needed: int = 0
    sent: int = 0
    excused: int = 0
    last: int = 0
    met: set[bytes] = field(default_factory=set)


@dataclass
class Wire:
    """Watches every exchange. `held` says which scopes a tablet may read at this moment."""

    held: Callable[[str], frozenset[str]] | None = None
    traffic: dict[str, Traffic] = field(default_factory=lambda: defaultdict(Traffic))
    peaks: Counter[str] = field(default_factory=Counter)
    outside: list[str] = field(default_factory=list)
    have: set[str] = field(default_factory=set)

    def asked(self, who: str, request: HttpRequest) -> None:
        """A tablet sends a request."""
        self._peak(f"{_door(request)} request bytes", len(request.body))
        mine = self.traffic[who]
        pieces = _pieces(request)
        if request.path == PUSH:
            self._peak("lines of a push", len(pieces))
            self._peak("unpacked push bytes", _unpacked(request.body))
        mine.last = sum(len(piece) for piece in pieces)
        for piece in pieces:
            mark = hashlib.sha256(piece).digest()
            if mark not in mine.met:
                mine.met.add(mark)
                mine.needed += len(piece)
            mine.sent += len(piece)

    def suffered(self, who: str) -> None:
        """A fault befell a tablet or its last request: what that carried may be sent once more."""
        self.traffic[who].excused += self.traffic[who].last

    def forgot(self, *who: str) -> None:
        """A disk was lost: what these tablets (all, when none is named) sent may go up again."""
        for name in who or tuple(self.traffic):
            self.traffic[name].excused += self.traffic[name].needed

    def answered(self, who: str, request: HttpRequest, reply: HttpReply) -> None:
        """An answer reaches a tablet."""
        self._peak(f"{_door(request)} answer bytes", len(reply.body))
        if reply.status in (409, 410):
            self.suffered(who)
        if reply.status == 200 and request.path == PULL:
            self._watch_rights(who, reply)
        if reply.status in (200, 201) and request.path.startswith(BLOB):
            self._watch_files(request, reply)

    def _watch_rights(self, who: str, reply: HttpReply) -> None:
        try:
            answer = codec.decode_pull_answer(reply.body)
        except SurveyError:
            return
        self._peak("rows of an answer", sum(len(page.rows) for page in answer.pages))
        held = self.held(who) if self.held is not None else None
        for page in answer.pages if held is not None else ():
            if held is not None and page.scope not in held:
                self.outside.append(f"{who} was sent a page of {page.scope}")
            for row in page.rows:
                scope = decode_state(row.state).scope if isinstance(row, Put) else page.scope
                if scope != page.scope:
                    self.outside.append(f"{who} was sent a record of {scope} within {page.scope}")

    def _watch_files(self, request: HttpRequest, reply: HttpReply) -> None:
        sha256 = request.path.removeprefix(BLOB).partition("/")[0]
        whole = request.path == BLOB + sha256 or request.path.endswith("/done")
        if request.method in ("HEAD", "PUT", "POST") and whole and sha256 in str(reply.headers):
            self.have.add(sha256)

    def _peak(self, name: str, size: int) -> None:
        self.peaks[name] = max(self.peaks[name], size)


def _unpacked(body: bytes) -> int:
    try:
        return len(gzip.decompress(body))
    except (OSError, EOFError, zlib.error):
        return len(body)


def _door(request: HttpRequest) -> str:
    return "file" if request.path.startswith(BLOB) else request.path.rpartition("/")[2]


def _pieces(request: HttpRequest) -> list[bytes]:
    """What a request carries that must reach the office: lines of changes, or bytes of a file."""
    if request.path == PUSH:
        try:
            batch = codec.decode_push(codec.gunzip_bytes(request.body, UNPACKED_MAX))
        except SurveyError:
            return []
        return [line for line in batch.lines if isinstance(line, bytes)]
    if request.path.startswith(BLOB) and request.body:
        return [request.body]
    return []
