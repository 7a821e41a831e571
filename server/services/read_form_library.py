"""The library of forms: every version, what it uses, who published it, and where it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from server.models import AuditRow, CodebookRow, FormRow, PersonRow, RecordRow
from server.services.form_facts import FormFacts, facts_of
from server.services.list_review_queue import Scopes, within
from server.store.form_shelf import FormShelf
from shared.canonical import JsonValue, read_json
from shared.errors import NotFound
from shared.limits import FORM_DOCUMENT_BYTES_MAX, FORM_VERSION_MAX
from shared.records.state import decode_own_state

STATES: Final = ("draft", "submitted", "returned", "approved", "entry")
"""What records are counted by; `entry` are those of registers, which have no state."""
HISTORY_SHOWN_MAX: Final = 100
ACTS: Final = ("form.published", "form.retired", "form.reinstated", "form.uploaded")

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One published version. `counts` are its live root records by state."""

    form_id: str
    version: int
    title_th: str
    title_en: str
    retired: bool
    published_at: int
    published_by: str
    document_hash: str
    size: int
    source_name: str
    source_hash: str | None
    has_source: bool
    facts: FormFacts
    counts: Counts = field(default_factory=dict)

    @property
    def records(self) -> int:
        """How many live records were filled with it."""
        return sum(self.counts.values())

    def title(self, language: str) -> str:
        """Its title in a language, else in the other one, else its name."""
        th, en = self.title_th or self.title_en, self.title_en or self.title_th
        return (en if language == "en" else th) or self.form_id


@dataclass(frozen=True, slots=True)
class FormEntry:
    """One form with its versions, the newest first."""

    form_id: str
    versions: tuple[VersionLine, ...]

    @property
    def shown(self) -> VersionLine:
        """The newest version that is offered, else the newest of all."""
        return next((one for one in self.versions if not one.retired), self.versions[0])

    @property
    def retired(self) -> bool:
        """Is no version offered any more?"""
        return all(one.retired for one in self.versions)

    @property
    def counts(self) -> dict[str, int]:
        """The records of all versions by state."""
        return {s: n for s in STATES if (n := sum(v.counts.get(s, 0) for v in self.versions))}


@dataclass(frozen=True, slots=True)
class FormAct:
    """Something that was done with a form: what, which version, who, when."""

    act: str
    version: int | None
    at: int
    by: str


def read_library(session: Session, shelf: FormShelf, scopes: Scopes) -> tuple[FormEntry, ...]:
    """Every form with its versions; records are counted where the reader may see them."""
    counts = _counts(session, scopes)
    return tuple(
        FormEntry(form_id, tuple(versions))
        for form_id, versions in _by_form(_versions(session, shelf, counts, None)).items()
    )


def read_form(session: Session, shelf: FormShelf, form_id: str, scopes: Scopes) -> FormEntry:
    """One form with its versions. Raises NotFound."""
    lines = _versions(session, shelf, _counts(session, scopes, form_id), form_id)
    if not lines:
        raise NotFound("there is no such form")
    return FormEntry(form_id, tuple(lines))


def counts_by_area(
    session: Session, form_id: str, scopes: Scopes, version: int | None = None
) -> dict[str, dict[str, int]]:
    """The live records of a form (or of one version) by area and state."""
    state = func.coalesce(RecordRow.status, "entry")
    wanted = (
        select(RecordRow.scope, state, func.count())
        .where(
            RecordRow.type == form_id,
            RecordRow.parent.is_(None),
            RecordRow.deleted.is_(False),
        )
        .group_by(RecordRow.scope, state)
        .order_by(RecordRow.scope)
    )
    limit = within(scopes)
    if limit is not None:
        wanted = wanted.where(limit)
    if version is not None:
        wanted = wanted.where(RecordRow.version == version)
    found: dict[str, dict[str, int]] = {}
    for scope, name, count in session.execute(wanted):
        found.setdefault(scope, {})[name] = count
    return found


def acts_of(session: Session, form_id: str) -> tuple[FormAct, ...]:
    """Who published, retired and uploaded it, the latest first."""
    wanted = (
        select(AuditRow.act, AuditRow.detail, AuditRow.at, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == AuditRow.person)
        .where(AuditRow.act.in_(ACTS))
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
    )
    found: list[FormAct] = []
    for act, detail, at, by in session.execute(wanted):
        told = read_json(detail.encode(), bytes_max=FORM_DOCUMENT_BYTES_MAX)
        if isinstance(told, dict) and told.get("form") == form_id:
            version = told.get("version")
            number = version if isinstance(version, int) else None
            found.append(FormAct(act, number, at, by or ""))
            if len(found) == HISTORY_SHOWN_MAX:
                break
    return tuple(found)


