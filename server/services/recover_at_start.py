"""At every start: does the journal have what the database has not? Then it is done again.

After a crash that is what was journalled and not committed: an entry or two. After a backup was put
back, by command or by copying files, it is everything since; the epoch is a new one then.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from server.models import SettingRow
from server.services.replay_journal import Replayed, missing_entries, replay_journal
from server.store.bulk import put
from server.store.office import Office

_log = logging.getLogger(__name__)
RECOVERY: Final = "recovery"
LISTED_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the last recovery did, as it is kept and shown. `at` in Unix ms by the server."""

    at: int
    epoch: str
    new_epoch: bool
    entries: int
    changes: int
    saves: int
    rows: int
    kept_aside: int
    conflicts: int
    failed: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    lost_files: tuple[str, ...] = ()


def recover_at_start(office: Office, *, alone: bool = True) -> Recovery | None:
    """Replay what is missing; what was done, or None when nothing was.

    When another process serves already (not `alone`), what it is about to commit looks missing:
    then nothing is done unless the epoch is new.
    """
    if not alone and not office.epoch.renewed:
        return None
    return recover_from(office, [office.journal.folder])


def recover_from(office: Office, folders: list[Path]) -> Recovery | None:
    """Replay the journals in these folders and keep what was done for doctor and pages."""
    nothing = not office.epoch.renewed
    if nothing and not any(missing_entries(office, folder)[0] for folder in folders):
        return None
    done = _told(office, replay_journal(office, folders))
    with office.database.writing() as session:
        put(session, SettingRow, [{"name": RECOVERY, "value": json.dumps(asdict(done))}], ("name",))
    _log.warning("replayed the journal: %s", done)
    return done


def _told(office: Office, done: Replayed) -> Recovery:
    damaged = (f"{d.segment} at byte {d.offset}" for d in done.damaged)
    return Recovery(
        at=office.clock.now_ms(),
        epoch=office.epoch.text,
        new_epoch=office.epoch.renewed,
        entries=done.entries,
        changes=done.changes,
        saves=done.saves,
        rows=done.rows,
        kept_aside=done.kept_aside,
        conflicts=done.conflicts,
        failed=tuple(done.failed[:LISTED_MAX]),
        damaged=tuple(list(damaged)[:LISTED_MAX]),
        lost_files=tuple(done.lost_files[:LISTED_MAX]),
    )


def last_recovery(office: Office) -> Recovery | None:
    """What the last recovery did; None when there never was one."""
    with office.database.reading() as session:
        text = session.scalar(select(SettingRow.value).where(SettingRow.name == RECOVERY))
    if text is None:
        return None
    raw: dict[str, Any] = json.loads(text)
    lists = {name: tuple(raw.get(name, ())) for name in ("failed", "damaged", "lost_files")}
    return Recovery(**{**raw, **lists})
