"""The content hash of a root with its live rows: what a submit or an approval names.

It follows from the states and is computed when somebody asks; saving does not.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from server.models import RecordRow
from server.store.bulk import select_in
from server.store.record_tree import content_of_states
from shared.errors import NotFound
from shared.records.state import RecordState, decode_own_state


def content_of_live(states: Iterable[RecordState]) -> str:
    """The content hash over a root and its rows, none of them deleted; rows below one that is not
    among them are left out."""
    known = {state.record: state for state in states}

    def reaches(state: RecordState) -> bool:
        here: RecordState | None = state
        for _ in range(len(known)):
            if here is None or here.parent is None:
                break
            here = known.get(here.parent)
        return here is not None and here.parent is None

    return content_of_states({name: state for name, state in known.items() if reaches(state)})


def read_content(session: Session, root: str) -> str:
    """The content hash of a stored root as it stands now. Raises NotFound."""
    rows = select_in(session, RecordRow, ("id", "deleted", "state"), "root", [root])
    if not rows:
        raise NotFound("there is no such record")
    live = (row for row in rows if row.id == root or not row.deleted)
    return content_of_live(decode_own_state(bytes(row.state)) for row in live)
