"""Measures speed and size as ratios to a limit of the same run, and prints one table.

    python -m tests.bench [--json] [--quick] [PART ...]

Each part runs in a process of its own, so that no part pays for another's memory. Nothing is
asserted: a slow figure is a number to read. A part that could not be measured is named, and then
the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.run_part import PARTS, ROOM

ROOT = Path(__file__).resolve().parents[2]
PART_SECONDS_MAX = 900


def main() -> int:
    """Run the parts that were named (all when none), print what came out."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: does it still run?")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    asked = parser.parse_args()
    unknown = [name for name in asked.parts if name not in PARTS]
    if unknown:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    began = time.monotonic()
    found: dict[str, list[Figure]] = {}
    failed: dict[str, str] = {}
    for name in asked.parts or PARTS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        outcome = run_apart(name, quick=asked.quick)
        if isinstance(outcome, str):
            failed[name] = outcome
        else:
            found[name] = outcome
    took = time.monotonic() - began
    show = as_json if asked.json else as_table
    print(show(found, failed, took))
    return 1 if failed else 0


def run_apart(name: str, *, quick: bool) -> list[Figure] | str:
    """The figures of a part from its own process, or the end of what it said when it failed."""
    ROOM.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOM, prefix=f"{name}-") as room:
        out = Path(room) / "figures.json"
        command = [sys.executable, "-m", "tests.bench.run_part", name, room, str(out)]
        try:
            done = subprocess.run(
                [*command, *(["--quick"] if quick else [])],
                cwd=ROOT,
                env={**os.environ, "PYTHONHASHSEED": "0"},
                capture_output=True,
                timeout=PART_SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"not done after {PART_SECONDS_MAX} s"
        if done.returncode or not out.exists():
            return done.stderr.decode("utf-8", "replace")[-2000:].strip() or "no figures came"
        return [Figure(**raw) for raw in json.loads(out.read_text("utf-8"))]


def machine() -> str:
    """When and on what: a figure without it says nothing."""
    load = os.getloadavg()[0]
    version = ".".join(map(str, sys.version_info[:3]))
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{now}, {os.cpu_count()} cores, load {load:.1f}, Python {version}"


def as_json(found: dict[str, list[Figure]], failed: dict[str, str], took: float) -> str:
    """For programs."""
    parts = {name: [asdict(figure) for figure in figures] for name, figures in found.items()}
    whole = {"machine": machine(), "seconds": round(took, 1), "parts": parts, "failed": failed}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def as_table(found: dict[str, list[Figure]], failed: dict[str, str], took: float) -> str:
    """For people; also what `docs/performance.md` shows."""
    heads = ("figure", "measured", "limit", "ratio", "quartiles", "budget", "the limit is")
    lines = [f"{machine()}; {took:.0f} s", ""]
    for name, figures in found.items():
        rows = [heads, *(cells(figure) for figure in figures)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
        lines += [f"### {name}", ""]
        for number, row in enumerate(rows):
            padded = (text.ljust(width) for text, width in zip(row, widths, strict=True))
            lines.append(f"| {' | '.join(padded)} |")
            if number == 0:
                lines.append(f"|{'|'.join('-' * (width + 2) for width in widths)}|")
        lines.append("")
    lines += [f"{name} could not be measured: {why}\n" for name, why in failed.items()]
    return "\n".join(lines)


def cells(figure: Figure) -> tuple[str, ...]:
    """One figure as the cells of its row."""
    unit = figure.unit
    spread = f"{figure.low:.2f}-{figure.high:.2f}" if figure.rounds > 1 and figure.low else ""
    budget = "" if figure.budget is None else f"{short(figure.budget)} {unit}"
    return (
        figure.name,
        f"{short(figure.measured)} {unit}",
        f"{short(figure.limit)} {unit}",
        f"{figure.ratio:.2f}",
        spread,
        budget,
        figure.limit_is,
    )


def short(value: float) -> str:
    """Three figures that count."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2g}" if value < 0.1 else f"{value:.2f}"


if __name__ == "__main__":
    sys.exit(main())
