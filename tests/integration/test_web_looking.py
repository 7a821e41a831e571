"""The office's pages over a furnished office: who sees what, and how it is shown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import pytest

from server.services.list_review_queue import ReviewQuery, list_review_queue
from server.web.words import LANGUAGES
from tests.support.office_scene import Scene, area_code
from tests.support.offices import PASSWORD
from tests.support.page_reading import ADDRESSES, hidden, signed_in, status, text

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
    assert "1,250.5 m³/day" in words
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
