"""A replica in memory: the port `sync.ports.Replica` in its plainest form, for laws and contracts.

Its rules (when an overlay is lifted, what a leave removes, how digests come about) are handed in,
so that a test can hand in wrong ones and see that they are noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shared.records.state import RecordState, decode_state
from sync.asides import ASKED_EVERY_MS
from sync.changes import Change, SealedChange, frame, read_change
from sync.commitments import chain_next, chain_start
from sync.digest import EMPTY, from_text, replaced, row_digest
from sync.messages import ChangeResult, Leave, Outcome, Page, Put
from sync.overlay import overlay
from sync.ports import NumberedLine, Standing
from sync.receipts import ReceiptAnswer
from sync.repair import bucket_of, sums_of, total_of
from tests.support.memory_shelf import MemoryShelf


@dataclass(slots=True)
class Held:
    """One own change: `result` once the server has answered, `lifted` once the base has it."""

    sealed: SealedChange
    change: Change
    client: str
    number: int
    result: ChangeResult | None = None
    lifted: bool = False


@dataclass(slots=True)
class Row:
    """One base row; `current` is False for what a new epoch has not confirmed yet."""

    scope: str
    revision: int
    state: bytes


Rows = dict[str, Row]


def lifted_at_position(held: Held, cursors: dict[str, int], _: int) -> bool:
    """An overlay goes when the base has reached the position that its result names."""
    result = held.result
    if result is None or result.outcome is Outcome.QUARANTINED:
        return False
    return result.scope is None or cursors.get(result.scope, -1) >= (result.position or 0)


def leave_own_scope(rows: Rows, scope: str, leave: Leave) -> None:
    """A leave ends the membership of its own scope, and only up to its revision."""
    row = rows.get(leave.record)
    if row is not None and row.scope == scope and row.revision <= leave.revision:
        del rows[leave.record]


def put_if_newer(rows: Rows, scope: str, state: RecordState, data: bytes) -> None:
    """A put applies unless a newer revision is here."""
    row = rows.get(state.record)
    if row is None or row.revision <= state.revision:
        rows[state.record] = Row(scope, state.revision, data)


def digest_of_own_rows(rows: Rows, page: Page) -> int:
    """The digest of a scope is computed from the rows held, never adopted."""
    total = EMPTY
    for record, row in rows.items():
        if row.scope == page.scope:
            total = replaced(total, None, row_digest(record, row.revision, row.state))
    return total


@dataclass(frozen=True, slots=True)
class Rules:
    """What the replica does where a wrong rule would lose something."""

    is_lifted: Callable[[Held, dict[str, int], int], bool] = lifted_at_position
    leave: Callable[[Rows, str, Leave], None] = leave_own_scope
    put: Callable[[Rows, str, RecordState, bytes], None] = put_if_newer
    digest: Callable[[Rows, Page], int] = digest_of_own_rows


def adopted_digest(_: Rows, page: Page) -> int:
    """A wrong rule, kept as a mutant: believe the other side's digest."""
    return from_text(page.digest or "0")


