"""Makes an export: all versions of a form in one reading, on the disk, told to the audit."""

from __future__ import annotations

import errno
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.exports.asking import (
    PURPOSE_LENGTH_MAX,
    PURPOSE_LENGTH_MIN,
    ExportQuery,
    ExportShape,
    audit_facts,
    may_see_personal,
)
from server.exports.columns import DICTIONARY, Column, Table, dictionary, masked_names, tables_of
from server.exports.filling import (
    CONFLICT_COLUMNS,
    CONFLICTS,
    Filling,
    masked_registers,
)
from server.exports.reading import Names, count_roots, read_trees, versions_of
from server.exports.writing import CsvZip, Workbook, Writer
from server.models import FormRow
from server.services.list_areas import list_areas
from server.services.list_review_queue import Scopes
from server.services.write_audit import write_audit
from server.store.office import Office
from shared.errors import BadInput, Busy, Forbidden, NotFound, StorageFull, SurveyError
from shared.forms.definition import FormDefinition

PAGE_ROOTS_MAX: Final = 20_000
"""More than this is for the command: a page would hold one of the server's threads too long."""
COLUMNS_TABLE: Final = "columns"
ENDINGS: Final = {"csv": "zip", "xlsx": "xlsx"}
MEDIA: Final = {
    "csv": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ExportBusy(Busy):
    """Another export is running."""

    code = "export.busy"


class ExportTooMany(SurveyError):
    """More records than a page exports."""

    code = "export.too_many"
    http_status = 422


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, with which role, for which purpose (needed for personal data only)."""

    person: str
    role: str
    scopes: Scopes
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many records and lines."""

    path: Path
    records: int
    lines: int


def export_records(
    office: Office,
    asker: Asker,
    query: ExportQuery,
    shape: ExportShape,
    kind: str,
    target: Path,
    *,
    roots_max: int = 0,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Exported:
    """Write the records to `target` as csv (in a zip) or xlsx, and note it in the audit.

    Raises Forbidden for personal data without the right or a purpose, NotFound for an unknown
    form, ExportTooMany beyond `roots_max` (0: no bound), StorageFull when the disk is.
    """
    _check_right(asker, shape)
    if kind not in ENDINGS:
        raise BadInput("csv or xlsx")
    try:
        with tempfile.TemporaryDirectory(prefix="samruat-export-") as folder:
            make: type[CsvZip] | type[Workbook] = CsvZip if kind == "csv" else Workbook
            writer = make(target, Path(folder))
            with office.database.reading() as session:
                total = count_roots(session, query, asker.scopes)
                if 0 < roots_max < total:
                    raise ExportTooMany(f"{total} records", total=total, most=roots_max)
                found = _Export(office, session, asker, query, shape)
                lines = found.write(writer, lambda done: tell(done, total))
            writer.close()
    except OSError as reason:
        if reason.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("the export does not fit on the disk") from None
        raise
    facts = audit_facts(query, shape, kind)
    facts |= {"records": total, "lines": lines, "purpose": asker.purpose[:PURPOSE_LENGTH_MAX]}
    with office.database.writing() as session:
        write_audit(session, office, asker.person, "records.exported", facts)
    return Exported(target, total, lines)


def _check_right(asker: Asker, shape: ExportShape) -> None:
    if not shape.personal:
        return
    if not may_see_personal(asker.role):
        raise Forbidden("personal data leaves by an administrator only")
    if len(asker.purpose.strip()) < PURPOSE_LENGTH_MIN:
        raise BadInput(
            f"say what the personal data is for, in {PURPOSE_LENGTH_MIN} letters at least"
        )


class _Export:
    """One run, within one reading transaction."""

    def __init__(
        self, office: Office, session: Session, asker: Asker, query: ExportQuery, shape: ExportShape
    ) -> None:
        self._session, self._asker, self._query = session, asker, query
        self._shape = shape
        forms = all_versions(office, session, query.form)
        self._tables = tables_of(forms, shape)
        names = Names(session, asker.scopes)
        areas = {
            area.scope: (area.code, area.name(shape.language))
            for area in list_areas(session, asker.scopes)
        }
        self._filling = Filling(
            forms={form.version: form for form in forms},
            newest=forms[0],
            tables=self._tables,
            shape=shape,
            names=names,
            codebooks=office.forms.codebooks(session),
            areas=areas,
            masked_targets=frozenset()
            if shape.personal
            else masked_registers(newest_forms(office, session)),
            masked={form.version: masked_names(form) for form in forms},
        )

    def write(self, writer: Writer, tell: Callable[[int], None]) -> int:
        """Write every table; how many lines."""
        for table in self._tables.values():
            writer.table(table.name, self._heads(table))
        writer.table(CONFLICTS, [CONFLICT_COLUMNS])
        done = count = 0
        for batch in read_trees(self._session, self._query, self._asker.scopes):
            self._filling.names.prepare(batch)
            for tree in batch:
                for kind, cells in self._filling.lines(tree):
                    name = CONFLICTS if kind == CONFLICTS else self._tables[kind].name
                    writer.line(name, cells)
                    count += 1
            done += len(batch)
            tell(done)
        writer.table(COLUMNS_TABLE, [DICTIONARY])
        for line in dictionary(self._tables):
            writer.line(COLUMNS_TABLE, line)
        return count

    def _heads(self, table: Table) -> list[list[str]]:
        heads = [table.headings]
        if self._shape.labels:
            language = self._shape.language
            heads.append([_label(column, language) for column in table.columns])
        return heads


def _label(column: Column, language: str) -> str:
    """A column's label with its unit, and with the part of the answer that stands there."""
    label, question = column.label.get(language), column.question
    if question is not None and question.unit:
        label = f"{label} ({question.unit})"
    return f"{label} · {column.part}" if column.part else label


def all_versions(office: Office, session: Session, form_id: str) -> list[FormDefinition]:
    """Every readable version of a form, the newest first. Raises NotFound for none."""
    found = [office.forms.find(session, form_id, one) for one in versions_of(session, form_id)]
    forms = [form for form in found if form is not None]
    if not forms:
        raise NotFound("no such form is published")
    return forms


def newest_forms(office: Office, session: Session) -> list[FormDefinition]:
    """The newest version of every form."""
    ids = session.scalars(select(FormRow.form_id).distinct()).all()
    found = [office.forms.newest(session, form_id) for form_id in ids]
    return [form for form in found if form is not None]


class Turn:
    """One export at a time on a server that serves pages: a second is told to wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise ExportBusy("another export is running", retry_after_s=10)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def read_and_forget(path: Path, folder: Path) -> Iterator[bytes]:
    """The bytes of a file, piece by piece; the file and its folder are removed at the end."""
    try:
        with path.open("rb") as file:
            while chunk := file.read(256 * 1024):
                yield chunk
    finally:
        path.unlink(missing_ok=True)
        folder.rmdir()
