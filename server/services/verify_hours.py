"""Staff say that an event's hours count towards the ten hours of its area (or that they do not)."""

from __future__ import annotations

from collections.abc import Sequence

from server.services.evaluate_record import HOURS_VERIFIED
from server.services.merge_changes import Merged
from server.services.read_head import read_head
from server.services.record_staff_change import StaffChange, record_staff_change
from server.store.office import Office
from server.store.rights import load_rights
from shared.errors import ConflictingState, Forbidden
from shared.records.workflow import STAFF_ROLES
from sync.changes import FieldWrite, Operation, RecordEdit


def verify_hours(
    office: Office,
    author: str,
    record: str,
    *,
    verified: bool,
    seen: Sequence[str] = (),
    base: int = 0,
    change_id: str = "",
    opened_at: int = 0,
) -> Merged:
    """Write the office's word into the event, as evidence like any other. `seen` are the dots of
    what the page showed there. Raises Forbidden, NotFound, OutsideArea, ConflictingState."""
    with office.database.reading() as session:
        head = read_head(session, record)
        right = load_rights(session, {(None, author)})[None, author]
        form = office.forms.find(session, head.form, head.version)
    if right.role not in STAFF_ROLES:
        raise Forbidden("hours are verified by the office")
    questions = () if form is None else form.questions(head.type)
    field = next((q.field for q in questions if q.name == HOURS_VERIFIED), None)
    if field is None:
        raise ConflictingState("this record has no hours to verify")
    edit = RecordEdit(
        head.record,
        head.type,
        head.form,
        head.version,
        Operation.SET,
        base=base or head.revision,
        writes={field: FieldWrite("yes" if verified else "no", tuple(seen))},
    )
    return record_staff_change(office, StaffChange(author, (edit,), change_id, opened_at))
