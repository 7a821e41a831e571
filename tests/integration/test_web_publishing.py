"""The pages of forms and codebooks: uploading, rehearsing, publishing, retiring, comparing."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.services.publish_form import publish_form
from tests.support.office_scene import Scene, area_code
from tests.support.page_reading import hidden, signed_in, text
from tests.support.publishing import pond


def send(client: FlaskClient, page: str, action: str, **fields: Any) -> Any:
    """Post the form with this action as the page shows it."""
    given = {**hidden(page, action), **fields}
    return client.post(action, data=given, content_type="multipart/form-data")


def upload(client: FlaskClient, body: str, name: str = "pond.md") -> Any:
    page = client.get("/forms/upload").text
    file = (io.BytesIO(body.encode()), name)
    return send(client, page, "/forms/upload", files=[file])


def candidate(client: FlaskClient, body: str) -> str:
    """The address of what was uploaded."""
    reply = upload(client, body)
    assert reply.status_code == 303, text(reply.text)
    return str(reply.location).partition("?")[0]


def fill(scene: Scene, **values: Any) -> str:
    tablet = scene.tablets[0]
    named = {f"main/{name}": value for name, value in values.items()}
    record = tablet.creates(named, kind="pond", scope=f"area:{area_code('chonburi')}")
    tablet.push()
    return record


def test_all_defects_stand_in_one_table_with_sheet_row_and_column(scene: Scene) -> None:
    client = signed_in(scene)
    broken = pond(1).replace("| | integer | people", "| | integre | people")
    broken = broken.replace("${water} = 'yes'", "${woter} = 'yes'")
    reply = upload(client, broken)
    assert reply.status_code == 422
    rows = re.findall(r"<tr data-answer.*?</tr>", reply.text, re.S)
    assert len(rows) >= 2
    said = text("".join(rows))
    assert "integre" in said
    assert "woter" in said
    assert "nothing was kept" in text(reply.text)
    assert "\t" in reply.text.split("<textarea", 1)[1]
    assert "Waiting to be published" not in text(client.get("/forms").text)


def test_a_form_goes_from_upload_over_rehearsal_to_the_tablets(scene: Scene) -> None:
    client = signed_in(scene)
    publish_form(scene.world.office, scene.world.people["admin"], pond(1), "pond.md")
    fill(scene, site="A", people=9876)
    fill(scene, site="B")
    address = candidate(client, pond(1, people=""))
    page = client.get(address).text
    assert "There are open records" in text(page)
    reply = send(client, page, f"{address}/rehearse")
    assert "rehearsed" in reply.location
    page = client.get(address).text
    assert "1 fit, 1 lose an answer, 0 are blocked" in text(page)
    listed = client.get(f"{address}/records?class=loses").text
    assert "People" in text(listed)
    assert "/records/" in listed
    reply = send(client, page, f"{address}/publish", version="2")
    assert reply.location.startswith("/forms/pond/2")
    page = client.get(reply.location).text
    assert "Published" in text(page)
    assert client.get(address).status_code == 404
    tablet = scene.tablets[0]
    tablet.pull()
    versions = {s.value("version") for s in tablet.states.values() if s.value("form_id") == "pond"}
    assert versions == {1, 2}


def test_what_may_not_change_is_shown_and_publishing_is_not_offered(scene: Scene) -> None:
    client = signed_in(scene)
    publish_form(scene.world.office, scene.world.people["admin"], pond(1), "pond.md")
    changed = pond(2, people="| | text | people | จำนวนคน | People | | | |")
    page = client.get(candidate(client, changed)).text
    assert "its type was integer and cannot become text" in text(page)
    assert 'name="version"' not in page


def test_a_version_is_retired_and_offered_again_on_its_page(scene: Scene) -> None:
    client = signed_in(scene)
    publish_form(scene.world.office, scene.world.people["admin"], pond(1), "pond.md")
    fill(scene, site="A")
    page = client.get("/forms/pond/1").text
    send(client, page, "/forms/pond/1/retire")
    page = client.get("/forms/pond/1").text
    assert "Offer this version again" in text(page)
    send(client, page, "/forms/pond/1/offer")
    assert "Retire this version" in text(client.get("/forms/pond/1").text)
    history = text(client.get("/forms/pond").text)
    assert "Offered again" in history
    assert "Retired" in history


def test_the_source_comes_back_byte_for_byte_and_the_xform_beside_it(scene: Scene) -> None:
    client = signed_in(scene)
    address = candidate(client, pond(1))
    assert client.get(f"{address}/source").data == pond(1).encode()
    send(client, client.get(address).text, f"{address}/publish", version="1")
    reply = client.get("/forms/pond/1/source")
    assert reply.data == pond(1).encode()
    assert reply.headers["Content-Disposition"].startswith("attachment")
    xform = client.get("/forms/pond/1/xform")
    assert b'<pond id="pond" version="1"' in xform.data
    assert xform.headers["Content-Disposition"].startswith("attachment")
    assert client.get("/forms/insp/1/source").status_code == 200


def test_a_record_keeps_the_labels_of_its_own_version(scene: Scene) -> None:
    client = signed_in(scene)
    admin = scene.world.people["admin"]
    publish_form(scene.world.office, admin, pond(1), "pond.md")
    record = fill(scene, site="A", people=12)
    publish_form(scene.world.office, admin, pond(2, people=""), "pond.md")
    page = text(client.get(f"/records/{record}").text)
    assert "People 12" in page
    assert "version 1 (newest is 2)" in page


def test_an_answer_that_the_record_s_version_does_not_ask_is_shown_with_its_label(
    scene: Scene,
) -> None:
    client = signed_in(scene)
    admin = scene.world.people["admin"]
    publish_form(scene.world.office, admin, pond(1), "pond.md")
    owner = "| | text | owner | เจ้าของ | Owner | | | |"
    publish_form(scene.world.office, admin, pond(2, more=owner), "pond.md")
    record = fill(scene, site="A", owner="นางสาวบุญมี")
    page = text(client.get(f"/records/{record}").text)
    assert "Kept aside" in page
    assert "Owner form version 2 นางสาวบุญมี" in page


def test_every_version_and_candidate_leads_to_its_preview_and_its_paper(scene: Scene) -> None:
    client = signed_in(scene)
    address = candidate(client, pond(1))
    for page in ("/forms/insp/1", "/forms/insp", address):
        shown = client.get(page).text
        place = address if page == address else "/forms/insp/1"
        assert f'href="{place}/preview"' in shown
        assert f'href="{place}/paper.pdf"' in shown


def book(scene: Scene, client: FlaskClient, table: str, **fields: str) -> Any:
    page = client.get("/codebooks/upload").text
    file = (io.BytesIO(table.encode()), "ponds.csv")
    return send(client, page, "/codebooks/upload", file=file, name="ponds", **fields)


def test_a_codebook_is_uploaded_compared_and_put_in_force(scene: Scene) -> None:
    client = signed_in(scene)
    reply = book(scene, client, "key,th,en,max\npH,พีเอช,pH,9\n", version="1")
    assert reply.location.startswith("/codebooks/ponds")
    second = "key,th,en,max\npH,พีเอช,pH,8\nBOD,บีโอดี,BOD,20\n"
    reply = book(scene, client, second, version="2", valid_from="1/10/2568", confidence="H")
    page = client.get(reply.location).text
    assert "Rows added 1" in text(page)
    assert "<del>9</del>" in page
    send(client, page, "/codebooks/ponds/activate")
    page = text(client.get("/codebooks/ponds").text)
    assert "high" in page
    with scene.world.office.database.reading() as session:
        assert scene.world.office.forms.codebooks(session)["ponds"].version == "2"


def test_a_table_with_defects_is_not_kept_and_what_was_typed_stays(scene: Scene) -> None:
    client = signed_in(scene)
    reply = book(scene, client, "key,th\n,ก\na,ข\na,ค\n", source="ประกาศกระทรวง")
    assert reply.status_code == 422
    assert reply.text.count("<tr data-answer") == 2
    assert "ประกาศกระทรวง" in reply.text
    assert client.get("/codebooks/ponds").status_code == 404


@pytest.mark.parametrize("address", ["/forms/upload", "/forms/candidates/x", "/codebooks/upload"])
def test_publishing_is_for_administrators(scene: Scene, address: str) -> None:
    client = signed_in(scene, "review")
    assert client.get(address).status_code == 403
    assert client.get("/forms").status_code == 200
    assert client.get("/codebooks/limits").status_code == 200
    assert "Upload a form" not in text(client.get("/forms").text)


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_page_of_publishing_opens_in_both_languages(scene: Scene, language: str) -> None:
    client = signed_in(scene, language=language)
    publish_form(scene.world.office, scene.world.people["admin"], pond(1), "pond.md")
    fill(scene, site="A")
    address = candidate(client, pond(2, people=""))
    send(client, client.get(address).text, f"{address}/rehearse")
    for page in (
        "/forms", "/forms/insp", "/forms/insp/1", "/forms/upload", address, "/codebooks",
        f"{address}/records?class=blocked&after=x", "/codebooks/limits", "/codebooks/upload",
        "/codebooks/upload?name=limits", "/codebooks/limits/compare?from=1&to=zz",
    ):  # fmt: skip
        reply = client.get(page)
        assert reply.status_code == 200, page
    for gone in ("/forms/nothing", "/forms/insp/99", "/codebooks/nothing", "/forms/insp/99/xform",
                 "/codebooks/limits/77", "/codebooks/nothing/compare"):  # fmt: skip
        assert client.get(gone).status_code == 404, gone
