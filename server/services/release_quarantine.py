"""Staff accept what was kept aside, as it is or as something else, or keep it aside for good.

Accepting one entry accepts all that its tablet holds aside of the same record, by number, in one
transaction under the locks of every writer (the client's row, then the roots). Each change is
merged by the set rule with its own dots, as if it had come in the usual way. One that breaks a
rule of the database stays aside alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.models import PersonRow, ScopeRow
from server.services.merge_changes import Incoming, Merged, merge_changes
from server.services.settle_waiting import CANNOT_BE_STORED, settle_waiting
from server.services.write_audit import write_audit
from server.store import changes as change_store
from server.store import quarantine
from server.store.database import RuleBroken
from server.store.office import Office
from server.store.quarantine import Kept
from server.store.rights import Rights, load_rights
from shared.canonical import JsonLike, canonical_text
from shared.errors import ConflictingState, Forbidden, InvalidInput, NotFound
from shared.limits import CHANGE_BYTES_MAX, COMMENT_LENGTH_MAX
from shared.records.workflow import STAFF_ROLES, Role
from sync.accepting import Terms, accepted_as, under_own_id
from sync.changes import Change
from sync.messages import Outcome

_log = logging.getLogger(__name__)
TABLET: Final = "tablet"
LINE_BYTES_MAX: Final = 2 * CHANGE_BYTES_MAX


@dataclass(slots=True)
class Released:
    """What accepting came to: entries applied, and those that stay aside with the code why."""

    applied: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    roots: set[str] = field(default_factory=set)


def together(session: Session, office: Office, entry: str) -> list[Kept]:
    """An entry and all that its tablet holds aside of the same record, by number; only the entry
    itself when it cannot be read. Raises NotFound."""
    row = quarantine.find(session, entry, None)
    if row is None:
        raise NotFound("there is no such entry")
    mine = _read(office, row)
    if mine.change is None:
        return [mine]
    rows = quarantine.open_of(session, row.client)
    others = [mine if r.id == row.id else _read(office, r) for r in rows]
    records = quarantine.named_in(mine.change)
    grown = True
    while grown:
        before = len(records)
        for one in others:
            if one.change is not None and records & quarantine.named_in(one.change):
                records |= quarantine.named_in(one.change)
        roots = {known.root for known in quarantine.known_records(session, records).values()}
        records |= roots
        grown = len(records) > before
    found = [
        one
        for one in others
        if one.change is not None and records & quarantine.named_in(one.change)
    ]
    return found or [mine]


def _read(office: Office, row: Row[Any]) -> Kept:
    body = withheld_body(office, row.body) if row.line is None and row.body else None
    return quarantine.read_kept(row, body)


def withheld_body(office: Office, sha256: str) -> bytes | None:
    """The bytes that a tablet handed in apart, when they have come and are not too many."""
    if not office.blobs.has(sha256):
        return None
    found = b"".join(office.blobs.read(sha256, 0, LINE_BYTES_MAX + 1))
    return found if len(found) <= LINE_BYTES_MAX else None


def release(office: Office, staff: str, entry: str, terms: Terms) -> Released:
    """Accept an entry and what belongs to it. Raises NotFound, Forbidden, ConflictingState when it
    was decided meanwhile, and InvalidInput for one that cannot be read."""
    with office.database.reading() as session:
        group = together(session, office, entry)
        if any(one.change is None for one in group):
            raise InvalidInput("what cannot be read cannot be applied", fields=["entry"])
        rights = _rights(session, staff)
        _check_terms(session, terms)
    done = Released()
    try:
        _release_in(office, staff, entry, group, terms, rights, done)
    except RuleBroken:
        _log.exception("the entries beside %s are tried one by one", entry)
        done = Released()
        for one in group:
            _release_alone(office, staff, entry, one, terms, rights, done)
    return done


def keep_for_good(office: Office, staff: str, entry: str, reason: str) -> list[str]:
    """Keep an entry, and what belongs to it, aside for good. Nothing is thrown away. Raises
    NotFound, Forbidden, ConflictingState, and InvalidInput without a reason."""
    if not reason.strip() or len(reason) > COMMENT_LENGTH_MAX:
        raise InvalidInput("say why", fields=["reason"])
    with office.database.writing() as session:
        _rights(session, staff)
        group = [one.row.id for one in together(session, office, entry)]
        left = quarantine.still_open(session, group)
        if entry not in left:
            raise ConflictingState("somebody decided meanwhile")
        now = office.clock.now_ms()
        quarantine.note_decision(session, left, staff, "", closed_at=now, reason=reason)
        write_audit(session, office, staff, "quarantine.kept", {"entry": entry, "n": len(left)})
    return sorted(left)


def _rights(session: Session, staff: str) -> Rights:
    """What staff may let in: everything in their areas, an administrator everything there is."""
    mine = load_rights(session, {(None, staff)})[None, staff]
    if mine.role not in STAFF_ROLES or not mine.active:
        raise Forbidden("what is kept aside is settled by the office")
    if mine.role is Role.ADMINISTRATOR:
        return replace(mine, author_scopes=frozenset(session.scalars(select(ScopeRow.id))))
    return mine


def _check_terms(session: Session, terms: Terms) -> None:
    if terms.author is not None and session.get(PersonRow, terms.author) is None:
        raise InvalidInput("somebody who exists", fields=["author"])
    if terms.scope is not None and session.get(ScopeRow, terms.scope) is None:
        raise InvalidInput("an area that exists", fields=["scope"])
    named = list(terms.fields.values())
    if len(set(named)) < len(named):
        raise InvalidInput("two answers cannot become one", fields=["fields"])


def _release_alone(
    office: Office,
    staff: str,
    entry: str,
    one: Kept,
    terms: Terms,
    rights: Rights,
    done: Released,
) -> None:
    try:
        _release_in(office, staff, entry, [one], terms, rights, done, alone=True)
    except RuleBroken:
        _log.exception("%s stays aside alone", one.row.id)
        with office.database.writing() as session:
            change_store.requarantine(session, one.row.id, CANNOT_BE_STORED, None)
        done.kept.append((one.row.id, CANNOT_BE_STORED))


def _release_in(
    office: Office,
    staff: str,
    entry: str,
    group: Sequence[Kept],
    terms: Terms,
    rights: Rights,
    done: Released,
    *,
    alone: bool = False,
) -> None:
    """These entries in one transaction: their client's row, then the roots, then the scopes."""
    with office.database.writing() as session:
        first = group[0].row
        change_store.lock_client(session, first.client, first.client.partition(".")[0])
        left = quarantine.still_open(session, [one.row.id for one in group])
        if not alone and entry not in left:
            raise ConflictingState("somebody decided meanwhile")
        mine = [one for one in group if one.row.id in left]
        incoming = _incoming(session, mine, terms, rights, entry)
        merged = merge_changes(
            session,
            office.forms,
            office.ids,
            office.clock.now_ms(),
            [item for _, item in incoming],
            release=not alone,
        )
        applied, kept = _sorted(incoming, merged.results)
        said = canonical_text(terms.as_json())
        quarantine.note_decision(session, applied, staff, said, closed_at=None, reason="")
        facts: dict[str, JsonLike] = {"entry": entry, "n": len(applied), "terms": terms.as_json()}
        write_audit(session, office, staff, "quarantine.accepted", facts)
    office.epoch.raise_mark(merged.places)
    roots = {one.root for one in merged.results if one.root is not None}
    if alone:
        settle_waiting(office, roots)
    done.applied += applied
    done.kept += kept
    done.roots |= roots


