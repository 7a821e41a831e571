"""The commands of samruat-server, run in this process: what they do, and their one-line errors."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from server.catalog import catalog_forms
from server.cli import main

SECRET = "a long enough password"


class Commands:
    """Runs commands on one folder and reads back what they said."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data, self._capsys = data, capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, and what was said on both streams."""
        code = main(["--data", str(self.data), "--json", *words])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def result(self, *words: str) -> Any:
        """The JSON of a command that succeeds."""
        code, out, err = self.run(*words)
        assert code == 0, err
        return json.loads(out.splitlines()[-1])


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    commands = Commands(tmp_path / "office", capsys)
    commands.result("init")
    return commands


def test_people_forms_and_tablets_from_the_command_line(office: Commands) -> None:
    code, _, err = office.run("user", "add", "somchai", "--role", "officer")
    assert (code, err.count("\n")) == (1, 1)
    office.result("user", "add", "admin", "--role", "administrator", "--password", SECRET)
    weak = office.run("user", "add", "other", "--role", "reviewer", "--password", "short")
    assert "fields: password" in weak[2]
    assert [p["login"] for p in office.result("user", "list")] == ["admin"]
    published = office.result("form", "publish")
    assert {one["form"] for one in published} >= {"factory", "insp", "event"}
    assert all(not one["fresh"] for one in office.result("form", "publish"))
    assert len(office.result("form", "list")) == len(published)
    assert office.run("device", "code", "--area", "99-9")[0] == 1
    assert office.result("device", "list") == []
    assert office.result("doctor")["wrong"] == []


def test_tidying_is_safe_at_any_time_and_twice(office: Commands) -> None:
    assert office.result("tidy") == {}
    assert office.result("tidy") == {}


def test_areas_are_loaded_added_and_corrected_from_the_command_line(office: Commands) -> None:
    assert office.run("area", "load")[0] == 1
    office.result("user", "add", "admin", "--role", "administrator", "--password", SECRET)
    assert len(office.result("area", "load")["areas"]) == 18
    office.result("area", "load")
    place = ("--place", "13.1,101.2")
    office.result("area", "add", "20-9", "--name", "พื้นที่ใหม่", *place)
    office.result("area", "add", "20-9", "--name", "พื้นที่ที่แก้ชื่อ", *place, "--hours", "12.5")
    listed = {one["code"]: one["name"] for one in office.result("area", "list")}
    assert (len(listed), listed["20-9"]) == (19, "พื้นที่ที่แก้ชื่อ")
    assert len(office.result("device", "code", "--area", "20-9")["code"]) == 11
    for wrong in (("20-8", "--place", "here"), ("x", *place), ("20-8", *place, "--hours", "many")):
        code, _, err = office.run("area", "add", *wrong, "--name", "ก")
        assert (code, err.count("\n")) == (1, 1)


def test_a_form_with_defects_is_told_all_of_them(office: Commands, tmp_path: Path) -> None:
    form = tmp_path / "bad.md"
    form.write_text("| survey |\n| | type | name | personel |\n| | nonsense | a | x |\n")
    code, out, err = office.run("form", "check", str(form))
    assert code == 1
    assert "personel" in out
    assert "nonsense" in out
    assert err == "1 of 1 forms cannot be published as they are\n"


def test_a_published_version_is_never_published_with_other_content(
    office: Commands, tmp_path: Path
) -> None:
    office.result("user", "add", "admin", "--role", "administrator", "--password", SECRET)
    office.result("form", "publish")

    changed = tmp_path / "factory.md"
    changed.write_text(catalog_forms()["factory"].replace("ชื่อโรงงาน", "ชื่อของโรงงาน"))
    code, _, err = office.run("form", "publish", str(changed))
    assert code == 1
    assert "raise the version" in err


def test_commands_on_nothing_name_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = Commands(tmp_path / "nothing", capsys).run("user", "list")
    assert code == 1
    assert "init" in err
    assert not (tmp_path / "nothing").exists()


def test_a_database_that_is_none_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path / "x"), "--database", "nonsense://", "doctor"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_damage_is_found_and_named(office: Commands) -> None:

    office.result("user", "add", "admin", "--role", "administrator", "--password", SECRET)
    database = sqlite3.connect(office.data / "office.sqlite3")
    database.execute("UPDATE record SET state = CAST(replace(state, 'admin', 'nimda') AS BLOB)")
    database.commit()
    database.close()
    code, _, err = office.run("doctor")
    assert code == 1
    assert "restore from a backup" in err


def furnish(office: Commands) -> None:
    """An administrator, areas, forms."""
    office.result("user", "add", "admin", "--role", "administrator", "--password", SECRET)
    office.result("area", "load")
    office.result("form", "publish")


def test_a_backup_a_loss_and_a_restore_from_the_command_line(
    office: Commands, tmp_path: Path
) -> None:
    furnish(office)
    target = tmp_path / "backups"
    made = office.result("backup", str(target), "--verify")
    assert (made["wrong"], made["missing"]) == ([], [])
    office.result("user", "add", "late", "--role", "reviewer", "--password", SECRET)
    people = office.result("user", "list")
    (office.data / "office.sqlite3").unlink()
    assert office.result("restore", str(target), "--verify")["wrong"] == []
    done = office.result("restore", str(target))
    assert done["recovery"]["saves"] == 1
    assert office.result("user", "list") == people
    assert office.result("doctor", "--files")["wrong"] == []


def test_a_drill_leaves_the_office_as_it_is(office: Commands, tmp_path: Path) -> None:
    furnish(office)
    office.result("backup", str(tmp_path / "backups"))
    before = (office.data / "office.sqlite3").read_bytes()
    office.result("restore", str(tmp_path / "backups"), "--into", str(tmp_path / "drill"))
    assert (office.data / "office.sqlite3").read_bytes() == before
    assert (tmp_path / "drill" / "office.sqlite3").exists()


def test_backup_restore_and_receipt_say_in_one_line_what_is_wrong(
    office: Commands, tmp_path: Path
) -> None:
    furnish(office)
    inside = str(office.data / "backups")
    (tmp_path / "empty").mkdir()
    for arguments in (
        ("backup", inside),
        ("restore", str(tmp_path / "empty")),
        ("restore", str(tmp_path / "empty"), "--verify"),
        ("receipt", "7F3A"),
        ("receipt", "nonsense"),
    ):
        code, _, err = office.run(*arguments)
        assert (code, err.count("\n")) == (1, 1), (arguments, err)


def test_the_journal_may_lie_elsewhere_and_doctor_says_what_it_found_in_thai_and_english(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, journal = str(tmp_path / "data"), tmp_path / "elsewhere"
    assert main(["--data", data, "--journal", str(journal), "init"]) == 0
    add = ["user", "add", "admin", "--role", "administrator", "--password", SECRET]
    assert main(["--data", data, "--journal", str(journal), *add]) == 0
    assert list(journal.glob("*.journal"))
    capsys.readouterr()
    assert main(["--data", data, "--journal", str(journal), "doctor"]) == 0
    told = capsys.readouterr().out
    assert "The epoch's file fits the database." in told
    assert "ฐานข้อมูล" in told
    assert main(["--data", data, "doctor"]) == 1
    assert "journal" in capsys.readouterr().err
