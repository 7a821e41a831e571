"""Exports of records by way of a page: what to take, how it is written, and for which purpose."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final, cast

from flask import Blueprint, current_app, make_response, request
from werkzeug.wrappers import Response

from server.exports.asking import (
    CHOICE_SHAPES,
    FORMATS,
    PURPOSE_LENGTH_MAX,
    PURPOSE_LENGTH_MIN,
    ExportQuery,
    ExportShape,
    may_see_personal,
)
from server.exports.make_export import (
    ENDINGS,
    MEDIA,
    PAGE_ROOTS_MAX,
    Asker,
    Turn,
    export_records,
    read_and_forget,
)
from server.exports.reading import count_roots, versions_of
from server.services.list_forms import list_forms
from server.web.desk import act, office, page, reading, scopes, staff, text_of, words
from server.web.review import STATES, read_day
from shared.clocks import bangkok_date
from shared.limits import SEARCH_LENGTH_MAX

TURN: Final = "samruat_export_turn"


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/export", "export_page", export_page)
    act(pages, "/export")(export_file)


def export_page() -> str:
    """What can be exported, and how many records the filters leave."""
    return _page(dict(request.args))


def _page(asked: dict[str, str], problem: str = "") -> str:
    query, odd = _query(asked)
    with reading() as session:
        forms: dict[str, str] = {}
        for line in list_forms(session):
            forms.setdefault(line.form_id, line.title(words().language))
        if query.form not in forms:
            query = _of_form(query, next(iter(forms), ""))
        count = count_roots(session, query, scopes()) if query.form else 0
        versions = versions_of(session, query.form) if query.form else []
    return page(
        "export.html",
        query=query,
        forms=list(forms.items()),
        states=STATES,
        odd=odd,
        asked=asked,
        problem=problem,
        count=count,
        versions=versions,
        most=PAGE_ROOTS_MAX,
        shapes=CHOICE_SHAPES,
        may_see_personal=may_see_personal(staff().role),
        purpose_length_max=PURPOSE_LENGTH_MAX,
    )


def _query(asked: dict[str, str]) -> tuple[ExportQuery, dict[str, str]]:
    """The filters of an address or a form, and what in them cannot be read."""
    odd: dict[str, str] = {}
    days: dict[str, str] = {}
    for name in ("from", "to"):
        days[name], problem = read_day(asked.get(name, "")[:SEARCH_LENGTH_MAX])
        if problem:
            odd[name] = problem
    state = asked.get("state", "")
    return (
        ExportQuery(
            form=asked.get("form", "")[:SEARCH_LENGTH_MAX],
            area=asked.get("area", "")[:SEARCH_LENGTH_MAX],
            state=state if state in STATES else "",
            day_from=days["from"],
            day_to=days["to"],
        ),
        odd,
    )


def _of_form(query: ExportQuery, form: str) -> ExportQuery:
    return ExportQuery(form, query.area, query.state, query.day_from, query.day_to)


def export_file() -> Response:
    """The file, of what the form asks; the page again, with a sentence, where it cannot be."""
    asked: dict[str, Any] = {name: request.form.get(name, "") for name in request.form}
    query, odd = _query(asked)
    purpose = text_of("purpose", PURPOSE_LENGTH_MAX)
    personal = asked.get("personal") == "1" and may_see_personal(staff().role)
    if odd:
        return make_response(_page(asked, words()("filter.odd_day")), 422)
    if personal and len(purpose) < PURPOSE_LENGTH_MIN:
        return make_response(_page(asked, words()("export.purpose_missing")), 422)
    kind = asked.get("format", "")
    shape = ExportShape(
        language=words().language,
        choices=next((one for one in CHOICE_SHAPES if one == asked.get("choices")), "both"),
        dates="both" if asked.get("buddhist") == "1" else "iso",
        labels=asked.get("labels") == "1",
        personal=personal,
    )
    return _file(query, shape, kind if kind in FORMATS else "csv", purpose)


def _file(query: ExportQuery, shape: ExportShape, kind: str, purpose: str) -> Response:
    asker = Asker(staff().id, staff().role, scopes(), purpose)
    turn = cast(Turn, current_app.extensions.setdefault(TURN, Turn()))
    folder = Path(tempfile.mkdtemp(prefix="samruat-export-"))
    target = folder / "export"
    try:
        with turn:
            export_records(office(), asker, query, shape, kind, target, roots_max=PAGE_ROOTS_MAX)
    except BaseException:
        target.unlink(missing_ok=True)
        folder.rmdir()
        raise
    body = read_and_forget(target, folder)
    answer = Response(body, mimetype=MEDIA[kind])
    answer.content_length = target.stat().st_size
    # A body that is never begun (HEAD, a reader gone) is forgotten, too.
    answer.call_on_close(lambda: _forget(target, folder))
    day = bangkok_date(office().clock.now_ms()).isoformat()
    name = f"{query.form}-{day}.{ENDINGS[kind]}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _forget(target: Path, folder: Path) -> None:
    if folder.exists():
        target.unlink(missing_ok=True)
        folder.rmdir()
