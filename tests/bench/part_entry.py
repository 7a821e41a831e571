"""Filling a long form: 400 questions page by page, 1,000 rows, a codebook of 100,000.

Windows run on Kivy's mock GL, as the lists' do: what is left is our own work. Beside it stand forty
labels and fields of Kivy's own, put up at once, which is less than one page of the form shows.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from mobile.store.database import TabletDatabase
from mobile.store.references import ReferenceTable, TakingIn, books
from tests.bench.figures import Figure, compared, in_turns
from tests.bench.part_list import MOCK, ROOT

ENTRIES = 100_000
OPENING_MS = 300.0
SEARCH_MS = 50.0
FIELDS = "40 plain labels and fields, put up at once"
CPU = time.process_time
ACTS = {
    "open": ("opening 400 questions and 1,000 rows, engine and first frame", OPENING_MS),
    "turn": ("turning to a page that nobody made ready, first frame", None),
    "ready": ("turning to the page that comes next, first frame", None),
    "rows": ("turning to a repeat of 1,000 rows, first frame", None),
    "row": ("entering row 500 of 1,000, first frame", None),
    "answer": ("an answer in row 500 of 1,000, first frame", None),
    "back": ("back to the 1,000 rows, first frame", None),
}


def window(home: Path) -> dict[str, list[float]]:
    """What `form_window` found, in a process of its own."""
    shutil.rmtree(home, ignore_errors=True)
    environment = {**os.environ, **MOCK, "KIVY_HOME": str(home.parent / "kivy")}
    command = [sys.executable, "-m", "tests.bench.form_window", str(home)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, timeout=180, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def filling(room: Path, quick: bool) -> list[Figure]:
    """Each act beside plain Kivy in the same process."""
    runs = [window(room / "long") for _ in range(1 if quick else 5)]
    figures = [
        compared(
            name, "ms", [(run[act][0], run["plain"][0]) for run in runs], FIELDS, budget=budget
        )
        for act, (name, budget) in ACTS.items()
    ]
    pairs = [(max(run["open"][1], run["turn"][1]), run["plain"][1]) for run in runs]
    figures.append(
        compared("the longest frame while a page is built", "ms", pairs, "their own one frame")
    )
    return figures


def book(count: int) -> str:
    """A codebook of factories as a document."""
    rows = [
        {
            "key": f"3-{n % 106}-{n}/{n % 90}",
            "th": f"โรงงานน้ำแข็งบ้านค้ำคูณที่ {n}",
            "en": f"Ban Kham Khun Ice {n}",
            "province": f"{n % 77:02}",
        }
        for n in range(count)
    ]
    title = {"th": "โรงงาน", "en": "Factories"}
    made = {"codebook": "f", "version": "1", "title": title, "source": "", "rows": rows}
    return json.dumps(made, ensure_ascii=False)


def searching(room: Path, quick: bool) -> list[Figure]:
    """A word of a codebook in the database, beside SQLite's own LIKE over the names."""
    rounds = 3 if quick else 15
    path = room / "references.db"
    path.unlink(missing_ok=True)
    database = TabletDatabase(path)
    job = TakingIn(database, "f", "0" * 64, book(ENTRIES))
    while job.step():
        pass
    table = ReferenceTable(database, books(database.reader())["f"])
    raw = sqlite3.connect(path)
    name = table.book.table

    def by_like() -> list[tuple[str]]:
        like = "%ที่ 99999%"
        return raw.execute(f"SELECT key FROM {name} WHERE th LIKE ?", (like,)).fetchall()

    figures = []
    for words, typed in (("a name that one row has", "ที่ 99999"), ("nothing", "ไม่มีชื่อนี้")):
        pairs = in_turns(lambda typed=typed: table.search(typed, 30), by_like, rounds, clock=CPU)  # type: ignore[misc]
        figures.append(
            compared(
                f"searching 100,000 entries for {words}",
                "ms",
                pairs,
                "LIKE over the names",
                budget=SEARCH_MS,
            )
        )
    raw.close()
    database.close()
    return figures


def measure(room: Path, quick: bool) -> list[Figure]:
    """The windows, then the codebook."""
    room.mkdir(parents=True, exist_ok=True)
    return [*filling(room, quick), *searching(room, quick)]
