"""A change made in the office: the same merge as a tablet's, with the office as its client.

What the person had been shown comes with the edits (from the page as it was rendered). A change id
sent twice has one effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from server.services.merge_changes import Incoming, Merged, merge_changes
from server.store import changes as change_store
from server.store.office import Office
from server.store.rights import load_rights
from shared.errors import ConflictingState, Forbidden, NotFound, OutsideArea, SurveyError
from shared.limits import SALT_BYTES
from shared.records.state import EXISTENCE, MOVED, NOTE, OFFICE
from sync.changes import Change, FieldWrite, RecordEdit, seal
from sync.messages import Outcome

PROGRAMME_TYPES: Final = frozenset({"area", "person", "form", "codebook"})
_REFUSALS: Final[Mapping[str, type[SurveyError]]] = {
    "scope.not_held": OutsideArea,
    "scope.read_only": OutsideArea,
    "author.inactive": Forbidden,
    "author.unknown_here": Forbidden,
    "record.unknown": NotFound,
}


@dataclass(frozen=True, slots=True)
class StaffChange:
    """What somebody in the office saved. `id` and `opened_at` come with the page's form."""

    author: str
    edits: tuple[RecordEdit, ...]
    id: str = ""
    opened_at: int = 0
    source: str = "browser"


def record_staff_change(office: Office, change: StaffChange) -> Merged:
    """Save one change in a transaction of its own. Raises what `save_in` raises."""
    with office.database.writing() as session:
        results, places = save_in(session, office, [change])
    office.epoch.raise_mark(places)
    return results[0]


def save_in(
    session: Session, office: Office, changes: Sequence[StaffChange]
) -> tuple[list[Merged], int]:
    """Save changes within a transaction; their results, and the places given in the feed.

    Raises OutsideArea, NotFound, Forbidden or ConflictingState instead of keeping anything aside:
    whoever sits at the page can be told at once.
    """
    now_ms = office.clock.now_ms()
    known = change_store.known_changes(session, {c.id for c in changes if c.id})
    rights = load_rights(session, {(None, c.author) for c in changes})
    incoming: list[Incoming] = []
    results: list[Merged | None] = []
    for change in changes:
        row = known.get(change.id)
        if row is not None:
            results.append(
                Merged(Outcome.DUPLICATE, row.code, row.superseded_by, row.scope, row.position)
            )
            continue
        results.append(None)
        sealed_change = _change(session, office, change, now_ms)
        sealed = seal(sealed_change)
        incoming.append(
            Incoming(
                sealed_change,
                sealed.line,
                sealed.head_hash.hex(),
                OFFICE,
                change.source,
                rights[None, change.author],
            )
        )
    merged = merge_changes(session, office.forms, office.ids, now_ms, incoming)
    fresh = iter(merged.results)
    filled = [next(fresh) if found is None else found for found in results]
    for one in filled:
        _refuse(one)
    return filled, merged.places


def _refuse(merged: Merged) -> None:
    if merged.outcome is Outcome.QUARANTINED:
        code = merged.code or ""
        raise _REFUSALS.get(code, ConflictingState)(code, reason=code)


def _change(session: Session, office: Office, change: StaffChange, now_ms: int) -> Change:
    return Change(
        id=change.id or office.ids.new(),
        author=change.author,
        opened_at=change.opened_at or now_ms,
        saved_at=now_ms,
        monotonic_ms=office.clock.monotonic_ms(),
        boot_id=office.clock.boot_id(),
        records=tuple(_salted(session, office, edit) for edit in change.edits),
    )


def _salted(session: Session, office: Office, edit: RecordEdit) -> RecordEdit:
    """Personal and unknown values are committed to with a salt."""
    if edit.type in PROGRAMME_TYPES:
        return edit
    form = office.forms.find(session, edit.form, edit.version)

    def personal(name: str) -> bool:
        if name in (EXISTENCE, MOVED):
            return False
        return name == NOTE or form is None or form.is_personal(edit.type, name)

    writes: dict[str, FieldWrite] = {
        name: replace(write, salt=office.randomness(SALT_BYTES).hex()) if personal(name) else write
        for name, write in edit.writes.items()
    }
    return replace(edit, writes=writes)
