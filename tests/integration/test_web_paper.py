"""Paper forms and exports by page and by command: of versions and of candidates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from server.cli import main
from server.services.keep_candidate import keep_candidate
from tests.support.office_scene import Scene
from tests.support.page_reading import signed_in
from tests.support.preview_pages import FORM, Page


def upload(scene: Scene) -> str:
    """A candidate that waits to be published."""
    admin = scene.world.people["admin"]
    found = keep_candidate(scene.world.office, admin, [("trial.md", FORM.encode())])
    assert isinstance(found, str), found
    return found


@pytest.mark.parametrize("form", ["insp", "event", "factory"])
def test_every_form_of_the_programme_has_its_paper_in_both_languages(
    still: Scene, form: str
) -> None:
    client = signed_in(still)
    pages = [client.get(f"/forms/{form}/1/paper.pdf?language={one}") for one in ("th", "en")]
    for reply in pages:
        assert reply.status_code == 200
        assert reply.mimetype == "application/pdf"
        assert reply.data.startswith(b"%PDF")
        assert "no-store" in reply.headers["Cache-Control"]
    assert pages[0].data != pages[1].data
    again = client.get(f"/forms/{form}/1/paper.pdf?language=th")
    assert again.data == pages[0].data, "the same version is the same paper"


@pytest.mark.parametrize(
    "address",
    [
        "/forms/insp/2/paper.pdf", "/forms/nothing/1/paper.pdf", f"/forms/insp/{10**40}/paper.pdf",
        "/forms/insp/2147483648/preview", "/forms/insp/-1/preview", "/forms/x/preview",
        "/forms/candidates/x/paper.pdf", "/forms/candidates/x/preview", "/forms/%00/1/paper.pdf",
        "/forms/candidates/01a0c462-bc24-7943-8999-5d987508d8b5/preview",
    ],
)  # fmt: skip
def test_what_is_not_there_is_answered_with_a_sentence(still: Scene, address: str) -> None:
    assert signed_in(still).get(address).status_code in (400, 404)


def test_a_candidate_is_previewed_and_printed_before_it_is_published(scene: Scene) -> None:
    candidate = upload(scene)
    client = signed_in(scene)
    reply = client.get(f"/forms/candidates/{candidate}/paper.pdf")
    assert reply.data.startswith(b"%PDF")
    page = Page(client, f"/forms/candidates/{candidate}/preview")
    page.type({"one/name": "สมชาย", "one/age": "20"})
    assert "Age of สมชาย" in page.shown
    assert page.stored()["trial one/age"] == "20"
    assert client.get("/forms/trial/1/preview").status_code == 404


def office(tmp_path: Path) -> list[str]:
    folder = tmp_path / "office"
    base = ["--data", str(folder)]
    assert main([*base, "init"]) == 0
    add = ["user", "add", "admin", "--role", "administrator"]
    assert main([*base, *add, "--password", "a long enough password"]) == 0
    return base


def test_commands_print_paper_and_export_records(tmp_path: Path, capsys: Any) -> None:
    base = office(tmp_path)
    assert main([*base, "form", "publish"]) == 0
    paper = tmp_path / "x.pdf"
    assert main([*base, "form", "paper", "insp", "1", "-o", str(paper), "--rows", "3"]) == 0
    assert paper.read_bytes().startswith(b"%PDF")
    book = tmp_path / "x.xlsx"
    assert main([*base, "export", "factory", "--format", "xlsx", "-o", str(book)]) == 0
    assert "factory" in openpyxl.load_workbook(book, read_only=True).sheetnames
    for wrong in (
        ["form", "paper", "nothing", "-o", str(paper)],
        ["form", "paper", "insp", "--rows", "9999"],
        ["export", "nothing", "-o", str(book)],
        ["export", "factory", "--from", "never", "-o", str(book)],
        ["export", "factory", "--personal", "-o", str(book)],
        ["export", "factory", "-o", str(tmp_path / "no" / "x")],
    ):
        assert main([*base, *wrong]) == 1, wrong
    assert "Traceback" not in capsys.readouterr().err
