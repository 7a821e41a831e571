"""The library of codebooks: versions with dates, source and confidence, and what they judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from server.models import CodebookActivationRow, CodebookRow, PersonRow, RecordRow
from server.services.compare_codebooks import columns_of
from server.services.list_review_queue import Scopes, within
from server.store.form_shelf import FormShelf
from server.store.publications import active_codebooks, intervals_in_force
from shared.errors import NotFound
from shared.forms.definition import Text
from shared.limits import FORM_VERSION_MAX


@dataclass(frozen=True, slots=True)
class BookLine:
    """One version of a codebook; `label` is the version as its document has it, `judged` counts
    the live records that were last judged while it was in force (None: not asked)."""

    name: str
    version: int
    label: str
    title: Text
    source: str
    source_url: str
    confidence: str
    valid_from: str
    rows: int
    columns: tuple[str, ...]
    size: int
    document_hash: str
    published_at: int
    published_by: str
    source_name: str
    active: bool
    activated_at: int | None = None
    judged: int | None = None


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One codebook with its versions, the newest first, and the forms that use it."""

    name: str
    versions: tuple[BookLine, ...]

    @property
    def active(self) -> BookLine:
        """The version in force."""
        return next((one for one in self.versions if one.active), self.versions[0])


@dataclass(frozen=True, slots=True)
class _Facts:
    label: str
    title: Text
    source: str
    source_url: str
    confidence: str
    valid_from: str
    rows: int
    columns: tuple[str, ...]


def read_codebooks(
    session: Session, shelf: FormShelf, name: str | None = None
) -> tuple[BookEntry, ...]:
    """Every codebook (or one) with its versions."""
    wanted = (
        select(
            CodebookRow.name,
            CodebookRow.version,
            CodebookRow.document_hash,
            func.length(CodebookRow.document).label("size"),
            CodebookRow.published_at,
            CodebookRow.source_name,
            PersonRow.name.label("person"),
        )
        .outerjoin(PersonRow, PersonRow.id == CodebookRow.published_by)
        .order_by(CodebookRow.name, CodebookRow.version.desc())
    )
    if name is not None:
        wanted = wanted.where(CodebookRow.name == name)
    active = active_codebooks(session)
    since = {
        (row.name, row.version): row.at
        for row in session.execute(
            select(CodebookActivationRow.name, CodebookActivationRow.version,
                   CodebookActivationRow.at).order_by(CodebookActivationRow.number)
        )
    }  # fmt: skip
    found: dict[str, list[BookLine]] = {}
    for row in session.execute(wanted).all():
        facts = shelf.derived("book", row.document_hash, partial(_facts, session, shelf, row))
        line = BookLine(
            name=row.name,
            version=row.version,
            label=facts.label,
            title=facts.title,
            source=facts.source,
            source_url=facts.source_url,
            confidence=facts.confidence,
            valid_from=facts.valid_from,
            rows=facts.rows,
            columns=facts.columns,
            size=row.size or 0,
            document_hash=row.document_hash,
            published_at=row.published_at,
            published_by=row.person or "",
            source_name=row.source_name,
            active=active.get(row.name) == row.version,
            activated_at=since.get((row.name, row.version)),
        )
        found.setdefault(row.name, []).append(line)
    return tuple(BookEntry(one, tuple(lines)) for one, lines in found.items())


def read_codebook(session: Session, shelf: FormShelf, name: str) -> BookEntry:
    """One codebook. Raises NotFound."""
    found = read_codebooks(session, shelf, name[:100])
    if not found:
        raise NotFound("there is no such codebook")
    return found[0]


def find_codebook_row(session: Session, name: str, version: int) -> CodebookRow:
    """A published version's row. Raises NotFound."""
    row = None
    if 0 <= version <= FORM_VERSION_MAX:
        row = session.get(CodebookRow, (name[:100], version))
    if row is None:
        raise NotFound("there is no such version of a codebook")
    return row


def _facts(session: Session, shelf: FormShelf, row: Row[Any]) -> _Facts:
    book = shelf.codebook(session, row.name, row.version)
    return _Facts(
        book.version,
        book.title,
        book.source,
        book.source_url,
        book.confidence,
        book.valid_from,
        len(book.rows),
        columns_of(book),
    )


def records_judged(
    session: Session, name: str, users: dict[str, list[int]], scopes: Scopes
) -> dict[int, int]:
    """How many live records of the forms that use a codebook were last judged by each version.

    A record is judged by the version in force when something in it changes: so this counts the
    records whose last change lies in the times in which a version was in force.
    """
    told = _activations(session, name)
    versions = sorted({version for version, _ in told.values()})
    used = [
        and_(RecordRow.type == form, RecordRow.version.in_(numbers))
        for form, numbers in sorted(users.items())
    ]
    if not used:
        return dict.fromkeys(versions, 0)
    found: dict[int, int] = {}
    for version in versions:
        times = [_within(*span) for span in intervals_in_force(told, version)]
        wanted = (
            select(func.count())
            .where(RecordRow.parent.is_(None), RecordRow.deleted.is_(False))
            .where(or_(*used), or_(*times))
        )
        limit = within(scopes)
        if limit is not None:
            wanted = wanted.where(limit)
        found[version] = session.scalar(wanted) or 0
    return found


def _within(since: int, until: int | None) -> ColumnElement[bool]:
    """The last change fell into this time."""
    begun = RecordRow.changed_at >= since
    return begun if until is None else and_(begun, RecordRow.changed_at < until)


def _activations(session: Session, name: str) -> dict[int, tuple[int, int]]:
    """{number: (version, at)}. Before the first activation that is known, a version counted from
    the moment it was published."""
    rows = session.execute(
        select(CodebookActivationRow.version, CodebookActivationRow.at)
        .where(CodebookActivationRow.name == name)
        .order_by(CodebookActivationRow.number)
    ).all()
    told = [(row.version, row.at) for row in rows]
    first = told[0][1] if told else None
    published = session.execute(
        select(CodebookRow.version, CodebookRow.published_at)
        .where(CodebookRow.name == name)
        .order_by(CodebookRow.version)
    ).all()
    before = [(one.version, one.published_at) for one in published]
    if first is not None:
        named = told[0][0]
        before = [one for one in before if one[1] < first and one[0] != named]
    return dict(enumerate([*before, *told], start=1))
