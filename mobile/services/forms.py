"""Forms and codebooks on this tablet: the newest active version whose document is whole.

A document that has not come yet, or is damaged, is never used: the older version stays, and a
sentence says so. A damaged file is discarded, so that the next synchronisation fetches it again.
A large codebook is taken into tables of the database (`mobile.store.references`), a slice at a
time; until its last row is in, the version before it stays in use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mobile.store import base, references
from mobile.store.blobs import FileStore
from mobile.store.database import TabletDatabase
from mobile.store.listing import Line, plain_line
from mobile.store.references import ReferenceTable, TakingIn
from shared.canonical import JsonValue, read_json
from shared.errors import BadInput, NotFound, StorageCorrupt
from shared.forms.codebook import Codebook, Table, load_codebook
from shared.forms.definition import FormDefinition, Text
from shared.forms.loading import load_form
from shared.ids import is_sha256
from shared.limits import CODEBOOK_BYTES_MAX, FORM_DOCUMENT_BYTES_MAX
from shared.records.state import RecordState

IN_MEMORY_BYTES_MAX: Final = 512 * 1024
"""Of a codebook's document: a few thousand rows. A larger one becomes tables."""


@dataclass(frozen=True, slots=True)
class Published:
    """What the register of forms says of one version."""

    form_id: str
    version: int
    title: Text
    document: str
    active: bool


class FormLibrary:
    """Looks forms and codebooks up; `refresh()` after a synchronisation."""

    def __init__(self, database: TabletDatabase, files: FileStore) -> None:
        self._database = database
        self._files = files
        self._loaded: dict[str, FormDefinition | None] = {}
        self._versions: dict[str, list[Published]] = {}
        self._codebooks: dict[str, Codebook] = {}
        self._book_documents: dict[str, str] = {}
        self._tables: dict[str, ReferenceTable] = {}
        self._large: dict[str, str] = {}  # documents of large codebooks in force, by name
        self._taking: TakingIn | None = None
        self._spoiled: set[str] = set()
        self._sentences: list[Text] = []
        self.refresh()

    def refresh(self) -> None:
        """Read the registers of forms and codebooks anew."""
        reader = self._database.reader()
        versions: dict[str, list[Published]] = {}
        for state in base.of_type(reader, "form"):
            one = _published(state)
            if one is not None:
                versions.setdefault(one.form_id, []).append(one)
        for found in versions.values():
            found.sort(key=lambda one: -one.version)
        self._versions = versions
        self._loaded = {sha: form for sha, form in self._loaded.items() if form is not None}
        self._sentences = []
        self._read_codebooks(base.of_type(reader, "codebook"))
        for form_id in versions:
            self.newest(form_id)

    def newest(self, form_id: str) -> FormDefinition | None:
        """The newest active version that can be used, or None."""
        for one in self._versions.get(form_id, ()):
            if one.active:
                form = self._form(one)
                if form is not None:
                    return form
        return None

    def version(self, form_id: str, version: int) -> FormDefinition | None:
        """The version a record was filled with; when that one is not here the newest in use, or
        of a form that was retired the last one."""
        for one in self._versions.get(form_id, ()):
            if one.version == version:
                form = self._form(one)
                if form is not None:
                    return form
        return self.newest(form_id) or next(iter(self.versions(form_id)), None)

    def versions(self, form_id: str) -> Iterator[FormDefinition]:
        """Every version that is here, retired ones too, the newest first."""
        found = (self._form(one) for one in self._versions.get(form_id, ()))
        return (form for form in found if form is not None)

    def forms(self) -> list[FormDefinition]:
        """The newest usable version of every form, by its id."""
        found = (self.newest(form_id) for form_id in sorted(self._versions))
        return [form for form in found if form is not None]

    def codebooks(self) -> Mapping[str, Table]:
        """Codebooks by name: small ones in memory, large ones in the database."""
        return {**self._codebooks, **self._tables}

    def sentences(self) -> Sequence[Text]:
        """What a person must know: documents that are not whole yet, or still prepared."""
        taking = self._taking
        if taking is None:
            return tuple(self._sentences)
        return (*self._sentences, _preparing(taking.name, round(taking.share * 100)))

    def describe(self, state: RecordState, rows: Sequence[RecordState]) -> Line:
        """A record's line in lists, by its form where there is one."""
        form = self.version(state.form, state.version)
        if form is None or not form.has_type(state.type):
            return plain_line(state, rows)
        answers = {name: found[0].value for name, found in state.fields.items() if found}
        summary = form.summary(state.type)
        title = form.title_of(answers) or form.title.th
        lines = [text for q in summary.lines if (text := form.answer_text(q, answers))]
        english = form.title_of(answers, "en")
        date = form.answer_text(summary.date, answers) if summary.date is not None else ""
        return Line(title, " · ".join(lines), english if english != title else "", date)

    def _form(self, one: Published) -> FormDefinition | None:
        if one.document not in self._loaded:
            self._loaded[one.document] = self._load(one)
        return self._loaded[one.document]

    def _load(self, one: Published) -> FormDefinition | None:
        document = self._document(one.document, FORM_DOCUMENT_BYTES_MAX)
        found = None if document is None else load_form(document)
        if isinstance(found, FormDefinition) and found.form_id == one.form_id:
            return found
        if one.active:
            self._sentences.append(_not_whole(one.title, one.version))
        return None

    def _document(self, sha256: str, bytes_max: int) -> JsonValue | None:
        """A whole document, or None; one that is damaged is thrown away to be fetched again."""
        try:
            return read_json(self._files.read(sha256), bytes_max=bytes_max)
        except NotFound:
            return None
        except (StorageCorrupt, BadInput):
            self._files.discard(sha256)
            return None

    # -- codebooks ---------------------------------------------------------------------------

    def take_in(self) -> bool:
        """Take a slice of a large codebook into its tables; whether more is to do.

        Runs where the database is written, again and again, behind what a person saves meanwhile.
        """
        if self._taking is None and not self._begin_taking():
            return False
        taking = self._taking
        assert taking is not None
        try:
            if taking.step():
                return True
        except BadInput:
            self._spoiled.add(taking.document)
            self._sentences.append(_not_whole(Text(taking.name, taking.name), ""))
        self._taking = None
        self._look_at_tables()
        self._index_filters()
        return bool(self._to_take_in())

    def _index_filters(self) -> None:
        """Index the columns of large codebooks that forms in use filter by."""
        for form in self.forms():
            for record_type, logic in form.logic.types.items():
                for key, rules in logic.rules.items():
                    question = form.question(record_type, key)
                    target = None if question is None else question.refers_to
                    table = self._tables.get(target.target) if target is not None else None
                    if table is not None and rules.filter_index is not None:
                        table.index(rules.filter_index.column)

    def _to_take_in(self) -> list[tuple[str, str]]:
        ready = {name: table.book.document for name, table in self._tables.items()}
        return [
            (name, document)
            for name, document in self._large.items()
            if ready.get(name) != document and document not in self._spoiled
        ]

    def _begin_taking(self) -> bool:
        wanted = self._to_take_in()
        if not wanted:
            return False
        with self._database.writing() as connection:
            references.forget_halves(connection)
            references.forget_books(connection, list(self._tables))
        for name, sha256 in wanted:
            try:
                text = self._files.read(sha256).decode("utf-8")
            except NotFound:
                continue
            except (StorageCorrupt, UnicodeDecodeError):
                self._files.discard(sha256)
                continue
            self._taking = TakingIn(self._database, name, sha256, text)
            return True
        return False

    def _look_at_tables(self) -> None:
        found = references.books(self._database.reader())
        tables: dict[str, ReferenceTable] = {}
        for name, book in found.items():
            if name in self._codebooks and name not in self._large:
                continue
            old = self._tables.get(name)
            same = old is not None and old.book == book
            tables[name] = old if same and old else ReferenceTable(self._database, book)
        self._tables = tables

    def _read_codebooks(self, states: Sequence[RecordState]) -> None:
        newest: dict[str, tuple[str, str]] = {}
        told: set[str] = set()
        for state in states:
            name, version = state.value("name"), state.value("version")
            sha256 = state.value("document")
            if not isinstance(name, str) or not is_sha256(sha256) or state.deleted:
                continue
            # The office says outright which version is in force (`active`), an older one too; the
            # versions' own texts only decide between entries that do not say.
            outright = isinstance(state.value("active"), int)
            if name in told and not outright:
                continue
            first_told = outright and name not in told
            if name not in newest or first_told or _later(str(version), newest[name][0]):
                newest[name] = (str(version), sha256)
            if outright:
                told.add(name)
        self._large = {
            name: sha256 for name, (_, sha256) in newest.items() if self._is_large(sha256)
        }
        for name, (version, sha256) in newest.items():
            if name in self._large:
                if sha256 in self._spoiled:
                    self._sentences.append(_not_whole(Text(name, name), version))
            elif self._book_documents.get(name) != sha256:
                self._read_small(name, version, sha256)
        self._look_at_tables()

    def _read_small(self, name: str, version: str, sha256: str) -> None:
        document = self._document(sha256, CODEBOOK_BYTES_MAX)
        try:
            book = None if document is None else load_codebook(document)
        except BadInput:
            book = None
        if book is None:
            self._sentences.append(_not_whole(Text(name, name), version))
        else:
            self._codebooks[name] = book
            self._book_documents[name] = sha256

    def _is_large(self, sha256: str) -> bool:
        try:
            return self._files.size(sha256) > IN_MEMORY_BYTES_MAX
        except OSError:
            return False


