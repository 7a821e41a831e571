"""Lists and search: 100,000 records by few queries, Thai as people type it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mobile.presenters.records import PAGE, RecordsPresenter
from mobile.presenters.register_picker import RegisterPicker
from mobile.store import listing
from mobile.store.listing import Filter
from shared.records.state import WorkflowState
from shared.records.workflow import Status
from shared.thai.finding import list_keys
from shared.thai.text import sort_key
from tests.support.tablets import AREA, SOMCHAI, Desk, a_dot_id, ready_desk, state_of

MANY = 100_000


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = ready_desk(tmp_path)
    names = ("โรงน้ำตาลชลบุรี", "เชียงใหม่โลหะ", "ลพบุรีสี", "Chonburi STEEL 33")
    states = [
        state_of(
            "factory",
            {"identity/fac_name": name, "identity/reg_no": f"3-{100 + n}"},
            record=a_dot_id(500 + n),
        )
        for n, name in enumerate(names)
    ]
    visit = state_of(
        "visit",
        {"site/fac_name": "โรงน้ำตาลชลบุรี", "visit/day": "2025-08-15"},
        record=a_dot_id(700),
        workflow=WorkflowState(Status.SUBMITTED),
    )
    made.receives(AREA, *states, visit)
    return made


def titles(presenter: RecordsPresenter) -> list[str]:
    found = (presenter.row(index) for index in range(len(presenter)))
    return [line.title for line in found if line is not None]


def test_records_are_sorted_as_a_thai_dictionary_sorts(desk: Desk) -> None:
    presenter = RecordsPresenter(desk.app, types=("factory",))
    assert titles(presenter) == [
        "Chonburi STEEL 33",
        "เชียงใหม่โลหะ",
        "โรงน้ำตาลชลบุรี",
        "ลพบุรีสี",
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("น้ำตาล", "โรงน้ำตาลชลบุรี"),
        ("นํ้าตาล", "โรงน้ำตาลชลบุรี"),
        ("นำ้ตาล", "โรงน้ำตาลชลบุรี"),
        ("ชลบุรี โรง", "โรงน้ำตาลชลบุรี"),
        ("steel ๓๓", "Chonburi STEEL 33"),
        ("3-101", "เชียงใหม่โลหะ"),
        ("๓-๑๐๑", "เชียงใหม่โลหะ"),
    ],
)
def test_every_way_of_typing_it_finds_the_record(desk: Desk, typed: str, found: str) -> None:
    presenter = RecordsPresenter(desk.app, types=("factory",))
    presenter.find(typed)
    assert titles(presenter) == [found]


@pytest.mark.parametrize("typed", ["%", "_", "' OR 1=1 --", "\\", "ไม่มี", "x" * 10_000])
def test_signs_of_the_database_are_only_letters(desk: Desk, typed: str) -> None:
    presenter = RecordsPresenter(desk.app)
    presenter.find(typed)
    assert len(presenter) == 0


def test_records_are_filtered_by_form_and_status(desk: Desk) -> None:
    presenter = RecordsPresenter(desk.app)
    assert len(presenter) == 5
    presenter.filter(types=("visit",))
    assert titles(presenter) == ["โรงน้ำตาลชลบุรี"]
    presenter.filter(types=(), status="submitted")
    assert presenter.state.count == 1
    line = presenter.row(0)
    assert line is not None
    assert (line.kind.th, line.status, line.sync, line.date.th) == (
        "การตรวจ",
        "submitted",
        "received",
        "15 ส.ค. 2568",
    )
    presenter.filter(status="approved")
    assert presenter.state.count == 0


def test_the_picker_finds_a_factory_by_name_or_number(desk: Desk) -> None:
    picker = RegisterPicker(desk.app, "factory", AREA)
    assert len(picker.state.found) == 4
    picker.find("3-103")
    assert [line.title for line in picker.state.found] == ["Chonburi STEEL 33"]
    assert not picker.state.more


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A tablet whose list has 100,000 lines."""
    made = ready_desk(tmp_path_factory.mktemp("crowded"))
    source = random.Random(5)
    names = [f"โรงงาน {source.choice('กขคงจฉ')}{source.randrange(10**6)}" for _ in range(MANY)]
    with made.app.database.writing() as connection:
        connection.executemany(
            "INSERT INTO listing (root, type, scope, title, subtitle, status, sort_key, "
            "search_key, occurred_on, mark, conflicts, comments, changed_at, author) "
            "VALUES (?, 'factory', ?, ?, '', '', ?, ?, '', '', 0, 0, 0, '')",
            ((a_dot_id(n), AREA, name, *list_keys(name)) for n, name in enumerate(names)),
        )
    yield made
    made.kill()


def test_a_list_of_100_000_opens_and_scrolls_with_one_query_each(crowded: Desk) -> None:
    statements: list[str] = []
    crowded.app.database.watch_reads(statements.append)
    presenter = RecordsPresenter(crowded.app, types=("factory",))
    assert presenter.state.count == MANY
    assert [text for text in statements if "unlisted" not in text] == statements[:1]
    assert len(statements) == 2, "the list, and how many records wait for their line"
    assert presenter._rows.itemsize * len(presenter) == 8 * MANY
    statements.clear()
    for index in range(40_000, 40_000 + 4 * PAGE):
        assert presenter.row(index) is not None
    assert len(statements) <= 5, "a page of lines is one query"
    assert len(presenter._pages) <= 5
    for page in range(0, MANY, PAGE * 7):
        presenter.row(page)
    assert len(presenter._pages) <= 24, "memory does not grow with scrolling"
    crowded.app.database.watch_reads(None)


def test_the_order_of_a_list_comes_from_an_index_and_is_not_sorted(crowded: Desk) -> None:
    for wanted in (Filter(types=("factory",)), Filter(types=("factory",), statuses=("draft",))):
        where, values = listing._where(wanted)
        plan = " ".join(
            row["detail"]
            for row in crowded.app.database.reader().execute(
                f"EXPLAIN QUERY PLAN SELECT row FROM listing{where} ORDER BY sort_key, row", values
            )
        )
        assert "USING" in plan
        assert "TEMP B-TREE" not in plan, plan


def test_every_line_of_100_000_is_there_once_and_in_order(crowded: Desk) -> None:
    rows = listing.rows_of(crowded.app.database.reader(), Filter(types=("factory",)))
    assert len(set(rows)) == len(rows) == MANY
    found = listing.lines(crowded.app.database.reader(), rows[:200])
    keys = [sort_key(line.title) for line in found if line is not None]
    assert keys == sorted(keys)
    assert len(keys) == 200


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Filter(statuses=("draft",), author=SOMCHAI, scope=AREA), "status_author_changed_at"),
        (Filter(statuses=("returned",), scope=AREA), "status_scope_changed_at"),
        (Filter(marks=("editing", "pending")), "mark"),
        (Filter(in_conflict=True), "conflicts"),
    ],
)
def test_short_lists_read_by_the_index_of_what_they_ask_for(desk: Desk, wanted: Filter, index: str):
    asked: list[str] = []
    desk.app.database.watch_reads(asked.append)
    wanted = replace(wanted, types=("factory", "visit"), newest_first=True)
    desk.app.browser.first(wanted, 5)
    desk.app.browser.count(wanted)
    desk.app.database.watch_reads(None)
    reader = desk.app.database.reader()
    assert len(asked) == 2
    for sql in asked:
        plan = [str(row[3]) for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert f"idx_listing_{index} " in plan[0]
