"""A form filled in the office's browser: the tablets' rules, nothing stored, any input answered."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.models import ChangeRow, RecordRow
from server.services.publish_form import publish_form
from server.web.preview_draft import ROWS_MAX
from tests.support.office_scene import Scene
from tests.support.page_reading import signed_in
from tests.support.preview_pages import ADDRESS, FORM, Page, listed


@pytest.fixture
def page(scene: Scene) -> Page:
    admin = scene.world.people["admin"]
    publish_form(scene.world.office, admin, FORM, "trial.md")
    return Page(signed_in(scene))


def test_relevance_calculation_and_sentences_follow_the_answers(page: Page) -> None:
    assert "Works" not in page.shown
    page.type({"one/name": "สมชาย", "one/age": "๒๐"})
    assert "Age of สมชาย" in page.shown
    assert "20 years" in page.shown
    assert "Works" in page.shown
    assert page.stored() == {"trial one/name": '"สมชาย"', "trial one/age": "20"}
    page.type({"one/age": "10"})
    assert "Works" not in page.shown


def test_answers_wait_while_nothing_asks_for_them_and_come_back(page: Page) -> None:
    page.type({"one/age": "20"}).type({"one/work": "yes"})
    assert "trial one/work" in page.stored()
    page.type({"one/age": "3"})
    assert "trial one/work" not in page.stored()
    page.type({"one/age": "30"})
    assert page.stored()["trial one/work"] == '"yes"'


def test_problems_are_listed_hard_and_soft_and_a_reason_passes_the_soft_one(page: Page) -> None:
    page.type({"one/age": "200"})
    assert "Too old" in page.shown
    page.type({"one/age": "120"})
    assert "Too old" not in page.shown
    assert "Are you sure" in page.shown
    page.type({"one/age:reason": "เห็นบัตรแล้ว"})
    assert "Are you sure" not in page.shown
    assert page.stored()["trial one/age?reason"] == '"เห็นบัตรแล้ว"'


def test_what_is_not_answered_is_said_after_the_check(page: Page) -> None:
    assert "must be answered" not in page.shown
    assert "1 required answer is missing" in page.shown
    page.post("check")
    assert "must be answered" in page.shown
    page.type({"one/name": "x"})
    assert "it could be submitted" in page.shown


def test_what_cannot_be_read_stays_typed_and_is_explained(page: Page) -> None:
    page.type({"one/age": "twelve"})
    assert "Not a whole number" in page.shown
    assert 'value="twelve"' in page.text
    assert "trial one/age" not in page.stored()


def test_every_type_has_a_field_and_a_stored_value(page: Page) -> None:
    here = page.name("one/here", "lat")
    page.post(**{
        page.name("one/colours"): ["blue", "red"],
        page.name("one/score"): "3",
        here: "13.75", here.replace(":lat", ":lon"): "100.5",
        here.replace(":lat", ":accuracy"): "5",
        page.name("one/path"): "13 100\n13.1 100.1",
        page.name("one/photo"): "1",
        page.name("one/agreed"): "1",
        page.name("one/day"): "15/8/2568",
        page.name("one/ranked", "0"): "2", page.name("one/ranked", "1"): "1",
        page.name("one/ranked", "2"): "3",
    })  # fmt: skip
    stored = page.stored()
    assert stored["trial one/colours"] == '["red","blue"]'
    assert stored["trial one/ranked"] == '["green","red","blue"]'
    assert stored["trial one/score"] == '"3"'
    assert stored["trial one/here"] == '{"accuracy":"5","lat":"13.75","lon":"100.5"}'
    assert '"lat":"13.1"' in stored["trial one/path"]
    assert "sample.jpg" in stored["trial one/photo"]
    assert stored["trial one/agreed"] == '"OK"'
    assert stored["trial one/day"] == '"2025-08-15"'
    again = page.post().stored()
    assert again == stored, "what the page shows of an answer is read as the same answer"
    page.post(**{page.name("one/ranked", "0"): "1"})
    assert "a place of its own" in page.shown


def test_rows_are_added_filled_and_removed_on_their_page(page: Page) -> None:
    page.type({"one/age": "20"}).type({"one/work": "yes"}).post("go:two")
    add = re.search(r'value="(add:[^"]+)"', page.text)
    assert add is not None
    page.post(add.group(1)).post(add.group(1))
    page.post(**{page.name("job", nth=1): "ช่าง"})
    assert page.stored()["trial/jobs[2] job"] == '"ช่าง"'
    page.post(add.group(1)).post(add.group(1))
    assert len(re.findall(r'name="[^"]+:job"', page.text)) == 3, "the form takes three at most"
    remove = re.search(r'value="(remove:[^"]+)"', page.text)
    assert remove is not None
    page.post(remove.group(1))
    assert page.stored()["trial/jobs[1] job"] == '"ช่าง"'


def test_the_forms_language_is_chosen_in_the_page(page: Page) -> None:
    page.post(language="th")
    assert "ชื่อ" in page.shown
    assert "What would be stored" in page.shown


HUGE = "concat(" + ", ".join(["${name}"] * 24) + ")"


def test_a_formula_that_took_too_much_work_is_named(page: Page, scene: Scene) -> None:
    form = FORM.replace("${age} * 2", f"string-length({HUGE})").replace("| trial |", "| heavy |")
    publish_form(scene.world.office, scene.world.people["admin"], form, "heavy.md")
    heavy = Page(page.client, "/forms/heavy/1/preview")
    assert "too complex to compute" not in heavy.type({"one/name": "สั้น"}).shown
    heavy.type({"one/name": "ก" * 10_000})
    assert "too complex to compute" in heavy.shown
    assert "concat(${name}, ${name}" in heavy.shown


def test_nothing_of_a_preview_is_stored(page: Page, scene: Scene) -> None:
    def counts() -> list[int | None]:
        with scene.world.office.database.reading() as session:
            return [
                session.scalar(select(func.count()).select_from(model))
                for model in (RecordRow, ChangeRow)
            ]

    before = counts()
    page.type({"one/name": "x", "one/age": "20"}).post("check")
    assert counts() == before


def test_texts_of_a_form_are_inert_in_its_preview(scene: Scene) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} \"'"
    source = FORM.replace("| ชื่อ | Name |", f"| {hostile} | {hostile} |")
    source = source.replace("| แดง | Red |", f"| {hostile} | {hostile} |")
    admin = scene.world.people["admin"]
    publish_form(scene.world.office, admin, source, "trial.md")
    page = Page(signed_in(scene)).type({"one/name": hostile})
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "{{ 7*7 }}" in page.shown, "a template's marks in a form are text"
    assert "alert(1)" in page.stored()["trial one/name"]


def test_a_page_of_another_form_or_person_is_refused(page: Page, scene: Scene) -> None:
    other = page.client.post("/forms/insp/1/preview", data={**page.kept, "do": "update"})
    assert other.status_code == 403
    forged = {**page.kept, "state": page.kept["state"][:-3] + "xyz", "do": "update"}
    assert page.client.post(ADDRESS, data=forged).status_code == 403


def test_a_preview_carries_no_more_than_its_bounds(page: Page) -> None:
    page.post(**{page.name("one/name"): "ก" * 60_000})
    for _ in range(9):
        page.post(**{page.name("one/name"): "ก" * 65_000})
    assert len(page.kept["state"]) < 1_500_000
    assert page.client.get(ADDRESS).status_code == 200


def test_a_form_that_makes_its_rows_has_them_and_bounds_them(scene: Scene) -> None:
    page = Page(signed_in(scene), "/forms/insp/1/preview")
    assert "insp/checks" not in str(page.stored()), "rows that nobody answered do not exist"
    assert page.text.count("data-item") < 10 * ROWS_MAX


def test_an_entry_of_a_register_is_found_by_any_part_of_its_name(scene: Scene) -> None:
    page = Page(signed_in(scene), "/forms/insp/1/preview").post("go:site")
    with scene.world.office.database.reading() as session:
        named = select(RecordRow.title).where(RecordRow.id == scene.factory)
        title = session.scalar(named)
    assert title
    part = title.split()[1][1:6]
    page.type({"site/factory:find": part})
    assert title in page.text
    page.type({"site/factory:find": "ไม่มีโรงงานชื่อนี้"})
    assert title not in page.text


@pytest.mark.parametrize("form", ["insp", "event", "factory"])
@pytest.mark.parametrize("language", ["th", "en"])
def test_every_section_of_the_programmes_forms_opens(
    still: Scene, form: str, language: str
) -> None:
    page = Page(signed_in(still, language=language), f"/forms/{form}/1/preview")
    for key in dict.fromkeys(re.findall(r'value="go:([^"]+)"', page.text)):
        page.post(f"go:{key}").post("check")
        for add in dict.fromkeys(re.findall(r'value="(add:[^"]+)"', page.text)):
            page.post(add)


ODD = st.text(max_size=30) | st.sampled_from(
    ["๑๒", "-0", "1e9", "NaN", "[", "{}", "\x07", "\ud83d", "9" * 50, "yes", "13.7 100", "'", "=1"]
)


@given(data=st.data())
@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_any_answer_and_any_button_is_answered_with_a_page(still: Scene, data: Any) -> None:
    client = signed_in(still)
    address = data.draw(st.sampled_from(["/forms/insp/1/preview", "/forms/event/1/preview"]))
    page = Page(client, address)
    for _ in range(3):
        names = sorted(page.fields())
        typed = data.draw(st.dictionaries(st.sampled_from(names), ODD, max_size=8)) if names else {}
        buttons = sorted(set(re.findall(r'name="do" value="([^"]*)"', page.text)))
        do = data.draw(st.sampled_from(buttons) | ODD)
        posted = {**page.fields(), **page.kept, **typed, "do": do}
        posted = {
            name: [one.encode("utf-8", "replace").decode() for one in listed(value)]
            for name, value in posted.items()
        }
        reply = client.post(address, data=posted)
        assert reply.status_code < 500, (typed, do)
        if reply.status_code != 200:
            return
        page.read(reply)