def _later(one: str, other: str) -> bool:
    """Is a version later than another: numbers in them count as numbers, 10 after 9?"""
    return _parts(one) > _parts(other)


def _parts(version: str) -> list[tuple[int, str]]:
    found = re.findall(r"\d{1,18}|\D+", version)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in found]


def _published(state: RecordState) -> Published | None:
    form_id, version = state.value("form_id"), state.value("version")
    document = state.value("document")
    if not isinstance(form_id, str) or not isinstance(version, int) or not is_sha256(document):
        return None
    title = Text(str(state.value("title_th") or form_id), str(state.value("title_en") or form_id))
    active = state.value("status") != "retired" and not state.deleted
    return Published(form_id, version, title, document, active)


def _not_whole(title: Text, version: object) -> Text:
    return Text(
        f"“{title.th}” รุ่น {version} ยังมาไม่ครบหรือเสียหาย จึงใช้รุ่นก่อนไปก่อน เมื่อมีสัญญาณให้กดซิงก์อีกครั้ง",
        f"“{title.en}” version {version} has not come whole, so the version before it stays in "
        "use. Synchronise again when there is a signal.",
    )


def _preparing(name: str, percent: int) -> Text:
    return Text(
        f"กำลังเตรียมรายการอ้างอิง “{name}” {percent} % ระหว่างนี้ใช้รุ่นก่อนไปก่อน",
        f"Preparing the reference list “{name}”, {percent} %. Until then the version before it "
        "stays in use.",
    )
