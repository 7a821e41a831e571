"""`form check` goes through files and whole folders, and never stops at a bad one."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from tests.support.sources import form, markdown, workbook

HEAD = ["type", "name", "label::ไทย (th)", "label::English (en)"]
SETTINGS = [["form_id", "form_title", "form_title_en", "version"], ["good", "ดี", "Good", "1"]]
GOOD = form([HEAD, ["text", "a", "ก", "A"]], settings=SETTINGS)
TABLE = form([HEAD, ["select_one_from_file t.csv", "a", "ก", "A"]], settings=SETTINGS)


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any, str]:
    """Exit code, the JSON, and what was said on standard error."""
    code = main(["form", "check", *words, "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_a_folder_is_checked_file_by_file_with_a_sum(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = tmp_path / "more" / "forms"
    inner.mkdir(parents=True)
    (tmp_path / "good.xlsx").write_bytes(workbook(GOOD))
    (tmp_path / "table.md").write_bytes(markdown(TABLE))
    (tmp_path / "t.csv").write_text("name,label\nx,X\n")
    (tmp_path / "notes.md").write_text("# Notes\n\nwords\n")
    (tmp_path / "~$good.xlsx").write_bytes(b"locked")
    (inner / "bad.md").write_bytes(markdown(form([HEAD, ["txet", "a", "ก", "A"]])))
    (inner / "loop.md").write_bytes(markdown(form([HEAD, ["osm", "a", "ก", "A"]])))
    (inner / "broken.xlsx").write_bytes(b"PK\x03\x04 not a zip")
    (inner / "form.xml").write_text('<a xmlns="http://www.w3.org/2002/xforms"/>')
    with zipfile.ZipFile(inner / "packed.zip", "w") as packed:
        packed.writestr("form/table.md", markdown(TABLE))
        packed.writestr("form/t.csv", "name,label\nx,X\n")
    code, found, told = checked(capsys, str(tmp_path))
    results = {Path(one["file"]).name: one["result"] for one in found["files"]}
    assert code == 1
    assert results == {
        "good.xlsx": "loads",
        "table.md": "loads",
        "t.csv": "no_form",
        "notes.md": "no_form",
        "bad.md": "refused",
        "loop.md": "unsupported",
        "broken.xlsx": "refused",
        "form.xml": "refused",
        "packed.zip": "loads",
    }
    assert found["sum"] == {"loads": 3, "refused": 3, "unsupported": 1, "no_form": 2}
    assert "4 of 9" in told
    bad = next(one for one in found["files"] if one["file"].endswith("bad.md"))
    (defect,) = bad["defects"][:1]
    assert defect["th"]
    assert defect["en"]


def test_the_files_beside_a_form_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "table.md").write_bytes(markdown(TABLE))
    (tmp_path / "table-media").mkdir()
    (tmp_path / "table-media" / "t.csv").write_text("name,label\nx,X\n")
    (tmp_path / "other.csv").write_text("no,business\n")
    code, found, _ = checked(capsys, str(tmp_path / "table.md"))
    assert (code, found["files"][0]["defects"]) == (0, [])


def test_without_a_path_the_products_own_forms_are_sound_and_without_warnings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, found, _ = checked(capsys)
    assert code == 0
    assert {one["result"] for one in found["files"]} == {"loads"}
    assert [one["defects"] for one in found["files"] if one["defects"]] == []


def test_a_path_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["form", "check", str(tmp_path / "nothing")]) == 1
    assert "there is no file" in capsys.readouterr().err


def test_people_read_the_place_and_the_advice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.md").write_bytes(markdown(form([HEAD, ["txet", "a", "ก", "A"]])))
    assert main(["form", "check", str(tmp_path / "bad.md")]) == 1
    out = capsys.readouterr().out
    assert "error: survey row 3, type:" in out
    assert "did you mean 'text'?" in out
    assert "1 files: 1 have defects" in out
