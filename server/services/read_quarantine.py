"""One entry of the quarantine: what was typed, what the record says now, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.models import FormRow, PersonRow, RecordRow
from server.services.list_review_queue import Scopes, within
from server.services.read_record_page import devices_named, people_named
from server.services.release_quarantine import together
from server.store import quarantine
from server.store.finding import having
from server.store.office import Office
from server.store.quarantine import Kept
from shared.errors import NotFound
from shared.forms.definition import FormDefinition
from shared.ids import is_uuid
from shared.records.state import EXISTENCE, MOVED, NOTE, RecordState, decode_state
from shared.thai.finding import find_key, found_in, order_key, words_of
from sync.changes import Operation, RecordEdit

FOUND_MAX: Final = 20
PLAIN: Final = frozenset({EXISTENCE, MOVED, NOTE})


@dataclass(frozen=True, slots=True)
class Needs:
    """What staff may have to say before the entry can be applied."""

    scope: bool = False
    record: str = ""
    record_type: str = ""
    version: bool = False
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EntryDetail:
    """An entry with all that belongs to it. `states` are the present ones of its records, `forms`
    those that its changes name and the office has."""

    entry: Kept
    group: tuple[Kept, ...]
    states: Mapping[str, RecordState]
    roots: Mapping[str, str]
    forms: Mapping[tuple[str, int], FormDefinition]
    versions: tuple[int, ...]
    people: Mapping[str, str]
    devices: Mapping[str, str]
    needs: Needs


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record under which an entry could go."""

    id: str
    title: str
    subtitle: str
    scope: str


def read_entry(session: Session, office: Office, entry: str, scopes: Scopes) -> EntryDetail:
    """Raises NotFound for one that the reader may not see."""
    if not is_uuid(entry) or quarantine.find(session, entry, scopes) is None:
        raise NotFound("there is no such entry")
    group = together(session, office, entry)
    mine = next(one for one in group if one.row.id == entry)
    edits = [edit for one in group if one.change is not None for edit in one.change.records]
    named = {record for one in group if one.change for record in quarantine.named_in(one.change)}
    rows = session.execute(
        select(RecordRow.id, RecordRow.root, RecordRow.state, RecordRow.scope).where(
            RecordRow.id.in_(sorted(named))
        )
    ).all()
    seen = [row for row in rows if scopes is None or row.scope in scopes]
    forms = {}
    for form, version in {(edit.form, edit.version) for edit in edits}:
        found = office.forms.find(session, form, version)
        if found is not None:
            forms[form, version] = found
    first = edits[0] if edits else None
    versions = _versions(session, first.form) if first is not None else ()
    return EntryDetail(
        entry=mine,
        group=tuple(group),
        states={row.id: decode_state(row.state) for row in seen},
        roots={row.id: row.root for row in seen},
        forms=forms,
        versions=versions,
        people=people_named(session, {one.change.author for one in group if one.change}),
        devices=devices_named(session, {mine.row.client}),
        needs=_needs(edits, {row.id for row in rows}, forms, versions),
    )


def _versions(session: Session, form: str) -> tuple[int, ...]:
    wanted = select(FormRow.version).where(FormRow.form_id == form).order_by(FormRow.version.desc())
    return tuple(session.scalars(wanted))


def _needs(
    edits: list[RecordEdit],
    known: set[str],
    forms: Mapping[tuple[str, int], FormDefinition],
    versions: tuple[int, ...],
) -> Needs:
    made = {e.record for e in edits if e.operation is Operation.CREATE}
    begins = [e for e in edits if e.record in made and e.parent is None and e.record not in known]
    lost, kind = "", ""
    for edit in edits:
        if edit.record not in known | made:
            lost, kind = edit.record, edit.type
        elif edit.parent is not None and edit.parent not in known | made:
            lost, kind = edit.parent, edit.type.rpartition("/")[0]
    unknown = {
        (edit.type, name)
        for edit in edits
        for name in edit.writes
        if name not in PLAIN and _is_unknown(forms.get((edit.form, edit.version)), edit.type, name)
    }
    missing = any((edit.form, edit.version) not in forms for edit in edits)
    return Needs(
        scope=bool(begins or lost),
        record=lost,
        record_type=kind,
        version=missing and bool(versions),
        fields=tuple(sorted(unknown)),
    )


def _is_unknown(form: FormDefinition | None, kind: str, name: str) -> bool:
    return form is not None and form.has_type(kind) and not form.may_store(kind, name)


def find_candidates(
    session: Session, kind: str, words: str, scopes: Scopes
) -> tuple[Candidate, ...]:
    """Records of a type whose title has these words, or with this very id."""
    wanted = select(RecordRow.id, RecordRow.title, RecordRow.subtitle, RecordRow.scope).where(
        RecordRow.type == kind[:100], RecordRow.deleted.is_(False)
    )
    limit = within(scopes)
    if limit is not None:
        wanted = wanted.where(limit)
    if is_uuid(words.strip()):
        wanted = wanted.where(RecordRow.id == words.strip())
    else:
        if "/" in kind:
            return _rows_with(session, wanted, words)
        wanted = wanted.where(*having(words))
    rows = session.execute(wanted.order_by(RecordRow.sort_key, RecordRow.id).limit(FOUND_MAX))
    return tuple(Candidate(*row) for row in rows)


def _rows_with(
    session: Session, wanted: Select[str, str, str, str], words: str
) -> tuple[Candidate, ...]:
    """Rows of records are in no index of words: each is looked at, the newest first."""
    typed = words_of(words)
    found: list[Candidate] = []
    for row in session.execute(wanted.order_by(RecordRow.id.desc())):
        if found_in(find_key(row.title, row.subtitle), typed):
            found.append(Candidate(*row))
            if len(found) == FOUND_MAX:
                break
    return tuple(sorted(found, key=lambda one: (order_key(one.title), one.id)))


def active_people(session: Session) -> list[tuple[str, str]]:
    """Who can be the author of something, by name."""
    wanted = select(PersonRow.id, PersonRow.name).where(PersonRow.active).order_by(PersonRow.name)
    return [(row.id, row.name) for row in session.execute(wanted)]
