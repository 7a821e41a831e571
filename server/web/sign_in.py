"""Signing in and out. What was typed into a page survives the end of a sign-in.

A POST without a session is answered by the sign-in page, which carries along what was typed; after
signing in again the page it came from is shown with that text in its fields. Nothing was done yet:
the person looks at the page anew and decides.
"""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, current_app, g, make_response, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from server.services.read_staff_session import read_staff_session
from server.services.sign_in_staff import sign_in_staff
from server.services.sign_out_staff import sign_out_staff
from server.web.desk import act, local_path, office, page, reading, words
from shared.canonical import read_json
from shared.errors import BadInput, SurveyError
from shared.limits import PASSWORD_LENGTH_MAX, REQUEST_JSON_BYTES_MAX, STAFF_SESSION_MS_MAX
from shared.problem_sentences import sentence

SESSION_COOKIE: Final = "samruat_staff"
LOGIN_LENGTH_MAX: Final = 60
NOT_CARRIED: Final = frozenset({"csrf", "password", "carried", "back", "seen"})
FIELDS_MAX: Final = 500


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/sign-in", "sign_in_page", sign_in_page)
    pages.add_url_rule("/sign-in", "sign_in", sign_in, methods=["POST"])
    act(pages, "/sign-out")(sign_out)


def ask_to_sign_in(*, expired: bool) -> Response:
    """The sign-in page instead of the one asked for, which comes after."""
    if request.method == "GET":
        if request.headers.get("HX-Request"):
            answer = make_response("", 401)
            answer.headers["HX-Redirect"] = url_for("pages.sign_in_page")
            return answer
        path = request.full_path.rstrip("?")
        asked: dict[str, Any] = {"expired": 1} if expired else {}
        if path != "/":
            asked["back"] = path
        return redirect(url_for("pages.sign_in_page", **asked), 303)
    carried = _typed_fields()
    back = local_path(carried.get("_page", "/"))
    body = page("sign_in.html", back=back, carried=json.dumps(carried), problem="", expired=True)
    return make_response(body, 401)


def _typed_fields() -> dict[str, str]:
    """What the refused form held, without secrets."""
    found = list(request.form.items())[:FIELDS_MAX]
    return {name: value for name, value in found if name not in NOT_CARRIED}


def sign_in_page() -> str:
    """Name and password."""
    back = local_path(request.args.get("back", "/"))
    expired = "expired" in request.args
    return page("sign_in.html", back=back, carried="", problem="", expired=expired)


def sign_in() -> Response:
    """Check both; then on to where the person was going, or back into what they had typed."""
    login = request.form.get("login", "")[:LOGIN_LENGTH_MAX].strip()
    password = request.form.get("password", "")[:PASSWORD_LENGTH_MAX]
    back = local_path(request.form.get("back", "/"))
    carried = request.form.get("carried", "")
    try:
        begun = sign_in_staff(office(), login, password, request.remote_addr or "")
    except SurveyError as problem:
        text = sentence(problem.code, words().language, **problem.facts)
        body = page("sign_in.html", back=back, carried=carried, problem=text, expired=False)
        return make_response(body, problem.http_status)
    earlier = request.cookies.get(SESSION_COOKIE, "")
    if earlier:
        sign_out_staff(office(), earlier)
    fields = _carried_fields(carried)
    answer = _resumed(begun.token, fields, back) if fields else redirect(back, 303)
    answer.set_cookie(
        SESSION_COOKIE,
        begun.token,
        max_age=STAFF_SESSION_MS_MAX // 1000,
        httponly=True,
        samesite="Lax",
        secure=office().config.secure_cookies,
    )
    return answer


def _carried_fields(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        found = read_json(text, bytes_max=REQUEST_JSON_BYTES_MAX)
    except BadInput:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _resumed(token: str, fields: dict[str, str], back: str) -> Response:
    """The page the form stood on, with what was typed in its fields."""
    with reading() as session:
        g.staff = read_staff_session(session, token, office().clock.now_ms())
    g.words = None
    g.typed = fields
    g.resumed = back
    try:
        endpoint, values = current_app.url_map.bind("").match(back.partition("?")[0], "GET")
        shown = current_app.view_functions[endpoint](**values)
    except (HTTPException, RequestRedirect):
        return redirect("/", 303)
    return make_response(shown)


def sign_out() -> Response:
    """End the session, here and in the database."""
    sign_out_staff(office(), request.cookies.get(SESSION_COOKIE, ""))
    answer = redirect(url_for("pages.sign_in_page"), 303)
    answer.delete_cookie(SESSION_COOKIE, samesite="Lax", httponly=True)
    return answer
