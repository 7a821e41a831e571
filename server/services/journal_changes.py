"""What a merge took is noted for the journal: lines as they came, and rights as they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from server.store.journalled import Notes, notes_of, rights_json
from server.store.rights import Rights
from sync.changes import seal

if TYPE_CHECKING:
    from server.services.merge_changes import Incoming, Merged


def note_merge(
    session: Session,
    now_ms: int,
    incoming: Sequence[Incoming],
    results: Sequence[Merged],
    *,
    release: bool = True,
) -> None:
    """Note one merge; whatever it released from waiting comes again by itself."""
    if not incoming:
        return
    notes, rights = notes_of(session), dict[Rights, int]()
    changes = [
        _change(notes, rights, item, merged) for item, merged in zip(incoming, results, strict=True)
    ]
    part = {
        "is": "merge",
        "at": now_ms,
        "release": release,
        "rights": [rights_json(right) for right in rights],
        "changes": changes,
    }
    notes.parts.append(part)


def _change(
    notes: Notes, rights: dict[Rights, int], item: Incoming, merged: Merged
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "line": notes.body(item.line),
        "id": item.change.id,
        "head": item.head_hash,
        "client": item.client,
        "source": item.source,
        "number": item.number,
        "rights": rights.setdefault(item.rights, len(rights)),
        "was": str(merged.outcome),
    }
    if item.quarantine is not None or item.change.id.encode() not in item.line:
        # Accepted by staff, or under another id: as something else than its line says.
        said["as"] = notes.body(seal(item.change).line)
    if item.kept is not None:
        said["kept"] = item.kept
    if merged.quarantine or item.quarantine:
        said["aside"] = merged.quarantine or item.quarantine
    return said
