"""The library of forms: versions, what they use, where they are used; sources; retiring."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, current_app, make_response, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.models import FormRow
from server.services.keep_candidate import list_candidates
from server.services.open_blob import find_blob, read_blob, span_of
from server.services.read_codebook_library import read_codebooks
from server.services.read_form_library import (
    STATES,
    acts_of,
    counts_by_area,
    find_form_row,
    known_codebooks,
    read_form,
    read_library,
)
from server.services.retire_form import retire_form
from server.web import formats
from server.web.desk import act, administrators_only, go, office, page, reading, scopes, staff
from shared.errors import NotFound

ZIP: Final = "application/zip"
BYTES: Final = "application/octet-stream"
TEXT: Final = "text/plain; charset=utf-8"


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/forms", "forms_list", forms_list)
    pages.add_url_rule("/forms/<form_id>", "form_entry", form_entry)
    pages.add_url_rule("/forms/<form_id>/<int:version>", "form_version", form_version)
    pages.add_url_rule("/forms/<form_id>/<int:version>/source", "form_source", form_source)
    pages.add_url_rule("/forms/<form_id>/<int:version>/xform", "form_xform", form_xform)
    act(pages, "/forms/<form_id>/<int:version>/retire")(retire_version)
    act(pages, "/forms/<form_id>/<int:version>/offer")(offer_version)


def forms_list() -> str:
    """Every form with its newest version, and what waits to be published."""
    with reading() as session:
        entries = read_library(session, office().forms, scopes())
        waiting = list_candidates(session) if staff().is_administrator else ()
    return page("forms.html", entries=entries, waiting=waiting, states=STATES)


def form_entry(form_id: str) -> str:
    """One form: its versions, where it is used, and who did what with it."""
    with reading() as session:
        entry = read_form(session, office().forms, form_id, scopes())
        areas = counts_by_area(session, entry.form_id, scopes())
        acts = acts_of(session, entry.form_id)
    return page(
        "form_entry.html",
        entry=entry,
        by_area=areas,
        used=_states_of(areas),
        acts=acts,
        size=formats.file_size,
        to=to,
    )


def _states_of(areas: dict[str, dict[str, int]]) -> list[str]:
    """The states that occur, in their order."""
    return [one for one in STATES if any(one in counts for counts in areas.values())]


def form_version(form_id: str, version: int) -> str:
    """One version: what it uses, its files and records, and what can be taken from it."""
    with reading() as session:
        entry = read_form(session, office().forms, form_id, scopes())
        line = next((one for one in entry.versions if one.version == version), None)
        if line is None:
            raise NotFound("there is no such version of a form")
        areas = counts_by_area(session, entry.form_id, scopes(), version)
        books = {one.name: one for one in read_codebooks(session, office().forms)}
        here = known_codebooks(session)
    return page(
        "form_version.html",
        entry=entry,
        line=line,
        by_area=areas,
        used=_states_of(areas),
        books=books,
        here=here,
        size=formats.file_size,
        to=to,
    )


def to(endpoint: str, **values: Any) -> str:
    """The address of a page that an office may be installed without; "" when it is."""
    name = f"pages.{endpoint}"
    return url_for(name, **values) if name in current_app.view_functions else ""


def form_source(form_id: str, version: int) -> AnyResponse:
    """What the form was published from, byte for byte."""
    with reading() as session:
        row = find_form_row(session, form_id, version)
        if row.source_hash is not None:
            facts = find_blob(session, row.source_hash, None)
        elif not row.source:
            raise NotFound("the source of this version was not kept")
    name = _source_name(row)
    if row.source_hash is None:
        return attachment(row.source.encode(), name, TEXT)
    body = read_blob(office(), facts, span_of(facts, "", ""))
    answer = Response(body, mimetype=BYTES)
    answer.call_on_close(body.close)
    answer.headers["Content-Length"] = str(facts.size)
    return _to_keep(answer, name)


def _source_name(row: FormRow) -> str:
    """The name it was uploaded under; a form that came with the product had only its own."""
    name = row.source_name or row.form_id
    return name if "." in name else f"{name}.md"


def form_xform(form_id: str, version: int) -> AnyResponse:
    """The XForm, for programs of the ODK family."""
    with reading() as session:
        row = find_form_row(session, form_id, version)
    return attachment(row.xform.encode(), f"{row.form_id}-{row.version}.xml", BYTES)


def attachment(data: bytes, name: str, kind: str) -> AnyResponse:
    """Bytes to keep, never to be shown in a page."""
    answer = make_response(data)
    answer.headers["Content-Type"] = kind
    return _to_keep(answer, name)


def _to_keep(answer: Response, name: str) -> AnyResponse:
    plain = name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "")
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain or 'form'}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return answer


def retire_version(form_id: str, version: int) -> AnyResponse:
    """Nothing new is begun with it."""
    return _offer(form_id, version, retired=True)


def offer_version(form_id: str, version: int) -> AnyResponse:
    """It is offered again."""
    return _offer(form_id, version, retired=False)


def _offer(form_id: str, version: int, *, retired: bool) -> AnyResponse:
    administrators_only()
    changed = retire_form(office(), staff().id, form_id, version, retired=retired)
    said = "unchanged" if not changed else ("form_retired" if retired else "form_offered")
    return go("form_version", said=said, form_id=form_id, version=version)
