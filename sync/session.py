"""One synchronisation as a state machine without I/O: push, pull, files, compare digests.

`SyncSession.run()` is a generator: it yields an `HttpRequest` and is sent the `HttpReply` (or
`NO_NETWORK`). The tablet's transport, the simulation and the tests drive the same code. It returns
a `SessionReport`; whatever happens, the replica is left as durable as it was: every step that
changes it is one transaction of the replica.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from shared import limits
from shared.canonical import read_json
from shared.errors import BadInput, TooLarge
from sync import codec
from sync.commitments import chain_over
from sync.digest import combined
from sync.messages import (
    ChangeResult,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushBatch,
    PushHeader,
    Withheld,
)
from sync.ports import NumberedLine, Replica
from sync.version import MEDIA_TYPE, PROTOCOL

PUSH: Final = "/api/v1/sync/push"
PULL: Final = "/api/v1/sync/pull"
BLOB: Final = "/api/v1/blobs/"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What to send. `body` is ready (compressed where the headers say so)."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What came back. `headers` have lower-case names; `body` is decompressed and bounded."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, or the empty text."""
        return next((v for k, v in self.headers if k == name), "")


NO_NETWORK: Final = HttpReply(0)


class Step(StrEnum):
    """Where a session is; the tablet shows it in words."""

    PUSH = "push"
    PULL = "pull"
    FILES = "files"
    DONE = "done"


class End(StrEnum):
    """How a session ended."""

    DONE = "done"
    NO_NETWORK = "no_network"
    NOT_SIGNED_IN = "not_signed_in"
    BUSY = "busy"
    REFUSED = "refused"
    UPGRADE = "upgrade"
    MISMATCH = "digest_mismatch"


