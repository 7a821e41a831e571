"""Uploading a form: all defects at once, or a candidate to look at, rehearse, publish, discard."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from server.services.keep_candidate import discard_candidate, find_candidate, keep_candidate
from server.services.publish_candidate import publish_candidate
from server.services.read_candidate import (
    KINDS,
    AnswerTouched,
    list_findings,
    read_candidate,
    read_rehearsal,
)
from server.services.rehearse_form import rehearse_now_if_few
from server.services.unpack_upload import Defect
from server.web import formats
from server.web.answers import odd
from server.web.desk import (
    act,
    administrators_only,
    go,
    office,
    page,
    reading,
    staff,
    text_of,
    words,
)
from server.web.forms import BYTES, TEXT, attachment, to
from shared.errors import ConflictingState, FormInvalid, InvalidInput, NotFound
from shared.limits import FORM_UPLOAD_BYTES_MAX
from shared.problem_sentences import sentence
from shared.thai.dates import to_arabic_digits
from shared.thai.text import shorten

NUMBER_DIGITS: Final = 9
VALUE_SHOWN: Final = 80
FILES_TAKEN_MAX: Final = 200


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/forms/upload", "new_form", new_form)
    act(pages, "/forms/upload")(upload_form)
    pages.add_url_rule("/forms/candidates/<candidate>", "candidate", candidate)
    pages.add_url_rule("/forms/candidates/<candidate>/progress", "candidate_progress", progress)
    pages.add_url_rule("/forms/candidates/<candidate>/records", "candidate_records", records)
    pages.add_url_rule("/forms/candidates/<candidate>/source", "candidate_source", source)
    pages.add_url_rule("/forms/candidates/<candidate>/xform", "candidate_xform", xform)
    act(pages, "/forms/candidates/<candidate>/rehearse")(rehearse_candidate)
    act(pages, "/forms/candidates/<candidate>/publish")(publish)
    act(pages, "/forms/candidates/<candidate>/discard")(discard)


def new_form() -> str:
    """Where a form is uploaded."""
    administrators_only()
    return _upload_page()


def _upload_page(
    defects: list[Defect] | None = None, names: list[str] | None = None, problem: str = ""
) -> str:
    found = defects or []
    errors = [one for one in found if one.severity == "error"]
    warnings = [one for one in found if one.severity == "warning"]
    return page(
        "upload_form.html",
        errors=errors,
        warnings=warnings,
        names=names or [],
        problem=problem,
        as_text=defects_text(errors + warnings, words().language),
        megabytes=FORM_UPLOAD_BYTES_MAX // 2**20,
    )


def defects_text(defects: list[Defect], language: str) -> str:
    """Defects as lines of a table, to be pasted into a message or a sheet."""
    head = [words()(f"defects.{one}") for one in ("sheet", "row", "column", "what")]
    lines = ["\t".join(head)] if defects else []
    for one in defects:
        row = str(one.row) if one.row else ""
        said = one.message.get(language).replace("\t", " ").replace("\n", " ")
        lines.append("\t".join((one.sheet, row, one.column, said)))
    return "\n".join(lines)


def upload_form() -> Response:
    """Check what was uploaded: on to the candidate, or all defects at once."""
    administrators_only()
    given = [one for one in request.files.getlist("files") if one.filename]
    if not given:
        return make_response(_upload_page(problem=words()("upload.choose")), 422)
    files: list[tuple[str, bytes]] = []
    room = FORM_UPLOAD_BYTES_MAX + 1
    for one in given[:FILES_TAKEN_MAX]:
        data = one.stream.read(room)
        room -= len(data)
        files.append((one.filename or "", data))
    try:
        found = keep_candidate(office(), staff().id, files)
    except ConflictingState as refused:
        said = sentence(refused.facts.get("reason", refused.code), words().language)
        return make_response(_upload_page(problem=said), refused.http_status)
    if isinstance(found, list):
        return make_response(_upload_page(found, [name for name, _ in files]), 422)
    return go("candidate", said="form_uploaded", candidate=found)


def candidate(candidate: str) -> str:
    """One candidate with everything that decides whether it is published."""
    administrators_only()
    return _page(candidate)


def _page(candidate: str, problem: str = "") -> str:
    with reading() as session:
        found = read_candidate(session, office().forms, candidate)
    return page(
        "candidate.html",
        one=found,
        row=found.row,
        problem=problem,
        size=formats.file_size,
        preview=to("candidate_preview", candidate=candidate),
        paper=to("candidate_paper", candidate=candidate),
    )


def rehearse_candidate(candidate: str) -> Response:
    """Try it on all open records; many are done in the background."""
    administrators_only()
    done = rehearse_now_if_few(office(), staff().id, candidate)
    return go("candidate", said="rehearsed" if done else "rehearsing", candidate=candidate)


def progress(candidate: str) -> Response:
    """How far the rehearsal is; when it has ended, the page is asked to show itself anew."""
    administrators_only()
    with reading() as session:
        row = find_candidate(session, candidate)
        rehearsal = read_rehearsal(session, candidate)
    answer = make_response(page("rehearsal_progress.html", row=row, r=rehearsal))
    if rehearsal is None or not rehearsal.going:
        answer.headers["HX-Refresh"] = "true"
    return answer


def records(candidate: str) -> str:
    """The records of one class, each to be opened, with what happens to which answer."""
    administrators_only()
    asked, given = request.args.get("class", ""), request.args.get("after", "")
    kind = asked if asked in KINDS else KINDS[0]
    after = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0
    with reading() as session:
        row = find_candidate(session, candidate)
        rehearsal = read_rehearsal(session, candidate)
        if rehearsal is None:
            raise NotFound("it was not rehearsed")
        lines, more = list_findings(session, office().forms, candidate, kind, after)
    address = None
    if more is not None:
        asked_for: dict[str, Any] = {"class": kind, "after": str(more)}
        address = url_for("pages.candidate_records", candidate=candidate, **asked_for)
    return page(
        "candidate_records.html",
        row=row,
        rehearsal=rehearsal,
        kind=kind,
        lines=lines,
        listed=sum(getattr(rehearsal, one) for one in KINDS),
        next_address=address,
        value=_value,
    )


def _value(one: AnswerTouched) -> str:
    """The answer as it stands, in short; what is personal is not shown in a list."""
    if one.value is None:
        return ""
    if one.personal:
        return "•••"
    text = one.value if isinstance(one.value, str) else odd(one.value)
    return shorten(text, VALUE_SHOWN)


def source(candidate: str) -> Response:
    """What was uploaded, byte for byte."""
    administrators_only()
    with reading() as session:
        row = find_candidate(session, candidate)
    return attachment(row.upload, row.source_name, BYTES)


def xform(candidate: str) -> Response:
    """The XForm that it would be published with."""
    administrators_only()
    with reading() as session:
        row = find_candidate(session, candidate)
    return attachment(row.xform.encode(), f"{row.form_id}-{row.version}.xml", TEXT)


def publish(candidate: str) -> Response:
    """It becomes a version that tablets receive."""
    administrators_only()
    digits = to_arabic_digits(text_of("version", NUMBER_DIGITS))
    number = int(digits) if digits.isascii() and digits.isdecimal() else 0
    despite = request.form.get("despite") == "1"
    try:
        done = publish_candidate(
            office(), staff().id, candidate, version=number, despite_blocked=despite
        )
    except (ConflictingState, InvalidInput, FormInvalid) as refused:
        return make_response(_page(candidate, _why_not(refused)), refused.http_status)
    return go("form_version", said="form_published", form_id=done.form_id, version=done.version)


def _why_not(refused: ConflictingState | InvalidInput | FormInvalid) -> str:
    t = words()
    if isinstance(refused, InvalidInput):
        return t("candidate.odd_version")
    if isinstance(refused, FormInvalid):
        return t("candidate.promises_what")
    newest = refused.facts.get("newest")
    if isinstance(newest, int):
        return t("candidate.version_taken", version=newest)
    return sentence(refused.facts.get("reason", refused.code), t.language)


def discard(candidate: str) -> Response:
    """Let it go."""
    administrators_only()
    discard_candidate(office(), staff().id, candidate)
    return go("forms_list", said="form_discarded")
