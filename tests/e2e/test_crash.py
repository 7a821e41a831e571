"""A few real kills, failing writes and power cuts in every run; `make crash` does a thousand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KILLS = 40


def test_forty_processes_killed_and_writes_that_fail_lose_and_double_nothing() -> None:
    line = [sys.executable, "-m", "tests.crash", "--small", "--kills", str(KILLS)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{KILLS} processes killed by kill -9" in done.stdout, done.stdout
