"""The tablet's database as a synchronisation sees it (`sync.ports.Replica`).

Every method is one transaction and returns after it is on the disk. Nothing unsent is ever removed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from mobile.store import base, blobs, changes, listing, mending, preparing, rebase, settings
from mobile.store.base import Digests
from mobile.store.database import TabletDatabase
from mobile.store.identity import Identity
from mobile.store.shelf import SqliteShelf
from shared.clocks import WallClock, moment_of
from shared.errors import ChainForked
from shared.limits import RESULTS_ASKED_MAX
from shared.records.state import decode_state
from sync.asides import ASKED_EVERY_MS
from sync.messages import ChangeResult, Leave, Page, Put
from sync.packing import KnownPut
from sync.ports import NumberedLine, Standing
from sync.receipts import ReceiptAnswer, encode_receipt_answer
from sync.repair import sums_of, total_of

OFFSET_STEP_MS: Final = 1_000
"""A clock that runs true is noted once, not at every synchronisation."""


class SqliteReplica:
    """One enrolled tablet's replica."""

    def __init__(
        self,
        database: TabletDatabase,
        files: blobs.FileStore,
        identity: Identity,
        clock: WallClock,
        describe: listing.Describe = listing.plain_line,
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._describe = describe
        self.shelf = SqliteShelf(database, files, clock)

    def standing(self) -> Standing:
        """Where this replica stands now."""
        reader = self._database.reader()
        beside = rebase.all_begun(reader)
        held = [beside.get(scope.id, scope) for scope in base.scopes(reader)]
        return Standing(
            client=settings.read(reader, "client"),
            epoch=settings.read(reader, "epoch"),
            number=settings.read_int(reader, "number") or 0,
            chain=settings.read(reader, "chain"),
            cursors={scope.id: scope.cursor for scope in held},
            digests={scope.id: scope.digest for scope in held},
            heads={scope.id: scope.head for scope in held},
        )

    def pending(self, after: int, count_max: int, bytes_max: int) -> Sequence[NumberedLine]:
        """Changes numbered above `after`, in order, within both bounds (at least one if any)."""
        reader = self._database.reader()
        client = settings.read(reader, "client")
        return changes.pending_after(reader, client, after, count_max, bytes_max)

    def acknowledge(self, number: int, chain: str, results: Sequence[ChangeResult]) -> None:
        """Record results; each change named leaves the queue; `number`/`chain` are the new mark.

        Raises ChainForked (and does nothing) when this replica's chain at `number` is another.
        """
        with self._database.writing() as connection:
            client = settings.read(connection, "client")
            if changes.chain_at(connection, client, number) != chain:
                raise ChainForked("results name a chain that is not this tablet's", number=number)
            found = [changes.note_result(connection, client, result) for result in results]
            roots = {root for root in found if root is not None}
            beside = rebase.all_begun(connection)
            for scope in base.scopes(connection):
                if scope.cursor >= scope.head and scope.id not in beside:
                    roots |= changes.lift_reached(connection, scope.id, scope.cursor)
            settings.write(connection, "number", number)
            settings.write(connection, "chain", chain)
            preparing.renew(connection, roots, self._describe)

    def apply_page(self, page: Page) -> bool:
        """Apply one page; False (nothing done) when `from_cursor` is not the stored cursor."""
        with self._database.writing() as connection:
            beside = rebase.begun(connection, page.scope)
            held = beside or base.scope(connection, page.scope)
            if held is None or held.cursor != page.from_cursor:
                return False
            if beside is not None:
                rebase.take(connection, beside, page)
                return True
            roots = _take_rows(connection, page)
            base.reach(connection, page.scope, page.cursor, page.head)
            if page.cursor >= page.head:
                own = changes.roots_over_base(connection)
                roots |= base.purge(connection, page.scope, own)
                # Not before the head: a record that moved on meanwhile comes with a later page.
                roots |= changes.lift_reached(connection, page.scope, page.cursor)
            preparing.renew(connection, roots, self._describe)
        return True

    def hold_scopes(self, granted: Sequence[str]) -> None:
        """Adopt the scopes the server grants. A lost one is read no more and its records go, save
        those with work of this tablet that the server has not got."""
        with self._database.writing() as connection:
            held = {scope.id for scope in base.scopes(connection)}
            for name in sorted(set(granted) - held):
                base.begin_scope(connection, name)
            own = changes.roots_over_base(connection)
            for name in sorted(held - set(granted)):
                connection.execute("DELETE FROM scope WHERE id = ?", (name,))
                rebase.drop(connection, name)
                base.set_aside(connection, name)
                gone = base.purge(connection, name, own)
                preparing.renew(connection, gone, self._describe)

    def begin_epoch(self, epoch: str, number: int, chain: str) -> bool:
        """Adopt the server's epoch, offer again what lies above `number`, pull anew.

        False when `chain` is not this replica's chain at `number`: the lines have forked. The old
        base is shown until the new one has come.
        """
        with self._database.writing() as connection:
            client = settings.read(connection, "client")
            if changes.chain_at(connection, client, number) != chain:
                return False
            if changes.count_missing(connection, client, number):
                return False
            lowest = changes.first_pending(connection, client)
            if lowest is not None and lowest <= number:
                # The server has more than it told us of: ask for the results of those, too.
                number = lowest - 1
            roots = changes.offer_again(connection, client, number)
            settings.write(connection, "number", number)
            settings.write(
                connection, "chain", changes.chain_at(connection, client, number) or chain
            )
            if settings.read(connection, "epoch") != epoch:
                settings.write(connection, "epoch", epoch)
                blobs.doubt_all(connection)
                roots |= changes.adopt_former(connection, client)
                for scope in base.scopes(connection):
                    rebase.drop(connection, scope.id)
                    base.set_aside(connection, scope.id)
                    base.begin_scope(connection, scope.id)
            preparing.renew(connection, roots, self._describe)
        return True

    def keep_receipt(self, answer: ReceiptAnswer) -> None:
        """Keep the office's receipt; what it allows to forget is forgotten only for want of room
        (`mobile.services.make_room`)."""
        found = encode_receipt_answer(answer).decode()
        with self._database.writing() as connection:
            settings.write(connection, "receipt", found)
            settings.write(connection, "forgettable_to", answer.forgettable_to)
            settings.write(connection, "forgettable_client", answer.receipt.client)

    def begin_rebaseline(self, scopes: Sequence[str]) -> None:
        """Read these scopes from their beginning, beside what is held, which stays shown."""
        with self._database.writing() as connection:
            for name in sorted(set(scopes)):
                if base.scope(connection, name) is not None:
                    rebase.begin(connection, name)

    def agreed(self, scopes: Sequence[str]) -> None:
        """Digests of these scopes are equal at the head: a base built beside takes the old one's
        place; received work of scopes that are no longer held is let go."""
        reader = self._database.reader()
        whole = [held for held in rebase.all_begun(reader).values() if held.id in set(scopes)]
        if not whole and not changes.received_elsewhere(reader):
            return
        with self._database.writing() as connection:
            for held in whole:
                roots = rebase.swap(connection, held)
                own = changes.roots_over_base(connection)
                roots |= base.purge(connection, held.id, own)
                roots |= changes.lift_reached(connection, held.id, held.cursor)
                roots |= self._release_shown(connection)
                preparing.renew(connection, roots, self._describe)
            self._let_go(connection)

    def _release_shown(self, connection: sqlite3.Connection) -> set[str]:
        """Changes kept aside whose values a state shows now: staff have accepted them."""
        roots: set[str] = set()
        for name, root in changes.aside_by_root(connection):
            states = base.states_of(connection, root).values()
            if any(s.dot.id == name for x in states for found in x.fields.values() for s in found):
                changes.release(connection, [name])
                roots.add(root)
        return roots

    def _let_go(self, connection: sqlite3.Connection) -> None:
        """Work on scopes no longer held stays until it is received, and no longer."""
        roots = changes.end_received_elsewhere(connection)
        if roots:
            own = changes.roots_over_base(connection)
            for name in base.set_aside_scopes(connection):
                roots |= base.purge(connection, name, own)
            base.forget(connection, roots - own)
            preparing.renew(connection, roots, self._describe)

    def bucket_sums(self, scope: str) -> Sequence[int]:
        """The 256 sums over the rows held, from the rows; the running digest follows them."""
        with self._database.writing() as connection:
            sums = sums_of(mending.rows_of(connection, scope))
            mending.settle_digest(connection, scope, total_of(sums))
        return sums

    def bucket_rows(self, scope: str, buckets: Sequence[int]) -> Sequence[tuple[str, int]]:
        """(record, row digest) of the rows held in these buckets."""
        return mending.rows_in(self._database.reader(), scope, buckets)

    def mend(self, scope: str, states: Sequence[bytes], gone: Sequence[str]) -> None:
        """Take these states whatever was held, and let go of rows that the scope does not have."""
        with self._database.writing() as connection:
            roots = mending.mend(connection, scope, states, gone)
            preparing.renew(connection, roots, self._describe)

    def look_over(self) -> list[str]:
        """Compute every digest anew from the rows; the scopes whose rows were damaged.

        The rows are read beside the thread that writes; only what differs is written there.
        """
        reader = self._database.reader()
        reader.execute("BEGIN")
        try:
            found = mending.held_totals(reader)
        finally:
            reader.execute("ROLLBACK")
        wrong = [(held, total) for held, total in found if held.digest != total]
        if wrong:
            with self._database.writing() as connection:
                for held, total in wrong:
                    mending.correct_digest(connection, held, total)
        return [held.id for held, _ in wrong]

    def repaired_on(self, scope: str) -> int | None:
        """The server's day on which this scope was last repaired."""
        return settings.read_int(self._database.reader(), f"repaired:{scope}")

    def note_repair(self, scope: str, day: int) -> None:
        """This scope was repaired on this day of the server."""
        with self._database.writing() as connection:
            settings.write(connection, f"repaired:{scope}", day)
            count = settings.read_int(connection, "repairs") or 0
            settings.write(connection, "repairs", count + 1)

    def asides(self, server_ms: int, news: bool) -> Sequence[str]:
        """Ids of own changes kept aside, when it is time to ask what has become of them."""
        reader = self._database.reader()
        asked = settings.read_int(reader, "asides_asked_ms")
        if not news and asked is not None and abs(server_ms - asked) < ASKED_EVERY_MS:
            return ()
        return sorted(changes.kept_aside(reader))[:RESULTS_ASKED_MAX]

    def note_results(self, results: Sequence[ChangeResult], server_ms: int) -> None:
        """What has become of changes kept aside; what staff accepted lies over the base no more
        once the base has reached its place."""
        with self._database.writing() as connection:
            settings.write(connection, "asides_asked_ms", server_ms)
            roots = {root for r in results if (root := changes.note_later(connection, r))}
            beside = rebase.all_begun(connection)
            for scope in base.scopes(connection):
                if scope.cursor >= scope.head and scope.id not in beside:
                    roots |= changes.lift_reached(connection, scope.id, scope.cursor)
            preparing.renew(connection, roots, self._describe)

    def mint_incarnation(self, known: int | None = None) -> None:
        """Become a new client and re-number, from 1, all that is not acknowledged; `known` is how
        far the server has the line until now."""
        with self._database.writing() as connection:
            at = None if known is None else moment_of(self._clock)
            self._identity.begin(connection, settings.read(connection, "device"), known, at)

    def note_server_time(self, server_ms: int) -> None:
        """Remember server minus device time, as evidence kept with later changes."""
        offset = server_ms - self._clock.now_ms()
        before = settings.read_int(self._database.reader(), "clock_offset_ms")
        if before is not None and abs(offset - before) < OFFSET_STEP_MS:
            return
        with self._database.writing() as connection:
            settings.write(connection, "clock_offset_ms", offset)

    def describe_again(self, types: Sequence[str]) -> None:
        """Make the lines of all records of these types anew: a form has come that knows better."""
        with self._database.writing() as connection:
            preparing.renew_types(connection, types, self._describe)

    def prepare_lines(self) -> int:
        """Make a batch of the lines that wait; how many were made."""
        if not preparing.waiting(self._database.reader()):
            return 0
        with self._database.writing() as connection:
            return preparing.prepare(connection, self._describe)


def _take_rows(connection: sqlite3.Connection, page: Page) -> set[str]:
    """Take the rows of a page into the base; returns the roots whose lines they change."""
    puts = [base.known(row) for row in page.rows if isinstance(row, Put)]
    digests = Digests(connection)
    roots = {row.root for row in puts}
    for run in _runs(puts):
        base.put_all(connection, digests, page.scope, run)
    for row in page.rows:
        if isinstance(row, Leave):
            root = base.leave(connection, digests, page.scope, row.record, row.revision)
            roots |= {root} if root is not None else set()
    digests.write()
    changes.release(connection, _released(puts, changes.kept_aside(connection)))
    return roots


def _runs(puts: Sequence[KnownPut]) -> list[Sequence[KnownPut]]:
    """The states in their order, none twice of one record: a page is one run of them."""
    if len({row.record for row in puts}) == len(puts):
        return [puts]
    return [[row] for row in puts]


def _released(puts: Sequence[KnownPut], aside: set[str]) -> list[str]:
    """The changes kept aside whose values are in one of these states: staff accepted them."""
    if not aside:
        return []
    found: set[str] = set()
    for row in puts:
        if any(name.encode() in row.state for name in aside):
            fields = decode_state(row.state).fields.values()
            found |= {s.dot.id for siblings in fields for s in siblings} & aside
    return sorted(found)