def _sorted(
    incoming: Sequence[tuple[str, Incoming]], results: Sequence[Merged]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Entries that are applied, and those that stay with the code why."""
    applied: dict[str, None] = {}
    kept: dict[str, str] = {}
    for (entry, _), merged in zip(incoming, results, strict=True):
        if merged.outcome is Outcome.QUARANTINED:
            kept[entry] = merged.code or ""
        else:
            applied[entry] = None
    return [one for one in applied if one not in kept], sorted(kept.items())


def _incoming(
    session: Session, group: Sequence[Kept], terms: Terms, rights: Rights, entry: str
) -> list[tuple[str, Incoming]]:
    """What is merged for each entry, in the order of numbers."""
    changes = {one.row.id: one.change for one in group if one.change is not None}
    named = {record for change in changes.values() for record in quarantine.named_in(change)}
    known = quarantine.known_records(session, named | set(terms.records.values()))
    ids = {change.id for change in changes.values()}
    stored = change_store.known_changes(session, ids)
    named_author = changes[entry].author if entry in changes else None
    authors = {change.author for change in changes.values()} | {terms.author or ""}
    roles = _roles(session, authors)
    found: list[tuple[str, Incoming]] = []
    for one in sorted(group, key=lambda kept: (kept.row.number, kept.row.id)):
        change = changes.get(one.row.id)
        if change is None:
            continue
        before = stored.get(change.id)
        if before is not None and before.head_hash != one.row.head_hash:
            change = under_own_id(change, one.row.head_hash)
        own = terms if change.author == named_author else replace(terms, author=None)
        for part in accepted_as(change, own, known):
            found.append((one.row.id, _item(one, change, part, rights, roles)))
    return found


def _item(
    one: Kept, change: Change, part: Change, rights: Rights, roles: dict[str, Role]
) -> Incoming:
    role = roles.get(part.author, Role.OFFICER)
    places = {edit.scope for edit in part.records if edit.scope is not None}
    assert one.line is not None
    return Incoming(
        part,
        one.line,
        one.row.head_hash,
        one.row.client,
        TABLET,
        replace(rights, role=role, active=True, device_scopes=None, signed_in_here=True),
        number=one.row.number,
        kept=None if places <= rights.author_scopes else "scope.not_held",
        quarantine=one.row.id,
    )


def _roles(session: Session, authors: set[str]) -> dict[str, Role]:
    rows = session.execute(
        select(PersonRow.id, PersonRow.role).where(PersonRow.id.in_(sorted(authors)))
    )
    return {row.id: Role(row.role) for row in rows}
