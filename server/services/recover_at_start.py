"""At every start: does the journal have what the database has not? Then it is done again.

After a crash that is what was journalled and not committed: an entry or two. After a backup was put
back, by command or by copying files, it is everything since; the epoch is a new one then.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from server.models import ChangeRow, SettingRow
from server.services.replay_journal import (
    Replayed,
    forget_old_places,
    missing_entries,
    replay_journal,
)
from server.store.bulk import put
from server.store.office import Office

_log = logging.getLogger(__name__)
RECOVERY: Final = "recovery"
LISTED_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the last recovery did, as it is kept and shown. `at` is when, `since` the moment that
    the database showed before it (Unix ms by the server)."""

    at: int
    since: int
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


def recover_from(
    office: Office, folders: Sequence[Path], *, before: Recovery | None = None
) -> Recovery | None:
    """Replay the journals in these folders and keep what was done for doctor and pages, together
    with what was done `before` in the same recovery."""
    if not any(missing_entries(office, folder)[0] for folder in folders):
        forget_old_places(office, ())
        if not office.epoch.renewed:
            return before
    since = _last_received(office) if before is None else before.since
    done = _told(office, replay_journal(office, folders), since)
    if before is not None:
        done = _sum(before, done)
    with office.database.writing() as session:
        put(session, SettingRow, [{"name": RECOVERY, "value": json.dumps(asdict(done))}], ("name",))
    _log.info("replayed the journal: %s", done)
    return done


def _last_received(office: Office) -> int:
    """The moment that the database shows: what came later is new to it."""
    with office.database.reading() as session:
        return session.scalar(select(func.max(ChangeRow.received_at))) or 0


def _sum(before: Recovery, after: Recovery) -> Recovery:
    return Recovery(
        at=after.at,
        since=before.since,
        epoch=after.epoch,
        new_epoch=before.new_epoch or after.new_epoch,
        entries=before.entries + after.entries,
        changes=before.changes + after.changes,
        saves=before.saves + after.saves,
        rows=before.rows + after.rows,
        kept_aside=before.kept_aside + after.kept_aside,
        conflicts=before.conflicts + after.conflicts,
        failed=before.failed + after.failed,
        damaged=before.damaged + after.damaged,
        lost_files=before.lost_files + after.lost_files,
    )


def _told(office: Office, done: Replayed, since: int) -> Recovery:
    damaged = (f"{d.segment} at byte {d.offset}" for d in done.damaged)
    return Recovery(
        at=office.clock.now_ms(),
        since=since,
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
