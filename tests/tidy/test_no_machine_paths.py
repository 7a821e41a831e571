"""Nothing in the project is bound to one machine, one index or one folder beside the clone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.tracked import short, tracked_files

# Written in pieces, or this file would be the first to break its own rule.
HOSTS = (
    r"py" + r"pi\.org",
    r"python" + r"hosted\.",
    r"registry\.np" + r"mjs",
    r"deb\.debi" + r"an\.",
    r"security\.debi" + r"an\.org",
)
PATHS = (
    r"/wo" + r"rk/",
    r"/ho" + r"me/[a-z]",
    r"/tm" + r"p/[a-z]",
    r"/fa" + r"rm/",
    r"\.\./sha" + r"red",
)
FORBIDDEN = re.compile("|".join(HOSTS + PATHS))


def forbidden_in(text: str) -> list[str]:
    """The lines of a text that name what only one machine has."""
    return [line.strip()[:160] for line in text.splitlines() if FORBIDDEN.search(line)]


def _text_files() -> list[Path]:
    return [path for path in tracked_files() if b"\0" not in path.read_bytes()[:8192]]


def test_no_file_names_a_host_of_an_index_or_a_path_of_one_machine() -> None:
    found = {
        short(path): lines
        for path in _text_files()
        if (lines := forbidden_in(path.read_text("utf-8", errors="replace")))
    }
    assert not found, f"take these out, the next machine has other ones: {found}"


@pytest.mark.parametrize(
    "line",
    [
        "see https://py" + "pi.org/project/flask",
        "cd /wo" + "rk/main",
        "log in /tm" + "p/bash_jobs",
        "read ../sha" + "red/design",
    ],
)
def test_such_a_line_is_seen(line: str) -> None:
    assert forbidden_in(f"first\n{line}\n") == [line]


def test_an_address_of_the_product_is_no_such_line() -> None:
    assert not forbidden_in("http://127.0.0.1:8080/records\nvar/demo\n/api/v1/sync/push")
