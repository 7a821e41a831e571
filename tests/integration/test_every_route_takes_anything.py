"""Every route of the app, found in its own map, takes anything without a mistake of the server.

A new route is tried by itself. One whose address has a part that is not known here, and a form that
no page shows, fail until they are named below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from server.catalog import codebook_document
from server.models import BlobRow, QuarantineRow
from server.services.keep_candidate import keep_candidate
from server.services.note_incident import note_incident
from server.services.publish_codebook import publish_codebook
from server.services.publish_form import publish_form
from server.services.rehearse_form import rehearse_now_if_few
from server.services.retire_form import retire_form
from tests.support.office_scene import Scene
from tests.support.offices import PASSWORD
from tests.support.page_reading import signed_in
from tests.support.publishing import files, pond
from tests.support.unsettled import dispute, hiding

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ODD_PARTS = (
    "x",
    "%00",
    "..%2f..%2fepoch",
    "%ff%fe",
    "a" * 3_000,
    "๑๒๓",
    "%F0%9F%98%80",
    "-1",
    "0.5",
)
ODD_TEXTS = (
    "", "\x00", "é", "\u202e\u200b", "😀" * 500, "x" * 200_000, "[" * 5_000, "%s{0}{x.y}", "-1",
    "9" * 400, "NaN", "2025-02-31", "' OR 1=1 --", "<script>", "../../epoch", "\r\nSet-Cookie: a=b",
    '{"a":1}', "01a0c462-bc24-7943-8999-5d987508d8b5",
)  # fmt: skip
NOT_UTF8 = "\ud800".encode("utf-8", "surrogatepass")
BODIES = (b"", b"\x00\xff", b"[" * 100_000, b'{"a":NaN}', b"x" * 300_000)
QUERIES = (
    "q", "state", "area", "form", "from", "to", "conflict", "problems", "mine", "sort", "after",
    "before", "page", "back", "said", "expired", "type", "thumbnail", "size", "until", "person",
    "class", "name", "language",
)  # fmt: skip
FIELDS_TRIED_ALONE = 6
WITHOUT_A_FORM_ON_A_PAGE: set[str] = {
    # Only beside a file that a tablet has lost; tests/integration/test_web_files.py goes there.
    "pages.waive",
}
"""POST rules of pages that no page leads to."""


class Forms(HTMLParser):
    """The POST forms of a page: (action, fields by name)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag == "form":
            self._open = (facts.get("method") or "get").lower() == "post"
            if self._open:
                self.found.append((facts.get("action") or "", {}))
        elif self._open and tag in ("input", "textarea", "select", "button") and facts.get("name"):
            self.found[-1][1].setdefault(str(facts["name"]), facts.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def known_parts(scene: Scene) -> dict[str, tuple[str, ...]]:
    """Something real for every part of an address."""
    with scene.world.office.database.reading() as session:
        sha256 = session.scalar(select(BlobRow.sha256).limit(1))
    assert sha256
    tablet = scene.tablets[0]
    tablet.creates({"identity/fac_name": "x"}, kind="factory", scope="area:nowhere")
    tablet.push()
    with scene.world.office.database.writing() as session:
        entry = session.scalars(select(QuarantineRow.id).limit(1)).one()
        incident = note_incident(
            session, scene.world.office, "sync.forked", client=scene.tablets[1].client
        )
    dispute(scene)
    return {
        **published_parts(scene),
        "entry": (entry,),
        "incident": (incident,),
        "record_id": (
            scene.inspection,
            scene.event,
            scene.factory,
            scene.returned,
            hiding(scene),
        ),
        "person_id": (scene.world.people["malee"],),
        "device": (scene.tablets[1].device,),
        "code": ("20-1", "en"),
        "sha256": (sha256,),
        "index": ("0",),
        "filename": ("office.js",),
        "rest": ("nothing/here",),
    }


def published_parts(scene: Scene) -> dict[str, tuple[str, ...]]:
    """A form with open records that waits to be published, one that is retired, two versions of a
    codebook."""
    office, admin = scene.world.office, scene.world.people["admin"]
    publish_form(office, admin, pond(1), "pond.md")
    area = scene.tablets[0].states[scene.inspection].scope
    scene.tablets[0].creates({"main/site": "A", "main/people": 1}, kind="pond", scope=area)
    scene.tablets[0].push()
    candidate = keep_candidate(office, admin, files(pond(2, people="")))
    assert isinstance(candidate, str)
    rehearse_now_if_few(office, admin, candidate)
    retire_form(office, admin, "pond", 1)
    book = codebook_document("holidays")
    assert isinstance(book, dict)
    publish_codebook(office, admin, {**book, "version": "2"}, activate=False)
    return {
        "form_id": ("insp", "pond"),
        "version": ("1",),
        "candidate": (candidate,),
        "name": ("holidays",),
    }


def rules(scene: Scene) -> list[Rule]:
    return sorted(scene.world.app.url_map.iter_rules(), key=lambda rule: (str(rule), rule.endpoint))


PART = re.compile(r"<(?:\w+:)?(\w+)>")


def addresses(rule: Rule, parts: dict[str, tuple[str, ...]]) -> list[str]:
    """A rule with something real in its parts."""
    out = [str(rule)]
    for name in PART.findall(str(rule)):
        assert name in parts, f"say in known_parts what {name} of {rule} can be"
        out = [PART.sub(part, text, count=1) for text in out for part in parts[name]]
    return out


def odd_addresses(rule: Rule) -> Iterator[str]:
    if PART.search(str(rule)):
        yield from (PART.sub(part.replace("\\", ""), str(rule)) for part in ODD_PARTS)


class Taker:
    """Asks as one person, who signs in anew when an act has ended the session."""

    def __init__(self, scene: Scene, login: str = "admin") -> None:
        self.scene, self.login = scene, login
        self.verdicts: list[str] = []
        self.sign_in()

    def sign_in(self) -> None:
        self.client: FlaskClient = signed_in(self.scene, self.login)
        page = self.client.get("/forms").text
        self.csrf = next(fields["csrf"] for _, fields in Forms(page).found if "csrf" in fields)

    def ask(self, method: str, address: str, **more: Any) -> Any:
        reply = self.client.open(address, method=method, buffered=True, **more)
        shown = (method, address[:120], {k: str(v)[:80] for k, v in more.items()})
        assert reply.status_code < 500, (*shown, reply.status_code, reply.text[:300])
        if address.startswith("/api/") and reply.status_code >= 400 and method != "HEAD":
            assert reply.content_type == "application/problem+json", shown
            assert {"code", "title", "title_th", "detail_th"} <= set(json.loads(reply.data)), shown
        self.verdicts.append(f"{method} {address.partition('?')[0][:60]} {reply.status_code}")
        if "/sign-in" in reply.headers.get("Location", ""):
            self.scene.world.clock.now += 20 * 60_000
            self.sign_in()
        return reply


def test_every_route_takes_any_verb_any_address_and_any_body(scene: Scene) -> None:
    taker = Taker(scene)
    parts = known_parts(scene)
    for rule in rules(scene):
        real = addresses(rule, parts)[:1]
        for address in (*real, *odd_addresses(rule)):
            for method in METHODS if address in real else ("GET", "POST"):
                taker.ask(method, address)
        for body in BODIES:
            for media in ("application/json", "application/x-www-form-urlencoded", "a/b; c=\xe9"):
                for method in ("POST", "PUT"):
                    taker.ask(method, real[0], data=body, headers={"Content-Type": media})


def test_every_page_takes_any_question_in_its_address(scene: Scene) -> None:
    taker = Taker(scene)
    parts = known_parts(scene)
    for rule in rules(scene):
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        for value in ODD_TEXTS[::3]:
            asked = dict.fromkeys(QUERIES, value[:2_000])
            taker.ask("GET", addresses(rule, parts)[0], query_string=asked)
        for raw in ("q=%ff%fe", "&&==&", "after=%ed%a0%80.1", "%00=%00", "from=99/99/99&to=๓๑/๐๒"):
            taker.ask("GET", f"{addresses(rule, parts)[0]}?{raw}")
    for name in QUERIES:
        for value in ODD_TEXTS[1:4]:
            for page in ("/review", "/registers"):
                taker.ask("GET", page, query_string={name: value[:2_000]})


def forms_of_pages(taker: Taker, parts: dict[str, tuple[str, ...]]) -> dict[str, dict[str, str]]:
    """Every form that staff can send, as a page shows it: action -> its fields."""
    out: dict[str, dict[str, str]] = {}
    for rule in rules(taker.scene):
        if not rule.endpoint.startswith("pages.") or "GET" not in (rule.methods or ()):
            continue
        for address in addresses(rule, parts):
            reply = taker.ask("GET", address)
            if reply.mimetype == "text/html":
                for action, fields in Forms(reply.text).found:
                    out.setdefault(action or address, fields)
    return out


def test_every_form_of_every_page_takes_any_value_in_any_field(scene: Scene) -> None:
    taker = Taker(scene)
    parts = known_parts(scene)
    forms = forms_of_pages(taker, parts)
    matcher = scene.world.app.url_map.bind("localhost")
    reached = {matcher.match(action.partition("?")[0], method="POST")[0] for action in forms}
    anonymous = {"/sign-in": {"login": "nobody", "password": PASSWORD, "back": "/", "carried": ""}}
    wanted = {
        rule.endpoint
        for rule in rules(scene)
        if rule.endpoint.startswith("pages.") and "POST" in (rule.methods or ())
    } - {"pages.sign_in"}
    assert wanted - reached <= WITHOUT_A_FORM_ON_A_PAGE, "a form that no page shows is not tried"
    for action, fields in sorted({**forms, **anonymous}.items()):
        for name in [*fields][:FIELDS_TRIED_ALONE]:
            for value in (*ODD_TEXTS[1:6], NOT_UTF8):
                data = {**fields, "csrf": taker.csrf, name: value}
                taker.ask("POST", action, data=data)
        for value in ODD_TEXTS:
            data = {**dict.fromkeys((*fields, "_form", "unknown"), value), "csrf": taker.csrf}
            taker.ask("POST", action, data=data)


def test_both_databases_give_the_same_verdicts(scene: Scene) -> None:
    """Statuses of a sample of odd requests, compared between the runs of this test."""
    taker = Taker(scene)
    parts = known_parts(scene)
    for rule in rules(scene):
        for address in odd_addresses(rule):
            taker.ask("GET", address)
    for value in ODD_TEXTS:
        taker.ask("GET", "/review", query_string=dict.fromkeys(QUERIES, value[:500]))
        taker.ask("GET", "/registers", query_string=dict.fromkeys(QUERIES, value[:500]))
    assert parts
    assert _FIRST.setdefault("verdicts", taker.verdicts) == taker.verdicts


_FIRST: dict[str, list[str]] = {}
