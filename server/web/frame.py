"""What surrounds every page: who asks, safe headers, words and navigation, errors in sentences."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, g, make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.services.keep_staff_session import keep_staff_session
from server.services.list_conflicts import count_open_conflicts
from server.services.read_staff_session import Staff, read_staff_session
from server.store.quarantine import count_open
from server.web import formats
from server.web.desk import (
    LANGUAGE_COOKIE,
    areas_by_scope,
    local_path,
    office,
    page,
    reading,
    scopes,
    typed,
    words,
)
from server.web.sign_in import SESSION_COOKIE, ask_to_sign_in
from server.web.words import LANGUAGES
from shared.errors import BadInput, Forbidden, NotFound, NotSignedIn, SurveyError
from shared.limits import CODEBOOK_BYTES_MAX, FORM_UPLOAD_BYTES_MAX
from shared.problem_sentences import sentence

ERROR_PAGE: Final = "samruat_error_page"
"""Where the app looks for what shows an error to a person."""
POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
}
YEAR_SECONDS: Final = 365 * 24 * 60 * 60
LANGUAGE_SECONDS: Final = YEAR_SECONDS
FORM_BYTES_MAX: Final = 4 * 1024 * 1024
UPLOAD_BYTES_MAX: Final = 512 * 1024 * 1024
"""A rescue file by way of a browser; larger ones are taken in by the command."""
WIDE: Final = {
    "pages.take_bundle": UPLOAD_BYTES_MAX,
    "pages.upload_form": FORM_UPLOAD_BYTES_MAX + FORM_BYTES_MAX,
    "pages.upload_codebook": CODEBOOK_BYTES_MAX + FORM_BYTES_MAX,
}
"""Forms that take files: how many bytes the whole request may have."""
NAVIGATION: Final = (
    ("review", "review", "nav.review"),
    ("conflicts", "conflict", "nav.conflicts"),
    ("areas", "area", "nav.areas"),
    ("register_list", "factory", "nav.registers"),
    ("people_list", "people", "nav.people"),
    ("tablets", "tablet", "nav.tablets"),
    ("forms_list", "form", "nav.forms"),
)
FOR_ADMINISTRATORS: Final = (("health_page", "check_circle", "nav.health"),)
OPEN_TO_ALL: Final = frozenset({"sign_in_page", "sign_in", "language"})


def add_pages(pages: Blueprint) -> None:
    """Everything around the pages."""
    pages.before_request(_who_asks)
    pages.after_app_request(_safe)
    pages.app_context_processor(_known_to_templates)
    pages.add_url_rule("/language/<code>", "language", _language)
    pages.add_url_rule("/<path:rest>", "elsewhere", _elsewhere)


def _who_asks() -> Response | None:
    g.staff = None
    request.max_content_length = WIDE.get(request.endpoint or "", FORM_BYTES_MAX)
    _refuse_what_cannot_be_stored()
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        _from_our_pages()
    token = request.cookies.get(SESSION_COOKIE, "")
    now = office().clock.now_ms()
    if token:
        with reading() as session:
            g.staff = read_staff_session(session, token, now)
    known: Staff | None = g.staff
    if known is not None:
        keep_staff_session(office(), token, known.used_at, now)
        return None
    endpoint = (request.endpoint or "").removeprefix("pages.")
    if endpoint in OPEN_TO_ALL:
        return None
    return ask_to_sign_in(expired=bool(token))


def _refuse_what_cannot_be_stored() -> None:
    """NUL in an address or a form is nobody's typing, and no database takes it."""
    given = [*(request.view_args or {}).values()]
    for pairs in (request.args, request.form):
        given += [*pairs.keys(), *(one for found in pairs.listvalues() for one in found)]
    if any("\x00" in str(one) for one in given):
        raise BadInput("a character that cannot be stored")


def _from_our_pages() -> None:
    """A form of another site is refused by what the browser itself says of its origin."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("a form of another site")
    origin = request.headers.get("Origin")
    if origin not in (None, "null") and urlsplit(origin).netloc != request.host:
        raise Forbidden("a form of another origin")


def _safe(answer: Response) -> Response:
    if request.path.startswith("/api/"):
        return answer
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _known_to_templates() -> dict[str, Any]:
    t = words()
    language = t.language
    sprite = url_for("static", filename="vendor/icons/icons-7.4.47.svg")

    def icon(name: str, label: str = "") -> Markup:
        said = (
            Markup(' role="img" aria-label="{}"').format(label)
            if label
            else Markup(' aria-hidden="true"')
        )
        return Markup('<svg class="icon"{}><use href="{}#{}"></use></svg>').format(
            said, sprite, name
        )

    return {
        "t": t,
        "language": language,
        "other_language": next(one for one in LANGUAGES if one != language),
        "staff": g.get("staff"),
        "icon": icon,
        "typed": typed,
        "said": _said(),
        "navigation": NAVIGATION + (FOR_ADMINISTRATORS if _administrates() else ()),
        "server_name": office().config.server_name,
        "day": lambda value: formats.day(value, language),
        "moment": lambda value: formats.moment(value, language),
        "ago": lambda value: formats.ago(value, office().clock.now_ms(), t),
        "hours": formats.hours,
        "open_conflicts": _open_conflicts,
        "open_asides": _open_asides,
        "areas": areas_by_scope,
        "here": request.full_path.rstrip("?"),
        "kind_icon": lambda kind: KIND_ICONS.get(kind, "form"),
        "kind_name": lambda kind: t.either(f"kind.{kind}", kind),
    }


def _administrates() -> bool:
    known: Staff | None = g.get("staff")
    return known is not None and known.is_administrator


KIND_ICONS: Final = {"insp": "factory", "event": "hearing", "factory": "factory"}


def _said() -> str:
    key = f"said.{request.args.get('said', '')}"
    return words()(key) if words().has(key) else ""


def _open_conflicts() -> int:
    """The number in the navigation, read once a page."""
    if "open_conflicts" not in g:
        with reading() as session:
            g.open_conflicts = count_open_conflicts(session, scopes())
    found: int = g.open_conflicts
    return found


def _open_asides() -> int:
    """How many entries of the quarantine wait, read once a page."""
    if "open_asides" not in g:
        with reading() as session:
            g.open_asides = count_open(session, scopes())
    found: int = g.open_asides
    return found


def error_page(problem: SurveyError) -> Response:
    """What a person sees of an error: what happened, why, what to do next."""
    if isinstance(problem, NotSignedIn):
        return ask_to_sign_in(expired=False)
    t = words()
    text = sentence(problem.code, t.language, **problem.facts)
    body = page("error.html", problem=problem, sentence=text)
    answer = make_response(body, problem.http_status)
    if problem.retryable:
        answer.headers["Retry-After"] = str(problem.facts.get("retry_after_s", 5))
    return answer


def _elsewhere(rest: str) -> Response:
    raise NotFound("no such page")


def _language(code: str) -> Response:
    if code not in LANGUAGES:
        raise NotFound("no such language")
    answer = redirect(local_path(request.args.get("back", "/")), 303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=LANGUAGE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=office().config.secure_cookies,
    )
    return answer
