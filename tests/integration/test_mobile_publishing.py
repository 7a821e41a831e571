"""What the office publishes, retires and puts in force reaches the tablets, and is obeyed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mobile.presenters.home import HomePresenter
from server.services.keep_candidate import keep_candidate
from server.services.publish_candidate import publish_candidate
from server.services.publish_codebook import activate_codebook, publish_codebook
from server.services.publish_form import publish_form
from server.services.retire_form import retire_form
from shared.canonical import sha256_hex
from tests.support.offices import TestOffice
from tests.support.publishing import picture, pond, with_picture, zipped
from tests.support.tablets_and_office import sync, tablet


def book(version: str, limit: str) -> dict[str, Any]:
    rows: list[Any] = [{"key": "pH", "th": "พีเอช", "en": "pH", "max": limit}]
    title = {"th": "ค่ามาตรฐาน", "en": "Limits"}
    return {"codebook": "ponds", "version": version, "title": title, "source": "", "rows": rows}


@pytest.mark.parametrize("second", ["2026-12-01", "2025-01-01", "1", ""])
def test_a_tablet_obeys_what_the_office_put_in_force_whatever_versions_are_called(
    world: TestOffice, tmp_path: Path, second: str
) -> None:
    admin = world.people["admin"]
    publish_codebook(world.office, admin, book("2026-11-01", "9"))
    desk = tablet(world, tmp_path / "tablet", "somchai", 1)
    assert desk.app.library.codebooks()["ponds"].cell("pH", "max") == "9"
    publish_codebook(world.office, admin, book(second, "8"), activate=False)
    sync(desk)
    assert desk.app.library.codebooks()["ponds"].cell("pH", "max") == "9"
    for number, limit in ((2, "8"), (1, "9"), (2, "8")):
        assert activate_codebook(world.office, admin, "ponds", number)
        sync(desk)
        desk.app.library.refresh()
        assert desk.app.library.codebooks()["ponds"].cell("pH", "max") == limit


def test_a_tablet_fetches_the_media_of_a_form_with_its_document(
    world: TestOffice, tmp_path: Path
) -> None:
    image = picture()
    packed = zipped({"pond.md": with_picture(pond(1), "site.png").encode(), "site.png": image})
    found = keep_candidate(world.office, world.people["admin"], [("pond.zip", packed)])
    assert isinstance(found, str), found
    publish_candidate(world.office, world.people["admin"], found)
    desk = tablet(world, tmp_path / "tablet", "somchai", 1)
    assert desk.app.library.newest("pond") is not None
    path = desk.app.attacher.path(sha256_hex(image))
    assert path is not None
    assert path.read_bytes() == image
    assert list(desk.app.replica.shelf.documents_wanted()) == []


def test_records_of_a_retired_form_are_readable_on_a_tablet_that_comes_later(
    world: TestOffice, tmp_path: Path
) -> None:
    admin = world.people["admin"]
    publish_form(world.office, admin, pond(1), "pond.md")
    first = tablet(world, tmp_path / "first", "somchai", 1)
    form = HomePresenter(first.app).begin("pond")
    assert form.answer(form.state.root, "main/site", "บึงใหญ่")
    form.leave()
    sync(first)
    retire_form(world.office, admin, "pond", 1)
    sync(first)
    later = tablet(world, tmp_path / "later", "malee", 2)
    for desk in (first, later):
        desk.app.library.refresh()
        assert desk.app.library.newest("pond") is None
        assert desk.app.library.version("pond", 1) is not None
