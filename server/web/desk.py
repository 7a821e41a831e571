"""What every page needs: who sits at the desk, what they may see, their language, signed texts."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, ParamSpec, TypeVar, cast

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.services.list_areas import Area, list_areas
from server.services.list_review_queue import Scopes
from server.services.read_staff_session import Staff
from server.store.office import Office
from server.web.words import LANGUAGES, Words
from shared.errors import Forbidden, NotSignedIn, PageExpired
from shared.records.workflow import Role

LANGUAGE_COOKIE: Final = "samruat_language"
SIGNED_SECONDS_MAX: Final = 24 * 60 * 60
RESUMED: Final = "_resumed"

P = ParamSpec("P")
R = TypeVar("R")


def office() -> Office:
    """The office's parts, as the composition root made them."""
    found: Office = current_app.extensions["samruat"]
    return found


@contextmanager
def reading() -> Iterator[Session]:
    """A reading transaction; one for the whole page."""
    with office().database.reading() as session:
        yield session


def staff() -> Staff:
    """Who is signed in; NotSignedIn when nobody is."""
    found: Staff | None = g.get("staff")
    if found is None:
        raise NotSignedIn("a page for staff")
    return found


def scopes() -> Scopes:
    """The areas the person may see; None is all."""
    return staff().scopes


def words() -> Words:
    """The words of this request's language."""
    found: Words | None = g.get("words")
    if found is None:
        found = g.words = Words(_language())
    return found


def _language() -> str:
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    known: Staff | None = g.get("staff")
    return known.language if known is not None and known.language in LANGUAGES else LANGUAGES[0]


def areas_by_scope() -> dict[str, Area]:
    """The areas that the person may see, by scope; read once a page."""
    if "areas" not in g:
        with reading() as session:
            g.areas = {area.scope: area for area in list_areas(session, scopes())}
    found: dict[str, Area] = g.areas
    return found


def administrators_only() -> None:
    """Forbidden unless the person is an administrator."""
    if staff().role != Role.ADMINISTRATOR:
        raise Forbidden("administrators only")


def page(template: str, **facts: Any) -> str:
    """A template as text, with what every template knows."""
    return render_template(template, **facts)


def go(endpoint: str, said: str = "", **values: Any) -> Response:
    """After a deed: on to a page, which says in a sentence what was done."""
    if said:
        values["said"] = said
    return redirect(url_for(f"pages.{endpoint}", **values), 303)


def sign(kind: str, what: dict[str, Any]) -> str:
    """What a page showed, signed, so that an act can name it and nobody can make it up."""
    return _serializer(kind).dumps({"by": staff().id, "what": what})


def signed(kind: str, token: str) -> dict[str, Any]:
    """What a page had shown. PageExpired when it is not ours, another's, or too old."""
    try:
        found = _serializer(kind).loads(token, max_age=SIGNED_SECONDS_MAX)
    except BadSignature:
        raise PageExpired("the signature of the page does not hold") from None
    if not isinstance(found, dict) or found.get("by") != staff().id:
        raise PageExpired("the page was shown to another person")
    what: dict[str, Any] = found["what"]
    return what


def _serializer(kind: str) -> URLSafeTimedSerializer:
    key = current_app.secret_key
    assert key
    return URLSafeTimedSerializer(key, salt=f"samruat.page.{kind}")


def act(pages: Blueprint, rule: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A POST by staff: the page's token is checked before anything else."""

    def bind(deed: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(deed)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            shown = request.form.get("csrf", "").encode("utf-8", "replace")
            if not hmac.compare_digest(shown, staff().csrf.encode()):
                raise PageExpired("the token of the page does not fit")
            return deed(*args, **kwargs)

        pages.add_url_rule(rule, deed.__name__, cast(Any, guarded), methods=["POST"])
        return guarded

    return bind


def typed(form: str, name: str, otherwise: str = "") -> str:
    """What was typed into a form before the sign-in expired or the form was refused."""
    kept: dict[str, str] = g.get("typed", {})
    return kept.get(name, otherwise) if kept.get("_form") == form else otherwise


def text_of(name: str, length_max: int) -> str:
    """A posted text, trimmed to its bound, without characters that cannot be stored."""
    raw = request.form.get(name, "")[: length_max + 1]
    clean = raw.replace("\x00", "").encode("utf-8", "ignore").decode()
    return clean.replace("\r\n", "\n").strip()[:length_max]


def local_path(path: str) -> str:
    """An address of this site to go back to; the first page for anything else."""
    plain = path.startswith("/") and not path.startswith("//")
    odd = any(one in path for one in "\\\r\n\t")
    return path if plain and not odd else "/"
