"""Saving answers: each is on the disk when `answer` returns; leaving a record seals them.

Every method runs on the thread that writes and is one transaction. What `seen` names is fixed when
a record is opened. Below the reserve of free space nothing is begun that could not be kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby

from mobile.device.ports import Storage
from mobile.services import carry_over
from mobile.services.forms import FormLibrary
from mobile.services.opened import OpenRecord, dots_below, opening
from mobile.services.sealing import Evidence, Sealer
from mobile.store import changes, editing, listing, settings
from mobile.store.database import TabletDatabase
from mobile.store.editing import CREATION, Edited
from mobile.store.shown import shown_states
from shared.canonical import JsonValue, canonical_bytes
from shared.clocks import WallClock, moment_of
from shared.errors import NotFound, TabletStorageFull, TooLarge
from shared.ids import Ids, row_id
from shared.limits import (
    CHANGE_BYTES_MAX,
    SEAL_IDLE_MS,
    SEEN_OF_EXISTENCE_MAX,
    STORAGE_RESERVE_BYTES,
)
from shared.records.state import EXISTENCE, RecordState
from shared.records.workflow import Status
from sync.changes import Change, Operation, RecordEdit, Transition

Where = Callable[[], Mapping[str, str] | None]
ANSWER_BYTES_MAX = CHANGE_BYTES_MAX // 2


def nowhere() -> Mapping[str, str] | None:
    """The place is not known."""
    return None


class Capture:
    """The one door through which anything a person does becomes a change."""

    def __init__(
        self,
        database: TabletDatabase,
        library: FormLibrary,
        sealer: Sealer,
        clock: WallClock,
        ids: Ids,
        storage: Storage,
        where: Where = nowhere,
    ) -> None:
        self._database = database
        self._library = library
        self._sealer = sealer
        self._clock = clock
        self._ids = ids
        self._storage = storage
        self._where = where
        self._open: dict[str, OpenRecord] = {}

    @contextmanager
    def _saving(self) -> Iterator[sqlite3.Connection]:
        """One transaction; when it fails, open records forget what it would have made."""
        before = [
            (opened, len(opened.sealed), dict(opened.begun), opened.is_new)
            for opened in self._open.values()
        ]
        try:
            with self._database.writing() as connection:
                yield connection
        except BaseException:
            for opened, count, begun, is_new in before:
                del opened.sealed[count:]
                opened.begun, opened.is_new = begun, is_new
            raise

    # -- opening -----------------------------------------------------------------------------

    def new_id(self) -> str:
        """A fresh id: for a row that begins with its first answer."""
        return self._ids.new()

    def has_room(self) -> bool:
        """Is there enough free space to begin typing?"""
        return self._storage.free_bytes() >= STORAGE_RESERVE_BYTES

    def open_record(self, root: str, author: str) -> OpenRecord:
        """Show a record: its base under everything this tablet did to it. NotFound if unknown."""
        self.seal(root)
        states = shown_states(self._database.reader(), root)
        top = states.get(root)
        if top is None:
            raise NotFound("there is no such record on this tablet")
        forward = carry_over.chosen(self._database.reader(), root)
        form = self._library.version(top.form, max(top.version, forward))
        opened = opening(top, states, author, moment_of(self._clock), form)
        self._open[root] = opened
        return opened

    def begin_record(self, form_id: str, scope: str, author: str) -> OpenRecord:
        """A new record, which exists from its first answer on."""
        form = self._library.newest(form_id)
        if form is None:
            raise NotFound("the form is not on this tablet yet")
        root = self._ids.new()
        opened = OpenRecord(
            root=root,
            type=form.record_type,
            form=form.form_id,
            version=form.version,
            scope=scope,
            author=author,
            opened=moment_of(self._clock),
            definition=form,
            states={},
            is_new=True,
        )
        opened.begun[root] = (form.record_type, None)
        self._open[root] = opened
        return opened

    def close(self, opened: OpenRecord) -> list[Change]:
        """The person leaves the record: seal what they did."""
        made = self.seal(opened.root)
        if self._open.get(opened.root) is opened:
            del self._open[opened.root]
        return made

    # -- saving ------------------------------------------------------------------------------

    def answer(self, opened: OpenRecord, record: str, name: str, value: JsonValue) -> None:
        """Save one answer; it is durable when this returns."""
        self.answer_all(opened, record, {name: value})

    def answer_all(self, opened: OpenRecord, record: str, values: Mapping[str, JsonValue]) -> None:
        """Save several answers of one record together: an offer that was taken over."""
        for value in values.values():
            if len(canonical_bytes(value)) > ANSWER_BYTES_MAX:
                raise TooLarge("the answer is longer than one answer may be")
        self._need_room()
        with self._saving() as connection:
            begins = self._begin(connection, opened)
            for name, value in values.items():
                seen = opened.seen(record, name)
                editing.put(connection, self._edited(opened, record, name, value, seen))
            if begins:
                listing.refresh(connection, [opened.root], self._library.describe)

    def add_row(
        self,
        opened: OpenRecord,
        parent: str,
        record_type: str,
        values: Mapping[str, JsonValue] | None = None,
        key: str | None = None,
        record: str | None = None,
    ) -> str:
        """A new row below `parent`; with `key` a row that the form makes, the same everywhere.

        `record` is its id when the caller has given it one already. Returns the id; a row that is
        there already is left as it is.
        """
        if key is not None:
            record = row_id(parent, record_type.rpartition("/")[2], key)
        elif record is None:
            record = self._ids.new()
        if record in opened.begun or record in opened.states:
            if values:
                self.answer_all(opened, record, values)
            return record
        self._need_room()
        with self._saving() as connection:
            begins = self._begin(connection, opened)
            opened.begun[record] = (record_type, parent)
            editing.put(connection, self._edited(opened, record, CREATION, None, ()))
            for name, value in (values or {}).items():
                editing.put(connection, self._edited(opened, record, name, value, ()))
            if begins:
                listing.refresh(connection, [opened.root], self._library.describe)
        return record

    def _begin(self, connection: sqlite3.Connection, opened: OpenRecord) -> bool:
        """The first answer brings a new record into being; True when this is it."""
        if not opened.is_new:
            return False
        editing.put(connection, self._edited(opened, opened.root, CREATION, None, ()))
        opened.is_new = False
        return True

    def delete(self, opened: OpenRecord, record: str, reason: str = "") -> list[Change]:
        """Delete a row, or the whole record; names every dot that was shown, so that whatever
        somebody else added shows the deletion as disputed."""
        return self._existence(opened, record, "delete", reason)

    def restore(self, opened: OpenRecord, record: str, reason: str = "") -> list[Change]:
        """Take a deletion back."""
        return self._existence(opened, record, "restore", reason)

    def _existence(self, opened: OpenRecord, record: str, act: str, reason: str) -> list[Change]:
        """One change names only so many values as shown: of more, several name all together."""
        made: list[Change] = []
        with self._saving() as connection:
            self.seal(opened.root)
            seen, most = dots_below(opened.seen_states(), record), SEEN_OF_EXISTENCE_MAX
            value: JsonValue = {"act": act, "reason": reason}
            for part in (seen[at : at + most] for at in range(0, max(len(seen), 1), most)):
                editing.put(connection, self._edited(opened, record, EXISTENCE, value, part))
                made.extend(self.seal(opened.root))
        return made

    # -- sealing -----------------------------------------------------------------------------

    def seal(self, root: str) -> list[Change]:
        """Seal what is saved of a record: one numbered change for each author (there is one)."""
        with self._saving() as connection:
            found = editing.of_root(connection, root)
            if not found:
                return []
            made: list[Change] = []
            for _, group in groupby(found, key=lambda one: one.author):
                made.extend(self._sealer.seal_edited(connection, list(group)))
            self._made(connection, root, made)
        return made

    def _made(self, connection: sqlite3.Connection, root: str, made: Sequence[Change]) -> None:
        """New changes of a record: its line, and what its open form may name from now on."""
        listing.refresh(connection, [root], self._library.describe)
        client = settings.read(connection, "client")
        opened = self._open.get(root)
        if opened is not None:
            opened.sealed.extend((change, client) for change in made)

    def seal_all(self) -> int:
        """Before a synchronisation, at sign-out: seal everything; returns how many changes."""
        return sum(len(self.seal(root)) for root in editing.roots(self._database.reader()))

    def seal_idle(self) -> int:
        """Seal what nobody has touched for a minute; returns how many changes were made."""
        now = self._clock.monotonic_ms()
        boot = self._clock.boot_id()
        made = 0
        for root in editing.roots(self._database.reader()):
            found = editing.of_root(self._database.reader(), root)
            fresh = [o for o in found if o.boot == boot and now - o.monotonic_ms < SEAL_IDLE_MS]
            if not fresh:
                made += len(self.seal(root))
        return made

    def recover(self) -> int:
        """At start: what a kill left unsealed is sealed under its author."""
        return self.seal_all()

    # -- acts on a whole record --------------------------------------------------------------

    def submit(self, opened: OpenRecord) -> list[Change]:
        """Seal, and hand the record in, naming the content its author has before them."""
        with self._saving() as connection:
            made = self.seal(opened.root)
            top = opened.seen_states().get(opened.root)
            if top is None:
                raise NotFound("nothing of this record was saved yet")
            status = top.workflow.status if top.workflow is not None else Status.DRAFT
            step = Transition(str(Status.SUBMITTED), str(status), opened.content())
            edit = RecordEdit(
                record=opened.root,
                type=opened.type,
                form=opened.form,
                version=opened.version,
                operation=Operation.TRANSITION,
                base=opened.base(opened.root),
                transition=step,
            )
            queued = self._sealer.queue(
                connection,
                [edit],
                opened.author,
                self._evidence(opened.opened.wall_ms),
                opened.root,
                opened.scope,
            )
            self._made(connection, opened.root, queued)
        return [*made, *queued]

    def resolve(
        self,
        root: str,
        record: str,
        name: str,
        value: JsonValue,
        seen: Sequence[str],
        author: str,
    ) -> list[Change]:
        """Settle a conflict: the chosen value, naming every value that was listed."""
        self._need_room()
        with self._saving() as connection:
            self.seal(root)
            state = shown_states(connection, root).get(record)
            if state is None:
                raise NotFound("there is no such record on this tablet")
            edit = _edit_of(state, Operation.RESOLVE)
            edit = self._sealer.write(edit, {name: (value, tuple(seen))})
            return self._queue_now(edit, state, author)

    def update_register(
        self,
        state: RecordState,
        values: Mapping[str, JsonValue],
        seen: Mapping[str, tuple[str, ...]],
        author: str,
    ) -> list[Change]:
        """Take differing answers of a visit over into the register: an ordinary change there."""
        self._need_room()
        edit = self._sealer.write(
            _edit_of(state, Operation.SET),
            {name: (value, seen.get(name, ())) for name, value in values.items()},
        )
        with self._saving():
            self.seal(state.root)
            return self._queue_now(edit, state, author)

    def _queue_now(self, edit: RecordEdit, state: RecordState, author: str) -> list[Change]:
        evidence = self._evidence(self._clock.now_ms())
        with self._saving() as connection:
            made = self._sealer.queue(connection, [edit], author, evidence, state.root, state.scope)
            self._made(connection, state.root, made)
        return made

    def waiting(self) -> tuple[int, int]:
        """Sealed changes and unsealed records that are on this tablet only."""
        reader = self._database.reader()
        return changes.count_pending(reader), changes.count_editing(reader)

    # -- inside ------------------------------------------------------------------------------

    def _need_room(self) -> None:
        if not self.has_room():
            raise TabletStorageFull("free space is below the reserve")

    def _evidence(self, opened_at: int) -> Evidence:
        now = moment_of(self._clock)
        return Evidence(opened_at, now.wall_ms, now.monotonic_ms, now.boot_id, self._where())

    def _edited(
        self,
        opened: OpenRecord,
        record: str,
        name: str,
        value: JsonValue,
        seen: tuple[str, ...],
    ) -> Edited:
        record_type, parent = opened.type_of(record)
        now = moment_of(self._clock)
        order = list(opened.begun).index(record) + 1 if record in opened.begun else 0
        order += opened.order_from if order else 0
        return Edited(
            record=record,
            field=name,
            root=opened.root,
            type=record_type,
            form=opened.form,
            version=opened.version,
            parent=parent,
            scope=opened.scope,
            local_order=order,
            base=opened.base(record),
            creates=name == CREATION,
            value=value,
            seen=seen,
            author=opened.author,
            opened_at=opened.opened.wall_ms,
            saved_at=now.wall_ms,
            monotonic_ms=now.monotonic_ms,
            boot=now.boot_id,
            place=self._where(),
        )


def _edit_of(state: RecordState, operation: Operation) -> RecordEdit:
    return RecordEdit(
        record=state.record,
        type=state.type,
        form=state.form,
        version=state.version,
        operation=operation,
        base=state.revision,
    )
