"""The way between a tablet and the office: a real request to the real app, and what befalls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask

from sync.exchange import NO_NETWORK, HttpReply, HttpRequest
from sync.session import BLOB, PULL, PUSH
from tests.simulation.faults import DRAWN, OFFICE, Happened
from tests.simulation.steps import Chance
from tests.simulation.wire import Wire

PORTAL = HttpReply(200, (("content-type", "text/html"),), b"<html>Welcome to the hotel</html>")
DEFECTS = (500, 501, 505)

Tamper = Callable[[HttpRequest, HttpReply | None], HttpReply | None]
"""A planted fault: sees a request (and its reply, when there is one), may give another reply."""


class Defect(BaseException):
    """Something failed that must never fail; nothing on the way may swallow it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request with who sent it and their token."""

    who: str
    request: HttpRequest
    token: str


@dataclass
class Network:
    """All lines of a simulation; `fault_rate` 0 makes it fair.

    `at_office` answers a request under a trouble of the office's own (None: it died of it);
    `lagging` gives an app that reads an older snapshot, or None when there is none.
    """

    app: Callable[[], Flask]
    chance: Chance
    happened: Happened
    fault_rate: float = 0.35
    delayed: list[Sent] = field(default_factory=list)
    script: list[str] | None = None
    between: Callable[[], None] | None = None
    at_office: Callable[[str, Callable[[], HttpReply]], HttpReply | None] | None = None
    lagging: Callable[[Callable[[], HttpReply]], HttpReply | None] | None = None
    tamper: Tamper | None = None
    wire: Wire = field(default_factory=Wire)
    lagged: bool = False
    """Was the last answer of an older snapshot?"""

    def exchange(self, who: str, request: HttpRequest, token: str) -> HttpReply:
        """The reply to a request, after whatever happens on the way."""
        sent = Sent(who, request, token)
        self.lagged = False
        self._deliver_delayed()
        if self.between is not None:
            self.between()
        self.wire.asked(who, request)
        fault = self._fault(request.path)
        reply = self._suffer(fault, sent)
        if fault:
            self.wire.suffered(who)
        self.wire.answered(who, request, reply)
        return reply

    def _fault(self, path: str) -> str:
        if self.script is not None:
            return self.script.pop(0) if self.script else ""
        if self.fault_rate and self.chance.happens(self.fault_rate):
            return self.chance.source.choice(_likely(path))
        return ""

    def _suffer(self, fault: str, sent: Sent) -> HttpReply:
        if fault in OFFICE:
            return self._in_trouble(fault, sent)
        if fault == "replica_lag":
            return self._from_the_past(sent)
        if not fault:
            return self._ask(sent)
        before = getattr(self, f"_{fault}", None)
        if before is not None:
            reply: HttpReply = before(sent)
            return reply
        self.happened.note(fault)
        return {
            "request_dropped": NO_NETWORK,
            "captive_portal": PORTAL,
            "busy": HttpReply(503, (("retry-after", "3"),), b"{}"),
            "error_before_commit": HttpReply(500, (), b""),
        }[fault]

    # -- what befalls a request --------------------------------------------------------------

    def _request_delayed(self, sent: Sent) -> HttpReply:
        self.happened.note("request_delayed")
        self.delayed.append(sent)
        return NO_NETWORK

    def _request_duplicated(self, sent: Sent) -> HttpReply:
        self.happened.note("request_duplicated")
        self._ask(sent)
        return self._ask(sent)

    def _request_cut(self, sent: Sent) -> HttpReply:
        """The office gets the first bytes of a body and the promise of the rest."""
        body = sent.request.body
        if len(body) < 2:
            return self._ask(sent)
        self.happened.note("request_cut", sent.request.path.rpartition("/")[0])
        cut = self.chance.source.randrange(len(body))
        self._ask(sent, body=body[:cut])
        return NO_NETWORK

    def _answer_lost_after_commit(self, sent: Sent) -> HttpReply:
        self._ask(sent)
        self.happened.note("answer_lost_after_commit")
        return NO_NETWORK

    def _error_after_commit(self, sent: Sent) -> HttpReply:
        self._ask(sent)
        self.happened.note("error_after_commit")
        return HttpReply(502, (), b"<html>bad gateway</html>")

    def _answer_cut(self, sent: Sent) -> HttpReply:
        reply = self._ask(sent)
        if not reply.body:
            return reply
        self.happened.note("answer_cut")
        cut = self.chance.source.randrange(len(reply.body))
        return HttpReply(reply.status, reply.headers, reply.body[:cut])

    def _page_cut_before_its_row(self, sent: Sent) -> HttpReply:
        reply = self._ask(sent)
        lines = reply.body.split(b"\n")
        if sent.request.path != PULL or reply.status != 200 or len(lines) < 3:
            return reply
        self.happened.note("page_cut_before_its_row")
        kept = self.chance.source.randrange(1, len(lines) - 1)
        return HttpReply(200, reply.headers, b"\n".join(lines[:kept]) + b"\n")

    def _in_trouble(self, fault: str, sent: Sent) -> HttpReply:
        if self.at_office is None:
            return self._ask(sent)
        reply = self.at_office(fault, lambda: self._ask(sent))
        return NO_NETWORK if reply is None else reply

    def _from_the_past(self, sent: Sent) -> HttpReply:
        if self.lagging is None or sent.request.path != PULL:
            return self._ask(sent)
        reply = self.lagging(lambda: self._ask(sent))
        if reply is None:
            return self._ask(sent)
        self.happened.note("replica_lag")
        self.lagged = True
        return reply

    def _deliver_delayed(self) -> None:
        """What was held up arrives behind what was sent later; nobody waits for its answer."""
        if self.delayed and self.chance.happens(0.3):
            at = self.chance.source.randrange(len(self.delayed))
            if at:
                self.happened.note("requests_reordered")
            self._ask(self.delayed.pop(at))

    # -- the office's door ---------------------------------------------------------------------

    def _ask(self, sent: Sent, body: bytes | None = None) -> HttpReply:
        request = sent.request
        forged = self.tamper(request, None) if self.tamper is not None else None
        if forged is not None:
            return forged
        headers = dict(request.headers)
        if sent.token:
            headers["authorization"] = f"Bearer {sent.token}"
        answer = (
            self.app()
            .test_client()
            .open(
                request.path,
                method=request.method,
                data=request.body if body is None else body,
                headers=headers,
                # A body that was cut still has the length that was promised.
                environ_overrides={"CONTENT_LENGTH": str(len(request.body))},
            )
        )
        with answer:
            if answer.status_code in DEFECTS:
                where = f"{request.method} {request.path}"
                raise Defect(f"the office failed: {where}: {answer.data[:500]!r}")
            named = tuple((name.lower(), value) for name, value in answer.headers.items())
            reply = HttpReply(answer.status_code, named, answer.data)
        forged = self.tamper(request, reply) if self.tamper is not None else None
        return reply if forged is None else forged


def _likely(path: str) -> tuple[str, ...]:
    """The faults to draw from: some can strike at one door only, and shall not be rare."""
    if path == PULL:
        more = ("request_delayed", "request_delayed", "replica_lag", "page_cut_before_its_row")
        return (*DRAWN, *more)
    if path.startswith(BLOB):
        return (*DRAWN, "office_file_disk_full", "office_file_disk_full", "office_killed_at_file")
    return DRAWN


@dataclass
class Line:
    """One tablet's transport."""

    network: Network
    who: str
    token: Callable[[], str]
    on_push_answered: Callable[[], None]

    def exchange(self, request: HttpRequest) -> HttpReply:
        """The reply, or NO_NETWORK."""
        reply = self.network.exchange(self.who, request, self.token())
        if request.path == PUSH and reply.status == 200:
            self.on_push_answered()
        return reply
