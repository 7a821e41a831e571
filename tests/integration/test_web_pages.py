"""The office's pages over a furnished office: what they show, to whom, what acts leave behind."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.models import AuditRow, DeviceRow, RecordRow, StaffSessionRow
from server.services.list_review_queue import ReviewQuery, list_review_queue
from server.web.words import LANGUAGES, catalogue
from shared.limits import STAFF_SESSION_IDLE_MS
from shared.records.state import decode_state
from tests.support.databases import Databases
from tests.support.office_scene import Scene, Scenes, area_code
from tests.support.offices import PASSWORD

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Scenes:
    """Furnished offices on both kinds of database in turn."""
    return Scenes(databases, tmp_path_factory.mktemp("scenes"))


@pytest.fixture
def scene(scenes: Scenes) -> Iterator[Scene]:
    """A fresh office with its work."""
    found = scenes.new()
    yield found
    found.world.close()


@pytest.fixture(scope="module")
def still(scenes: Scenes) -> Iterator[Scene]:
    """An office for tests that only look."""
    found = scenes.new()
    yield found
    found.world.close()


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


ADDRESSES = (
    "/review", "/review?state=any", "/conflicts", "/areas", "/areas/20-1", "/registers", "/people",
    "/people/new", "/tablets", "/forms",
)  # fmt: skip


# -- who may look --------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_sees_a_page_before_signing_in(still: Scene, address: str) -> None:
    reply = still.world.http.get(address)
    assert reply.status_code == 303
    assert reply.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_both_languages(still: Scene, address: str, language: str) -> None:
    reply = signed_in(still, language=language).get(address)
    assert reply.status_code == 200
    assert f'<html lang="{language}">' in reply.text


def test_people_of_the_field_are_told_that_these_pages_are_for_staff(still: Scene) -> None:
    reply = still.world.http.post("/sign-in", data={"login": "somchai", "password": PASSWORD})
    assert reply.status_code == 401
    assert "แท็บเล็ต" in text(reply.text)


def test_a_reviewer_sees_their_own_areas_only(still: Scene) -> None:
    client = signed_in(still, "faraway")
    assert "ไทยชลบุรี" not in client.get("/review?state=any").text
    assert client.get(f"/records/{still.inspection}").status_code == 403
    assert client.get(f"/records/{still.inspection}/glance").status_code == 403
    assert client.get("/areas/20-1").status_code == 403
    assert "open-conflicts" not in client.get("/review").text


def test_a_reviewer_cannot_act_on_another_area_with_a_form_of_their_own(still: Scene) -> None:
    mine = signed_in(still, "review").get(f"/records/{still.inspection}").text
    fields = hidden(mine, "/approve")
    other = signed_in(still, "faraway")
    page = other.get("/review").text
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert token
    reply = other.post(
        f"/records/{still.inspection}/approve", data={**fields, "csrf": token.group(1)}
    )
    assert reply.status_code == 403
    assert status(still, still.inspection) == "submitted"


def test_a_reviewer_makes_no_codes_and_changes_no_people(still: Scene) -> None:
    client = signed_in(still, "review")
    page = client.get("/tablets").text
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert token
    data = {"csrf": token.group(1), "label": "x", "area": f"area:{area_code('chonburi')}"}
    assert client.post("/tablets/code", data=data).status_code == 403
    assert client.get("/people/new").status_code == 403
    assert client.post("/people/new", data=data).status_code == 403


def test_files_open_for_those_who_may_read_the_record(still: Scene) -> None:
    page = signed_in(still, "review").get(f"/records/{still.inspection}").text
    address = re.search(r"/files/[0-9a-f]{64}", page)
    assert address
    found = signed_in(still, "review").get(address.group())
    assert (found.status_code, found.mimetype) == (200, "image/jpeg")
    assert found.data.startswith(b"\xff\xd8")
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert signed_in(still, "faraway").get(address.group()).status_code == 404
    assert still.world.http.get(address.group()).status_code == 303


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


# -- the queue -----------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_and_says_how_many(still: Scene) -> None:
    page = text(signed_in(still).get("/review").text)
    assert "3 waiting for review" in page
    assert "โรงงานชุบโลหะ" not in page, "a draft does not wait for review"


def test_the_queue_is_filtered_by_what_the_address_says(still: Scene) -> None:
    client = signed_in(still)
    thai = text(client.get("/review?q=สิ่งทอ").text)
    assert "น้ำทิพย์สิ่งทอ" in thai
    assert "ไทยชลบุรี" not in thai
    variant = text(client.get("/review?q=นํ้าทิพย์").text)
    assert "น้ำทิพย์สิ่งทอ" in variant, "typing variants of the same word are found"
    assert "1 waiting" in text(client.get("/review?type=event").text)
    assert "0 waiting" in text(client.get("/review?to=1/1/2560").text)
    khonkaen = f"area:{area_code('khonkaen')}"
    assert "0 waiting" in text(client.get(f"/review?area={khonkaen}").text)
    assert "1 still drafts" in text(client.get("/review?state=draft").text)


def test_a_date_that_cannot_be_read_is_said_and_does_not_filter(still: Scene) -> None:
    page = text(signed_in(still).get("/review?from=yesterday").text)
    assert "The date cannot be read" in page
    assert "3 waiting" in page


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_pages_of_the_queue_follow_each_other_without_gap_or_double(
    still: Scene, order: Literal["oldest", "newest"]
) -> None:
    query, seen = ReviewQuery(order=order, rows_max=1), []
    with still.world.office.database.reading() as session:
        while True:
            page = list_review_queue(session, query, None)
            seen += [line.id for line in page.lines]
            if page.next is None:
                break
            query = replace(query, after=page.next)
    assert len(seen) == len(set(seen)) == page.total == 4


# -- a record ------------------------------------------------------------------------------------


def test_a_record_shows_labels_units_limits_and_pictures(still: Scene) -> None:
    page = signed_in(still).get(f"/records/{still.inspection}").text
    words = text(page)
    assert "Visit type" in words
    assert "1,250.5 m3/day" in words
    assert "Exceeded Limit ≤ 20" in words
    assert page.count("data-zoom=") == 3
    assert 'data-points=\'[{"label"' in page


def test_telephone_numbers_in_tables_are_masked_and_in_the_answer_shown(still: Scene) -> None:
    event = text(signed_in(still).get(f"/records/{still.event}").text)
    assert "08x-xxx-0009" in event
    assert "0802340009" not in event
    assert "081 234 5678" in text(signed_in(still).get(f"/records/{still.inspection}").text)


def test_the_history_says_who_changed_what_from_which_value(scene: Scene) -> None:
    page = text(signed_in(scene).get(f"/records/{scene.factory}").text)
    assert "038 000 111 → 038 111 222" in page
    assert "038 000 111 → 081 234 5678" in page
    assert "made a conflict" in page


def test_a_record_of_a_form_nobody_published_is_still_shown(scene: Scene) -> None:
    tablet = scene.tablets[0]
    root = tablet.creates({"a/b": "ค่าที่กรอก"}, kind="unheard", scope="area:20-1")
    tablet.push()
    reply = signed_in(scene).get(f"/records/{root}")
    assert reply.status_code == 200
    assert "ค่าที่กรอก" in reply.text


def test_markup_that_somebody_typed_stays_text(scene: Scene) -> None:
    tablet = scene.tablets[0]
    evil = "<script>alert(1)</script>'\"><img src=x>"
    root = tablet.creates({"identity/fac_name": evil}, kind="factory", scope="area:20-1")
    tablet.push()
    client = signed_in(scene)
    for address in (f"/records/{root}", f"/records/{root}/edit", "/registers"):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x>" not in page


# -- decisions -----------------------------------------------------------------------------------


def test_a_return_reaches_the_tablet_with_its_comment_at_the_question(scene: Scene) -> None:
    client = signed_in(scene, "review")
    fields = hidden(client.get(f"/records/{scene.inspection}").text, "/return")
    comment = f"comment:{scene.inspection}:resources/water_use"
    reply = client.post(
        f"/records/{scene.inspection}/return",
        data={**fields, "message": "ตรวจตัวเลขน้ำใช้", comment: "หน่วยเป็นลูกบาศก์เมตรต่อวันหรือไม่"},
    )
    assert reply.status_code == 303
    tablet = scene.tablets[0]
    tablet.pull()
    flow = tablet.states[scene.inspection].workflow
    assert flow is not None
    assert (str(flow.status), flow.message) == ("returned", "ตรวจตัวเลขน้ำใช้")
    assert [(c.record, c.field) for c in flow.comments] == [
        (scene.inspection, "resources/water_use")
    ]


def test_a_return_without_words_is_asked_for_them(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get(f"/records/{scene.inspection}").text, "/return")
    reply = client.post(f"/records/{scene.inspection}/return", data={**fields, "message": "  "})
    assert reply.status_code == 422
    assert "Not sent back yet" in reply.text
    assert status(scene, scene.inspection) == "submitted"


def test_an_approval_names_the_content_that_was_shown(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get(f"/records/{scene.returned}").text, "/approve")
    assert client.post(f"/records/{scene.returned}/approve", data=fields).status_code == 303
    assert status(scene, scene.returned) == "approved"
    with scene.world.office.database.reading() as session:
        row = session.get(RecordRow, scene.returned)
        assert row is not None
        flow = decode_state(row.state).workflow
        assert flow is not None
        assert flow.approved_hash == row.tree_content


def test_content_that_changed_while_it_was_read_is_not_approved(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get(f"/records/{scene.returned}").text, "/approve")
    tablet = scene.tablets[0]
    tablet.pull()
    tablet.sets(scene.returned, {"resources/water_use": "99"})
    tablet.push()
    reply = client.post(f"/records/{scene.returned}/approve", data=fields)
    assert reply.status_code == 409
    assert "the content changed while you read" in text(reply.text)
    assert status(scene, scene.returned) == "submitted"


def test_the_same_decision_sent_twice_is_one(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get(f"/records/{scene.returned}").text, "/approve")
    for _ in range(2):
        reply = client.post(f"/records/{scene.returned}/approve", data=fields)
        assert reply.status_code == 303
    history = text(client.get(f"/records/{scene.returned}").text)
    assert history.count("Approved · Admin") == 1


def test_a_conflict_is_settled_by_picking_and_leaves_the_navigation(scene: Scene) -> None:
    client = signed_in(scene)
    page = client.get(f"/records/{scene.factory}").text
    assert 'id="open-conflicts"' in page
    fields = hidden(page, "/settle")
    pick = re.search(r'name="pick" value="([0-9a-f-]+)" required><b>081 234 5678', page)
    assert pick
    reply = client.post(
        f"/records/{scene.factory}/settle", data={**fields, "pick": pick.group(1)}
    )
    assert reply.status_code == 303
    after = client.get(f"/records/{scene.factory}").text
    assert 'id="open-conflicts"' not in after
    for tablet in scene.tablets:
        tablet.pull()
        state = tablet.states[scene.factory]
        assert state.conflicts() == ()
        assert state.value("contact/contact_tel") == "081 234 5678"


def test_a_value_that_was_not_listed_cannot_be_picked(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get(f"/records/{scene.factory}").text, "/settle")
    reply = client.post(
        f"/records/{scene.factory}/settle", data={**fields, "pick": scene.inspection}
    )
    assert reply.status_code == 422
    assert "open-conflicts" in client.get("/review").text


def test_hours_count_once_staff_have_verified_them(scene: Scene) -> None:
    client = signed_in(scene, "review")
    before = text(client.get("/areas/20-1").text)
    assert "0 h, 10 h short of 10" in before
    fields = hidden(client.get(f"/records/{scene.event}").text, "/hours")
    reply = client.post(f"/records/{scene.event}/hours", data={**fields, "verified": "yes"})
    assert reply.status_code == 303
    after = text(client.get("/areas/20-1").text)
    assert "6.25 h, 3.75 h short of 10" in after
    assert "Verified 6.25 h Claimed 6.25 h" in after


def test_a_signature_of_another_person_or_page_does_not_hold(scene: Scene) -> None:
    mine = hidden(signed_in(scene, "review").get(f"/records/{scene.returned}").text, "/approve")
    client = signed_in(scene, "admin")
    fields = hidden(client.get(f"/records/{scene.inspection}").text, "/approve")
    for seen in (mine["seen"], fields["seen"][:-3] + "AAA", ""):
        data = {**fields, "seen": seen}
        assert client.post(f"/records/{scene.inspection}/approve", data=data).status_code == 403
    crossed = client.post(f"/records/{scene.returned}/approve", data=fields)
    assert crossed.status_code == 404
    assert status(scene, scene.returned) == "submitted"


# -- what was typed survives ---------------------------------------------------------------------


def test_what_was_typed_survives_an_expired_session(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get(f"/records/{scene.inspection}").text, "/return")
    comment = f"comment:{scene.inspection}:resources/water_use"
    scene.world.clock.now += STAFF_SESSION_IDLE_MS + 60_000
    typed = {"message": "ข้อความยาวที่ไม่ควรหาย", comment: "ดูหน่วย"}
    asked = client.post(f"/records/{scene.inspection}/return", data={**fields, **typed})
    assert asked.status_code == 401
    assert "comes back after you sign in" in text(asked.text)
    assert status(scene, scene.inspection) == "submitted"
    carried = hidden(asked.text, "/sign-in")
    assert "csrf" not in json.loads(carried["carried"])
    again = client.post(
        "/sign-in", data={**carried, "login": "admin", "password": PASSWORD}
    )
    assert again.status_code == 200
    assert "ข้อความยาวที่ไม่ควรหาย</textarea>" in again.text
    assert "ดูหน่วย</textarea>" in again.text
    fresh = hidden(again.text, "/return")
    sent = client.post(f"/records/{scene.inspection}/return", data={**fresh, **typed})
    assert sent.status_code == 303
    assert status(scene, scene.inspection) == "returned"


def test_a_wrong_password_on_the_way_back_still_loses_nothing(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get(f"/records/{scene.inspection}").text, "/return")
    scene.world.clock.now += STAFF_SESSION_IDLE_MS + 60_000
    asked = client.post(
        f"/records/{scene.inspection}/return", data={**fields, "message": "อย่าหาย"}
    )
    carried = hidden(asked.text, "/sign-in")
    wrong = client.post("/sign-in", data={**carried, "login": "admin", "password": "no"})
    assert wrong.status_code == 401
    assert "อย่าหาย" in json.loads(hidden(wrong.text, "/sign-in")["carried"])["message"]


# -- registers, people, tablets ------------------------------------------------------------------


def test_an_edit_of_the_register_touches_only_what_was_changed(scene: Scene) -> None:
    client = signed_in(scene)
    page = client.get(f"/records/{scene.factory}/edit").text
    fields = {**hidden(page, "/edit"), **typed_fields(page)}
    tablet = scene.tablets[0]
    tablet.pull()
    tablet.sets(scene.factory, {"contact/contact_name": "คุณใหม่ จากแท็บเล็ต"})
    tablet.push()
    fields["identity/fac_name"] = "ชื่อใหม่จากสำนักงาน"
    assert client.post(f"/records/{scene.factory}/edit", data=fields).status_code == 303
    tablet.pull()
    state = tablet.states[scene.factory]
    assert state.value("identity/fac_name") == "ชื่อใหม่จากสำนักงาน"
    assert state.value("contact/contact_name") == "คุณใหม่ จากแท็บเล็ต"
    assert "contact/contact_name" not in state.conflicts()


def typed_fields(page: str) -> dict[str, str]:
    """What stands in the text fields and lists of the page."""
    found = dict(re.findall(r'<input type="text"[^>]*name="([^"]+)" value="([^"]*)"', page))
    for name, body in re.findall(r'<select id="[^"]*" name="([^"]+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen.group(1) if chosen else ""
    return {name: html.unescape(value) for name, value in found.items()}


def test_what_cannot_be_read_is_said_at_its_field_and_kept(scene: Scene) -> None:
    client = signed_in(scene)
    page = client.get(f"/records/{scene.factory}/edit").text
    fields = {**hidden(page, "/edit"), **typed_fields(page), "state/w_m": "สิบสอง"}
    reply = client.post(f"/records/{scene.factory}/edit", data=fields)
    assert reply.status_code == 422
    assert 'value="สิบสอง"' in reply.text
    assert 'aria-invalid="true"' in reply.text


def test_a_code_is_shown_once_and_works(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get("/tablets").text, "/tablets/code")
    page = client.post(
        "/tablets/code", data={**fields, "label": "ชลบุรี 9", "area": "area:20-1"}
    ).text
    code = re.search(r'id="code">([A-Z0-9-]+)<', page)
    assert code
    assert code.group(1) not in client.get("/tablets").text
    body = {"code": code.group(1), "label": "", "app_version": "1"}
    reply = client.post("/api/v1/enrol", json=body)
    assert reply.status_code == 200


def test_a_revoked_tablet_is_asked_about_first_and_audited(scene: Scene) -> None:
    client = signed_in(scene)
    device = scene.tablets[1].device
    ask = client.get(f"/tablets/{device}/revoke").text
    assert client.post(f"/tablets/{device}/revoke", data=hidden(ask, "/revoke")).status_code == 303
    with scene.world.office.database.reading() as session:
        row = session.get(DeviceRow, device)
        assert row is not None
        assert row.revoked_at is not None
        acts = set(session.scalars(select(AuditRow.act)))
    assert "device.revoked" in acts


def test_a_person_is_added_and_what_is_wrong_is_said_in_words(scene: Scene) -> None:
    client = signed_in(scene)
    fields = hidden(client.get("/people/new").text, "/people/new")
    entry = {**fields, "login": "nok", "name": "นก ใจดี", "role": "officer", "active": "1"}
    wrong = client.post("/people/new", data={**entry, "pin": "12"})
    assert wrong.status_code == 422
    assert "A PIN has 6 to 12 digits" in wrong.text
    assert 'value="นก ใจดี"' in wrong.text
    right = client.post("/people/new", data={**entry, "pin": "135790", "area": "area:20-1"})
    assert right.status_code == 303
    assert "นก ใจดี" in client.get("/people").text
    taken = client.post("/people/new", data={**entry, "pin": "135790"})
    assert "taken" in taken.text


# -- words ---------------------------------------------------------------------------------------


def test_both_catalogues_have_the_same_words() -> None:
    thai, english = set(catalogue("th")), set(catalogue("en"))
    assert {key for key in english if not key.endswith(".one")} == thai


def test_sentences_of_both_languages_have_the_same_places() -> None:
    def places(sentence: str) -> set[str]:
        return set(re.findall(r"{([a-z_]+)}", sentence))

    for key, sentence in catalogue("th").items():
        assert places(sentence) == places(catalogue("en")[key]), key


def test_every_word_that_templates_ask_for_is_there() -> None:
    asked = set()
    for path in (ROOT / "server" / "templates").glob("*.html"):
        asked |= set(re.findall(r"\bt\('([a-z_0-9.]+)'[,)]", path.read_text(encoding="utf-8")))
    assert len(asked) > 150
    assert asked - set(catalogue("th")) == set()


def test_every_problem_that_a_decision_can_meet_has_its_sentence() -> None:
    source = (ROOT / "shared" / "records" / "workflow.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'"(transition\.[a-z_]+)"', source)) - {"transition.unknown_target"}
    for code in codes:
        assert f"refused.{code}" in catalogue("th"), code
