"""The people of the programme, with their roles and areas."""

from __future__ import annotations

from server.services.list_people import list_people
from server.web.desk import page, pages, reading, scopes


def add_pages() -> None:
    """The pages of this group."""
    pages.add_url_rule("/people", "people_list", people_list)


def people_list() -> str:
    """Who works in the person's areas."""
    with reading() as session:
        lines = list_people(session, scopes())
    return page("people.html", lines=lines)
