"""Is this journal this database's? Compared at every start, told in words when it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from server.models import JournalEntryRow, SettingRow
from server.store.bulk import put
from server.store.database import Database
from server.store.journal import Journal
from server.store.journal_frames import segments_of
from server.store.system import Randomness
from shared.errors import SurveyError

INSTALLATION: Final = "installation"
OWNER_FILE: Final = "office"
_ID_BYTES: Final = 16


class JournalForeign(SurveyError):
    """The folder holds the journal of another office."""

    code = "storage.journal_foreign"


def open_own_journal(
    database: Database, journal: Journal, randomness: Randomness, *, anew: bool, alone: bool
) -> None:
    """Open the journal if it is this installation's. `anew` puts what is in the folder aside.

    While another process serves (not `alone`) what it says of a failure stays.
    An empty database takes the name of the journal it finds: everything is replayed into it.
    Raises JournalForeign, JournalMissing.
    """
    journal.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if anew:
        _set_aside(journal.folder)
    with database.writing() as session:
        wanted = select(SettingRow.value).where(SettingRow.name == INSTALLATION)
        mine = session.scalar(wanted)
        theirs = _owner(journal.folder)
        if mine is not None and theirs is not None and mine != theirs:
            raise JournalForeign(
                f"{journal.folder} holds the journal of another office: name this office's own"
                " folder, or run: samruat-server init --new-journal"
            )
        highest = session.scalar(select(func.max(JournalEntryRow.seq))) or 0
        journal.open(highest, anew=anew, alone=alone)
        name = mine or theirs or randomness(_ID_BYTES).hex()
        put(session, SettingRow, [{"name": INSTALLATION, "value": name}], ("name",))
    if theirs is None:
        (journal.folder / OWNER_FILE).write_text(name, "utf-8")


def _owner(folder: Path) -> str | None:
    try:
        return (folder / OWNER_FILE).read_text("utf-8").strip()[:64] or None
    except FileNotFoundError:
        return None


def _set_aside(folder: Path) -> None:
    """What was in the folder stays, in a folder of its own."""
    found = [*segments_of(folder), folder / OWNER_FILE]
    number = 1
    while (kept := folder / f"put-aside-{number}").exists():
        number += 1
    if any(path.exists() for path in found):
        kept.mkdir(mode=0o700)
        for path in found:
            if path.exists():
                path.rename(kept / path.name)
