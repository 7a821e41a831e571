"""What a session tells: how far it is, and what it did; shared by its halves."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import StrEnum

from sync.exchange import End, HttpReply, HttpRequest
from sync.messages import ChangeResult


class Step(StrEnum):
    """Where a session is; the tablet shows it in words."""

    PUSH = "push"
    PULL = "pull"
    FILES = "files"
    DONE = "done"


@dataclass(slots=True)
class SessionReport:
    """What a session did, for the report in words. Times of waiting are in milliseconds."""

    end: End = End.DONE
    sent: int = 0
    results: list[ChangeResult] = field(default_factory=list)
    rows_received: int = 0
    blobs_sent: int = 0
    blobs_received: int = 0
    blobs_refused: int = 0
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


Watch = Callable[[Progress], None]
Act = Generator[HttpRequest, HttpReply, None]
Ask = Callable[[HttpRequest], Generator[HttpRequest, HttpReply, HttpReply]]
"""Sends one request and counts it; raises Stop where no answer helps this session any further."""
