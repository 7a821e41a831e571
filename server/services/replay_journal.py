"""What the journal has and the database has not is done again, entry by entry, in their order.

After a restore, after a plain copy put back, after a crash between the journal and the COMMIT. Each
entry is one transaction that also notes the entry as present, so that replaying may be cut off
anywhere and begun again. Changes are merged under the rights their authors had; what is there
already is left alone, and so is a row that an entry wrote later which the database has.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.models import JournalEntryRow
from server.services.lost_files import REASON as LOST
from server.services.redo_entry import Keys, Redone, keys_of, redo
from server.services.settle_waiting import CANNOT_BE_STORED
from server.services.want_files import withdraw_files
from server.store.database import RuleBroken
from server.store.journal_frames import Damage, Found, Position, read_journal
from server.store.journalled import REPLAYED
from server.store.office import Office
from shared.errors import BadInput

_log = logging.getLogger(__name__)
FAILURES_TOLD_MAX: Final = 100
PLACES_KEPT: Final = 256
"""More than could be on their way to a commit at one time, by far."""
_CONTENT: Final = (RuleBroken, BadInput, LookupError, TypeError, ValueError, AssertionError)
"""What an entry itself can be the reason of; a busy or full database is none of these."""


@dataclass(slots=True)
class Replayed:
    """What was done again. `changes` of tablets, `saves` of staff and jobs, `rows` of everything
    else; `failed` names what could not be done; `lost_files` were held and are not there."""

    entries: int = 0
    changes: int = 0
    saves: int = 0
    rows: int = 0
    kept_aside: int = 0
    conflicts: int = 0
    failed: list[str] = field(default_factory=list)
    damaged: list[Damage] = field(default_factory=list)
    lost_files: list[str] = field(default_factory=list)
    records: set[str] = field(default_factory=set)

    def add(self, done: Redone) -> None:
        """Count one entry."""
        self.entries += 1
        self.changes += done.changes
        self.saves += done.saves
        self.rows += done.rows
        self.kept_aside += done.kept_aside
        self.conflicts += done.conflicts
        self.lost_files += done.lost_files
        self.records |= done.records


def missing_entries(office: Office, folder: Path) -> tuple[list[Position], list[Damage]]:
    """Entries of a journal that the database has not got, and what could not be read.

    A journal whose beginning was taken away, and that begins behind what the database has, is
    damaged before its first entry.
    """
    with office.database.reading() as session:
        rows = session.execute(select(JournalEntryRow.seq, JournalEntryRow.chain))
        known = {(row.seq, row.chain) for row in rows}
    highest = max((seq for seq, _ in known), default=0)
    missing: list[Position] = []
    damaged: list[Damage] = []
    void: set[tuple[int, str]] = set()
    begun = False
    for one in read_journal(folder, _floor(known)):
        if isinstance(one, Damage):
            damaged.append(one)
            continue
        if not begun and one.position.seq > highest + 1:
            damaged.append(Damage(one.segment, 0, 0, highest, one.position.seq))
        begun = True
        place = (one.position.seq, one.position.chain)
        parts = one.entry.facts.get("parts", [])
        void |= {(p["seq"], p["chain"]) for p in parts if p.get("is") == "void"}
        if place not in known and not all(p.get("is") == "void" for p in parts):
            missing.append(one.position)
    return [one for one in missing if (one.seq, one.chain) not in void], damaged


def forget_old_places(office: Office, missing: Sequence[Position]) -> None:
    """Let go of the places of old entries: the oldest place that is left says that everything
    before it is there, too. Nothing is let go of while an old one is missing."""
    with office.database.writing() as session:
        places = select(func.count(), func.max(JournalEntryRow.seq)).select_from(JournalEntryRow)
        count, highest = session.execute(places).one()
        if count <= 2 * PLACES_KEPT or any(one.seq <= highest - PLACES_KEPT for one in missing):
            return
        session.execute(
            delete(JournalEntryRow).where(JournalEntryRow.seq <= highest - PLACES_KEPT),
            execution_options={"synchronize_session": False},
        )


def _floor(known: set[tuple[int, str]]) -> int:
    """The number up to which nothing can be missing: the oldest that is still noted one by one."""
    return min((seq for seq, _ in known), default=1) - 1


def replay_journal(office: Office, folders: Sequence[Path]) -> Replayed:
    """Do again what the journals in these folders have and the database has not."""
    told = Replayed()
    for folder in folders:
        missing, damaged = missing_entries(office, folder)
        told.damaged += damaged
        if missing:
            _replay(office, folder, missing, told)
    if told.lost_files:
        withdraw_files(office, dict.fromkeys(told.lost_files, LOST))
    return told


def _replay(office: Office, folder: Path, missing: list[Position], told: Replayed) -> None:
    places = {(one.seq, one.chain) for one in missing}
    first = missing[0].seq - 1
    there = (e for e in _entries(folder, first) if (e.position.seq, e.position.chain) not in places)
    last_of = _last_writers(there)
    for one in _entries(folder, first):
        if (one.position.seq, one.position.chain) in places:
            _entry(office, one, last_of, told)


def _entries(folder: Path, after: int) -> Iterator[Found]:
    return (one for one in read_journal(folder, after) if isinstance(one, Found))


def _last_writers(entries: Iterable[Found]) -> Keys:
    """The last of these entries that wrote each row."""
    last_of: Keys = {}
    for one in entries:
        for key in keys_of(one.entry):
            last_of[key] = one.position.seq
    return last_of


def _entry(office: Office, one: Found, last_of: Keys, told: Replayed) -> None:
    try:
        done = _once(office, one, last_of, None)
    except _CONTENT:
        _log.exception("entry %d of the journal is done part by part", one.position.seq)
        done = _by_parts(office, one, last_of, told)
    told.add(done)


def _once(office: Office, one: Found, last_of: Keys, only: int | None) -> Redone:
    """An entry, or one of its parts, in one transaction."""
    with office.database.writing() as session:
        _mark(session, one, whole=only is None)
        if only is None and _is_known(session, one.position):
            return Redone()
        done = redo(office, session, one, last_of, only=only)
    office.epoch.raise_mark(done.places)
    return done


def _mark(session: Session, one: Found, *, whole: bool) -> None:
    """The transaction is no news for the journal; a part alone does not make the entry known."""
    session.info[REPLAYED] = one.position if whole else None


def _is_known(session: Session, position: Position) -> bool:
    return session.get(JournalEntryRow, (position.seq, position.chain)) is not None


def _by_parts(office: Office, one: Found, last_of: Keys, told: Replayed) -> Redone:
    """Each part in a transaction of its own; what cannot be done even so is named."""
    total = Redone()
    for number, part in enumerate(one.entry.facts.get("parts", [])):
        try:
            total.add(_once(office, one, last_of, number))
        except _CONTENT:
            _log.exception("part %d of entry %d cannot be done", number, one.position.seq)
            total.add(_one_by_one(office, one, number, part, told))
    with office.database.writing() as session:
        _mark(session, one, whole=True)
    return total


def _one_by_one(
    office: Office, one: Found, number: int, part: dict[str, Any], told: Replayed
) -> Redone:
    """The changes of a merge, each alone, at last kept aside; the rows of a table, each alone."""
    total = Redone()
    items = part.get("changes") if part.get("is") == "merge" else part.get("stand", ())
    for index in range(len(items or ())):
        done = None
        for kept in (None, CANNOT_BE_STORED):
            try:
                with office.database.writing() as session:
                    _mark(session, one, whole=False)
                    done = redo(office, session, one, {}, only=number, item=index, kept=kept)
                break
            except _CONTENT:
                _log.exception("item %d of part %d cannot be done", index, number)
        if done is not None:
            office.epoch.raise_mark(done.places)
            total.add(done)
        elif len(told.failed) < FAILURES_TOLD_MAX:
            what = part.get("table") or part.get("is")
            told.failed.append(f"entry {one.position.seq}, {what} {index + 1}")
    return total
