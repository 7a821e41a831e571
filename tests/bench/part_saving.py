"""Saving one answer on the tablet beside one raw INSERT with its commit on the same disk."""

from __future__ import annotations

import sqlite3
from itertools import count
from pathlib import Path

from mobile.bootstrap import open_tablet
from mobile.config import TabletConfig
from tests.bench.figures import Figure, compared, in_turns, tail_of
from tests.bench.tablets import enrolled_home, sign_in_as_somchai
from tests.support.tablets import AREA

ANSWER = "น้ำทิ้งจากบ่อสุดท้ายมีค่าบีโอดีเกินมาตรฐาน ระบบเติมอากาศชำรุด "
LIMIT = "one raw INSERT of the same text and its COMMIT, WAL, synchronous=FULL"


def raw_writer(path: Path) -> sqlite3.Connection:
    """The least that keeps an answer through a power cut."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, field TEXT, value TEXT)")
    return connection


def measure(room: Path, quick: bool) -> list[Figure]:
    """A new answer each time (an INSERT), then the same one again and again (an UPDATE)."""
    home = enrolled_home(room / "tablet")
    tablet = open_tablet(TabletConfig(home), lambda act: act())
    sign_in_as_somchai(tablet)
    raw = raw_writer(home / "raw.db")
    opened = tablet.capture.begin_record("visit", AREA, tablet.author())
    numbers = count()

    def answer() -> None:
        number = next(numbers)
        name = f"visit/q{number}"
        tablet.capture.answer(opened, opened.root, name, f"{ANSWER}{number}")

    def answer_again() -> None:
        tablet.capture.answer(opened, opened.root, "visit/note", f"{ANSWER}{next(numbers)}")

    def behind() -> None:
        """As a screen does it: a job for the thread that writes, and the word that it is done."""
        text = f"{ANSWER}{next(numbers)}"
        tablet.jobs.call(lambda: tablet.capture.answer(opened, opened.root, "visit/note", text))

    def insert() -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO answer (field, value) VALUES (?, ?)", ("note", ANSWER))
        raw.execute("COMMIT")

    for _ in range(600):  # until both logs have been folded back once and grow no more
        answer_again()
        insert()
    rounds = 40 if quick else 400
    fresh = in_turns(answer, insert, rounds)
    again = in_turns(answer_again, insert, rounds)
    queued = in_turns(behind, insert, rounds)
    raw.close()
    tablet.close()
    return [
        compared("a first answer, median", "ms", fresh, LIMIT),
        tail_of("a first answer, 95 of 100 within", "ms", fresh, 0.95, LIMIT),
        compared("an answer over an earlier one, median", "ms", again, LIMIT),
        tail_of("an answer over an earlier one, 95 of 100 within", "ms", again, 0.95, LIMIT),
        compared("the same through the thread that writes, median", "ms", queued, LIMIT),
    ]
