"""What a session tells: how far it is, and what it did; shared by its halves."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import StrEnum

from sync.exchange import End, HttpReply, HttpRequest
from sync.messages import ChangeResult
from sync.repair import Mended


class Step(StrEnum):
    """Where a session is; the tablet shows it in words."""

    PUSH = "push"
    DOWNLOAD = "download"
    PULL = "pull"
    REPAIR = "repair"
    FILES = "files"
    DONE = "done"


@dataclass(slots=True)
class SessionReport:
    """What a session did, for the report in words. Times of waiting are in milliseconds.

    `mended` tells what was put right after digests differed, `rebased` the scopes that are read
    anew, `copied` that this database turned out to be a copy, `server_ms` the server's clock,
    `receipt` the short code of the office's receipt.
    `files_held_back` wait for a network that costs nothing, `files_wanted` are asked for again,
    `files_lost` this tablet cannot send.
    """

    end: End = End.DONE
    sent: int = 0
    results: list[ChangeResult] = field(default_factory=list)
    rows_received: int = 0
    blobs_sent: int = 0
    blobs_received: int = 0
    blobs_refused: int = 0
    files_held_back: int = 0
    files_wanted: int = 0
    files_lost: int = 0
    thumbnails_sent: int = 0
    thumbnails_received: int = 0
    mismatched: list[str] = field(default_factory=list)
    retry_after_ms: int = 0
    code: str = ""
    round_trips: int = 0
    mended: list[Mended] = field(default_factory=list)
    rebased: list[str] = field(default_factory=list)
    copied: bool = False
    server_ms: int = 0
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: `done` of `total` (0 when unknown), of a download also in bytes; `moved`
    bytes went either way."""

    step: Step
    done: int = 0
    total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    moved: int = 0


Watch = Callable[[Progress], None]
Act = Generator[HttpRequest, HttpReply, None]
Ask = Callable[[HttpRequest], Generator[HttpRequest, HttpReply, HttpReply]]
"""Sends one request and counts it; raises Stop where no answer helps this session any further."""
