"""What the protocol needs from the outside, as Protocols: a replica's store and its blobs.

`mobile/store` implements them on SQLite; tests also have an in-memory one; one contract suite runs
on all. Every method is one transaction and returns only after it is durable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sync.messages import ChangeResult, Page


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a replica stands: its client, what the server has acknowledged, its cursors.

    `number` and `chain` (hex) are those of the last acknowledged change; `digests` are computed
    from the replica's own rows.
    """

    client: str
    epoch: str
    number: int
    chain: str
    cursors: Mapping[str, int]
    digests: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A sealed change with its number, waiting to be pushed."""

    number: int
    id: str
    line: bytes
    head_hash: bytes


@dataclass(frozen=True, slots=True)
class BlobToSend:
    """A file this replica has and the server may not. `size` in bytes."""

    sha256: str
    size: int


class Replica(Protocol):
    """The tablet's database as the session sees it."""

    def standing(self) -> Standing:
        """Where this replica stands now."""
        ...

    def pending(self, after: int, count_max: int, bytes_max: int) -> Sequence[NumberedLine]:
        """Changes numbered above `after`, in order, within both bounds (at least one if any)."""
        ...

    def acknowledge(self, number: int, chain: str, results: Sequence[ChangeResult]) -> None:
        """Record results; each change named leaves the queue; `number`/`chain` are the new mark."""
        ...

    def apply_page(self, page: Page) -> bool:
        """Apply one page; False (nothing done) when `from_cursor` is not the stored cursor.

        A put applies only if its revision is at least the stored one.
        """
        ...

    def hold_scopes(self, granted: Sequence[str]) -> None:
        """Adopt the scopes the server grants: new ones start at cursor 0; lost ones stop pulling,
        and nothing unsent is removed."""
        ...

    def begin_epoch(self, epoch: str, number: int, chain: str) -> bool:
        """The server forgot: adopt its epoch, offer again what lies above `number`, pull anew.

        False when `chain` is not this replica's chain at `number`: the lines have forked.
        """
        ...

    def mint_incarnation(self) -> None:
        """Become a new client and re-number, from 1, all that is not acknowledged."""
        ...

    def note_server_time(self, server_ms: int) -> None:
        """Remember server minus device time, as evidence kept with later changes."""
        ...

    def blobs_to_send(self) -> Sequence[BlobToSend]:
        """Files named by acknowledged changes that the server has not confirmed, oldest first."""
        ...

    def blob_bytes(self, sha256: str) -> bytes:
        """The bytes of a file held here."""
        ...

    def blob_sent(self, sha256: str) -> None:
        """The server confirmed that it holds the file."""
        ...

    def blobs_wanted(self) -> Sequence[str]:
        """Files that states here name and this replica must have: forms, codebooks."""
        ...

    def keep_blob(self, sha256: str, data: bytes) -> None:
        """Store a file whose bytes have been checked against its name."""
        ...
