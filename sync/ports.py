"""What the protocol needs from the outside, as Protocols: a replica's store and its blobs.

`mobile/store` implements them on SQLite; tests also have an in-memory one; one contract suite runs
on all. Every method is one transaction and returns only after it is durable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sync.messages import ChangeResult, Page
from sync.shelf import FileShelf

if TYPE_CHECKING:
    from sync.receipts import ReceiptAnswer


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a replica stands: its client, what the server has acknowledged, its cursors.

    `number` and `chain` (hex) are those of the last acknowledged change; `digests` are computed
    from the replica's own rows; `heads` are where the server's heads were when a scope was read.
    """

    client: str
    epoch: str
    number: int
    chain: str
    cursors: Mapping[str, int]
    digests: Mapping[str, int]
    heads: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A sealed change with its number, waiting to be pushed."""

    number: int
    id: str
    line: bytes
    head_hash: bytes


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

        False when `chain` is not this replica's chain at `number`, or a change above it is no
        longer here: then this line cannot go on.
        """
        ...

    def mint_incarnation(self, known: int | None = None) -> None:
        """Become a new client and re-number, from 1, all that is not acknowledged.

        `known` is up to which number the server has the line of the client until now; then the new
        line begins with a `sync.predecessor`.
        """
        ...

    def keep_receipt(self, answer: ReceiptAnswer) -> None:
        """Keep the office's receipt, and up to which number what was sent may be forgotten."""
        ...

    def begin_rebaseline(self, scopes: Sequence[str]) -> None:
        """Read these scopes from their beginning, beside what is held, which stays until
        `agreed`."""
        ...

    def agreed(self, scopes: Sequence[str]) -> None:
        """The digests of these scopes were compared at the head and are equal: what was read
        beside the old base takes its place; received work of scopes no longer held is let go."""
        ...

    def bucket_sums(self, scope: str) -> Sequence[int]:
        """The 256 sums of `sync.repair` over the rows held, computed from the rows themselves; the
        running digest follows."""
        ...

    def bucket_rows(self, scope: str, buckets: Sequence[int]) -> Sequence[tuple[str, int]]:
        """(record, row digest) of the rows held in these buckets."""
        ...

    def mend(self, scope: str, states: Sequence[bytes], gone: Sequence[str]) -> None:
        """Take these states whatever was held, and let go of rows that the scope does not have."""
        ...

    def repaired_on(self, scope: str) -> int | None:
        """The server's day on which this scope was last repaired."""
        ...

    def note_repair(self, scope: str, day: int) -> None:
        """This scope was repaired on this day of the server."""
        ...

    def asides(self, server_ms: int, news: bool) -> Sequence[str]:
        """Ids of own changes kept aside whose result is worth asking for now: when there was
        `news`, or the last time was long ago by the server's clock."""
        ...

    def note_results(self, results: Sequence[ChangeResult], server_ms: int) -> None:
        """What has become of changes kept aside."""
        ...

    def note_server_time(self, server_ms: int) -> None:
        """Remember server minus device time, as evidence kept with later changes."""
        ...

    @property
    def shelf(self) -> FileShelf:
        """The files of this replica."""
        ...
