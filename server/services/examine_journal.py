"""Can the journal be read, and does the database have everything that it has?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import ChangeRow, JournalEntryRow, QuarantineRow
from server.services.findings import Finding, bounded, care, note, well, wrong
from server.services.replay_journal import missing_entries
from server.store.bulk import rows_in
from server.store.journal_frames import Damage, Found, read_journal, segments_of
from server.store.office import Office

AT_ONCE: Final = 1_000

Said = tuple[str, str]
"""A journalled change: its id and its head's hash."""


def examine_journal(office: Office, *, whole: bool = True) -> list[Finding]:
    """What is wrong with the journal; `whole` reads all of it and looks for every change."""
    return bounded([*_failed(office), *(_whole(office) if whole else _end(office))])


def _failed(office: Office) -> Iterator[Finding]:
    folder = str(office.journal.folder)
    if office.journal.failed:
        yield wrong("journal_failed", reason=office.journal.failed, folder=folder)
    elif office.journal.failed_before:
        reason = _reason(office.journal.failed_before)
        yield wrong("journal_failed", reason=reason, folder=folder)
    elif office.journal.opened.failure:
        reason = _reason(office.journal.opened.failure)
        yield care("journal_failed_once", reason=reason, folder=folder)


def _reason(told: str) -> str:
    try:
        return str(json.loads(told)["reason"])
    except (ValueError, KeyError, TypeError):
        return "?"


def _end(office: Office) -> Iterator[Finding]:
    """Only whether the database is behind or ahead of the journal."""
    missing, damaged = missing_entries(office, office.journal.folder)
    yield from (_damage(one) for one in damaged)
    if missing:
        yield wrong("journal_not_held", count=len(missing), first=missing[0].seq)
    yield from _behind(office)


def _behind(office: Office) -> Iterator[Finding]:
    with office.database.reading() as session:
        known = session.scalar(select(func.max(JournalEntryRow.seq))) or 0
    last = office.journal.position.seq
    if known > last:
        yield care("journal_behind", seq=last, known=known)


def _whole(office: Office) -> Iterator[Finding]:
    found = list(_end(office))
    yield from found
    if not segments_of(office.journal.folder):
        yield note("journal_empty", folder=str(office.journal.folder))
        return
    told = {(one.facts.get("segment"), one.facts.get("offset")) for one in found}
    missing = {one.seq for one in missing_entries(office, office.journal.folder)[0]}
    seq, changes, wrongs = 0, 0, len(found)
    part: dict[Said, int] = {}
    with office.database.reading() as session:
        for one in read_journal(office.journal.folder):
            if isinstance(one, Damage):
                if (one.segment, one.offset) not in told:
                    wrongs += 1
                    yield _damage(one)
                continue
            seq = one.position.seq
            if seq not in missing:
                part.update(dict.fromkeys(_said(one), seq))
            if len(part) >= AT_ONCE:
                changes += len(part)
                yield from _absent(session, part)
                part = {}
        changes += len(part)
        yield from _absent(session, part)
    if not wrongs:
        yield well("journal_sound", seq=seq, changes=changes)


def _said(one: Found) -> Iterator[Said]:
    for part in one.entry.facts.get("parts", ()):
        for change in part.get("changes", ()) if part.get("is") == "merge" else ():
            yield change["id"], change["head"]


def _absent(session: Session, part: dict[Said, int]) -> Iterator[Finding]:
    ids = {change for change, _ in part}
    there = {row.id for row in rows_in(session, select(ChangeRow.id), ChangeRow.id, ids)}
    heads = {head for change, head in part if change not in there}
    kept = select(QuarantineRow.head_hash)
    aside = {row.head_hash for row in rows_in(session, kept, QuarantineRow.head_hash, heads)}
    for (change, head), seq in part.items():
        if change not in there and head not in aside:
            yield wrong("journalled_change_missing", change=change, seq=seq)


def _damage(one: Damage) -> Finding:
    return wrong(
        "journal_damaged",
        segment=one.segment,
        offset=one.offset,
        after=one.after_seq,
        before=one.next_seq or 0,
    )
