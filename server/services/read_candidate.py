"""All that a candidate's page shows: what differs, what it breaks, what a rehearsal found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import (
    FormCandidateRow,
    PersonRow,
    RecordRow,
    RehearsalFindingRow,
    RehearsalRow,
)
from server.services.compare_forms import FormChange, compare_forms
from server.services.form_facts import FormFacts, facts_of
from server.services.form_promises import BrokenPromise
from server.services.keep_candidate import (
    Warned,
    definition_of,
    find_candidate,
    warnings_of,
)
from server.services.open_records import count_open_records
from server.services.publish_candidate import is_same_as_newest, offered_version
from server.services.publish_form import Earlier, earlier_versions, promises_broken
from server.services.rehearse_form import FEW
from server.store.bulk import rows_in
from server.store.form_shelf import FormShelf
from shared.canonical import JsonValue, read_json
from shared.forms.definition import Text
from shared.limits import FORM_DOCUMENT_BYTES_MAX, FORM_UNPACKED_BYTES_MAX, REHEARSED_RECORDS_MAX
from shared.records.state import decode_own_state

FINDINGS_PER_PAGE: Final = 50
KINDS: Final = ("loses", "blocked")


@dataclass(frozen=True, slots=True)
class AnswerTouched:
    """What happens to one answer of a record: what it is called, what it is now, and why."""

    record: str
    type: str
    field: str
    kind: str
    label: Text
    why: Text
    count: int = 0
    value: JsonValue = None
    personal: bool = False


@dataclass(frozen=True, slots=True)
class RehearsalView:
    """How far the rehearsal is, its counts, and which questions are touched how often."""

    state: str
    code: str
    total: int
    done: int
    fits: int
    loses: int
    blocked: int
    asked_at: int
    ended_at: int | None
    questions: tuple[AnswerTouched, ...]

    @property
    def going(self) -> bool:
        """Is it still to come, or running?"""
        return self.state in ("waiting", "running")


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A candidate with all that decides whether it is published."""

    row: FormCandidateRow
    title: Text
    by: str
    facts: FormFacts
    warnings: tuple[Warned, ...]
    newest: int | None
    offered: int
    same: bool
    promises: tuple[BrokenPromise, ...]
    changes: tuple[FormChange, ...]
    open_records: int
    few: bool
    rehearsal: RehearsalView | None
    codebooks: tuple[str, ...] = ()

    @property
    def may_publish(self) -> bool:
        """May it be published as it stands (blocked records apart, which a person agrees to)?"""
        rehearsed = self.rehearsal is not None and self.rehearsal.state == "done"
        return not self.promises and not self.same and (rehearsed or not self.open_records)


def read_candidate(session: Session, shelf: FormShelf, candidate: str) -> CandidateView:
    """The whole page. Raises NotFound."""
    row = find_candidate(session, candidate)
    new = definition_of(row)
    earlier: dict[int, Earlier] = earlier_versions(session, shelf, row.form_id)
    newest = max(earlier, default=None)
    opened = count_open_records(session, row.form_id, REHEARSED_RECORDS_MAX)
    books: Any = read_json(row.attached, bytes_max=FORM_UNPACKED_BYTES_MAX)
    return CandidateView(
        row=row,
        title=Text(row.title_th, row.title_en),
        by=session.scalar(select(PersonRow.name).where(PersonRow.id == row.uploaded_by)) or "",
        facts=facts_of(read_json(row.document, bytes_max=FORM_DOCUMENT_BYTES_MAX)),
        warnings=warnings_of(row),
        newest=newest,
        offered=offered_version(session, row),
        same=is_same_as_newest(session, row),
        promises=promises_broken(new, earlier),
        changes=() if newest is None else compare_forms(earlier[newest].definition, new),
        open_records=opened,
        few=opened <= FEW,
        rehearsal=read_rehearsal(session, candidate),
        codebooks=tuple(str(one.get("codebook", "")) for one in books),
    )


