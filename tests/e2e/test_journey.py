"""The whole journey, told small by real processes; and told over a faulty server, it notices."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journey.numbers import SMALL
from tests.journey.steps import STEPS

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 500


def tell(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The same script that `make journey` runs."""
    return subprocess.run(
        [sys.executable, "-m", "tests.journey", "--folder", str(folder / "journey"), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
    )


def step_that_failed(output: str) -> str:
    """What the last line names."""
    before, _, name = output.strip().splitlines()[-1].partition("does not hold: ")
    assert before, output[-3000:]
    return name


@pytest.mark.slow
def test_two_tablets_an_office_and_a_bad_network_end_up_with_the_same_approved_records(
    tmp_path: Path,
) -> None:
    told = tell(tmp_path, "--small")
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
    for number in range(1, len(STEPS) + 1):
        assert f"[{number:2d}/{len(STEPS)}]" in told.stdout
    assert "6.25" in told.stdout
    assert f"'event/roster': {SMALL.people}" in told.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plant", "step"),
    [
        ("row-dropped", "nothing is lost and nothing is there twice"),
        ("comment-lost", "the tablet shows the comment at its question"),
    ],
)
def test_a_fault_planted_in_the_server_is_noticed_at_exactly_its_step(
    tmp_path: Path, plant: str, step: str
) -> None:
    told = tell(tmp_path, "--small", "--plant", plant)
    assert told.returncode == 1, told.stdout[-3000:]
    assert step_that_failed(told.stdout) == step, told.stdout[-6000:]
