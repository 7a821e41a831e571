"""The way between a tablet and the office: a real request to the real app, and what befalls it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask

from sync.exchange import NO_NETWORK, HttpReply, HttpRequest

FAULTS = (
    "drop",
    "lost_answer",
    "duplicate",
    "delay",
    "truncate",
    "captive_portal",
    "busy",
    "error_before",
    "error_after",
)
PORTAL = HttpReply(200, (("content-type", "text/html"),), b"<html>Welcome to the hotel</html>")

Tamper = Callable[[HttpRequest, HttpReply | None], HttpReply | None]
"""A planted fault: sees a request (and its reply, when there is one), may give another reply."""


@dataclass
class Network:
    """All lines of a simulation; `fault_rate` 0 makes it fair."""

    app: Flask
    source: random.Random
    fault_rate: float = 0.35
    delayed: list[tuple[HttpRequest, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    between: Callable[[], None] | None = None
    tamper: Tamper | None = None

    def exchange(self, request: HttpRequest, token: str) -> HttpReply:
        """The reply to a request, after whatever happens on the way."""
        self._deliver_delayed()
        if self.between is not None:
            self.between()
        fault = ""
        if self.source.random() < self.fault_rate:
            fault = self.source.choice(FAULTS)
            self.counts[fault] = self.counts.get(fault, 0) + 1
        return self._suffer(fault, request, token)

    def _suffer(self, fault: str, request: HttpRequest, token: str) -> HttpReply:
        if fault == "drop":
            return NO_NETWORK
        if fault == "delay":
            self.delayed.append((request, token))
            return NO_NETWORK
        if fault == "captive_portal":
            return PORTAL
        if fault == "busy":
            return HttpReply(503, (("retry-after", "3"),), b"{}")
        if fault == "error_before":
            return HttpReply(500, (), b"")
        if fault == "duplicate":
            self._ask(request, token)
        reply = self._ask(request, token)
        if fault == "lost_answer":
            return NO_NETWORK
        if fault == "error_after":
            return HttpReply(502, (), b"<html>bad gateway</html>")
        if fault == "truncate" and reply.body:
            cut = self.source.randrange(len(reply.body))
            return HttpReply(reply.status, reply.headers, reply.body[:cut])
        return reply

    def _deliver_delayed(self) -> None:
        """What was held up arrives behind what was sent later; nobody waits for its answer."""
        while self.delayed and self.source.random() < 0.5:
            request, token = self.delayed.pop(0)
            self._ask(request, token)

    def _ask(self, request: HttpRequest, token: str) -> HttpReply:
        forged = self.tamper(request, None) if self.tamper is not None else None
        if forged is not None:
            return forged
        headers = dict(request.headers)
        if token:
            headers["authorization"] = f"Bearer {token}"
        answer = self.app.test_client().open(
            request.path, method=request.method, data=request.body, headers=headers
        )
        assert answer.status_code not in (500, 501, 505), (
            f"the office failed: {request.method} {request.path}: {answer.data[:500]!r}"
        )
        named = tuple((name.lower(), value) for name, value in answer.headers.items())
        reply = HttpReply(answer.status_code, named, answer.data)
        forged = self.tamper(request, reply) if self.tamper is not None else None
        return reply if forged is None else forged


@dataclass
class Line:
    """One tablet's transport."""

    network: Network
    token: Callable[[], str]

    def exchange(self, request: HttpRequest) -> HttpReply:
        """The reply, or NO_NETWORK."""
        return self.network.exchange(request, self.token())
