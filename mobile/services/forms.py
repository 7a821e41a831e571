"""Forms and codebooks on this tablet: the newest active version whose document is whole.

A document that has not come yet, or is damaged, is never used: the older version stays, and a
sentence says so. A damaged file is discarded, so that the next synchronisation fetches it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mobile.store import base
from mobile.store.blobs import FileStore
from mobile.store.database import TabletDatabase
from mobile.store.listing import Line, plain_line
from shared.canonical import JsonValue, read_json
from shared.errors import BadInput, NotFound, StorageCorrupt
from shared.forms.codebook import Codebook, load_codebook
from shared.forms.definition import FormDefinition, Text
from shared.forms.loading import load_form
from shared.ids import is_sha256
from shared.limits import CODEBOOK_BYTES_MAX, FORM_DOCUMENT_BYTES_MAX
from shared.records.state import RecordState


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
        """The version a record was filled with; the newest when that one is not here."""
        for one in self._versions.get(form_id, ()):
            if one.version == version:
                form = self._form(one)
                if form is not None:
                    return form
        return self.newest(form_id)

    def forms(self) -> list[FormDefinition]:
        """The newest usable version of every form, by its id."""
        found = (self.newest(form_id) for form_id in sorted(self._versions))
        return [form for form in found if form is not None]

    def codebooks(self) -> Mapping[str, Codebook]:
        """Codebooks by name."""
        return self._codebooks

    def sentences(self) -> Sequence[Text]:
        """What a person must know: documents that are not whole yet."""
        return tuple(self._sentences)

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

    def _read_codebooks(self, states: Sequence[RecordState]) -> None:
        newest: dict[str, tuple[str, str]] = {}
        for state in states:
            name, version = state.value("name"), state.value("version")
            sha256 = state.value("document")
            if not isinstance(name, str) or not is_sha256(sha256) or state.deleted:
                continue
            if name not in newest or str(version) > newest[name][0]:
                newest[name] = (str(version), sha256)
        for name, (version, sha256) in newest.items():
            if self._book_documents.get(name) == sha256:
                continue
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
