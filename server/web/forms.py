"""The published forms and codebooks with their versions."""

from __future__ import annotations

from flask import Blueprint

from server.services.list_forms import list_codebooks, list_forms
from server.web import formats
from server.web.desk import page, reading


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/forms", "forms_list", forms_list)


def forms_list() -> str:
    """Every version, the newest first."""
    with reading() as session:
        lines, books = list_forms(session), list_codebooks(session)
    return page("forms.html", lines=lines, books=books, size=formats.file_size)
