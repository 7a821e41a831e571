"""The messages of the protocol as values: what a push and a pull carry, before any bytes.

`PROTOCOL.md` shows each on the wire. Times and numbers are integers, hashes are lower-case hex.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a change; the answer a tablet can rely on."""

    APPLIED = "applied"
    APPLIED_PARALLEL = "applied_parallel"
    CONFLICT = "conflict"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    ALREADY = "already"
    QUARANTINED = "quarantined"
    REFUSED_TRANSITION = "refused_transition"


@dataclass(frozen=True, slots=True)
class PushHeader:
    """Who pushes, and where its chain stands before the first line."""

    protocol: int
    epoch: str
    client: str
    number: int
    chain: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """A stub in the place of a change that the server could not read: its bytes go as a blob."""

    id: str
    head_hash: str
    body: str


@dataclass(frozen=True, slots=True)
class PushBatch:
    """A push: the header and opaque lines, numbered from `header.number + 1`."""

    header: PushHeader
    lines: tuple[bytes | Withheld, ...]


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """The result of one change. `position` is the place in the feed of `scope` it reached.

    `code` says why (quarantine, refused transition); `by` names the change that superseded it.
    """

    number: int
    id: str | None
    outcome: Outcome
    scope: str | None = None
    position: int | None = None
    code: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """The server's answer; it echoes client and epoch, or it is somebody else's."""

    protocol: int
    epoch: str
    client: str
    number: int
    chain: str
    results: tuple[ChangeResult, ...]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Ask for what lies after the cursor of each scope, `bytes_max` in all.

    A scope at the head has no page in the answer; the combined digest of those is enough.
    """

    protocol: int
    epoch: str
    client: str
    scopes: Mapping[str, int]
    bytes_max: int


@dataclass(frozen=True, slots=True)
class Put:
    """A record's state, verbatim, entering or renewed in a scope."""

    state: bytes


@dataclass(frozen=True, slots=True)
class Leave:
    """A record left this scope at a revision; its membership here ends, nowhere else."""

    record: str
    revision: int


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one scope after `from_cursor`, in commit order, up to `cursor` of `head`.

    `digest` comes only when the page reaches the head; it is that of the whole scope there.
    """

    scope: str
    from_cursor: int
    cursor: int
    head: int
    rows: tuple[Put | Leave, ...] = ()
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class PullAnswer:
    """Pages of scopes with news; `unchanged` is the combined digest of those without.

    `granted` lists the scopes the device holds now, or is None when they are those it asked for.
    `number` and `chain` are the server's mark of this client's own changes.
    """

    protocol: int
    epoch: str
    client: str
    granted: tuple[str, ...] | None
    server_time_ms: int
    number: int
    chain: str
    unchanged: str | None = None
    pages: tuple[Page, ...] = field(default_factory=tuple)