@dataclass(slots=True)
class SessionReport:
    """What a session did, for the report in words. Times of waiting are in milliseconds."""

    end: End = End.DONE
    sent: int = 0
    results: list[ChangeResult] = field(default_factory=list)
    rows_received: int = 0
    blobs_sent: int = 0
    blobs_received: int = 0
    mismatched: list[str] = field(default_factory=list)
    retry_after_ms: int = 0
    code: str = ""
    round_trips: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: `done` of `total` (0 when unknown)."""

    step: Step
    done: int = 0
    total: int = 0


class _Stop(Exception):
    """Ends the session with a reason; the replica is consistent at any moment."""

    def __init__(self, end: End, code: str = "", retry_after_ms: int = 0) -> None:
        super().__init__(end)
        self.end = end
        self.code = code
        self.retry_after_ms = retry_after_ms


Conversation = Generator[HttpRequest, HttpReply, SessionReport]
Exchange = Generator[HttpRequest, HttpReply, HttpReply]
Act = Generator[HttpRequest, HttpReply, None]


def _quiet(_: Progress) -> None:
    """Nobody is watching."""


class SyncSession:
    """One session of one replica. Make a new one for each synchronisation."""

    def __init__(self, replica: Replica, on_progress: Callable[[Progress], None] = _quiet) -> None:
        self._replica = replica
        self._progress = on_progress
        self._report = SessionReport()
        self._batch_max = limits.PUSH_CHANGES_MAX
        self._failures = 0
        self._restarts = 0
        self._withheld: set[int] = set()

    def run(self) -> Conversation:
        """Push, pull, exchange files; returns the report and never raises for the network."""
        try:
            yield from self._push()
            yield from self._pull()
            yield from self._files()
            self._progress(Progress(Step.DONE))
        except _Stop as stop:
            self._report.end = stop.end
            self._report.code = stop.code
            self._report.retry_after_ms = stop.retry_after_ms
        return self._report

    def _ask(self, request: HttpRequest) -> Exchange:
        self._report.round_trips += 1
        reply = yield request
        if reply.status == 0:
            raise _Stop(End.NO_NETWORK)
        if reply.status == 401:
            raise _Stop(End.NOT_SIGNED_IN, _code(reply))
        if reply.status in (429, 503):
            raise _Stop(End.BUSY, _code(reply), _retry_after_ms(reply))
        return reply

    def _push(self) -> Act:
        waiting = self._waiting()
        while True:
            standing = self._replica.standing()
            lines = self._replica.pending(
                standing.number,
                self._batch_max,
                limits.PUSH_BYTES_MAX - limits.MESSAGE_HEADER_BYTES_MAX,
            )
            if not lines:
                return
            self._progress(Progress(Step.PUSH, self._report.sent, waiting))
            header = PushHeader(
                PROTOCOL, standing.epoch, standing.client, standing.number, standing.chain
            )
            reply = yield from self._ask(_push_request(header, lines, self._withheld))
            if reply.status == 200:
                self._acknowledge(_believed_push(reply, header), standing.chain, lines)
            else:
                yield from self._push_failed(reply, lines)

    def _waiting(self) -> int:
        standing = self._replica.standing()
        return len(self._replica.pending(standing.number, limits.INTEGER_MAX, limits.INTEGER_MAX))

    def _acknowledge(self, answer: PushAnswer, chain: str, lines: Sequence[NumberedLine]) -> None:
        count = len(answer.results)
        heads = [line.head_hash for line in lines[:count]]
        expected = chain_over(bytes.fromhex(chain), heads).hex()
        named = [(r.number, r.id) for r in answer.results]
        if not count or expected != answer.chain or not _names(named, lines):
            raise _Stop(End.REFUSED, "sync.answer_does_not_fit")
        self._replica.acknowledge(answer.number, answer.chain, answer.results)
        self._report.sent += count
        self._report.results.extend(answer.results)
        self._failures = 0
        self._batch_max = min(limits.PUSH_CHANGES_MAX, self._batch_max * 2)

    def _push_failed(self, reply: HttpReply, lines: Sequence[NumberedLine]) -> Act:
        if reply.status == 409:
            self._answer_conflict(reply)
            return
        self._failures += 1
        unreadable = reply.status in (400, 413, 415, 422)
        if not unreadable and self._failures < 3:
            return
        if len(lines) > 1:
            self._batch_max = max(1, len(lines) // 2)
            self._failures = 0
            return
        line = lines[0]
        if line.number in self._withheld or not unreadable:
            raise _Stop(End.REFUSED, _code(reply))
        yield from self._send_blob(hashlib.sha256(line.line).hexdigest(), line.line)
        self._withheld.add(line.number)

    def _answer_conflict(self, reply: HttpReply) -> None:
        """409: the server's line of this client is not the one this replica believes in."""
        self._restarts += 1
        if self._restarts > limits.RESTARTS_PER_SESSION_MAX:
            raise _Stop(End.REFUSED, _code(reply))
        facts = _facts(reply)
        epoch, number, chain = facts.get("epoch"), facts.get("number"), facts.get("chain")
        if not isinstance(epoch, str) or not isinstance(number, int) or not isinstance(chain, str):
            raise _Stop(End.REFUSED, "sync.answer_does_not_fit")
        if not self._replica.begin_epoch(epoch, number, chain):
            self._replica.mint_incarnation()

    def _pull(self) -> Act:
        while True:
            standing = self._replica.standing()
            request = PullRequest(
                PROTOCOL,
                standing.epoch,
                standing.client,
                standing.cursors,
                limits.PULL_BYTES_MAX,
            )
            body = codec.encode_pull(request)
            reply = yield from self._ask(
                HttpRequest("POST", PULL, body, (("content-type", MEDIA_TYPE),))
            )
            if reply.status == 409:
                self._answer_conflict(reply)
                yield from self._push()
                continue
            if reply.status == 426:
                raise _Stop(End.UPGRADE, _code(reply))
            if reply.status != 200:
                raise _Stop(End.REFUSED, _code(reply))
            if self._take(_believed_pull(reply, request), request):
                return

    def _take(self, answer: PullAnswer, request: PullRequest) -> bool:
        """Apply an answer; True when every scope has reached its head."""
        self._replica.note_server_time(answer.server_time_ms)
        if answer.granted is not None and set(answer.granted) != set(request.scopes):
            self._replica.hold_scopes(answer.granted)
        more = answer.granted is not None and not set(answer.granted) <= set(request.scopes)
        for page in answer.pages:
            if not self._replica.apply_page(page):
                raise _Stop(End.REFUSED, "sync.page_out_of_order")
            self._report.rows_received += len(page.rows)
            self._progress(Progress(Step.PULL, page.cursor, page.head))
            more = more or page.cursor < page.head
        if not more:
            self._compare(answer)
        return not more

    def _compare(self, answer: PullAnswer) -> None:
        """Digests are compared at the head only, and never adopted: a difference is reported."""
        held = self._replica.standing().digests
        paged = {page.scope for page in answer.pages}
        for page in answer.pages:
            if page.digest is not None and int(page.digest, 16) != held.get(page.scope):
                self._report.mismatched.append(page.scope)
        if answer.unchanged is not None:
            rest = [(scope, total) for scope, total in held.items() if scope not in paged]
            if combined(rest) != answer.unchanged:
                self._report.mismatched.extend(scope for scope, _ in rest)
        if self._report.mismatched:
            self._report.end = End.MISMATCH

    def _files(self) -> Act:
        yield from self._fetch_wanted()
        waiting = self._replica.blobs_to_send()
        for done, blob in enumerate(waiting):
            self._progress(Progress(Step.FILES, done, len(waiting)))
            reply = yield from self._ask(HttpRequest("HEAD", BLOB + blob.sha256))
            if reply.status != 200:
                yield from self._send_blob(blob.sha256, self._replica.blob_bytes(blob.sha256))
            self._replica.blob_sent(blob.sha256)
            self._report.blobs_sent += 1

    def _send_blob(self, sha256: str, data: bytes) -> Act:
        headers = (("content-type", "application/octet-stream"),)
        reply = yield from self._ask(HttpRequest("PUT", BLOB + sha256, data, headers))
        if reply.status not in (200, 201):
            raise _Stop(End.REFUSED, _code(reply))

    def _fetch_wanted(self) -> Act:
        wanted = self._replica.blobs_wanted()
        for done, sha256 in enumerate(wanted):
            self._progress(Progress(Step.FILES, done, len(wanted)))
            reply = yield from self._ask(HttpRequest("GET", BLOB + sha256))
            if reply.status == 404:
                continue
            if reply.status != 200:
                raise _Stop(End.REFUSED, _code(reply))
            if hashlib.sha256(reply.body).hexdigest() != sha256:
                raise _Stop(End.NO_NETWORK, "sync.file_damaged")
            self._replica.keep_blob(sha256, reply.body)
            self._report.blobs_received += 1


