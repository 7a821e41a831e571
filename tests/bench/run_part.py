"""Measures one part in this process: `python -m tests.bench.run_part NAME FOLDER FILE`."""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.bench.figures import Figure

PARTS = {
    "saving": "one answer on the tablet",
    "idle": "a synchronisation with nothing new",
    "exchange": "many inspections to the office and on to another tablet",
    "crowd": "twenty tablets at once",
    "files": "a large file over a line that breaks",
    "list": "100,000 records: opening, searching, scrolling",
    "finding": "100,000 titles searched in Thai: tablet, SQLite, PostgreSQL",
    "memory": "how much of the tablet's memory the app takes",
    "language": "the form language",
    "rehearsal": "a new version tried on 10,000 open records",
    "entry": "filling a long form on the tablet: pages, 1,000 rows, a codebook of 100,000",
    "forms": "forms at their sizes: 400 questions, 10,000 records, 1,000 rows, long lists",
}
ROOM = Path(__file__).resolve().parents[2] / "var" / "bench"
"""On the disk of the checkout: a system's temporary folder may be memory."""

Measure = Callable[[Path, bool], list[Figure]]


def main() -> None:
    """Measure, and leave the figures in a file (what libraries print is in nobody's way then)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=list(PARTS))
    parser.add_argument("room", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    measure: Measure = importlib.import_module(f"tests.bench.part_{asked.part}").measure
    figures = measure(asked.room, asked.quick)
    asked.out.write_text(json.dumps([asdict(figure) for figure in figures]), "utf-8")


if __name__ == "__main__":
    main()
