"""A list of 100,000 records: opening it, searching it in Thai, scrolling it; beside 10,000.

Frames are measured on Kivy's mock GL: every draw call is made and none is drawn, so that what is
left is our own work and not the renderer of a machine without a graphics chip.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from mobile.bootstrap import open_tablet
from mobile.config import TabletConfig
from mobile.presenters.records import PAGE, RecordsPresenter
from mobile.services.tablet import Tablet
from shared.thai.finding import packed
from tests.bench.figures import Figure, compared, in_turns
from tests.bench.long_lists import home_with
from tests.bench.tablets import sign_in_as_somchai

ROOT = Path(__file__).resolve().parents[2]
MANY, FEW = 100_000, 10_000
FRAME_MS = 4.0
WORDS = "น้ำทิพย์"
TYPED = "นํ้าทิพย์"
"""The same word as another keyboard writes it."""
CPU = time.process_time
"""SQLite runs in this process: its work counts, what others do to the machine does not."""
MOCK = {"KIVY_GL_BACKEND": "mock", "SDL_VIDEODRIVER": "offscreen"}


def opened(home: Path) -> Tablet:
    """The tablet of a home, with somebody at work on it."""
    tablet = open_tablet(TabletConfig(home), lambda act: act())
    sign_in_as_somchai(tablet)
    return tablet


def first_page(presenter: RecordsPresenter) -> None:
    """What the first screen of a list reads."""
    assert len(presenter)
    assert presenter.row(0) is not None


def reading(home: Path, few_home: Path, quick: bool) -> list[Figure]:
    """Opening and searching on the presenter, beside raw SQLite and beside fewer records."""
    rounds = 3 if quick else 15
    tablet, few = opened(home), opened(few_home)
    raw = sqlite3.connect(home / "tablet.db", isolation_level=None)
    raw.execute("PRAGMA query_only=ON")
    many_shown, few_shown = RecordsPresenter(tablet), RecordsPresenter(few)
    assert (len(many_shown), len(few_shown)) == (MANY, FEW)
    marks = ", ".join("?" * PAGE)

    def raw_open() -> None:
        """The same numbers in the same order, and the same first lines, with nothing around."""
        sql = "SELECT row FROM listing WHERE type = 'factory' ORDER BY sort_key, row"
        numbers = raw.execute(sql).fetchall()
        page = [row[0] for row in numbers[:PAGE]]
        raw.execute(f"SELECT * FROM listing WHERE row IN ({marks})", page).fetchall()

    def raw_like() -> None:
        sql = "SELECT row FROM listing WHERE instr(search_key, ?) > 0"
        raw.execute(sql, (packed(WORDS),)).fetchall()

    def find(text: str) -> None:
        many_shown.find(text)
        tablet.jobs.call(lambda: None)  # a search runs beside whoever draws: wait for it
        first_page(many_shown)

    opening = in_turns(lambda: first_page(RecordsPresenter(tablet)), raw_open, rounds, clock=CPU)
    beside_few = in_turns(
        lambda: first_page(RecordsPresenter(tablet)),
        lambda: first_page(RecordsPresenter(few)),
        rounds,
        clock=CPU,
    )
    searching = in_turns(lambda: find(TYPED), raw_like, rounds, clock=CPU)
    found = len(many_shown)
    rare = in_turns(lambda: find(f"{TYPED} 471"), raw_like, rounds, clock=CPU)
    assert found > len(many_shown) > 0
    raw.close()
    tablet.close()
    few.close()
    like = "raw instr over the same column"
    return [
        compared(
            f"opening the list of {MANY:,} and its first page",
            "ms",
            opening,
            "raw SQL: the same numbers, the same page",
        ),
        compared("the same beside 10,000 records", "ms", beside_few, "10,000 records"),
        compared(f"searching {WORDS} ({found:,} found) and the first page", "ms", searching, like),
        compared("searching that and 471 (a few found)", "ms", rare, like),
    ]


def frames(home: Path, quick: bool) -> dict[str, float]:
    """Milliseconds of processor time a frame by pace, from a window of its own."""
    count = "60" if quick else "240"
    command = [sys.executable, "-m", "tests.bench.list_window", str(home), count]
    environment = {**os.environ, **MOCK, "KIVY_HOME": str(home / "kivy")}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def scrolling(home: Path, few_home: Path, quick: bool) -> list[Figure]:
    """Windows over both lists take turns."""
    both = [(frames(home, quick), frames(few_home, quick)) for _ in range(1 if quick else 3)]
    return [
        compared(
            f"scrolling {MANY:,}, {pace}, a frame",
            "ms",
            [(many[pace], few[pace]) for many, few in both],
            "10,000 records",
            FRAME_MS,
        )
        for pace in both[0][0]
    ]


def measure(room: Path, quick: bool) -> list[Figure]:
    """Both homes are made first; nothing of that is timed."""
    many, few = home_with(room / "many", MANY), home_with(room / "few", FEW)
    return [*reading(many, few, quick), *scrolling(many, few, quick)]
