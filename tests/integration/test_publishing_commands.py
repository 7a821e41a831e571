"""Publishing from the command line: forms, rehearsals, codebooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from tests.support.publishing import pond

Say = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command on an office with an administrator; exit code, JSON said, errors."""

    def run(*words: str) -> tuple[int, Any, str]:
        code = main(["--data", str(tmp_path / "office"), "--json", *words])
        said = capsys.readouterr()
        return code, json.loads(said.out.splitlines()[-1]) if said.out else None, said.err

    secret = "a long enough password"
    run("init")
    run("user", "add", "admin", "--role", "administrator", "--password", secret)
    return run


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_form_is_published_once_and_the_next_number_is_given_when_asked(
    say: Say, tmp_path: Path
) -> None:
    form = write(tmp_path / "pond.md", pond(1))
    assert say("form", "publish", form)[1][0] | {"form": "pond", "version": 1, "fresh": True}
    assert say("form", "publish", form)[1] == [{"form": "pond", "version": 1, "fresh": False}]
    write(tmp_path / "pond.md", pond(1, people=""))
    code, _, err = say("form", "publish", form)
    assert code == 1
    assert "raise the version" in err
    assert say("form", "publish", "--next", form)[1][0]["version"] == 2


def test_defects_and_broken_promises_are_all_told(say: Say, tmp_path: Path) -> None:
    form = write(tmp_path / "pond.md", pond(1).replace("| integer |", "| integre |"))
    code, _, err = say("form", "publish", form)
    assert code == 1
    assert "survey" in err
    assert "type" in err
    say("form", "publish", write(tmp_path / "pond.md", pond(1)))
    other = pond(2, people="| | text | people | จำนวนคน | People | | | |")
    code, _, err = say("form", "publish", write(tmp_path / "pond.md", other))
    assert code == 1
    assert "promise.type" in err


def test_a_rehearsal_keeps_nothing(say: Say, tmp_path: Path) -> None:
    form = write(tmp_path / "pond.md", pond(1))
    say("form", "publish", form)
    found = say("form", "rehearse", write(tmp_path / "pond.md", pond(2, people="")))[1]
    assert found == {"fit": 0, "lose": 0, "blocked": 0, "questions": []}
    assert len(say("form", "list")[1]) == 1


def test_a_version_is_retired_and_offered_again(say: Say, tmp_path: Path) -> None:
    say("form", "publish", write(tmp_path / "pond.md", pond(1)))
    assert say("form", "retire", "pond", "1")[1]["state"] == "retired"
    assert say("form", "retire", "pond", "1", "--undo")[1]["state"] == "offered"
    code, _, err = say("form", "retire", "pond", "9")
    assert (code, err.count("\n")) == (1, 1)


def test_codebooks_are_kept_compared_and_put_in_force(say: Say, tmp_path: Path) -> None:
    table = tmp_path / "ponds.csv"
    write(table, "key,th,en,max\npH,พีเอช,pH,9\nBOD,บีโอดี,BOD,20\n")
    first = say("codebook", "publish", str(table), "--version", "2568", "--confidence", "M")[1]
    assert first == {"codebook": "ponds", "number": 1, "active": True}
    write(table, "key,th,en,max\npH,พีเอช,pH,8.5\nTSS,สารแขวนลอย,TSS,50\n")
    second = say("codebook", "publish", str(table), "--keep-only", "--valid-from", "1/10/2568")[1]
    assert second == {"codebook": "ponds", "number": 2, "active": False}
    differs = say("codebook", "compare", "ponds", "1", "2")[1]
    assert differs == {"added": 1, "removed": 1, "changed": 1, "same": 0}
    assert say("codebook", "activate", "ponds", "2")[1]["changed"]
    listed = {one["number"]: one["active"] for one in say("codebook", "list")[1]}
    assert listed == {1: False, 2: True}
    assert say("codebook", "compare", "ponds", "1", "7")[0] == 1


def test_a_table_with_defects_is_told_all_of_them(say: Say, tmp_path: Path) -> None:
    table = write(tmp_path / "ponds.csv", "key,th\n,ก\na,ข\na,ค\n")
    code, _, err = say("codebook", "publish", table)
    assert code == 1
    assert "book.key_missing" in err
    assert "book.key_twice" in err
