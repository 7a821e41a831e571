"""What staff do on the pages, what it leaves behind, and that typed words survive."""

from __future__ import annotations

import json
import re

from sqlalchemy import select

from server.models import AuditRow, DeviceRow, RecordRow
from server.store.contents import read_content
from shared.limits import STAFF_SESSION_IDLE_MS
from shared.records.state import decode_state
from tests.support.office_scene import Scene
from tests.support.offices import PASSWORD
from tests.support.page_reading import hidden, signed_in, status, text, typed_fields

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
        assert flow.approved_hash == read_content(session, scene.returned)


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
    reply = client.post(f"/records/{scene.factory}/settle", data={**fields, "pick": pick.group(1)})
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
    again = client.post("/sign-in", data={**carried, "login": "admin", "password": PASSWORD})
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
    asked = client.post(f"/records/{scene.inspection}/return", data={**fields, "message": "อย่าหาย"})
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
