"""Reading the office's pages in tests: signing in, hidden fields, what a person sees."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient
from sqlalchemy import select

from server.models import RecordRow
from tests.support.office_scene import Scene
from tests.support.offices import PASSWORD


def signed_in(scene: Scene, login: str = "admin", language: str = "en") -> FlaskClient:
    client = scene.world.http
    client.get(f"/language/{language}")
    reply = client.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert reply.status_code == 303, reply.text
    return client


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with this action."""
    forms = re.findall(r"<form[^>]*action=\"([^\"]*)\"[^>]*>(.*?)</form>", page, re.S)
    body = next(inner for address, inner in forms if address.endswith(action))
    pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', body)
    return {name: html.unescape(value) for name, value in pairs}


def text(page: str) -> str:
    """What a person reads."""
    bare = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def status(scene: Scene, record: str) -> str | None:
    with scene.world.office.database.reading() as session:
        return session.scalar(select(RecordRow.status).where(RecordRow.id == record))


def typed_fields(page: str) -> dict[str, str]:
    """What stands in the text fields and lists of the page."""
    found = dict(re.findall(r'<input type="text"[^>]*name="([^"]+)" value="([^"]*)"', page))
    for name, body in re.findall(r'<select id="[^"]*" name="([^"]+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen.group(1) if chosen else ""
    return {name: html.unescape(value) for name, value in found.items()}


ADDRESSES = (
    "/review", "/review?state=any", "/conflicts", "/areas", "/areas/20-1", "/registers", "/people",
    "/people/new", "/tablets", "/forms",
)  # fmt: skip
