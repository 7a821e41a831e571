"""The review queue and the list of conflicts; filters live in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from server.services.list_conflicts import kinds_of, list_conflicts
from server.services.list_forms import list_forms
from server.services.list_review_queue import ReviewQuery, list_review_queue
from server.web import formats
from server.web.desk import areas_by_scope, page, reading, scopes, words
from shared.ids import is_uuid
from shared.limits import SEARCH_LENGTH_MAX
from shared.records.workflow import Status
from shared.thai.dates import DateProblem, parse_date

ANY: Final = "any"
STATES: Final = (Status.SUBMITTED, Status.RETURNED, Status.APPROVED, Status.DRAFT)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    text: str
    without: str


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/", "home", home)
    pages.add_url_rule("/review", "review", review)
    pages.add_url_rule("/conflicts", "conflicts", conflicts)


def home() -> Response:
    """The first page is the queue."""
    return redirect(url_for("pages.review"), 303)


def review() -> str:
    """Records that wait for staff, as the address asks."""
    query, odd = _query()
    with reading() as session:
        found = list_review_queue(session, query, scopes())
        kinds = [
            (line.form_id, line.title(words().language))
            for line in list_forms(session)
            if line.version == 1
        ]
    return page(
        "review.html",
        found=found,
        query=query,
        state=query.state or ANY,
        states=STATES,
        kinds=kinds,
        chips=_chips(query, dict(kinds)),
        odd=odd,
        address=_address,
        next_address=None if found.next is None else _address(after=_key(found.next)),
        first_page=query.after is None,
    )


def _query() -> tuple[ReviewQuery, dict[str, str]]:
    """The query of the address, and what in it cannot be read, by field."""
    asked = request.args
    state = asked.get("state", Status.SUBMITTED)
    odd: dict[str, str] = {}
    days = {}
    for name in ("from", "to"):
        days[name], problem = read_day(asked.get(name, ""))
        if problem:
            odd[name] = problem
    return (
        ReviewQuery(
            state=state if state in STATES else "",
            area=asked.get("area", "")[:SEARCH_LENGTH_MAX],
            type=asked.get("type", "")[:SEARCH_LENGTH_MAX],
            conflict=asked.get("conflict") == "1",
            problems=asked.get("problems") == "1",
            text=asked.get("q", "")[:SEARCH_LENGTH_MAX].replace("\x00", ""),
            day_from=days["from"],
            day_to=days["to"],
            order="newest" if asked.get("order") == "newest" else "oldest",
            after=read_key(asked.get("after", "")),
        ),
        odd,
    )


def read_day(text: str) -> tuple[str, str]:
    """An ISO day of what a person typed, and the code of what is wrong with it."""
    if not text.strip():
        return "", ""
    found = parse_date(text)
    if isinstance(found, DateProblem):
        return "", found.code
    return found.date.isoformat(), ""


def _key(after: tuple[int, str]) -> str:
    return f"{after[0]}.{after[1]}"


def read_key(text: str) -> tuple[int, str] | None:
    """The key of a list's last row, as an address has it."""
    at, _, record = text.partition(".")
    digits = at.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15 and is_uuid(record)):
        return None
    return (int(at), record)


def _address(**changes: str | None) -> str:
    """This page's address with some of its filters changed; the place in the list is forgotten."""
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if value}
    for gone in ("after", "said"):
        asked.pop(gone, None)
    for name, value in changes.items():
        if value is None:
            asked.pop(name, None)
        else:
            asked[name] = value
    return url_for("pages.review", **asked)


def _chips(query: ReviewQuery, kinds: dict[str, str]) -> list[Chip]:
    t = words()
    found = []
    if query.area:
        found.append(Chip(_area_name(query.area), _address(area=None)))
    if query.type:
        found.append(Chip(kinds.get(query.type, query.type), _address(type=None)))
    if query.conflict:
        found.append(Chip(t("filter.conflict"), _address(conflict=None)))
    if query.problems:
        found.append(Chip(t("filter.problems"), _address(problems=None)))
    if query.text:
        found.append(Chip(f"“{query.text}”", _address(q=None)))
    if query.day_from:
        text = t("filter.from", day=formats.day(query.day_from, t.language))
        found.append(Chip(text, url_without("from")))
    if query.day_to:
        text = t("filter.to", day=formats.day(query.day_to, t.language))
        found.append(Chip(text, _address(to=None)))
    return found


def url_without(name: str) -> str:
    """The address without one filter whose name is a word of the language."""
    changes: dict[str, str | None] = {name: None}
    return _address(**changes)


def _area_name(scope: str) -> str:
    area = areas_by_scope().get(scope)
    return scope if area is None else area.name(words().language)


def conflicts() -> str:
    """Records in which two values stand for one question."""
    with reading() as session:
        lines = list_conflicts(session, scopes())
        disputed, hidden = kinds_of(session, [line.id for line in lines])
    return page("conflicts.html", lines=lines, disputed=disputed, hidden=hidden)
