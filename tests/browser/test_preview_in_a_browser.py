"""A form tried out in a real browser: swapped parts, kept typing, no barriers, no script needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.services.publish_form import publish_form
from tests.support.office_browser import Office, launch, serious, serve
from tests.support.preview_pages import ADDRESS, FORM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launch()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Office]:
    for found in serve(tmp_path_factory.mktemp("preview"), browser):
        world = found.scene.world
        publish_form(world.office, world.people["admin"], FORM, "trial.md")
        yield found


def field(page: Page, key: str) -> str:
    return f'[name$=":{key}"]'


def test_a_change_shows_what_follows_and_keeps_what_is_typed_meanwhile(office: Office) -> None:
    page = office.open()
    page.goto(office.address + ADDRESS)
    page.fill(field(page, "one/name"), "สมชาย")
    page.keyboard.press("Tab")
    page.keyboard.type("20")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Age of สมชาย")).to_have_count(2)
    expect(page.get_by_text("20 years")).to_be_visible()
    expect(page.locator(field(page, "one/age"))).to_have_value("20")
    page.locator(".pv-item", has_text="Works").get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Two").click()
    expect(page.locator("#pv-section")).to_be_focused()
    page.get_by_role("button", name="Add Jobs").click()
    page.fill(field(page, "job"), "ช่าง")
    page.get_by_role("button", name="Check").first.click()
    expect(page.get_by_text("it could be submitted")).to_be_visible()
    expect(page.locator("#pv-stored")).to_contain_text("ช่าง")
    assert office.complaints == []


def test_a_problem_leads_to_its_question_on_another_page(office: Office) -> None:
    page = office.open()
    page.goto(office.address + "/forms/insp/1/preview")
    page.get_by_role("button", name="Check").first.click()
    listed = page.locator("#pv-problems button").first
    expect(listed).to_be_visible()
    target = listed.get_attribute("data-then")
    listed.click()
    expect(page.locator(f'[id="{target}"]')).to_be_focused()


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_preview_and_export_have_no_barrier_and_fit_the_window(
    office: Office, language: str, size: str
) -> None:
    page = office.open(language=language, size=size)
    for address in (ADDRESS, "/forms/insp/1/preview", "/forms/event/1/preview", "/export"):
        page.goto(office.address + address)
        if address != "/export":
            page.locator('button[value="check"]').first.click()
            expect(page.locator("#pv-problems li").first).to_be_visible()
        assert serious(page) == [], address
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, address
    assert office.complaints == []


def test_without_a_script_a_button_does_the_same(office: Office) -> None:
    context = office.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{office.address}/language/en?back=/sign-in")
    page.fill("#login", "admin")
    page.fill("#password", "a long enough password")
    page.press("#password", "Enter")
    page.wait_for_selector(".side")
    page.goto(office.address + ADDRESS)
    page.fill(field(page, "one/age"), "20")
    page.press(field(page, "one/age"), "Enter")
    expect(page.get_by_text("20 years")).to_be_visible()
    context.close()
