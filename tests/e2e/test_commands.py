"""What `make` runs says plainly what is wrong, and does not pass what failed."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tracked import ROOT
from tools.demo import SCENES, _draw_scenes
from tools.run_tests import Outcome, Step


def _demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "tools/demo.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_taken_port_is_one_line_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _demo("--port", str(port))
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Port {port} cannot be used (address already in use)")
    assert line.endswith("make demo")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "๘๐๘๐", "8080.0"])
def test_what_is_no_port_is_refused(port: str) -> None:
    done = _demo(f"--port={port}")
    assert done.returncode == 2
    assert "a port is a number from 1 to 65535" in done.stderr


def test_the_demonstrations_tablet_finds_pictures_and_keeps_those_that_are_there(
    tmp_path: Path,
) -> None:
    camera = tmp_path / "tablet" / "camera"
    _draw_scenes(camera)
    drawn = sorted(camera.iterdir())
    assert len(drawn) == SCENES
    drawn[0].write_bytes(b"mine")
    _draw_scenes(camera)
    assert drawn[0].read_bytes() == b"mine"


def _outcome(closing: str) -> Outcome:
    return Outcome(Step("unit", ("python", "-m", "pytest")), 0, 1.0, f"....\n{closing}\n")


def test_the_closing_line_of_a_layer_is_counted() -> None:
    outcome = _outcome("== 2 failed, 118 passed, 3 skipped, 1 error in 9.12s ==")
    counts = [outcome.count(word) for word in ("passed", "failed", "skipped", "error")]
    assert counts == [118, 2, 3, 1]


def test_numbers_that_tests_print_themselves_are_not_counted() -> None:
    assert _outcome("99 passed\n1 passed in 0.1s").count("passed") == 1


def test_a_layer_that_does_not_exist_is_an_error_and_not_a_pass() -> None:
    done = subprocess.run(
        [sys.executable, "tools/run_tests.py", "--only", "nowhere"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "no layer of tests named nowhere" in done.stderr
