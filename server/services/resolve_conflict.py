"""Staff settle what two people said: one value per field, after all were listed.

`seen` are the dots of all values that the page listed: one that arrived meanwhile is not among
them, and stays beside the chosen one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.services.merge_changes import Merged
from server.services.read_head import read_head
from server.services.record_staff_change import StaffChange, record_staff_change
from server.store.histories import value_of
from server.store.office import Office
from shared.canonical import JsonValue
from shared.errors import InvalidInput, NotFound
from shared.records.state import EXISTENCE
from sync.changes import FieldWrite, Operation, RecordEdit


@dataclass(frozen=True, slots=True)
class Pick:
    """The value kept for one field: that of the dot `chosen`, out of all `seen`."""

    record: str
    field: str
    chosen: str
    seen: tuple[str, ...]


def resolve_conflict(
    office: Office,
    author: str,
    picks: Sequence[Pick],
    *,
    change_id: str = "",
    opened_at: int = 0,
) -> Merged:
    """Settle fields of one root and its rows in one change. Raises NotFound, OutsideArea, and
    InvalidInput when a choice was not among those listed."""
    if not picks or any(pick.chosen not in pick.seen for pick in picks):
        raise InvalidInput("one of the values listed is to be chosen", fields=["chosen"])
    by_record: dict[str, dict[str, FieldWrite]] = {}
    with office.database.reading() as session:
        for pick in picks:
            value = _value(session, pick)
            by_record.setdefault(pick.record, {})[pick.field] = FieldWrite(value, pick.seen)
        edits = tuple(
            _edit(session, record, Operation.RESOLVE, writes)
            for record, writes in by_record.items()
        )
    return record_staff_change(office, StaffChange(author, edits, change_id, opened_at))


def settle_deletion(
    office: Office,
    author: str,
    record: str,
    *,
    keep: bool,
    reason: str,
    seen: Sequence[str],
    change_id: str = "",
    opened_at: int = 0,
) -> Merged:
    """Settle a disputed deletion: keep the record, or delete it with all that was listed."""
    value: JsonValue = {"act": "restore" if keep else "delete", "reason": reason}
    operation = Operation.RESTORE if keep else Operation.DELETE
    with office.database.reading() as session:
        edit = _edit(session, record, operation, {EXISTENCE: FieldWrite(value, tuple(seen))})
    return record_staff_change(office, StaffChange(author, (edit,), change_id, opened_at))


def _edit(
    session: Session, record: str, operation: Operation, writes: dict[str, FieldWrite]
) -> RecordEdit:
    head = read_head(session, record)
    return RecordEdit(
        head.record,
        head.type,
        head.form,
        head.version,
        operation,
        base=head.revision,
        writes=writes,
    )


def _value(session: Session, pick: Pick) -> JsonValue:
    found = value_of(session, pick.record, pick.field, pick.chosen)
    if found is None:
        raise NotFound("there is no such value")
    return found[0]
