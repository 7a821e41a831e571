"""One synchronisation as a state machine without I/O: push, pull, files, compare digests.

`SyncSession.run()` is a generator: it yields an `HttpRequest` and is sent the `HttpReply` (or
`NO_NETWORK`). The tablet's transport, the simulation and the tests drive the same code. It returns
a `SessionReport`; whatever happens, the replica is left as durable as it was: every step that
changes it is one transaction of the replica.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from typing import Final

from shared import limits
from sync import codec
from sync.exchange import (
    CANCELLED,
    NO_NETWORK,
    End,
    HttpReply,
    HttpRequest,
    Stop,
    believed_push,
    code_of,
    fits,
    retry_after_ms,
)
from sync.files import BLOB, FileExchange
from sync.messages import (
    PushAnswer,
    PushBatch,
    PushHeader,
    Withheld,
)
from sync.ports import NumberedLine, Replica
from sync.pulling import PULL, Pulling
from sync.recovery import Recovery
from sync.reports import Act, Progress, SessionReport, Step, Watch
from sync.shelf import Allowance, Unlimited
from sync.version import MEDIA_TYPE, PROTOCOL

PUSH: Final = "/api/v1/sync/push"

__all__ = [
    "BLOB",
    "NO_NETWORK",
    "PULL",
    "PUSH",
    "Conversation",
    "End",
    "HttpReply",
    "HttpRequest",
    "Progress",
    "SessionReport",
    "Step",
    "SyncSession",
]


Conversation = Generator[HttpRequest, HttpReply, SessionReport]
Exchange = Generator[HttpRequest, HttpReply, HttpReply]


EVERYTHING: Final = Unlimited()


def _quiet(_: Progress) -> None:
    """Nobody is watching."""


class SyncSession:
    """One session of one replica. Make a new one for each synchronisation."""

    def __init__(
        self,
        replica: Replica,
        on_progress: Watch = _quiet,
        allowance: Allowance = EVERYTHING,
    ) -> None:
        self._replica = replica
        self._progress = on_progress
        self._report = SessionReport()
        self._batch_max = limits.PUSH_CHANGES_MAX
        self._failures = 0
        self._withheld: set[int] = set()
        self._files = FileExchange(replica.shelf, self._ask, self._report, on_progress, allowance)
        self._pulling = Pulling(
            replica, self._ask, self._report, on_progress, self._settle_and_push
        )
        self._recovery = Recovery(replica, self._ask, self._report, on_progress, self._pulling.run)

    def run(self) -> Conversation:
        """Push, pull, exchange files; returns the report and never raises for the network."""
        try:
            yield from self._push()
            refused = yield from self._pull_if_allowed()
            if refused is None:
                yield from self._recover()
            yield from self._files.run()
            yield from self._recovery.ask_receipt()
            if refused is not None:
                raise refused
            self._progress(Progress(Step.DONE))
        except Stop as stop:
            self._report.end = stop.end
            self._report.code = stop.code
            self._report.retry_after_ms = stop.retry_after_ms
        return self._report

    def _pull_if_allowed(self) -> Generator[HttpRequest, HttpReply, Stop | None]:
        """A tablet too old to receive, or not allowed to, sends its files all the same."""
        try:
            yield from self._pulling.run()
        except Stop as stop:
            if stop.end not in (End.UPGRADE, End.REFUSED):
                raise
            return stop
        return None

    def _recover(self) -> Act:
        """Repair what differs; a server that cannot help with that hinders no file."""
        try:
            yield from self._recovery.after_pull()
        except Stop as stop:
            if stop.end is not End.REFUSED:
                raise
            self._report.code = stop.code
            self._report.end = End.MISMATCH if self._report.mismatched else End.REFUSED

    def _ask(self, request: HttpRequest) -> Exchange:
        self._report.round_trips += 1
        reply = yield request
        if reply.status == 0:
            raise Stop(End.NO_NETWORK)
        if reply is CANCELLED:
            raise Stop(End.CANCELLED)
        if reply.status == 401:
            raise Stop(End.NOT_SIGNED_IN, code_of(reply))
        # 507: the office has no room. That is no fault of what was sent either.
        if reply.status in (429, 503, 507):
            raise Stop(End.BUSY, code_of(reply), retry_after_ms(reply))
        self._files.heed(reply)
        return reply

    def _push(self) -> Act:
        while True:
            standing = self._replica.standing()
            lines = self._replica.pending(
                standing.number,
                self._batch_max,
                limits.PUSH_BYTES_MAX - limits.MESSAGE_HEADER_BYTES_MAX,
            )
            if not lines:
                return
            sent = self._report.sent
            self._progress(Progress(Step.PUSH, sent, sent + len(lines)))
            header = PushHeader(
                PROTOCOL, standing.epoch, standing.client, standing.number, standing.chain
            )
            reply = yield from self._ask(_push_request(header, lines, self._withheld))
            if reply.status == 200:
                self._acknowledge(believed_push(reply, header), standing.chain, lines)
            else:
                yield from self._push_failed(reply, lines)

    def _acknowledge(self, answer: PushAnswer, chain: str, lines: Sequence[NumberedLine]) -> None:
        if not fits(answer, chain, lines):
            raise Stop(End.REFUSED, "sync.answer_does_not_fit")
        self._replica.acknowledge(answer.number, answer.chain, answer.results)
        self._report.sent += len(answer.results)
        self._report.results.extend(answer.results)
        self._failures = 0
        self._batch_max = min(limits.PUSH_CHANGES_MAX, self._batch_max * 2)

    def _push_failed(self, reply: HttpReply, lines: Sequence[NumberedLine]) -> Act:
        if reply.status == 409:
            self._recovery.settle(reply)
            return
        unreadable = reply.status in (400, 413, 415, 422)
        if not unreadable and reply.status < 500:
            raise Stop(End.REFUSED, code_of(reply))
        self._failures += 1
        if not unreadable and self._failures < limits.TRIES_OF_ONE_BATCH:
            return
        if len(lines) > 1:
            self._batch_max = max(1, len(lines) // 2)
            self._failures = 0
            return
        line = lines[0]
        if line.number in self._withheld:
            raise Stop(End.REFUSED, code_of(reply))
        if not (
            yield from self._files.send_whole(hashlib.sha256(line.line).hexdigest(), line.line)
        ):
            raise Stop(End.REFUSED, code_of(reply))
        self._withheld.add(line.number)
        self._failures = 0

    def _settle_and_push(self, reply: HttpReply) -> Act:
        """A pull was answered 409: settle which line is believed, then offer what it misses."""
        self._recovery.settle(reply)
        yield from self._push()


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
