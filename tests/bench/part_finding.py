"""Finding Thai words among 100,000 titles: the tablet, the office on SQLite and on PostgreSQL.

Processor time of this process and of PostgreSQL's: for a page of the office with its count, for all
numbers of the tablet's list and its first page, for 30 rows of a large codebook.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from mobile.store import listing
from mobile.store.database import TabletDatabase
from mobile.store.listing import Filter
from mobile.store.references import ReferenceTable, TakingIn, books
from server.services.list_register import RegisterQuery, list_register
from server.services.list_review_queue import ReviewQuery, list_review_queue
from server.store.database import Database
from server.store.schema import upgrade
from shared.thai.finding import words_of
from tests.bench.figures import Figure, compared, in_turns
from tests.bench.long_lists import titles
from tests.bench.offices import cpu_ms
from tests.support.postgres import PostgresCluster
from tests.support.titled import fill_office, fill_tablet

MANY = 100_000
BUDGET_MS = 50.0
WORDS = {
    "น": "a letter that nearly all have",
    "นํ้าทิพย์": "a word, typed another way, that every tenth has",
    "น้ำทิพย์ 471": "two words that a few have",
    "จ3-12-99": "a number without its brackets, that a few have",
    "ไม่มีคำนี้": "what nobody has",
}
Ask = Callable[[str], int]


def measure(room: Path, quick: bool) -> list[Figure]:
    """The same questions to each store."""
    source = random.Random(7)
    titled = [
        (title, f"จ3-{source.randint(1, 107)}({number % 9})-{number}/45 รย")
        for number, title in enumerate(titles(MANY))
    ]
    rounds = 3 if quick else 9
    room.mkdir(parents=True, exist_ok=True)
    found = [*_tablet(room, titled, rounds), *_book(room, titled, rounds)]
    found += _office("SQLite", create_engine(f"sqlite:///{room / 'office.db'}"), titled, rounds)
    cluster = PostgresCluster.start()
    try:
        found += _office("PostgreSQL", create_engine(cluster.create_database()), titled, rounds)
    finally:
        cluster.stop()
    return found


def _figures(
    where: str,
    ask: Ask,
    plain: Callable[[bytes], object],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> list[Figure]:
    """Each question beside a bare walk over the same keys for its first word."""
    out = []
    for typed, meaning in WORDS.items():
        word = words_of(typed)[0].plain
        count = ask(typed)
        pairs = in_turns(lambda t=typed: ask(t), lambda w=word: plain(w), rounds, clock=clock)  # type: ignore[misc]
        name = f"{where}: {meaning} ({count:,} found)"
        out.append(compared(name, "ms", pairs, "SQL over the same keys alone", BUDGET_MS))
    return out


def _tablet(room: Path, titled: Sequence[tuple[str, str]], rounds: int) -> list[Figure]:
    with closing(TabletDatabase(room / "tablet.db")) as database:
        with database.writing() as connection:
            fill_tablet(connection, titled)
        reader = database.reader()

        def ask(typed: str) -> int:
            rows = listing.rows_of(reader, Filter(types=("factory",), search=typed))
            listing.lines(reader, rows[:40])
            return len(rows)

        sql = "SELECT count(*) FROM listing INDEXED BY listing_found WHERE type = 'factory' AND "

        def plain(word: bytes) -> object:
            return reader.execute(f"{sql} instr(search_key, ?) > 0", (word,)).fetchone()

        return _figures("tablet", ask, plain, rounds)


def _book(room: Path, titled: Sequence[tuple[str, str]], rounds: int) -> list[Figure]:
    rows = [{"key": f"F{n}", "th": th, "en": "", "no": no} for n, (th, no) in enumerate(titled)]
    document = {"codebook": "b", "version": "1", "title": {"th": "ก", "en": "a"}, "rows": rows}
    with closing(TabletDatabase(room / "books.db")) as database:
        taking = TakingIn(database, "b", "0" * 64, json.dumps(document, ensure_ascii=False))
        while taking.step():
            pass
        table = ReferenceTable(database, books(database.reader())["b"])
        found = f"{table.book.table}_found"
        reader = database.reader()

        def plain(word: bytes) -> object:
            sql = f"SELECT count(*) FROM {found} WHERE instr(key, ?) > 0"
            return reader.execute(sql, (word,)).fetchone()

        return _figures("codebook", lambda typed: len(table.search(typed, 30)), plain, rounds)


def _office(
    name: str, engine: Engine, titled: Sequence[tuple[str, str]], rounds: int
) -> list[Figure]:
    database = Database(engine)
    upgrade(database)
    with database.writing() as session:
        fill_office(session, titled)
    if not database.is_sqlite:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    with database.reading() as session:
        where = "instr(search_key, :word)"
        if not database.is_sqlite:
            where = 'pg_catalog."position"(search_key, :word)'
        sql = text(
            "SELECT count(*) FROM record WHERE parent IS NULL AND NOT deleted AND "
            f"type = 'factory' AND {where} > 0"
        )

        def register(typed: str) -> int:
            found = list_register(session, RegisterQuery("factory", text=typed), None)
            return 10_001 if found.total is None else found.total

        def queue(typed: str) -> int:
            found = list_review_queue(session, ReviewQuery(text=typed), None)
            return 10_001 if found.total is None else found.total

        def plain(word: bytes) -> object:
            return session.execute(sql, {"word": word}).scalar()

        backend = None if database.is_sqlite else session.scalar(text("SELECT pg_backend_pid()"))

        def clock() -> float:
            return time.process_time() + (cpu_ms(backend) / 1e3 if backend else 0.0)

        out = _figures(f"{name}, register", register, plain, rounds, clock)
        out += _figures(f"{name}, queue", queue, plain, rounds, clock)
    database.close()
    return out