def read_rehearsal(session: Session, candidate: str) -> RehearsalView | None:
    """How far the rehearsal of a candidate is; None when nobody asked for one."""
    row = session.get(RehearsalRow, candidate)
    if row is None:
        return None
    return RehearsalView(
        state=row.state,
        code=row.code,
        total=row.total,
        done=row.done,
        fits=row.fits,
        loses=row.loses,
        blocked=row.blocked,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        questions=_touched(row.questions),
    )


def _touched(text: str) -> tuple[AnswerTouched, ...]:
    raw: Any = read_json(text.encode(), bytes_max=FORM_UNPACKED_BYTES_MAX)
    return tuple(
        AnswerTouched(
            record=one["record"],
            type=one["type"],
            field=one["field"],
            kind=one["kind"],
            label=Text(*one["label"]),
            why=Text(*one["why"]),
            count=one.get("count", 0),
        )
        for one in raw
    )


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One record that does not simply fit, and what happens to which of its answers."""

    number: int
    record: str
    kind: str
    version: int
    title: str
    scope: str
    status: str | None
    author: str
    gone: bool
    answers: tuple[AnswerTouched, ...] = field(default=())


def list_findings(
    session: Session, shelf: FormShelf, candidate: str, kind: str, after: int
) -> tuple[tuple[FindingLine, ...], int | None]:
    """Records of one class in the order in which they were found, and where the next page begins.

    The answers are read as they are now: nothing of them is kept with the rehearsal.
    """
    form_id = find_candidate(session, candidate).form_id
    wanted = (
        select(RehearsalFindingRow, RecordRow, PersonRow.name)
        .outerjoin(RecordRow, RecordRow.id == RehearsalFindingRow.record)
        .outerjoin(PersonRow, PersonRow.id == RecordRow.author)
        .where(
            RehearsalFindingRow.candidate == candidate,
            RehearsalFindingRow.kind == kind,
            RehearsalFindingRow.number > after,
        )
        .order_by(RehearsalFindingRow.number)
        .limit(FINDINGS_PER_PAGE + 1)
    )
    rows = session.execute(wanted).all()
    shown = [(found, record, name, _touched(found.detail)) for found, record, name in rows]
    shown = shown[:FINDINGS_PER_PAGE]
    values = _values(session, {one.record for *_, touched in shown for one in touched})
    lines = tuple(
        FindingLine(
            number=found.number,
            record=found.record,
            kind=found.kind,
            version=found.version,
            title="" if record is None else record.title,
            scope="" if record is None else record.scope,
            status=None if record is None else record.status,
            author=name or "",
            gone=record is None,
            answers=tuple(
                _with_value(session, shelf, form_id, found.version, one, values) for one in touched
            ),
        )
        for found, record, name, touched in shown
    )
    more = shown[-1][0].number if len(rows) > FINDINGS_PER_PAGE else None
    return lines, more


def _values(session: Session, records: set[str]) -> dict[str, dict[str, JsonValue]]:
    found = select(RecordRow.id, RecordRow.state)
    return {
        row.id: {
            name: siblings[0].value
            for name, siblings in decode_own_state(row.state).fields.items()
            if siblings
        }
        for row in rows_in(session, found, RecordRow.id, records)
    }


def _with_value(
    session: Session,
    shelf: FormShelf,
    form_id: str,
    version: int,
    one: AnswerTouched,
    values: dict[str, dict[str, JsonValue]],
) -> AnswerTouched:
    form = shelf.find(session, form_id, version)
    fields = values.get(one.record, {})
    place = one.field if form is None else form.field_of(one.type, one.field)
    return AnswerTouched(
        record=one.record,
        type=one.type,
        field=one.field,
        kind=one.kind,
        label=one.label,
        why=one.why,
        value=fields.get(place),
        personal=form is None or form.is_personal(one.type, place),
    )
