"""The office's pages against forged forms, odd addresses and stolen sessions."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from server.models import StaffSessionRow
from tests.support.office_scene import Scene
from tests.support.offices import PASSWORD
from tests.support.page_reading import ADDRESSES, hidden, signed_in, status

# -- safety of pages -----------------------------------------------------------------------------


def test_every_answer_carries_a_policy_without_exceptions(still: Scene) -> None:
    client = signed_in(still)
    for address in (*ADDRESSES, "/nothing-here", f"/records/{still.event}"):
        reply = client.get(address)
        policy = reply.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'")
        assert "unsafe" not in policy
        assert "style=" not in re.sub(r"<[^>]*data-points=[^>]*>", "", reply.text)
        assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=\"", reply.text)
        assert "no-store" in reply.headers["Cache-Control"]


def test_a_post_without_the_pages_token_does_nothing(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get(f"/records/{scene.inspection}").text, "/approve")
    del fields["csrf"]
    reply = client.post(f"/records/{scene.inspection}/approve", data=fields)
    assert reply.status_code == 403
    assert status(scene, scene.inspection) == "submitted"


def test_a_form_of_another_site_is_refused(still: Scene) -> None:
    client = signed_in(still)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://elsewhere.example"}):
        assert client.post("/sign-out", headers=headers).status_code == 403


def test_the_session_cookie_is_shut_and_changes_at_every_sign_in(scene: Scene) -> None:
    client = scene.world.http
    data = {"login": "admin", "password": PASSWORD}
    first = client.post("/sign-in", data=data).headers["Set-Cookie"]
    second = client.post("/sign-in", data=data).headers["Set-Cookie"]
    assert "HttpOnly" in first
    assert "SameSite=Lax" in first
    assert first.split(";")[0] != second.split(";")[0]
    with scene.world.office.database.reading() as session:
        assert len(session.scalars(select(StaffSessionRow)).all()) == 1


def test_signing_out_ends_the_session_in_the_database(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get("/review").text, "/sign-out")
    assert client.post("/sign-out", data=fields).status_code == 303
    with scene.world.office.database.reading() as session:
        assert session.scalars(select(StaffSessionRow)).all() == []


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
def test_signing_in_never_leads_to_another_site(still: Scene, back: str) -> None:
    data = {"login": "admin", "password": PASSWORD, "back": back}
    reply = still.world.http.post("/sign-in", data=data)
    assert reply.headers["Location"] == "/"


def test_odd_addresses_are_answered_with_a_sentence_never_a_mistake(still: Scene) -> None:
    client = signed_in(still)
    odd = (
        "/records/x", "/records/" + "a" * 5000, "/areas/%00", "/areas/..%2f",
        "/review?from=99/99/99",
        "/review?after=1.x&state=%00&q=%00%ed%a0%80&area=%00", "/registers?after=%00&q=%25_%5c",
        "/files/zz", "/records/x/edit", "/tablets/x/revoke", "/people/%F0%9F%98%80", "/language/xx",
        "/review?after=999999999999999999999.01a0c462-bc24-7943-8999-5d987508d8b5",
    )  # fmt: skip
    for address in odd:
        reply = client.get(address)
        assert reply.status_code in (200, 400, 404, 405), (address, reply.status_code)


def test_odd_forms_are_answered_with_a_sentence_never_a_mistake(scene: Scene) -> None:
    client = signed_in(scene)
    record = f"/records/{scene.inspection}"
    token = {"csrf": hidden(client.get(record).text, "/return")["csrf"]}
    odd = ("\x00", "\ud800".encode("utf-8", "surrogatepass"), "x" * 300_000, "[" * 5000, "%s{0}")
    doors = (
        f"{record}/return", f"{record}/approve", f"{record}/settle", f"{record}/hours",
        f"/records/{scene.factory}/edit", "/tablets/code", "/people/new", "/sign-in",
        f"/people/{scene.world.people['malee']}",
    )  # fmt: skip
    names = ("seen", "message", "pick", "verified", "label", "area", "login", "name", "carried")
    for door in doors:
        for value in odd:
            data = {**token, **dict.fromkeys((*names, "password", "role", "back"), value)}
            reply = client.post(door, data=data)
            assert reply.status_code < 500, (door, value[:9], reply.status_code)
