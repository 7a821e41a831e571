"""Pages for central staff: server-rendered, Thai and English, no script needed to do the work.

`register` gives the app its pages. A page reads through the read services in one transaction, and
acts through the same services and the same merge as every tablet.
"""

from __future__ import annotations

from flask import Blueprint, Flask

from server.web import (
    areas,
    candidates,
    codebooks,
    export,
    files,
    fleet,
    forms,
    frame,
    health,
    paper,
    people,
    preview,
    quarantine,
    record,
    record_acts,
    registers,
    review,
    settling,
    sign_in,
)


def register(app: Flask) -> None:
    """Add the pages. The app has `extensions["samruat"]` and a secret key for signing."""
    assert app.secret_key, "pages sign what they show: the app needs a secret key"
    pages = Blueprint("pages", __name__)
    for group in (
        sign_in, review, record, record_acts, areas, registers, people, fleet, quarantine,
        settling, candidates, codebooks, forms, paper, preview, export, files, health, frame
    ):  # fmt: skip
        group.add_pages(pages)
    app.register_blueprint(pages)
    app.extensions[frame.ERROR_PAGE] = frame.error_page
