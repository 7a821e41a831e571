"""Publishing a form: compiled, compared with its earlier versions, and then never changed again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import FormRow
from server.services.compile_upload import ReadyForm, ready_form
from server.services.edit_register import register_edit
from server.services.form_promises import BrokenPromise, broken_promises
from server.services.keep_document import Kept, enter_files, keep_bytes, with_document
from server.services.publish_codebook import are_newest, enter_codebook
from server.services.record_staff_change import StaffChange, save_in
from server.services.write_audit import write_audit
from server.store.bulk import insert_new
from server.store.form_shelf import FormShelf
from server.store.office import Office
from server.store.scopes import PROGRAMME

if TYPE_CHECKING:
    from server.xlsform import CompiledForm
from shared.canonical import JsonLike, JsonValue, canonical_bytes
from shared.errors import ConflictingState, FormInvalid
from shared.forms.definition import FormDefinition
from shared.ids import row_id
from shared.limits import FORM_SOURCE_BYTES_MAX


@dataclass(frozen=True, slots=True)
class PublishedForm:
    """A version that tablets receive. `fresh` is False when it was published before."""

    form_id: str
    version: int
    document: str
    record: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What a form was made of: its name, and its text or (uploaded) its bytes."""

    name: str
    text: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A published version: what it is, and the hash of its document."""

    definition: FormDefinition
    sha256: str


def check_form(text: str, source_name: str) -> CompiledForm:
    """Compile a form. Raises FormInvalid with all its defects."""
    # pyxform takes most of a second to import, and most starts never publish a form.
    from server.xlsform import compile_xlsform

    if len(text.encode()) > FORM_SOURCE_BYTES_MAX:
        raise FormInvalid("the form is too large", defects=[])
    compiled = compile_xlsform(text, source_name)
    if isinstance(compiled, list):
        raise FormInvalid(
            f"{len(compiled)} defects",
            defects=[
                f"{one.sheet} {one.row} {one.column} {one.code}: {one.message.en}"
                for one in compiled
            ],
        )
    return compiled


def publish_form(office: Office, author: str, text: str, source_name: str) -> PublishedForm:
    """Publish a form's version. The same again is no change.

    Raises FormInvalid for defects and for what may not change between versions, and
    ConflictingState when this version was published with another content or a newer one exists.
    """
    compiled = check_form(text, source_name)
    return publish_ready(office, author, ready_form(compiled), Source(source_name, text))


def publish_ready(
    office: Office, author: str, ready: ReadyForm, source: Source, retire: str = ""
) -> PublishedForm:
    """Publish a compiled form with all that comes with it, in one transaction; its candidate goes
    with it (`retire`). Raises what `publish_form` raises."""
    form = ready.definition
    record = row_id(PROGRAMME, "form", f"{form.form_id}/{form.version}")
    result = PublishedForm(form.form_id, form.version, ready.sha256, record, fresh=True)
    files = {
        "document": keep_bytes(office, ready.data),
        **({"source": keep_bytes(office, source.data)} if source.data else {}),
        **{sha256: keep_bytes(office, data) for sha256, data in sorted(ready.media.items())},
    }
    for document in ready.codebooks:
        office.blobs.keep(canonical_bytes(document))
    with office.database.writing() as session:
        earlier = earlier_versions(session, office.forms, form.form_id)
        same = earlier.get(form.version)
        if is_published(session, same, ready):
            return replace(result, fresh=False)
        must_be_next(ready, earlier)
        places = _store(session, office, author, ready, source, record, files)
        if retire:
            from server.services.keep_candidate import forget_candidate

            forget_candidate(session, retire)
    office.epoch.raise_mark(places)
    return result


def is_published(session: Session, same: Earlier | None, ready: ReadyForm) -> bool:
    """Is it there under its number already, with the tables that come with it?"""
    alike = same is not None and same.sha256 == ready.sha256
    return alike and are_newest(session, ready.codebooks)


def earlier_versions(session: Session, shelf: FormShelf, form_id: str) -> dict[int, Earlier]:
    """Every published version of a form in their order."""
    found: dict[int, Earlier] = {}
    wanted = select(FormRow.version, FormRow.document_hash).where(FormRow.form_id == form_id)
    for row in session.execute(wanted.order_by(FormRow.version)).all():
        definition = shelf.find(session, form_id, row.version)
        if definition is not None:
            found[row.version] = Earlier(definition, row.document_hash)
    return found


def promises_broken(new: FormDefinition, earlier: dict[int, Earlier]) -> tuple[BrokenPromise, ...]:
    """What of the earlier versions' promises a new one breaks."""
    return broken_promises(new, [one.definition for one in earlier.values()])


def must_be_next(ready: ReadyForm, earlier: dict[int, Earlier]) -> None:
    """A version goes beyond all others and keeps what they promised. Raises ConflictingState or
    FormInvalid."""
    form = ready.definition
    if earlier and form.version <= max(earlier):
        raise ConflictingState(
            f"version {max(earlier)} of {form.form_id} is published; raise the version",
            newest=max(earlier),
        )
    broken = promises_broken(form, earlier)
    if broken:
        raise FormInvalid(
            "what a published form promised has changed",
            defects=[f"{one.place} {one.code}: {one.message.en}" for one in broken],
        )


def _store(
    session: Session,
    office: Office,
    author: str,
    ready: ReadyForm,
    source: Source,
    record: str,
    files: dict[str, Kept],
) -> int:
    form, document = ready.definition, files["document"]
    uploaded = files.get("source")
    entry = {
        "form_id": form.form_id,
        "version": form.version,
        "document": ready.data,
        "document_hash": document.sha256,
        "source": source.text,
        "xform": ready.xform,
        "published_at": office.clock.now_ms(),
        "published_by": author,
        "record": record,
        "source_name": source.name,
        "source_hash": uploaded.sha256 if uploaded else None,
    }
    insert_new(session, FormRow, [entry])
    enter_files(session, office, files.values())
    facts: dict[str, JsonLike] = {"form": form.form_id, "version": form.version}
    write_audit(session, office, author, "form.published", facts)
    changes = [
        change
        for book in ready.codebooks
        if (change := enter_codebook(session, office, author, book).change) is not None
    ]
    values: dict[str, JsonValue] = {
        "form_id": form.form_id,
        "version": form.version,
        "title_th": form.title.th,
        "title_en": form.title.en,
        "document": document.sha256,
        "size": document.size,
        "status": "active",
    }
    if ready.media:
        # Tablets fetch these with the document; a list of hashes, never names from outside.
        names: list[JsonValue] = [*sorted(ready.media)]
        values["files"] = names
    edit = register_edit(session, "form", record, values)
    assert edit is not None
    named = (one.sha256 for one in files.values())
    changes.append(StaffChange(author, (with_document(edit, *named),)))
    return save_in(session, office, changes)[1]
