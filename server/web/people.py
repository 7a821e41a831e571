"""The people of the programme: their roles, areas and secrets; changed by administrators."""

from __future__ import annotations

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from server.services.list_people import PersonLine, list_people
from server.services.manage_people import PersonEntry, add_person, change_person
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
from server.web.words import LANGUAGES
from shared.errors import ConflictingState, InvalidInput, NotFound
from shared.limits import NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX, PIN_DIGITS_MAX
from shared.records.workflow import Role

LOGIN_LENGTH_MAX = 60
ROLES = tuple(Role)


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/people", "people_list", people_list)
    pages.add_url_rule("/people/new", "new_person", new_person)
    pages.add_url_rule("/people/<person_id>", "person", person)
    act(pages, "/people/new")(save_new_person)
    act(pages, "/people/<person_id>")(save_person)


def people_list() -> str:
    """Who works in the person's areas."""
    with reading() as session:
        lines = list_people(session, scopes())
    return page("people.html", lines=lines)


def _line(person_id: str) -> PersonLine:
    with reading() as session:
        lines = list_people(session, None)
    found = next((line for line in lines if line.id == person_id), None)
    if found is None:
        raise NotFound("there is no such person")
    return found


def new_person() -> str:
    """An empty entry."""
    administrators_only()
    return _form(None, PersonEntry("", "", Role.OFFICER))


def person(person_id: str) -> str:
    """The entry of one person."""
    administrators_only()
    line = _line(person_id)
    areas = tuple(scope for scope in line.scopes if scope.startswith("area:"))
    entry = PersonEntry(
        line.login, line.name, Role(line.role), areas, line.language, active=line.active
    )
    return _form(line, entry)


def _form(line: PersonLine | None, entry: PersonEntry, problems: list[str] | None = None) -> str:
    return page(
        "person.html",
        line=line,
        entry=entry,
        roles=ROLES,
        languages=LANGUAGES,
        problems=problems or [],
    )


def save_new_person() -> Response:
    """Add a person."""
    administrators_only()
    entry = _posted(text_of("login", LOGIN_LENGTH_MAX).casefold())
    try:
        add_person(office(), staff().id, entry)
    except (InvalidInput, ConflictingState) as problem:
        return _refused(None, entry, problem)
    return go("people_list", said="person_saved")


def save_person(person_id: str) -> Response:
    """Change a person; an empty secret stays as it is."""
    administrators_only()
    line = _line(person_id)
    entry = _posted(line.login)
    try:
        change_person(office(), staff().id, person_id, entry)
    except (InvalidInput, ConflictingState) as problem:
        return _refused(line, entry, problem)
    return go("people_list", said="person_saved")


def _refused(
    line: PersonLine | None, entry: PersonEntry, problem: InvalidInput | ConflictingState
) -> Response:
    """The entry again, with what is wrong in sentences and what was typed (but no secret)."""
    t = words()
    if isinstance(problem, InvalidInput):
        said = [t(f"person.wrong_{name}") for name in problem.facts.get("fields", ())]
    elif "login" in problem.facts:
        said = [t("person.login_taken")]
    else:
        said = [t("person.last_administrator")]
    return make_response(_form(line, entry, said), problem.http_status)


def _posted(login: str) -> PersonEntry:
    role = request.form.get("role", "")
    language = request.form.get("language", "")
    return PersonEntry(
        login=login,
        name=text_of("name", NAME_LENGTH_MAX),
        role=Role(role) if role in ROLES else Role.OFFICER,
        areas=tuple(request.form.getlist("area")),
        language=language if language in LANGUAGES else LANGUAGES[0],
        active=request.form.get("active") == "1",
        password=request.form.get("password", "")[: PASSWORD_LENGTH_MAX + 1] or None,
        pin=request.form.get("pin", "")[: PIN_DIGITS_MAX + 1] or None,
    )
