"""Work on a record that its tablet or author may not reach any more, but once did.

A record is moved to another area, or a tablet loses one, while somebody works on it without a
network. What they saved is applied, and flagged, when tablet and author once held an area that the
record lay in, and the save names a value of it that was there then (or the tablet wrote one). Ids
of values cannot be guessed: naming one proves having been served it.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import MembershipRow
from server.services.admit_change import Admitted, KnownRecords, target_of
from server.store.bulk import rows_in
from server.store.rights import Rights
from sync.changes import Change

NO_LONGER_HELD = "scope.no_longer_held"


def admit_former(
    session: Session, change: Change, client: str, rights: Rights, known: KnownRecords
) -> Admitted | None:
    """Where the change is applied all the same; None when it was never theirs."""
    found = target_of(change, known)
    if not isinstance(found, Admitted) or found.creates or rights.role is None:
        return None
    if any(edit.operation == "move" for edit in change.records):
        return None
    records = {edit.record for edit in change.records} | {found.root}
    wanted = select(MembershipRow.record, MembershipRow.kind, MembershipRow.revision).where(
        MembershipRow.scope.in_(sorted(rights.former))
    )
    served = {
        row.record: None if row.kind == "put" else row.revision
        for row in rows_in(session, wanted, MembershipRow.record, records)
    }
    if found.root not in served:
        return None
    tree = known.trees[found.root]
    device = client.partition(".")[0]
    seen = {
        (edit.record, dot)
        for edit in change.records
        for write in edit.writes.values()
        for dot in write.seen
    }
    for record, until in served.items():
        entry = tree.entries.get(record)
        loaded = entry is not None and entry.stored is not None
        history = tree.history_of(entry) if entry is not None and loaded else None
        for writes in () if history is None else history.writes.values():
            for dot, write in writes.items():
                theirs = (record, dot) in seen or write.dot.client.startswith(device + ".")
                if theirs and write.applied and (until is None or write.revision < until):
                    return found
    return None
