"""The lines of a push, sorted: known already, unreadable, or a change to merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from server.services.merge_changes import Incoming, Merged
from server.store import changes as change_store
from server.store.changes import Aside
from server.store.rights import load_rights
from shared.ids import Ids, is_uuid
from sync.accepting import under_own_id
from sync.changes import Change, MalformedChange, frame, read_change
from sync.messages import ChangeResult, Outcome, PushBatch, Withheld
from sync.predecessor import PREDECESSOR_CODE, Predecessor, predecessor_of


@dataclass(frozen=True, slots=True)
class Line:
    """A line taken apart before any transaction begins."""

    number: int
    head_hash: str
    raw: bytes | None
    change: Change | None
    id: str | None = None
    code: str = ""
    detail: str = ""
    body: str | None = None


def lines_of(batch: PushBatch) -> list[Line]:
    """Every line of a push. Raises BadInput for one that is not even framed."""
    return [
        _withheld(number, line) if isinstance(line, Withheld) else _read(number, line)
        for number, line in enumerate(batch.lines, batch.header.number + 1)
    ]


def _withheld(number: int, stub: Withheld) -> Line:
    name = stub.id if is_uuid(stub.id) else None
    return Line(number, stub.head_hash, None, None, name, "change.withheld", "", stub.body)


def _read(number: int, raw: bytes) -> Line:
    framed = frame(raw)
    head = framed.head_hash.hex()
    try:
        change = read_change(framed)
    except MalformedChange as problem:
        return Line(number, head, raw, None, problem.change_id, problem.code, problem.detail[:500])
    return Line(number, head, raw, change, change.id)


def duplicate(line: Line, row: Any) -> ChangeResult:
    """The answer to a change that was applied before: where it stands."""
    return ChangeResult(line.number, line.id, Outcome.DUPLICATE, row.scope, row.position)


@dataclass(slots=True)
class Slot:
    """One line and what becomes of it. `change` is the id it is stored under, if not its own."""

    line: Line
    known: ChangeResult | None = None
    quarantine: str | None = None
    incoming: Incoming | None = None
    merged: Merged | None = None
    same_as: Slot | None = None
    change: str | None = None

    def result(self) -> ChangeResult:
        """The answer to the line."""
        if self.same_as is not None:
            first = self.same_as.result()
            kept = first.outcome is Outcome.QUARANTINED
            outcome = first.outcome if kept else Outcome.DUPLICATE
            return ChangeResult(
                self.line.number, self.line.id, outcome, first.scope, first.position, first.code
            )
        if self.known is not None:
            return self.known
        merged = self.merged
        assert merged is not None
        return ChangeResult(
            self.line.number,
            self.line.id,
            merged.outcome,
            merged.scope,
            merged.position,
            merged.code,
            merged.by,
        )

    def row(self, client: str, chain: str) -> dict[str, object]:
        """The line's entry in the log of its client."""
        quarantine = self.kept_as()
        return {
            "client": client,
            "number": self.line.number,
            "head_hash": self.line.head_hash,
            "chain": chain,
            "change": self.stored_id() if quarantine is None else None,
            "quarantine": quarantine,
        }

    def stored_id(self) -> str | None:
        """The id of the change that this line stands for."""
        return self.same_as.stored_id() if self.same_as is not None else self.change or self.line.id

    def kept_as(self) -> str | None:
        """The quarantine row that keeps the line, if it is kept aside."""
        if self.same_as is not None:
            return self.same_as.kept_as()
        return self.quarantine if self.merged is None else self.merged.quarantine


