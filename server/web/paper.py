"""Empty paper forms as PDF: of every published version, and of a candidate."""

from __future__ import annotations

from typing import Final, cast

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from server.reports.paper_form import paper_data
from server.reports.typesetting import Papers, paper_key
from server.web.desk import reading, words
from server.web.preview_subject import Subject, candidate_form, published_form

PAPERS: Final = "samruat_papers"
LANGUAGES: Final = ("th", "en")


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/forms/<form_id>/<int:version>/paper.pdf", "form_paper", form_paper)
    pages.add_url_rule(
        "/forms/candidates/<candidate>/paper.pdf", "candidate_paper", candidate_paper
    )


def form_paper(form_id: str, version: int) -> Response:
    """The empty form of a published version, in the page's language or `?language=`."""
    with reading() as session:
        subject = published_form(session, form_id, version)
    return _pdf(subject)


def candidate_paper(candidate: str) -> Response:
    """The empty form of a candidate."""
    with reading() as session:
        subject = candidate_form(session, candidate)
    return _pdf(subject)


def papers() -> Papers:
    """The papers typeset so far by this server."""
    return cast(Papers, current_app.extensions.setdefault(PAPERS, Papers()))


def _pdf(subject: Subject) -> Response:
    asked = request.args.get("language", "")
    language = asked if asked in LANGUAGES else words().language
    key = paper_key(subject.sha256, language, subject.books_key)
    pdf = papers().pdf(key, lambda: paper_data(subject.form, subject.codebooks, language))
    answer = Response(pdf, mimetype="application/pdf")
    name = f"{subject.form.form_id}-{subject.form.version}-{language}.pdf"
    answer.headers.set("Content-Disposition", "inline", filename=name)
    return answer
