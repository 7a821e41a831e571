"""Sealing: saved answers of one record become ONE numbered change, in one transaction.

Values of personal and unknown questions get a salt here. What is too large for one change becomes
several, so that nothing that was saved can ever be unsendable.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mobile.store import changes, editing, settings
from mobile.store.editing import CREATION, Edited
from shared.canonical import JsonValue
from shared.errors import TooLarge
from shared.forms.definition import FormDefinition
from shared.ids import Ids, is_sha256
from shared.limits import (
    RECORDS_PER_CHANGE_MAX,
    SALT_BYTES,
    TIME_MS_MAX,
    TIME_MS_MIN,
)
from shared.records.state import EXISTENCE
from sync.changes import Change, FieldWrite, Operation, RecordEdit, SealedChange, seal

RandomBytes = Callable[[int], bytes]


class Definitions(Protocol):
    """Where the form of a record is looked up."""

    def version(self, form_id: str, version: int) -> FormDefinition | None:
        """The version a record was filled with; the newest when that one is not here."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """When and where a save happened by this tablet's clock, which orders nothing."""

    opened_at: int
    saved_at: int
    monotonic_ms: int
    boot: str
    place: Mapping[str, str] | None = None


class Sealer:
    """Makes changes and queues them."""

    def __init__(self, definitions: Definitions, ids: Ids, random_bytes: RandomBytes) -> None:
        self._definitions = definitions
        self._ids = ids
        self._random_bytes = random_bytes

    def write(
        self, edit: RecordEdit, values: Mapping[str, tuple[JsonValue, tuple[str, ...]]]
    ) -> RecordEdit:
        """The edit with these (value, seen) by field, salted where the form says or knows not."""
        form = self._definitions.version(edit.form, edit.version)
        writes = {
            name: FieldWrite(value, seen, self._salt(form, edit.type, name))
            for name, (value, seen) in values.items()
        }
        return replace(edit, writes=writes, blobs=files_named(v for v, _ in values.values()))

    def _salt(self, form: FormDefinition | None, record_type: str, name: str) -> str | None:
        if name != EXISTENCE and form is not None and not form.is_personal(record_type, name):
            return None
        return self._random_bytes(SALT_BYTES).hex()

    def queue(
        self,
        connection: sqlite3.Connection,
        edits: Sequence[RecordEdit],
        author: str,
        evidence: Evidence,
        root: str,
        scope: str,
    ) -> list[Change]:
        """Seal and number these edits; several changes only when one would be too large."""
        if len(edits) > RECORDS_PER_CHANGE_MAX:
            return self._halves(connection, edits, author, evidence, root, scope)
        offset = settings.read_int(connection, "clock_offset_ms")
        change = Change(
            id=self._ids.new(),
            author=author,
            opened_at=_bounded(evidence.opened_at),
            saved_at=_bounded(evidence.saved_at),
            monotonic_ms=evidence.monotonic_ms,
            boot_id=evidence.boot,
            records=tuple(edits),
            clock_offset_ms=offset,
            place=evidence.place,
        )
        try:
            sealed: SealedChange = seal(change)
        except TooLarge:
            return self._halves(connection, edits, author, evidence, root, scope)
        changes.append(connection, change, sealed, root, scope)
        return [change]

    def _halves(
        self,
        connection: sqlite3.Connection,
        edits: Sequence[RecordEdit],
        author: str,
        evidence: Evidence,
        root: str,
        scope: str,
    ) -> list[Change]:
        parts = _split(edits)
        return [
            change
            for part in parts
            for change in self.queue(connection, part, author, evidence, root, scope)
        ]

    def seal_edited(self, connection: sqlite3.Connection, edited: Sequence[Edited]) -> list[Change]:
        """Seal unsealed answers of one root by one author, and forget them: same transaction."""
        first, last = edited[0], max(edited, key=lambda one: one.saved_at)
        by_record: dict[str, list[Edited]] = {}
        for one in edited:
            by_record.setdefault(one.record, []).append(one)
        edits = [self._edit(found) for found in by_record.values()]
        place = next((one.place for one in reversed(edited) if one.place is not None), None)
        evidence = Evidence(
            min(one.opened_at for one in edited),
            last.saved_at,
            last.monotonic_ms,
            last.boot,
            place,
        )
        made = self.queue(connection, edits, first.author, evidence, first.root, first.scope)
        editing.forget(connection, edited)
        return made

    def _edit(self, edited: Sequence[Edited]) -> RecordEdit:
        one = edited[0]
        creates = any(other.creates for other in edited)
        values = {e.field: (e.value, e.seen) for e in edited if e.field != CREATION}
        operation = Operation.CREATE if creates else Operation.SET
        if EXISTENCE in values:
            act = values[EXISTENCE][0]
            deletes = isinstance(act, dict) and act.get("act") == "delete"
            operation = Operation.DELETE if deletes else Operation.RESTORE
        edit = RecordEdit(
            record=one.record,
            type=one.type,
            form=one.form,
            version=one.version,
            operation=operation,
            base=one.base,
            scope=one.scope if creates and one.parent is None else None,
            parent=one.parent if creates else None,
            local_order=one.local_order if creates else 0,
        )
        return self.write(edit, values)


def _bounded(time_ms: int) -> int:
    """A clock may be wrong by any time that the calendar can still write."""
    return min(max(time_ms, TIME_MS_MIN), TIME_MS_MAX)


def _split(edits: Sequence[RecordEdit]) -> tuple[Sequence[RecordEdit], Sequence[RecordEdit]]:
    """Two halves: of the records, or of the fields of a single one (creation goes first)."""
    if len(edits) > 1:
        middle = len(edits) // 2
        return edits[:middle], edits[middle:]
    only = edits[0]
    names = list(only.writes)
    if len(names) < 2:
        raise TooLarge("one answer is larger than a change may be")
    middle = len(names) // 2
    first = replace(only, writes={name: only.writes[name] for name in names[:middle]})
    operation = Operation.SET if only.operation is Operation.CREATE else only.operation
    rest = replace(
        only,
        operation=operation,
        scope=None,
        parent=None,
        local_order=0,
        writes={name: only.writes[name] for name in names[middle:]},
    )
    return (
        (replace(first, blobs=files_named(w.value for w in first.writes.values())),),
        (replace(rest, blobs=files_named(w.value for w in rest.writes.values())),),
    )


def files_named(values: object) -> tuple[str, ...]:
    """The SHA-256 of every file that values name, wherever they stand."""
    found: dict[str, None] = {}
    stack: list[object] = list(values)  # type: ignore[call-overload]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            name = value.get("sha256")
            if is_sha256(name):
                found[name] = None
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return tuple(sorted(found))
