"""Publishing in a real browser: policy, barriers, keys alone, narrow and wide, progress."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from server.catalog import codebook_document
from server.services.keep_candidate import keep_candidate
from server.services.keep_rehearsals import RehearsalKeeping
from server.services.publish_codebook import publish_codebook
from server.services.publish_form import publish_form
from server.services.rehearse_form import ask_for_rehearsal, rehearse_now_if_few
from tests.support.office_browser import SIZES, Office, launch, serious, serve
from tests.support.office_scene import Scene, area_code
from tests.support.publishing import files, pond

OWNER = "| | text | owner | เจ้าของ | Owner | yes | | |"
LONG = "บึงน้ำจืดบ้านหนองใหญ่ หมู่ที่ 12 ตำบลหนองขาม อำเภอศรีราชา จังหวัดชลบุรี"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launch()


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Office]:
    """For tests that only look."""
    yield from serve(tmp_path_factory.mktemp("still"), browser)


@pytest.fixture
def office(tmp_path: Path, browser: Browser) -> Iterator[Office]:
    """For tests that act."""
    yield from serve(tmp_path, browser)


@pytest.fixture(scope="module")
def addresses(still: Office) -> dict[str, str]:
    """Every page of publishing, with work on it."""
    scene = still.scene
    world, admin = scene.world, scene.world.people["admin"]
    fill(scene, 4)
    rehearsed = keep(scene, pond(2, people="", more=OWNER))
    rehearse_now_if_few(world.office, admin, rehearsed)
    broken = keep(scene, pond(2, people="| | text | people | จำนวนคน | People | | | |"))
    book: Any = codebook_document("limits")
    rows = [{**row, "max": "1"} if n % 2 else row for n, row in enumerate(book["rows"][:-3])]
    later = {**book, "version": "2570", "rows": rows, "confidence": "M"}
    publish_codebook(world.office, admin, later, activate=False)
    return {
        "library": "/forms",
        "form": "/forms/pond",
        "version": "/forms/insp/1",
        "upload": "/forms/upload",
        "rehearsed": f"/forms/candidates/{rehearsed}",
        "broken": f"/forms/candidates/{broken}",
        "records": f"/forms/candidates/{rehearsed}/records?class=loses",
        "codebooks": "/codebooks",
        "codebook": "/codebooks/limits",
        "compare": "/codebooks/limits/compare?from=1&to=2",
        "upload codebook": "/codebooks/upload?name=limits",
    }


def keep(scene: Scene, text: str) -> str:
    found = keep_candidate(scene.world.office, scene.world.people["admin"], files(text))
    assert isinstance(found, str), found
    return found


def fill(scene: Scene, count: int) -> None:
    """Ponds filled in with the first version."""
    publish_form(scene.world.office, scene.world.people["admin"], pond(1), "pond.md")
    tablet, area = scene.tablets[0], f"area:{area_code('chonburi')}"
    for number in range(count):
        values = {"main/site": f"{LONG} {number}", "main/people": number}
        tablet.creates(values, kind="pond", scope=area)
    tablet.push()


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("size", list(SIZES))
def test_no_page_of_publishing_has_a_barrier_or_is_wider_than_its_window(
    still: Office, addresses: dict[str, str], language: str, size: str
) -> None:
    page = still.open(language=language, size=size)
    for name, address in addresses.items():
        page.goto(still.address + address)
        assert serious(page) == [], name
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, (name, over)
    assert still.complaints == []


def test_defects_are_walked_by_keys_and_copied(office: Office, tmp_path: Path) -> None:
    page = office.open()
    broken = tmp_path / "pond.md"
    text = pond(1).replace("| | integer |", "| | integre |").replace("${water}", "${woter}")
    broken.write_text(text, encoding="utf-8")
    page.goto(office.address + "/forms/upload")
    page.set_input_files("#files", broken)
    page.focus("main button.primary")
    page.keyboard.press("Enter")
    expect(page.locator(".defects tbody tr")).not_to_have_count(0)
    office.complaints.clear()  # the browser notes the 422 that listed the defects
    assert serious(page) == []
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".defects tr.selected")).to_have_count(1)
    page.locator("details.copy summary").press("Enter")
    copied = page.locator("#defects-text").input_value()
    assert "integre" in copied
    assert "woter" in copied
    page.locator("[data-copy]").press("Enter")
    expect(page.locator("[data-copy]")).to_have_text("Copied")


def test_a_form_is_uploaded_rehearsed_and_published_by_keys_alone(
    office: Office, tmp_path: Path
) -> None:
    fill(office.scene, 3)
    page = office.open()
    newer = tmp_path / "pond.md"
    newer.write_text(pond(1, people=""), encoding="utf-8")
    page.goto(office.address + "/forms/upload")
    page.set_input_files("#files", newer)
    page.locator("main button.primary").press("Enter")
    expect(page.locator("#said")).to_contain_text("nothing has to be corrected")
    page.locator("#rehearsal button").press("Enter")
    expect(page.locator("#classes")).to_contain_text("Lose an answer")
    candidate = page.url
    page.locator("#classes a").first.press("Enter")
    page.wait_for_url("**/records?class=loses")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/*")
    page.goto(candidate)
    expect(page.locator("#version")).to_have_value("2")
    page.keyboard.press("a")
    expect(page.locator("[data-approve]")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/forms/pond/2*")
    expect(page.locator("#said")).to_contain_text("Published")


def test_a_rehearsal_in_the_background_shows_how_far_it_is(office: Office) -> None:
    fill(office.scene, 3)
    candidate = keep(office.scene, pond(2, people=""))
    world = office.scene.world
    ask_for_rehearsal(world.office, world.people["admin"], candidate)
    page = office.open()
    page.goto(f"{office.address}/forms/candidates/{candidate}")
    expect(page.locator("#rehearsal progress")).to_be_visible()
    assert serious(page) == []
    with RehearsalKeeping(world.office, every_s=0.1):
        expect(page.locator("#classes")).to_be_visible(timeout=20_000)
    expect(page.locator("#version")).to_have_value("2")


def test_a_form_is_published_without_any_script(office: Office, tmp_path: Path) -> None:
    context = office.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{office.address}/language/en?back=/sign-in")
    office.sign_in(page)
    first = tmp_path / "pond.md"
    first.write_text(pond(1), encoding="utf-8")
    page.goto(office.address + "/forms/upload")
    page.set_input_files("#files", first)
    page.click("main button.primary")
    page.click("#publish button")
    expect(page.locator("#said")).to_contain_text("Published")


def test_a_codebook_is_put_in_force_by_keys_alone(office: Office, tmp_path: Path) -> None:
    page = office.open()
    table = tmp_path / "limits.csv"
    table.write_text("key,th,en,max\neffluent/pH,พีเอช,pH,8.5\n", encoding="utf-8")
    page.goto(office.address + "/codebooks/upload?name=limits")
    page.set_input_files("#file", table)
    page.fill("#valid_from", "1/10/2568")
    page.press("#valid_from", "Enter")
    page.wait_for_url("**/compare?*")
    expect(page.locator("#counts")).to_contain_text("Rows removed")
    page.locator("[data-approve]").press("Enter")
    expect(page.locator("#said")).to_contain_text("in force")
    expect(page.locator("tbody tr").first).to_contain_text("In force")