def find_form_row(session: Session, form_id: str, version: int) -> FormRow:
    """A published version's row. Raises NotFound."""
    row = None
    if 0 <= version <= FORM_VERSION_MAX:
        row = session.get(FormRow, (form_id[:100], version))
    if row is None:
        raise NotFound("there is no such version of a form")
    return row


def forms_using(session: Session, shelf: FormShelf, codebook: str) -> dict[str, list[int]]:
    """The versions of each form that use a codebook, in their order."""
    found: dict[str, list[int]] = {}
    for line in reversed(_versions(session, shelf, {}, None)):
        if codebook in line.facts.codebooks:
            found.setdefault(line.form_id, []).append(line.version)
    return found


def known_codebooks(session: Session) -> frozenset[str]:
    """The names of all published codebooks."""
    return frozenset(session.scalars(select(CodebookRow.name).distinct()))


def _by_form(lines: list[VersionLine]) -> dict[str, list[VersionLine]]:
    found: dict[str, list[VersionLine]] = {}
    for line in lines:
        found.setdefault(line.form_id, []).append(line)
    return found


def _counts(
    session: Session, scopes: Scopes, form_id: str | None = None
) -> dict[tuple[str, int], dict[str, int]]:
    state = func.coalesce(RecordRow.status, "entry")
    wanted = (
        select(RecordRow.form, RecordRow.version, state, func.count())
        .where(RecordRow.parent.is_(None), RecordRow.deleted.is_(False))
        .group_by(RecordRow.form, RecordRow.version, state)
    )
    limit = within(scopes)
    if limit is not None:
        wanted = wanted.where(limit)
    if form_id is not None:
        wanted = wanted.where(RecordRow.type == form_id)
    found: dict[tuple[str, int], dict[str, int]] = {}
    for form, version, name, count in session.execute(wanted):
        found.setdefault((form, version), {})[name] = count
    return found


def _versions(
    session: Session,
    shelf: FormShelf,
    counts: Mapping[tuple[str, int], Counts],
    form_id: str | None,
) -> list[VersionLine]:
    """Published versions by form, the newest first."""
    wanted = (
        select(
            FormRow.form_id,
            FormRow.version,
            FormRow.document_hash,
            func.length(FormRow.document).label("size"),
            (FormRow.source != "").label("has_text"),
            FormRow.source_name,
            FormRow.source_hash,
            FormRow.published_at,
            PersonRow.name,
            RecordRow.state,
        )
        .outerjoin(PersonRow, PersonRow.id == FormRow.published_by)
        .outerjoin(RecordRow, RecordRow.id == FormRow.record)
        .order_by(FormRow.form_id, FormRow.version.desc())
    )
    if form_id is not None:
        wanted = wanted.where(FormRow.form_id == form_id)
    return [
        _line(session, shelf, row, counts.get((row.form_id, row.version), {}))
        for row in session.execute(wanted).all()
    ]


def _line(session: Session, shelf: FormShelf, one: Row[Any], counts: Counts) -> VersionLine:
    facts = shelf.derived(
        "facts", one.document_hash, lambda: _facts(session, one.form_id, one.version)
    )
    status: JsonValue = None
    if one.state is not None:
        status = decode_own_state(one.state).value("status")
    return VersionLine(
        form_id=one.form_id,
        version=one.version,
        title_th=facts.title_th,
        title_en=facts.title_en,
        retired=status == "retired",
        published_at=one.published_at,
        published_by=one.name or "",
        document_hash=one.document_hash,
        size=one.size or 0,
        source_name=one.source_name,
        source_hash=one.source_hash,
        has_source=bool(one.has_text or one.source_hash),
        facts=facts,
        counts=counts,
    )


def _facts(session: Session, form_id: str, version: int) -> FormFacts:
    document = session.scalars(
        select(FormRow.document).where(FormRow.form_id == form_id, FormRow.version == version)
    ).one()
    return facts_of(read_json(document, bytes_max=FORM_DOCUMENT_BYTES_MAX))
