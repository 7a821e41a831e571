"""Filling a form in the office's browser, with the engine of the tablets: nothing is stored.

Every change is posted with the answers so far (signed, in the page), the engine takes it, and the
page comes back: a small script swaps only what differs; without it a button does the same.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, make_response, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.models import RecordRow
from server.services.evaluate_record import RegisterLookup
from server.services.list_review_queue import within
from server.services.read_record_page import titles_of
from server.store.finding import having
from server.web.answers import AnswerTexts
from server.web.desk import act, office, page, reading, scopes, sign, signed, staff, words
from server.web.preview_draft import Draft, Trial, draft_of, open_trial
from server.web.preview_inputs import FOUND_MAX, InputViews
from server.web.preview_reading import Typed, take_answers
from server.web.preview_subject import Subject, candidate_form, published_form
from server.web.preview_view import PreviewBuilder
from server.web.words import LANGUAGES, Words
from shared.clocks import bangkok_datetime
from shared.errors import PageExpired
from shared.forms.answers import Fields
from shared.ids import is_uuid

KIND: Final = "preview"
WIDTHS: Final = ("tablet", "wide")
ACTS: Final = ("go", "add", "remove", "check", "restart")


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    version = "/forms/<form_id>/<int:version>/preview"
    pages.add_url_rule(version, "preview", form_preview)
    act(pages, version)(fill_form)
    candidate = "/forms/candidates/<candidate>/preview"
    pages.add_url_rule(candidate, "candidate_preview", candidate_preview)
    act(pages, candidate)(fill_candidate)


def form_preview(form_id: str, version: int) -> Response:
    """A published version, empty."""
    with reading() as session:
        return _show(session, published_form(session, form_id, version), None)


def fill_form(form_id: str, version: int) -> Response:
    """A published version with what was posted."""
    with reading() as session:
        return _post(session, published_form(session, form_id, version))


def candidate_preview(candidate: str) -> Response:
    """A candidate, empty."""
    with reading() as session:
        return _show(session, candidate_form(session, candidate), None)


def fill_candidate(candidate: str) -> Response:
    """A candidate with what was posted."""
    with reading() as session:
        return _post(session, candidate_form(session, candidate))


def _post(session: Session, subject: Subject) -> Response:
    deed, _, what = request.form.get("do", "").partition(":")
    if deed == "restart":
        return _show(session, subject, None)
    carried = signed(KIND, request.form.get("state", ""))
    if carried.get("form") != subject.sha256:
        raise PageExpired("the form has changed since the page was opened")
    return _show(session, subject, draft_of(carried["draft"]), deed, what)


def _show(
    session: Session, subject: Subject, draft: Draft | None, deed: str = "", what: str = ""
) -> Response:
    asked = request.form.get("language", "")
    language = asked if asked in LANGUAGES else words().language
    trial = _trial(session, subject, draft, language)
    typed = Typed()
    if draft is not None:
        typed = take_answers(trial, request.form)
        _do(trial, deed, what)
        trial.settle()
    if not trial.keep():
        # What was too much is not taken; the page says so and shows what it has.
        trial = _trial(session, subject, trial.draft, language)
        trial.full = True
    return _page(session, trial, typed, language)


def _trial(session: Session, subject: Subject, draft: Draft | None, language: str) -> Trial:
    person = staff()
    return open_trial(
        subject,
        draft,
        now=bangkok_datetime(office().clock.now_ms()).replace(tzinfo=None),
        new_id=office().ids.new,
        references=_Seen(RegisterLookup(session), session),
        properties={"deviceid": "preview", "username": person.login},
        language=language,
    )


def _do(trial: Trial, deed: str, what: str) -> None:
    """The button that was pressed."""
    if deed == "go":
        trial.draft.section = what[:200]
    elif deed == "check":
        trial.draft.tried = True
    elif deed == "add":
        record_type, _, parent = what.rpartition(":")
        trial.add_row(record_type, parent)
    elif deed == "remove":
        trial.remove_row(what)


class _Seen:
    """Other records as rules look them up: those of the person's areas alone."""

    def __init__(self, lookup: RegisterLookup, session: Session) -> None:
        self._lookup = lookup
        self._session = session

    def find(self, register: str, record_id: str) -> Fields | None:
        """The stored fields of a register's entry, or None."""
        if not is_uuid(record_id) or record_id not in titles_of(
            self._session, [record_id], scopes()
        ):
            return None
        return self._lookup.find(register, record_id)


def _search(session: Session, kind: str, text: str) -> list[tuple[str, str]]:
    """Some entries of a register, or records of a kind, by any part of their title."""
    wanted = select(RecordRow.id, RecordRow.title).where(
        RecordRow.type == kind, RecordRow.parent.is_(None), RecordRow.deleted.is_(False)
    )
    limit = within(scopes())
    if limit is not None:
        wanted = wanted.where(limit)
    wanted = wanted.where(*having(text))
    found = session.execute(wanted.order_by(RecordRow.sort_key).limit(FOUND_MAX + 1))
    return [(row[0], row[1]) for row in found]


def _page(session: Session, trial: Trial, typed: Typed, language: str) -> Response:
    subject = trial.subject
    chosen = {
        str(value)
        for node in trial.engine.nodes.values()
        for value in node.stored.values()
        if is_uuid(value)
    }
    texts = AnswerTexts(trial.engine, Words(language), titles_of(session, chosen, scopes()))
    inputs = InputViews(trial, texts, language, lambda kind, text: _search(session, kind, text))
    builder = PreviewBuilder(trial, typed, language, inputs)
    shown = builder.page()
    trial.draft.shown = builder.shown
    state = sign(KIND, {"form": subject.sha256, "draft": trial.draft.plain()})
    width = request.form.get("width", "")
    return make_response(
        page(
            "preview.html",
            subject=subject,
            address=_address(subject, "preview", "candidate_preview"),
            paper=_address(subject, "form_paper", "candidate_paper"),
            shown=shown,
            state=state,
            said_in=language,
            f=Words(language),
            languages=LANGUAGES,
            width=width if width in WIDTHS else WIDTHS[0],
            widths=WIDTHS,
            full=trial.full,
            tried=trial.draft.tried,
        )
    )


def _address(subject: Subject, of_version: str, of_candidate: str) -> str:
    if subject.candidate:
        return url_for(f"pages.{of_candidate}", candidate=subject.candidate)
    form = subject.form
    return url_for(f"pages.{of_version}", form_id=form.form_id, version=form.version)
