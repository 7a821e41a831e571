"""Codebooks: versions with dates, source and confidence; uploaded, compared, put in force."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from server.services.compare_codebooks import compare_codebooks
from server.services.publish_codebook import activate_codebook, publish_codebook
from server.services.read_codebook_library import (
    find_codebook_row,
    read_codebook,
    read_codebooks,
    records_judged,
)
from server.services.read_form_library import forms_using, read_library
from server.services.unpack_upload import Defect
from server.web import formats
from server.web.candidates import defects_text
from server.web.desk import (
    act,
    administrators_only,
    go,
    office,
    page,
    reading,
    scopes,
    staff,
    text_of,
    words,
)
from server.web.forms import attachment
from shared.errors import BadInput
from shared.limits import CODEBOOK_BYTES_MAX
from shared.thai.dates import DateProblem, parse_date

JSON: Final = "application/json"
TEXT_MAX: Final = 500
NAME_MAX: Final = 100
CONFIDENCES: Final = ("H", "M", "L")
FIELDS: Final = (
    "name", "version", "title_th", "title_en", "source", "source_url", "confidence", "valid_from",
)  # fmt: skip


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/codebooks", "codebooks_list", codebooks_list)
    pages.add_url_rule("/codebooks/upload", "new_codebook", new_codebook)
    act(pages, "/codebooks/upload")(upload_codebook)
    pages.add_url_rule("/codebooks/<name>", "codebook", codebook)
    pages.add_url_rule("/codebooks/<name>/compare", "compare_versions", compare_versions)
    pages.add_url_rule("/codebooks/<name>/<int:version>", "codebook_document", codebook_document)
    act(pages, "/codebooks/<name>/activate")(activate)


def codebooks_list() -> str:
    """Every codebook with the version in force."""
    with reading() as session:
        entries = read_codebooks(session, office().forms)
        users: dict[str, list[str]] = {}
        for form in read_library(session, office().forms, scopes()):
            for name in form.shown.facts.codebooks:
                users.setdefault(name, []).append(form.form_id)
    return page("codebooks.html", entries=entries, users=users, trusted=_trusted)


def codebook(name: str) -> str:
    """One codebook with its versions, what they judged, and the forms that use it."""
    with reading() as session:
        entry = read_codebook(session, office().forms, name)
        users = forms_using(session, office().forms, entry.name)
        judged = records_judged(session, entry.name, users, scopes())
    return page(
        "codebook.html",
        entry=entry,
        users=users,
        judged=judged,
        size=formats.file_size,
        trusted=_trusted,
        web=_web_address,
    )


def _trusted(confidence: str) -> str:
    """How sure a source is, in words."""
    return words().either(f"books.trust_{confidence}", confidence)


def _web_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def codebook_document(name: str, version: int) -> Response:
    """A version as tablets receive it."""
    with reading() as session:
        row = find_codebook_row(session, name, version)
    return attachment(row.document, f"{row.name}-{row.version}.json", JSON)


def compare_versions(name: str) -> str:
    """Two versions beside each other; the second can be put in force."""
    with reading() as session:
        entry = read_codebook(session, office().forms, name)
        lines = {one.version: one for one in entry.versions}
        old = lines[_number("from", lines.keys(), entry.active.version)]
        new = lines[_number("to", lines.keys(), entry.versions[0].version)]
        shelf = office().forms
        found = compare_codebooks(
            shelf.codebook(session, entry.name, old.version),
            shelf.codebook(session, entry.name, new.version),
        )
        users = forms_using(session, shelf, entry.name)
        judged = records_judged(session, entry.name, users, scopes())
    return page(
        "compare_codebooks.html",
        entry=entry,
        old=old,
        new=new,
        found=found,
        users=users,
        judged=judged.get(old.version, 0),
        trusted=_trusted,
    )


def _number(name: str, known: Collection[int], otherwise: int) -> int:
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else otherwise
    return number if number in known else otherwise


def new_codebook() -> str:
    """Where a version is uploaded; of a known codebook its words are filled in."""
    administrators_only()
    given = dict.fromkeys(FIELDS, "")
    name = request.args.get("name", "")[:NAME_MAX]
    if name:
        with reading() as session:
            line = read_codebook(session, office().forms, name).active
        given |= {
            "name": line.name,
            "title_th": line.title.th,
            "title_en": line.title.en,
            "source": line.source,
            "source_url": line.source_url,
        }
    return _upload_page(given)


def _upload_page(
    given: dict[str, str], defects: list[Defect] | None = None, problem: str = ""
) -> str:
    return page(
        "upload_codebook.html",
        given=given,
        errors=defects or [],
        as_text=defects_text(defects or [], words().language),
        problem=problem,
        confidences=CONFIDENCES,
        megabytes=CODEBOOK_BYTES_MAX // 2**20,
    )


def upload_codebook() -> Response:
    """Keep a version; it is not in force before somebody looked at what differs."""
    administrators_only()
    from server.services.read_table import BookFacts, read_book

    given = {name: text_of(name, NAME_MAX if name == "name" else TEXT_MAX) for name in FIELDS}
    file = request.files.get("file")
    if file is None or not file.filename:
        return make_response(_upload_page(given, problem=words()("upload.choose")), 422)
    day = parse_date(given["valid_from"]) if given["valid_from"] else None
    if isinstance(day, DateProblem):
        return make_response(_upload_page(given, problem=words()("books.odd_day")), 422)
    facts = BookFacts(
        name=given["name"],
        version=given["version"],
        title_th=given["title_th"],
        title_en=given["title_en"],
        source=given["source"],
        source_url=given["source_url"],
        confidence=given["confidence"] if given["confidence"] in CONFIDENCES else "",
        valid_from=day.date.isoformat() if day is not None else "",
    )
    found = read_book(file.filename, file.stream.read(CODEBOOK_BYTES_MAX + 1), facts)
    if isinstance(found, list):
        return make_response(_upload_page(given, found), 422)
    try:
        done = publish_codebook(
            office(), staff().id, found, activate=False, source_name=file.filename[-200:]
        )
    except BadInput:
        return make_response(_upload_page(given, problem=words()("books.refused")), 422)
    if not done.fresh:
        return go("codebook", said="unchanged", name=done.name)
    if done.active:
        return go("codebook", said="codebook_active", name=done.name)
    return go("compare_versions", said="codebook_kept", name=done.name, to=done.number)


def activate(name: str) -> Response:
    """Put a version in force: a newer or an older one."""
    administrators_only()
    digits = request.form.get("version", "")
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 9 else 0
    changed = activate_codebook(office(), staff().id, name, number)
    return go("codebook", said="codebook_active" if changed else "unchanged", name=name)