def _push_request(
    header: PushHeader, lines: Sequence[NumberedLine], withheld: set[int]
) -> HttpRequest:
    body: list[bytes | Withheld] = [
        Withheld(line.id, line.head_hash.hex(), hashlib.sha256(line.line).hexdigest())
        if line.number in withheld
        else line.line
        for line in lines
    ]
    packed = codec.gzip_bytes(codec.encode_push(PushBatch(header, tuple(body))))
    return HttpRequest(
        "POST", PUSH, packed, (("content-type", MEDIA_TYPE), ("content-encoding", "gzip"))
    )


def _names(named: list[tuple[int, str | None]], lines: Sequence[NumberedLine]) -> bool:
    """Does each result name the change sent in its place?"""
    return len(named) <= len(lines) and all(
        number == line.number and change_id in (line.id, None)
        for (number, change_id), line in zip(named, lines, strict=False)
    )


def _believed_push(reply: HttpReply, header: PushHeader) -> PushAnswer:
    """An answer that does not echo client and epoch is a captive portal's: "no network"."""
    try:
        _our_media_type(reply)
        answer = codec.decode_push_answer(reply.body)
    except (BadInput, TooLarge):
        raise _Stop(End.NO_NETWORK, "sync.not_our_server") from None
    if (answer.client, answer.epoch) != (header.client, header.epoch):
        raise _Stop(End.NO_NETWORK, "sync.not_our_server")
    return answer


def _believed_pull(reply: HttpReply, request: PullRequest) -> PullAnswer:
    try:
        _our_media_type(reply)
        answer = codec.decode_pull_answer(reply.body)
    except (BadInput, TooLarge):
        raise _Stop(End.NO_NETWORK, "sync.not_our_server") from None
    if (answer.client, answer.epoch) != (request.client, request.epoch):
        raise _Stop(End.NO_NETWORK, "sync.not_our_server")
    return answer


def _our_media_type(reply: HttpReply) -> None:
    if reply.header("content-type").split(";")[0].strip() != MEDIA_TYPE:
        raise BadInput("not our media type")


def _facts(reply: HttpReply) -> dict[str, object]:
    try:
        raw = read_json(reply.body, bytes_max=limits.PROBLEM_BYTES_MAX)
    except BadInput:
        raise _Stop(End.NO_NETWORK, "sync.not_our_server") from None
    return dict(raw) if isinstance(raw, dict) else {}


def _code(reply: HttpReply) -> str:
    try:
        raw = read_json(reply.body, bytes_max=limits.PROBLEM_BYTES_MAX)
    except BadInput:
        return f"http.{reply.status}"
    found = raw.get("code") if isinstance(raw, dict) else None
    return found if isinstance(found, str) else f"http.{reply.status}"


def _retry_after_ms(reply: HttpReply) -> int:
    text = reply.header("retry-after")
    return int(text) * 1000 if text.isdecimal() and len(text) < 6 else 0
