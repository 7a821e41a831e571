"""The office's pages in a real browser: policy, barriers, keys, pictures, map, resumed typing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from server.models import QuarantineRow
from shared.limits import STAFF_SESSION_IDLE_MS
from sync.changes import FieldWrite, Operation
from tests.support.office_browser import SIZES, Office, launch, serious, serve
from tests.support.office_scene import Scene


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launch()


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Office]:
    """For tests that only look; the browser must not have complained of anything at the end."""
    yield from serve(tmp_path_factory.mktemp("still"), browser)


@pytest.fixture
def office(tmp_path: Path, browser: Browser) -> Iterator[Office]:
    """For tests that act."""
    yield from serve(tmp_path, browser)


def addresses(scene: Scene) -> dict[str, str]:
    return {
        "review": "/review?state=any",
        "filtered": "/review?state=any&conflict=1&q=โรงงาน",
        "conflicts": "/conflicts",
        "areas": "/areas",
        "area": "/areas/20-1",
        "registers": "/registers",
        "people": "/people",
        "person": "/people/new",
        "tablets": "/tablets",
        "tablet": f"/tablets/{scene.tablets[0].device}",
        "kept aside": "/kept-aside",
        "handed over": "/handed-over",
        "move": f"/records/{scene.inspection}/move",
        "health": "/health",
        "forms": "/forms",
        "inspection": f"/records/{scene.inspection}",
        "event": f"/records/{scene.event}",
        "factory": f"/records/{scene.factory}",
        "edit": f"/records/{scene.factory}/edit",
    }


@pytest.mark.parametrize("language", ["th", "en"])
def test_no_page_has_a_serious_barrier_or_breaks_its_policy(still: Office, language: str) -> None:
    page = still.open(language=language)
    for name, address in addresses(still.scene).items():
        page.goto(still.address + address)
        assert serious(page) == [], name
    assert still.complaints == []


def test_the_sign_in_page_has_no_serious_barrier(still: Office) -> None:
    page = still.browser.new_context().new_page()
    page.goto(still.address + "/sign-in")
    assert serious(page) == []


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("language", ["th", "en"])
def test_no_page_is_wider_than_its_window(still: Office, language: str, size: str) -> None:
    page = still.open(language=language, size=size)
    for name, address in addresses(still.scene).items():
        page.goto(still.address + address)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, (name, over)


def test_the_keys_walk_the_list_and_show_the_record_beside_it(still: Office) -> None:
    page = still.open(size="wide")
    page.goto(still.address + "/review?state=any")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr[aria-selected=true]")).to_have_count(1)
    title = page.locator("tr[aria-selected=true] .title").inner_text().strip()
    expect(page.locator("#glance h2")).to_have_text(title)
    page.keyboard.press("k")
    expect(page.locator("#glance h2")).not_to_have_text(title)
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/*")


def test_a_question_mark_explains_the_keys_and_a_slash_leads_to_the_search(still: Office) -> None:
    page = still.open()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()


def test_typing_in_the_search_narrows_the_list_and_the_address(still: Office) -> None:
    page = still.open()
    page.goto(still.address + "/review?state=any")
    page.fill("#q", "สิ่งทอ")
    expect(page.locator("table[data-list] tbody tr")).to_have_count(1)
    expect(page.locator("#total b")).to_have_text("1")
    assert "q=" in page.url
    page.go_back()
    page.reload()
    expect(page.locator("table[data-list] tbody tr")).to_have_count(4)


def test_pictures_open_large_and_close(still: Office) -> None:
    page = still.open()
    page.goto(f"{still.address}/records/{still.scene.inspection}")
    page.locator("[data-zoom]").first.click()
    expect(page.locator("#zoom img")).to_be_visible()
    assert page.evaluate("document.querySelector('#zoom img').decode().then(() => true)")
    page.keyboard.press("Escape")
    expect(page.locator("#zoom")).to_be_hidden()


def test_the_map_draws_provinces_and_the_place_without_any_other_host(still: Office) -> None:
    page = still.open()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{still.address}/records/{still.scene.inspection}")
    expect(page.locator(".map path.leaflet-interactive")).not_to_have_count(0)
    assert page.locator(".map path.leaflet-interactive").count() > 70
    assert all(one.startswith(still.address) for one in asked)


def test_a_comment_is_written_and_sent_back_by_keys_alone(office: Office) -> None:
    page = office.open(login="review")
    record = office.scene.inspection
    page.goto(f"{office.address}/records/{record}")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.type("ตรวจอีกครั้ง")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("#message")).to_be_focused()
    page.keyboard.type("ขอแก้หนึ่งข้อ")
    expect(page.locator("[data-pinned]")).to_have_text("1 question pinned")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Sent back")
    tablet = office.scene.tablets[0]
    tablet.pull()
    flow = tablet.states[record].workflow
    assert flow is not None
    assert [one.text for one in flow.comments] == ["ตรวจอีกครั้ง"]


def test_a_conflict_is_settled_in_two_clicks(office: Office) -> None:
    page = office.open()
    page.click("text=Conflicts")
    page.click("table[data-list] .title a")
    page.click(".sides label:has-text('081 234 5678')")
    page.click(".conflict-form button")
    expect(page.locator("#said")).to_contain_text("Settled")
    expect(page.locator("#open-conflicts")).to_have_count(0)


def test_typed_words_come_back_after_the_session_has_ended(office: Office) -> None:
    page = office.open()
    address = f"{office.address}/records/{office.scene.inspection}"
    page.goto(address)
    page.fill("#message", "ข้อความที่ต้องไม่หาย")
    office.scene.world.clock.now += STAFF_SESSION_IDLE_MS + 60_000
    page.click("#return button")
    expect(page.locator(".note.warn")).to_contain_text("What you typed is kept")
    office.complaints.clear()  # the browser notes the 401 that asked to sign in
    office.sign_in(page)
    expect(page.locator("#message")).to_have_value("ข้อความที่ต้องไม่หาย")
    assert page.url == address
    page.click("#return button")
    expect(page.locator("#said")).to_contain_text("Sent back")


def test_everything_can_be_done_without_any_script(office: Office) -> None:
    context = office.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{office.address}/language/en?back=/sign-in")
    office.sign_in(page)
    page.goto(f"{office.address}/records/{office.scene.event}")
    page.click("text=Verify the hours")
    page.goto(f"{office.address}/areas/20-1")
    expect(page.locator("#hours-said")).to_contain_text("6.25 h, 3.75 h short of 10")


def kept_aside(office: Office) -> str:
    """A factory of an area that nobody has; the address of its entry."""
    tablet = office.scene.tablets[0]
    values = {"identity/fac_name": "โรงงานนอกพื้นที่"}
    record = tablet.creates(values, kind="factory", scope="area:nowhere")
    tablet.push()
    with office.scene.world.office.database.reading() as session:
        found = select(QuarantineRow.id).where(QuarantineRow.record == record)
        return f"{office.address}/kept-aside/{session.scalars(found).one()}"


@pytest.mark.parametrize("language", ["th", "en"])
def test_an_entry_kept_aside_has_no_barrier_and_is_let_in_by_keys_alone(
    office: Office, language: str
) -> None:
    address = kept_aside(office)
    page = office.open(language=language)
    page.goto(office.address + "/kept-aside")
    assert serious(page) == []
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    assert serious(page) == []
    page.focus("#scope")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator("[data-approve]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_be_visible()
    expect(page.locator("table[data-list]")).to_have_count(0)


def test_a_disputed_deletion_has_no_barrier_and_is_settled_by_keys(office: Office) -> None:
    one, two = office.scene.tablets
    record = office.scene.returned
    states = [s for s in one.states.values() if s.root == record]
    seen = tuple(s.dot.id for state in states for found in state.fields.values() for s in found)
    writes = {"@existence": FieldWrite({"act": "delete", "reason": "ซ้ำ"}, seen)}
    one.seal(one.edit(record, Operation.DELETE, writes=writes))
    two.sets(record, {"resources/water_use": "77"})
    two.push()
    one.push()
    page = office.open(login="review")
    page.goto(f"{office.address}/records/{record}")
    assert serious(page) == []
    page.focus("#dispute-reason-1")
    page.keyboard.type("ยังต้องใช้")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("The record is kept")
    expect(page.locator("#dispute-1")).to_have_count(0)
