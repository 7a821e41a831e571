"""A tablet that turned out to be a copy says whose line it goes on from: noted for staff."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from server.services.note_incident import note_incident
from server.store import changes as change_store
from server.store.office import Office
from sync.predecessor import Predecessor


def note_predecessors(
    office: Office, session: Session, client: str, found: Iterable[Predecessor]
) -> None:
    """One incident each: `tablet.copied` when this office has whatever the copy lacks, else
    `tablet.changes_lost`. Both lines of changes are kept either way."""
    for before in found:
        has = change_store.client_mark(session, before.client).number
        lost = before.missing > 0 and has < before.number + before.missing
        note_incident(
            session,
            office,
            "tablet.changes_lost" if lost else "tablet.copied",
            client=client,
            detail=(
                f"goes on from {before.client} at {before.number}; lacks {before.missing}; "
                f"the office has that line up to {has}"
            ),
        )