@dataclass(slots=True)
class MemoryReplica:
    """`device` is the device's id; incarnations are counted instead of drawn."""

    device: str
    epoch: str = "epoch-1"
    rules: Rules = field(default_factory=Rules)
    own: list[Held] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    digests: dict[str, int] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    unsent_files: list[str] = field(default_factory=list)
    wanted_files: list[str] = field(default_factory=list)
    half_files: dict[str, bytes] = field(default_factory=dict)
    incarnation: int = 0
    acknowledged: int = 0
    server_ms: int | None = None
    beside: dict[str, Rows] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)
    asked_ms: int | None = None
    receipts: list[ReceiptAnswer] = field(default_factory=list)

    @property
    def client(self) -> str:
        """The name of this incarnation."""
        return f"{self.device}.{self.incarnation:016x}"

    def keep(self, change: Change, sealed: SealedChange) -> int:
        """Queue a sealed change under the next number, which is returned."""
        number = max((h.number for h in self.own if h.client == self.client), default=0) + 1
        self.own.append(Held(sealed, change, self.client, number))
        return number

    def shown(self, record: str) -> RecordState | None:
        """The record as its holder sees it: base under own changes that are not lifted."""
        row = self.rows.get(record)
        base = None if row is None else decode_state(row.state)
        waiting = [(h.change, h.client) for h in self.own if not h.lifted]
        return overlay(base, waiting, record)

    def standing(self) -> Standing:
        """Where this replica stands now."""
        return Standing(
            self.client,
            self.epoch,
            self.acknowledged,
            self._chain(self.acknowledged) or "",
            dict(self.cursors),
            dict(self.digests),
            dict(self.heads),
        )

    def _chain(self, number: int) -> str | None:
        mine = [h for h in self.own if h.client == self.client and h.number <= number]
        if len(mine) != number:
            return None
        chain = chain_start(self.client)
        for held in mine:
            chain = chain_next(chain, held.sealed.head_hash)
        return chain.hex()

    def pending(self, after: int, count_max: int, bytes_max: int) -> Sequence[NumberedLine]:
        """Changes numbered above `after`, in order, within both bounds (at least one if any)."""
        out: list[NumberedLine] = []
        size = 0
        for held in self.own:
            if held.client != self.client or held.number <= after or held.result is not None:
                continue
            size += len(held.sealed.line) + 1
            if out and (size > bytes_max or len(out) >= count_max):
                break
            sealed = held.sealed
            out.append(NumberedLine(held.number, sealed.id, sealed.line, sealed.head_hash))
        return out

    def acknowledge(self, number: int, chain: str, results: Sequence[ChangeResult]) -> None:
        """Record results; each change named leaves the queue; `number`/`chain` are the mark."""
        assert self._chain(number) == chain, "the mark names another chain"
        by_number = {result.number: result for result in results}
        for held in self.own:
            if held.client == self.client and held.number in by_number:
                held.result = by_number[held.number]
        self.acknowledged = number
        self.lift(number)

    def lift(self, number: int) -> None:
        """Take away the overlays that the base has reached; `number` is the server's mark.

        Only where the base stands at the head: a record that moved on comes with a later page.
        """
        at_head = {
            s: c
            for s, c in self.cursors.items()
            if c >= self.heads.get(s, 0) and s not in self.beside
        }
        for held in self.own:
            held.lifted = held.lifted or self.rules.is_lifted(held, at_head, number)

    def apply_page(self, page: Page) -> bool:
        """Apply one page; False (nothing done) when `from_cursor` is not the stored cursor."""
        if self.cursors.get(page.scope) != page.from_cursor:
            return False
        if page.scope in self.beside:
            self._take_beside(page)
            return True
        states = [decode_state(row.state) if isinstance(row, Put) else row for row in page.rows]
        for row, read in zip(page.rows, states, strict=True):
            if isinstance(read, Leave):
                self.rules.leave(self.rows, page.scope, read)
            elif isinstance(row, Put):
                self.rules.put(self.rows, page.scope, read, row.state)
        self.cursors[page.scope] = page.cursor
        self.heads[page.scope] = page.head
        for scope in set(self.cursors) - set(self.beside):
            at = page if scope == page.scope else Page(scope, 0, 0, 0)
            self.digests[scope] = self.rules.digest(self.rows, at)
        self.lift(self.acknowledged)
        return True

    def hold_scopes(self, granted: Sequence[str]) -> None:
        """New scopes start at cursor 0; lost ones stop, and nothing unsent is removed."""
        for scope in set(self.cursors) - set(granted):
            del self.cursors[scope]
            self.digests.pop(scope, None)
            self.beside.pop(scope, None)
            self.rows = {r: row for r, row in self.rows.items() if row.scope != scope}
        for scope in granted:
            self.cursors.setdefault(scope, 0)
            self.digests.setdefault(scope, EMPTY)

    def begin_epoch(self, epoch: str, number: int, chain: str) -> bool:
        """Adopt the server's epoch, offer again what lies above `number`, pull anew."""
        if self._chain(number) != chain:
            return False
        for held in self.own:
            if held.client == self.client and held.number > number:
                held.result, held.lifted = None, False
        self.acknowledged = number
        if epoch != self.epoch:
            self.epoch = epoch
            self.rows, self.beside = {}, {}
            self.cursors = dict.fromkeys(self.cursors, 0)
            self.digests = dict.fromkeys(self.digests, EMPTY)
        return True

    def mint_incarnation(self, known: int | None = None) -> None:
        """Become a new client and re-number, from 1, all that is not acknowledged; this replica
        has no predecessor to name."""
        self.incarnation += 1
        self.acknowledged = 0
        waiting = [held for held in self.own if held.result is None]
        for number, held in enumerate(waiting, start=1):
            held.client, held.number = self.client, number

    def keep_receipt(self, answer: ReceiptAnswer) -> None:
        """Keep the office's receipt."""
        self.receipts.append(answer)

    def begin_rebaseline(self, scopes: Sequence[str]) -> None:
        """Read these scopes anew, beside what is held."""
        for scope in set(scopes) & set(self.cursors):
            self.beside[scope] = {}
            self.cursors[scope], self.heads[scope] = 0, 0
            self.digests[scope] = EMPTY

    def _take_beside(self, page: Page) -> None:
        rows = self.beside[page.scope]
        for row in page.rows:
            if isinstance(row, Leave):
                rows.pop(row.record, None)
            else:
                state = decode_state(row.state)
                rows[state.record] = Row(page.scope, state.revision, row.state)
        self.cursors[page.scope], self.heads[page.scope] = page.cursor, page.head
        self.digests[page.scope] = self.rules.digest(rows, page)

    def agreed(self, scopes: Sequence[str]) -> None:
        """Digests are equal at the head: what was read beside takes the old base's place."""
        for scope in set(scopes) & set(self.beside):
            kept = {r: row for r, row in self.rows.items() if row.scope != scope}
            self.rows = {**kept, **self.beside.pop(scope)}
        for held in self.own:
            at = None if held.result is None else held.result.scope
            held.lifted = held.lifted or (at is not None and at not in self.cursors)
        self.lift(self.acknowledged)

    def _rows_of(self, scope: str) -> Rows:
        rows = self.beside.get(scope, self.rows)
        return {r: row for r, row in rows.items() if row.scope == scope}

    def _marks(self, scope: str) -> list[tuple[str, int]]:
        found = self._rows_of(scope).items()
        return [(r, row_digest(r, row.revision, row.state)) for r, row in found]

    def bucket_sums(self, scope: str) -> Sequence[int]:
        """The 256 sums over the rows held; the digest follows."""
        sums = sums_of(self._marks(scope))
        self.digests[scope] = total_of(sums)
        return sums

    def bucket_rows(self, scope: str, buckets: Sequence[int]) -> Sequence[tuple[str, int]]:
        """(record, row digest) of the rows in these buckets."""
        return [row for row in self._marks(scope) if bucket_of(row[0]) in buckets]

    def mend(self, scope: str, states: Sequence[bytes], gone: Sequence[str]) -> None:
        """Take these states whatever was held, and let go of rows that are none."""
        rows = self.beside.get(scope, self.rows)
        for data in states:
            state = decode_state(data)
            rows[state.record] = Row(scope, state.revision, data)
        for record in gone:
            if record in rows and rows[record].scope == scope:
                del rows[record]
        for held in self.cursors:
            self.digests[held] = total_of(sums_of(self._marks(held)))

    def repaired_on(self, scope: str) -> int | None:
        """The server's day of the last repair."""
        return self.repaired.get(scope)

    def note_repair(self, scope: str, day: int) -> None:
        """Repaired on this day."""
        self.repaired[scope] = day

    def _is_aside(self, held: Held) -> bool:
        return held.result is not None and held.result.outcome is Outcome.QUARANTINED

    def asides(self, server_ms: int, news: bool) -> Sequence[str]:
        """Own changes kept aside, when it is time to ask."""
        if not news and self.asked_ms is not None and server_ms - self.asked_ms < ASKED_EVERY_MS:
            return []
        return [held.sealed.id for held in self.own if self._is_aside(held)]

    def note_results(self, results: Sequence[ChangeResult], server_ms: int) -> None:
        """What has become of them."""
        self.asked_ms = server_ms
        by_id = {result.id: result for result in results}
        for held in self.own:
            if self._is_aside(held) and held.sealed.id in by_id:
                held.result = by_id[held.sealed.id]
        self.lift(self.acknowledged)

    def note_server_time(self, server_ms: int) -> None:
        """Remember what the server's clock said."""
        self.server_ms = server_ms

    @property
    def shelf(self) -> MemoryShelf:
        """The files of this replica."""
        return MemoryShelf(self.files, self.unsent_files, self.wanted_files, self.half_files)


def reopened(sealed: SealedChange) -> Change:
    """The change that a sealed line holds, read back as the server would."""
    return read_change(frame(sealed.line))
