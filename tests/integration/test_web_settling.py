"""Pages on which staff settle: what is kept aside, disputed deletions, moves, hidden answers."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from server.models import QuarantineRow, RecordRow
from shared.problem_sentences import sentence
from sync.changes import FieldWrite, Operation, RecordEdit
from tests.support.office_scene import Scene, area_code
from tests.support.page_reading import hidden, signed_in, text
from tests.support.rescue_file import saved
from tests.support.unsettled import dispute, hiding


def aside(scene: Scene, **values: str) -> tuple[str, str]:
    """A factory that came in for an area nobody has: the record and its entry."""
    tablet = scene.tablets[0]
    given = {"identity/fac_name": "โรงงานนอกพื้นที่", "contact/contact_tel": "081 234 5678", **values}
    record = tablet.creates(given, kind="factory", scope="area:nowhere")
    tablet.push()
    with scene.world.office.database.reading() as session:
        entry = session.scalars(select(QuarantineRow.id).where(QuarantineRow.record == record))
        return record, entry.one()


def stored(scene: Scene, record: str) -> RecordRow:
    with scene.world.office.database.reading() as session:
        row = session.get(RecordRow, record)
        assert row is not None
        return row


CHONBURI, KHONKAEN = f"area:{area_code('chonburi')}", f"area:{area_code('khonkaen')}"


def test_the_desk_lists_what_was_typed_with_numbers_masked_and_why(scene: Scene) -> None:
    aside(scene)
    page = text(signed_in(scene).get("/kept-aside").text)
    assert "โรงงานนอกพื้นที่" in page
    assert sentence("scope.not_held", "en") in page
    assert "081 234 5678" not in page
    assert "1 thing to settle" in signed_in(scene).get("/kept-aside").text or "2" in page


def test_an_entry_is_accepted_into_an_area(scene: Scene) -> None:
    record, entry = aside(scene)
    client = signed_in(scene)
    page = client.get(f"/kept-aside/{entry}").text
    assert "โรงงานนอกพื้นที่" in page
    fields = hidden(page, "/accept")
    refused = client.post(f"/kept-aside/{entry}/accept", data=fields)
    assert refused.status_code == 409
    assert "stays aside" in text(refused.text)
    done = client.post(f"/kept-aside/{entry}/accept", data={**fields, "scope": CHONBURI})
    assert (done.status_code, stored(scene, record).scope) == (303, CHONBURI)
    scene.tablets[0].pull()
    assert scene.tablets[0].states[record].value("identity/fac_name") == "โรงงานนอกพื้นที่"
    assert "Accepted" in text(client.get("/kept-aside?state=decided").text)


def test_an_entry_goes_under_a_record_that_was_looked_for(scene: Scene) -> None:
    tablet = scene.tablets[0]
    lost = tablet.new_id()
    row = tablet.creates({"f_desc": "พบน้ำเสีย"}, kind="insp/findings", parent=lost)
    tablet.push()
    client = signed_in(scene)
    with scene.world.office.database.reading() as session:
        entry = session.scalars(select(QuarantineRow.id)).one()
    title = stored(scene, scene.inspection).title
    page = client.get(f"/kept-aside/{entry}", query_string={"find": title}).text
    assert scene.inspection in page
    fields = {**hidden(page, "/accept"), "record": scene.inspection}
    assert client.post(f"/kept-aside/{entry}/accept", data=fields).status_code == 303
    assert stored(scene, row).root == scene.inspection


def test_an_entry_is_kept_for_good_only_with_a_reason(scene: Scene) -> None:
    _, entry = aside(scene)
    client = signed_in(scene)
    fields = hidden(client.get(f"/kept-aside/{entry}").text, "/keep")
    assert client.post(f"/kept-aside/{entry}/keep", data=fields).status_code == 422
    kept = client.post(f"/kept-aside/{entry}/keep", data={**fields, "reason": "ทดสอบเท่านั้น"})
    assert kept.status_code == 303
    assert "ทดสอบเท่านั้น" in client.get(f"/kept-aside/{entry}").text
    again = client.post(f"/kept-aside/{entry}/keep", data={**fields, "reason": "อีกครั้ง"})
    assert again.status_code == 409


def test_what_cannot_be_read_is_shown_as_it_came_and_downloaded_by_administrators(
    scene: Scene,
) -> None:
    tablet = scene.tablets[0]
    tablet.creates({"identity/fac_name": "x"}, kind="factory", scope=CHONBURI)
    sealed = tablet.pending.pop()
    broken = sealed.line.replace(b'"x"', b'"y"')
    tablet.pending = [type(sealed)(sealed.id, broken, sealed.head_hash)]
    tablet.push()
    with scene.world.office.database.reading() as session:
        entry = session.scalars(select(QuarantineRow.id)).one()
    client = signed_in(scene)
    page = client.get(f"/kept-aside/{entry}").text
    assert "identity/fac_name" in page
    assert "/accept" not in page
    got = client.get(f"/kept-aside/{entry}/line")
    assert (got.status_code, got.data) == (200, broken)
    assert signed_in(scene, "review").get(f"/kept-aside/{entry}/line").status_code == 403


def test_a_reviewer_sees_nothing_of_other_areas(scene: Scene) -> None:
    _, entry = aside(scene)
    assert signed_in(scene, "faraway").get(f"/kept-aside/{entry}").status_code == 404
    assert "โรงงานนอกพื้นที่" not in signed_in(scene, "faraway").get("/kept-aside").text


@pytest.mark.parametrize("keep", ["yes", "no"])
def test_a_disputed_deletion_is_settled_on_the_records_page(scene: Scene, keep: str) -> None:
    record = dispute(scene)
    assert stored(scene, record).disputed
    client = signed_in(scene)
    assert "Deletion disputed" in text(client.get("/conflicts").text)
    page = client.get(f"/records/{record}").text
    assert "Somebody deleted this record" in text(page)
    assert "77" in text(page)
    fields = {**hidden(page, "/deletion"), "keep": keep}
    assert client.post(f"/records/{record}/deletion", data=fields).status_code == 303
    row = stored(scene, record)
    assert (row.disputed, row.deleted, row.tree_conflicts) == (False, keep == "no", 0)


def test_a_record_moves_from_its_page(scene: Scene) -> None:
    client = signed_in(scene)
    page = client.get(f"/records/{scene.inspection}/move").text
    assert re.search(r"\d+ rows", text(page))
    fields = hidden(page, "/move")
    bare = client.post(f"/records/{scene.inspection}/move", data={**fields, "scope": KHONKAEN})
    assert bare.status_code == 422
    done = client.post(
        f"/records/{scene.inspection}/move",
        data={**fields, "scope": KHONKAEN, "reason": "อยู่อีกจังหวัด"},
    )
    assert (done.status_code, stored(scene, scene.inspection).scope) == (303, KHONKAEN)
    assert "อยู่อีกจังหวัด" in client.get(f"/records/{scene.inspection}").text
    assert signed_in(scene, "review").get(f"/records/{scene.inspection}").status_code == 403


def test_an_answer_that_hides_others_is_chosen_on_the_records_page(scene: Scene) -> None:
    record = hiding(scene)
    client = signed_in(scene)
    assert "Answer hides answers" in text(client.get("/conflicts").text)
    page = client.get(f"/records/{record}").text
    assert "One answer makes others count for nothing" in text(page)
    fields = {**hidden(page, "/relevance"), "back": ""}
    assert client.post(f"/records/{record}/relevance", data=fields).status_code == 303
    assert stored(scene, record).relevance_conflicts == 0


def test_the_fleet_shows_what_needs_attention_first_and_each_tablet_in_full(scene: Scene) -> None:
    aside(scene)
    scene.world.clock.now += 9 * 24 * 60 * 60_000
    client = signed_in(scene)
    for sort in ("attention", "label", "last", "unsent", "clock", "storage", "aside", "odd"):
        assert client.get(f"/tablets?sort={sort}").status_code == 200
    page = text(client.get("/tablets").text)
    assert "silent for 7 days" in page
    assert "saves kept aside" in page
    device = scene.tablets[0].device
    detail = text(client.get(f"/tablets/{device}").text)
    assert sentence("scope.not_held", "en") in detail
    assert client.get("/handed-over").status_code == 200


def test_a_tablet_that_loses_an_area_is_still_heard(scene: Scene) -> None:
    tablet = scene.tablets[0]
    tablet.pull()
    tablet.sets(scene.factory, {"contact/contact_name": "คุณใหม่"})
    client = signed_in(scene)
    fields = hidden(client.get(f"/tablets/{tablet.device}").text, "/areas")
    none = client.post(f"/tablets/{tablet.device}/areas", data=fields)
    assert "At least one area" in text(none.text)
    done = client.post(f"/tablets/{tablet.device}/areas", data={**fields, "area": KHONKAEN})
    assert done.status_code == 303
    assert [r.code for r in tablet.push()] == ["scope.no_longer_held"]
    assert "คุณใหม่" in client.get(f"/records/{scene.factory}").text


def test_an_unknown_version_of_a_form_is_read_by_one_that_is_published(scene: Scene) -> None:
    tablet = scene.tablets[0]
    writes = {"identity/fac_name": FieldWrite("รุ่นใหม่")}
    record = tablet.new_id()
    edit = RecordEdit(record, "factory", "factory", 9, Operation.CREATE,
                      scope="area:nowhere", writes=writes)  # fmt: skip
    tablet.seal(edit)
    tablet.push()
    client = signed_in(scene)
    with scene.world.office.database.reading() as session:
        entry = session.scalars(select(QuarantineRow.id)).one()
    page = client.get(f"/kept-aside/{entry}").text
    assert 'name="version"' in page
    fields = {**hidden(page, "/accept"), "scope": CHONBURI, "version": "1"}
    assert client.post(f"/kept-aside/{entry}/accept", data=fields).status_code == 303
    assert stored(scene, record).version == 1


def test_a_rescue_file_is_imported_on_the_page_of_tablets(scene: Scene) -> None:
    tablet = scene.tablets[0]
    record = tablet.creates({"identity/fac_name": "จากแฟ้ม"}, kind="factory", scope=CHONBURI)
    body = saved(tablet)
    client = signed_in(scene)
    fields = hidden(client.get("/tablets").text, "/tablets/import")
    nothing = client.post("/tablets/import", data=fields)
    assert "Choose a file first" in text(nothing.text)
    odd = client.post("/tablets/import", data={**fields, "bundle": (io.BytesIO(b"x"), "a.samruat")})
    assert odd.status_code == 422
    done = client.post("/tablets/import", data={**fields, "bundle": (body, "a.samruat")})
    assert "merged: 1" in text(done.text)
    assert stored(scene, record).title == "จากแฟ้ม"
    assert signed_in(scene, "review").post("/tablets/import").status_code == 403