class Intake:
    """Sorts the new lines of one chunk; `taken` are those to merge, in their order.

    `kept` is a quarantine code for every change among them, when that is certain already.
    """

    def __init__(
        self,
        session: Session,
        ids: Ids,
        client: str,
        device: str,
        now_ms: int,
        lines: Sequence[Line],
        kept: str | None = None,
    ) -> None:
        self.slots: list[Slot] = []
        self.predecessors: list[Predecessor] = []
        self.now_ms = now_ms
        self.client = client
        self._session, self._ids, self._device, self._lines = session, ids, device, lines
        changes = [line.change for line in lines if line.change is not None]
        self._known = change_store.known_changes(session, {change.id for change in changes})
        self._renamed = self._under_own_ids()
        heads = {line.head_hash for line in lines}
        aside = change_store.known_quarantine(session, heads, ())
        self._aside = {row.head_hash: row for row in aside}
        pairs = {(device, change.author) for change in changes} or {(device, "")}
        self._rights = load_rights(session, pairs)
        self._revoked = any(right.device_revoked for right in self._rights.values())
        self._first: dict[str, Slot] = {}
        self._all_kept = kept

    @property
    def taken(self) -> list[Slot]:
        """The slots whose changes are to be merged."""
        return [slot for slot in self.slots if slot.incoming is not None]

    @property
    def incoming(self) -> list[Incoming]:
        """The changes to merge, as `taken`."""
        return [slot.incoming for slot in self.slots if slot.incoming is not None]

    def _under_own_ids(self) -> dict[str, Any]:
        """What is stored of lines whose id another one had before: by the id they got here."""
        fresh = set[str]()
        for line in self._lines:
            stored = self._known.get(line.id) if line.change is not None and line.id else None
            if stored is not None and line.change and stored.head_hash != line.head_hash:
                fresh.add(under_own_id(line.change, line.head_hash).id)
        return change_store.known_changes(self._session, fresh) if fresh else {}

    def sort_all(self) -> None:
        """Decide what each line is."""
        for line in self._lines:
            self._sort(line)

    def _sort(self, line: Line) -> None:
        slot = Slot(line)
        self.slots.append(slot)
        stored = self._known.get(line.id) if line.change is not None and line.id else None
        first = self._first.get(line.head_hash)
        if first is not None:
            slot.same_as = first
        elif stored is not None and stored.head_hash == line.head_hash:
            slot.known = duplicate(line, stored)
        elif line.head_hash in self._aside:
            kept = self._aside[line.head_hash]
            slot.quarantine = kept.id
            slot.known = self._kept(line, kept.code)
        elif line.change is None:
            self._first[line.head_hash] = slot
            code = "device.revoked" if self._revoked else line.code
            slot.quarantine = self._keep_unread(line, code)
            slot.known = self._kept(line, code)
        elif (before := predecessor_of(line.change)) is not None:
            self._first[line.head_hash] = slot
            self.predecessors.append(before)
            slot.quarantine = self._keep_unread(line, PREDECESSOR_CODE, released_at=self.now_ms)
            slot.known = self._kept(line, PREDECESSOR_CODE)
        elif self._reused(line):
            self._take_reused(slot, line, line.change)
        else:
            self._first[line.head_hash] = slot
            slot.incoming = self._incoming(line, line.change)

    def _take_reused(self, slot: Slot, line: Line, change: Change) -> None:
        """Another line has this id: this one gets an id of its own, and names that one as seen."""
        own = under_own_id(change, line.head_hash)
        slot.change = own.id
        before = self._renamed.get(own.id)
        if before is not None:
            slot.known = duplicate(line, before)
            return
        self._first[line.head_hash] = slot
        slot.incoming = replace(self._incoming(line, own), flag="id_reused")

    def _reused(self, line: Line) -> bool:
        """Does another change have this id, stored or earlier in this chunk?"""
        if line.id in self._known:
            return True
        earlier = [slot.line for slot in self.slots[:-1] if slot.incoming is not None]
        return any(other.id == line.id for other in earlier)

    def _incoming(self, line: Line, change: Change) -> Incoming:
        assert line.raw is not None
        return Incoming(
            change,
            line.raw,
            line.head_hash,
            self.client,
            "tablet",
            self._rights[self._device, change.author],
            number=line.number,
            kept=self._all_kept,
        )

    def _kept(self, line: Line, code: str) -> ChangeResult:
        return ChangeResult(line.number, line.id, Outcome.QUARANTINED, code=code)

    def _keep_unread(self, line: Line, code: str, released_at: int | None = None) -> str:
        row = self._ids.new()
        change_store.add_quarantine(
            self._session,
            Aside(
                id=row,
                change=line.id,
                client=self.client,
                number=line.number,
                head_hash=line.head_hash,
                line=line.raw,
                body=line.body,
                code=code,
                detail=line.detail,
                received_at=self.now_ms,
                released_at=released_at,
            ),
        )
        return row
