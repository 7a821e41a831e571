"""One table of Thai titles and queries for the tablet, the office on SQLite and on PostgreSQL: they
sort and find the same, whatever way a word was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine

from mobile.store import listing
from mobile.store.database import TabletDatabase
from mobile.store.listing import Filter
from server.services.list_register import RegisterQuery, list_register
from server.services.list_review_queue import ReviewQuery, list_review_queue
from server.services.read_quarantine import find_candidates
from server.store.database import Database
from server.store.schema import upgrade
from shared.thai.finding import find_key, found_in, words_of
from tests.support.databases import Databases
from tests.support.titled import fill_office, fill_tablet

PROVINCES = "กระบี่ กาญจนบุรี ขอนแก่น โคราช ฉะเชิงเทรา ชลบุรี เชียงใหม่ ไชยา พะเยา แพร่ ลพบุรี เลย".split()
"""Vector 5 of the domain dossier: the order of a dictionary."""
TITLED: list[tuple[str, str]] = [
    *((name, "จังหวัด") for name in reversed(PROVINCES)),
    ("โรงงานน้ำแข็งหลอด", "จ3-53(5)-12/45รย"),
    ("บ่อบำบัดน\u0e4d\u0e49\u0e32เสีย", "น.50(1)-7/2559-ญอ"),
    ("เเม่นำ้เคมี", "โทร 081 234 5678"),
    ("Chonburi STEEL", "0105536112014"),
    ("ร้าน ๗๗ 100%", "a_b"),
    ("ปาน", ""),
    ("ป่าน", ""),
    ("ปาง", ""),
    ("Café 😀 Straße", "ab-12"),
]
QUERIES: dict[str, list[str]] = {
    "น้ำ": ["บ่อบำบัดน\u0e4d\u0e49\u0e32เสีย", "เเม่นำ้เคมี", "โรงงานน้ำแข็งหลอด"],
    "นํ้า": ["บ่อบำบัดน\u0e4d\u0e49\u0e32เสีย", "เเม่นำ้เคมี", "โรงงานน้ำแข็งหลอด"],
    "น้ํา": ["บ่อบำบัดน\u0e4d\u0e49\u0e32เสีย", "เเม่นำ้เคมี", "โรงงานน้ำแข็งหลอด"],
    "นำ้": ["บ่อบำบัดน\u0e4d\u0e49\u0e32เสีย", "เเม่นำ้เคมี", "โรงงานน้ำแข็งหลอด"],
    "แม่น้ำ": ["เเม่นำ้เคมี"],
    "เสีย": ["บ่อบำบัดน\u0e4d\u0e49\u0e32เสีย"],
    "steel": ["Chonburi STEEL"],
    "Steel chon": ["Chonburi STEEL"],
    "STRASSE": ["Café 😀 Straße"],
    "😀": ["Café 😀 Straße"],
    "café": ["Café 😀 Straße"],
    "77": ["ร้าน ๗๗ 100%"],
    "๗๗": ["ร้าน ๗๗ 100%"],
    "100%": ["ร้าน ๗๗ 100%"],
    "a_b": ["ร้าน ๗๗ 100%"],
    "a%b": [],
    "จ3-53(5)": ["โรงงานน้ำแข็งหลอด"],
    "จ3535": ["โรงงานน้ำแข็งหลอด"],
    "จ3 53 5 12": ["โรงงานน้ำแข็งหลอด"],
    "๓-๕๓": ["โรงงานน้ำแข็งหลอด"],
    "12/45 รย": ["โรงงานน้ำแข็งหลอด"],
    "0812345678": ["เเม่นำ้เคมี"],
    "081-234-5678": ["เเม่นำ้เคมี"],
    "0-1055-36112-01-4": ["Chonburi STEEL"],
    "ab12": ["Café 😀 Straße"],
    "น.50(1)-7/2559": ["บ่อบำบัดน\u0e4d\u0e49\u0e32เสีย"],
    "จังหวัด เชียง": ["เชียงใหม่"],
    "บุรี": ["กาญจนบุรี", "ชลบุรี", "ลพบุรี"],
    "ไม่มี": [],
    "\u200b": [name for name, _ in TITLED],
}
ORDER = [
    "Café 😀 Straße",
    "Chonburi STEEL",
    *PROVINCES[:8],
    "บ่อบำบัดน\u0e4d\u0e49\u0e32เสีย",
    "ปาง",
    "ปาน",
    "ป่าน",
    *PROVINCES[8:10],
    "เเม่นำ้เคมี",
    "ร้าน ๗๗ 100%",
    "โรงงานน้ำแข็งหลอด",
    *PROVINCES[10:],
]
Ask = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TabletDatabase]:
    database = TabletDatabase(tmp_path_factory.mktemp("text") / "tablet.db")
    with database.writing() as connection:
        fill_tablet(connection, TITLED)
    yield database
    database.close()


@pytest.fixture
def office(database_url: str) -> Iterator[Database]:
    database = Database(create_engine(database_url))
    upgrade(database)
    with database.writing() as session:
        fill_office(session, TITLED)
    yield database
    database.close()


def on_tablet(database: TabletDatabase, typed: str) -> list[str]:
    reader = database.reader()
    wanted = Filter(types=("factory",), search=typed)
    rows = listing.rows_of(reader, wanted)
    titles = [line.title for line in listing.lines(reader, rows) if line is not None]
    assert [line.title for line in listing.first_lines(reader, wanted, 99)] == titles
    assert listing.count(reader, wanted) == len(titles)
    everywhere = listing.rows_of(reader, Filter(search=typed))
    assert list(everywhere) == list(rows), "the same without naming a kind"
    newest = listing.rows_of(reader, Filter(search=typed, newest_first=True))
    assert sorted(newest) == sorted(rows)
    return titles


def in_office(database: Database, typed: str) -> list[str]:
    with database.reading() as session:
        page = list_register(session, RegisterQuery("factory", text=typed), None)
        titles = [line.title for line in page.lines]
        assert page.total == len(titles)
        within = list_register(session, RegisterQuery("factory", typed, "area:20-1"), ["area:20-1"])
        assert within == page
        assert list_register(session, RegisterQuery("factory", text=typed), []).total == 0
        queue = list_review_queue(session, ReviewQuery(text=typed), None)
        assert queue.total == len(queue.lines) == len(titles)
        assert sorted(line.title for line in queue.lines) == sorted(titles)
        times = [line.changed_at for line in queue.lines]
        assert times == sorted(times)
        some = find_candidates(session, "factory", typed, None)
        assert [one.title for one in some] == titles[: len(some)]
    return titles


def agree(ask: Ask) -> None:
    """What is asked for without words is everything, in the order of a dictionary."""
    assert ask("") == ORDER
    for typed, titles in QUERIES.items():
        found = ask(typed)
        assert sorted(found) == sorted(titles), typed
        assert found == [name for name in ORDER if name in titles], typed


def test_the_tablet_sorts_and_finds_by_the_table(tablet: TabletDatabase) -> None:
    agree(lambda typed: on_tablet(tablet, typed))


def test_the_office_sorts_and_finds_by_the_table(office: Database) -> None:
    agree(lambda typed: in_office(office, typed))


def test_memory_finds_by_the_table() -> None:
    keys = {title: find_key(title, second) for title, second in TITLED}
    for typed, titles in QUERIES.items():
        words = words_of(typed)
        assert sorted(t for t, key in keys.items() if found_in(key, words)) == sorted(titles), typed


def test_pages_of_a_register_and_of_the_queue_join_without_a_gap(database_url: str) -> None:
    database = Database(create_engine(database_url))
    upgrade(database)
    titled = [(f"โรงงาน {n % 40}", "เหมือนกัน") for n in range(230)]
    with database.writing() as session:
        fill_office(session, titled)
    with database.reading() as session:
        for typed in ("", "โรงงาน"):
            assert len(set(read_register(database, typed))) == 230
        for order in ("oldest", "newest"):
            seen: list[str] = []
            after: tuple[int, str] | None = None
            while True:
                query = ReviewQuery(text="เหมือน", order=order, after=after)
                page = list_review_queue(session, query, None)
                assert page.total == 230
                seen += [line.id for line in page.lines]
                after = page.next
                if after is None:
                    break
            assert len(seen) == len(set(seen)) == 230
            assert seen == sorted(seen, reverse=order == "newest")
    database.close()


def read_register(database: Database, typed: str) -> list[str]:
    seen: list[str] = []
    after: tuple[bytes, str] | None = None
    with database.reading() as session:
        while True:
            page = list_register(session, RegisterQuery("factory", typed, after=after), None)
            assert page.total == 230
            seen += [line.id for line in page.lines]
            after = page.next
            if after is None:
                return seen


@pytest.mark.parametrize("letter", ["ก", "😀", "é", "A"])
def test_the_longest_title_can_be_stored_and_is_found(database_url: str, letter: str) -> None:
    database = Database(create_engine(database_url))
    upgrade(database)
    with database.writing() as session:
        fill_office(session, [(letter * 200, letter * 200), ("ข", "")])
    with database.reading() as session:
        page = list_register(session, RegisterQuery("factory", text=letter * 20), None)
        assert [line.title for line in page.lines] == [letter * 200]
    database.close()


def test_a_tablet_looks_for_a_word_in_an_index_alone(tablet: TabletDatabase) -> None:
    reader = tablet.reader()
    sql, values = listing._in_order(reader, Filter(types=("factory",), search="น้ำ"))
    plan = [row["detail"] for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert plan == ["SEARCH listing USING COVERING INDEX listing_found (type=?)"]


def test_an_office_looks_for_a_word_in_an_index_alone(sqlite_databases: Databases) -> None:
    """The plan of PostgreSQL depends on its statistics: the bench measures it."""
    office = Database(create_engine(sqlite_databases.new()))
    upgrade(office)
    seen: list[str] = []
    with office.reading() as session:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(seen.append)
        list_register(session, RegisterQuery("factory", text="น้ำ"), ["area:20-1"])
        list_review_queue(session, ReviewQuery(text="น้ำ", state="submitted"), ["area:20-1"])
        driver.set_trace_callback(None)
        searches = [sql for sql in seen if "instr" in sql]
        assert len(searches) == 2
        for sql in searches:
            plan = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}")]
            reads = [step for step in plan if " record " in step]
            assert len(reads) == 1, plan
            assert "USING COVERING INDEX ix_record_found" in reads[0], (sql, plan)
    office.close()
