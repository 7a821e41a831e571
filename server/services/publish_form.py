"""Publishing a form: compiled, compared with its earlier versions, and then never changed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import FormRow
from server.services.edit_register import register_edit
from server.services.keep_document import keep_document, with_document
from server.services.record_staff_change import StaffChange, save_in
from server.services.write_audit import write_audit
from server.store.bulk import insert_new
from server.store.office import Office
from server.store.scopes import PROGRAMME

if TYPE_CHECKING:
    from server.xlsform import CompiledForm
from shared.canonical import JsonLike, canonical_bytes, read_json
from shared.errors import ConflictingState, FormInvalid
from shared.forms.definition import FormDefinition, Group, Question
from shared.forms.loading import load_form
from shared.ids import row_id
from shared.limits import FORM_DOCUMENT_BYTES_MAX, FORM_SOURCE_BYTES_MAX


@dataclass(frozen=True, slots=True)
class PublishedForm:
    """A version that tablets receive. `fresh` is False when it was published before."""

    form_id: str
    version: int
    document: str
    record: str
    fresh: bool


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
    form, document = compiled.definition, canonical_bytes(compiled.document)
    record = row_id(PROGRAMME, "form", f"{form.form_id}/{form.version}")
    result = PublishedForm(form.form_id, form.version, compiled.sha256, record, fresh=True)
    office.blobs.keep(document)
    with office.database.writing() as session:
        earlier = _earlier(session, form.form_id)
        same = earlier.get(form.version)
        if same is not None and same[1] == compiled.sha256:
            return PublishedForm(*_facts(result), fresh=False)
        if earlier and form.version <= max(earlier):
            raise ConflictingState(
                f"version {max(earlier)} of {form.form_id} is published; raise the version",
                newest=max(earlier),
            )
        broken = list(_broken_promises(form, [one for one, _ in earlier.values()]))
        if broken:
            raise FormInvalid("what a published form promised has changed", defects=broken)
        places = _store(session, office, author, compiled, text, document, record)
    office.epoch.raise_mark(places)
    return result


def _facts(form: PublishedForm) -> tuple[str, int, str, str]:
    return form.form_id, form.version, form.document, form.record


def _earlier(session: Session, form_id: str) -> dict[int, tuple[FormDefinition, str]]:
    found: dict[int, tuple[FormDefinition, str]] = {}
    wanted = select(FormRow.version, FormRow.document, FormRow.document_hash)
    for row in session.execute(wanted.where(FormRow.form_id == form_id)):
        loaded = load_form(read_json(row.document, bytes_max=FORM_DOCUMENT_BYTES_MAX))
        if not isinstance(loaded, list):
            found[row.version] = (loaded, row.document_hash)
    return found


def _broken_promises(new: FormDefinition, earlier: list[FormDefinition]) -> Iterator[str]:
    """A field keeps its type, merge class and group for ever, and does not return once gone."""
    for number, old in enumerate(earlier):
        if old.workflow != new.workflow:
            yield f"workflow: was {old.workflow}, is {new.workflow}"
        for kind in old.record_types():
            for register in old.fields(kind):
                now = new.register(kind, register.key)
                if now is None:
                    continue
                if _nature(now) != _nature(register):
                    yield f"{kind} {register.key}: type, merge class or group changed"
                later = earlier[number + 1 :]
                if any(one.register(kind, register.key) is None for one in later):
                    yield f"{kind} {register.key}: was withdrawn once and may not return"


def _nature(register: Question | Group) -> tuple[object, ...]:
    if isinstance(register, Group):
        parts = tuple((c.name, c.type) for c in register.children if isinstance(c, Question))
        return ("group", register.merge, parts)
    return (register.type, register.merge, register.group)


def _store(
    session: Session,
    office: Office,
    author: str,
    compiled: CompiledForm,
    text: str,
    document: bytes,
    record: str,
) -> int:
    form = compiled.definition
    insert_new(
        session,
        FormRow,
        [
            {
                "form_id": form.form_id,
                "version": form.version,
                "document": document,
                "document_hash": compiled.sha256,
                "source": text,
                "xform": compiled.xform_xml,
                "published_at": office.clock.now_ms(),
                "published_by": author,
                "record": record,
            }
        ],
    )
    keep_document(session, office, compiled.sha256, len(document))
    facts: dict[str, JsonLike] = {"form": form.form_id, "version": form.version}
    write_audit(session, office, author, "form.published", facts)
    edit = register_edit(
        session,
        "form",
        record,
        {
            "form_id": form.form_id,
            "version": form.version,
            "title_th": form.title.th,
            "title_en": form.title.en,
            "document": compiled.sha256,
            "size": len(document),
            "status": "active",
        },
    )
    assert edit is not None
    change = StaffChange(author, (with_document(edit, compiled.sha256),))
    return save_in(session, office, [change])[1]
