"""Run style, types and every layer of tests, and print what was counted.

The quick and narrow layers of the tests folder come first, then the others from the longest to the
shortest; two run at a time, so that two cores are used to the end. Each is a pytest process of its
own, so that none can disturb another.
A layer's output is shown when it ends: one line when it passed, all of it when it did not.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LAYERS = (
    *("tidy", "unit", "contract", "upgrade", "models"),
    *("integration", "ui", "e2e", "simulation", "property", "browser", "crash"),
)
AT_ONCE = 2
STEP_SECONDS_MAX = 1500
"""A step that hangs ends here, so that its output is seen."""
TOLD = "told: "
"""How a layer's line begins that is shown even when all is well."""
COUNTED = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed)")


@dataclasses.dataclass(frozen=True)
class Step:
    """One command of the run."""

    name: str
    command: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a step came to."""

    step: Step
    exit_code: int
    seconds: float
    output: str

    def count(self, word: str) -> int:
        """How many tests pytest reports under a word of its closing line."""
        lines = self.output.strip().splitlines()
        closing = lines[-1] if lines else ""
        return sum(int(number) for number, what in COUNTED.findall(closing) if word in what)


def main() -> int:
    """Run what was asked for; the exit code is 0 when everything passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="lint, or a layer of tests"
    )
    only = parser.parse_args().only
    lint = [
        Step("ruff", (sys.executable, "-m", "ruff", "check", "--quiet", ".")),
        Step("format", (sys.executable, "-m", "ruff", "format", "--quiet", "--check", ".")),
        Step("mypy", (sys.executable, "-m", "mypy")),
    ]
    steps = lint + _layers(LAYERS)
    if only:
        asked = [lint if name == "lint" else _layers((name,)) for name in only]
        empty = [name for name, found in zip(only, asked, strict=True) if not found]
        if empty:
            print(f"There is no layer of tests named {' or '.join(empty)}.", file=sys.stderr)
            return 2
        steps = [step for found in asked for step in found]
    started = time.monotonic()
    return _close(_run_all(steps), time.monotonic() - started)


def _layers(names: Sequence[str]) -> list[Step]:
    """A step for each of the named layers that has tests."""
    return [
        Step(name, (sys.executable, "-m", "pytest", f"tests/{name}"))
        for name in names
        if any((ROOT / "tests" / name).rglob("test_*.py"))
    ]


def _run_all(steps: Sequence[Step]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    waiting = iter(steps)
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                step = next(waiting, None)
            if step is None:
                return
            outcome = _run(step)
            with lock:
                outcomes.append(outcome)
                _show(outcome)

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _run(step: Step) -> Outcome:
    started = time.monotonic()
    process = subprocess.Popen(
        step.command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=STEP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        # With all that it started: a browser left behind would hold the output open for ever.
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        output += f"\nended by force after {STEP_SECONDS_MAX} seconds"
    return Outcome(step, process.returncode, time.monotonic() - started, output)


def _show(outcome: Outcome) -> None:
    verdict = "ok" if outcome.exit_code == 0 else f"FAILED (exit code {outcome.exit_code})"
    tests = f"{outcome.count('passed')} passed" if "pytest" in outcome.step.command else ""
    print(f"{outcome.step.name:12} {outcome.seconds:7.1f} s  {tests:14} {verdict}", flush=True)
    for line in outcome.output.splitlines():
        if line.startswith(TOLD):
            print(f"{'':12} {line.removeprefix(TOLD)}", flush=True)
    if outcome.exit_code != 0:
        print(outcome.output, flush=True)


def _close(outcomes: Sequence[Outcome], seconds: float) -> int:
    tests = [outcome for outcome in outcomes if "pytest" in outcome.step.command]
    passed = sum(outcome.count("passed") for outcome in tests)
    failed = sum(outcome.count("failed") + outcome.count("error") for outcome in tests)
    skipped = sum(outcome.count("skipped") for outcome in tests)
    bad = [outcome.step.name for outcome in outcomes if outcome.exit_code != 0]
    print(f"{seconds:.0f} seconds" + (f"; not in order: {', '.join(bad)}" if bad else ""))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
