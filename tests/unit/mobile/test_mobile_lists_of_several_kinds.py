"""Lists of several kinds at once: merged by each kind's index, searched as they lie."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mobile.store import listing
from mobile.store.listing import Filter
from shared.thai.finding import list_keys
from tests.support.tablets import AREA, Desk, a_dot_id, ready_desk

NAMES = ("โรงน้ำตาล", "เชียงใหม่", "ลพบุรี", "Steel", "กระบี่", "แม่น้ำ", "ปั้นดี")
KINDS = ("factory", "visit", "other")
STATUSES = ("draft", "submitted")


@pytest.fixture
def reader(tmp_path: Path) -> sqlite3.Connection:
    desk: Desk = ready_desk(tmp_path)
    with desk.app.database.writing() as connection:
        connection.executemany(
            "INSERT INTO listing (root, type, scope, title, subtitle, status, sort_key, "
            "search_key, occurred_on, mark, conflicts, comments, changed_at, author) "
            "VALUES (?, ?, ?, ?, '', ?, ?, ?, '', '', ?, 0, ?, '')",
            (
                (
                    a_dot_id(0x7000 + n),
                    KINDS[n % 3],
                    AREA,
                    name,
                    STATUSES[n % 2],
                    *list_keys(name),
                    n % 5 == 0,
                    n,
                )
                for n, name in enumerate(f"{NAMES[n % 7]} {n % 11}" for n in range(60))
            ),
        )
    return desk.app.database.reader()


def expected(reader: sqlite3.Connection, where: str) -> list[int]:
    found = reader.execute(f"SELECT row, sort_key FROM listing WHERE {where}").fetchall()
    return [row["row"] for row in sorted(found, key=lambda row: (row["sort_key"], row["row"]))]


TWO = "type IN ('factory', 'visit')"


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        (Filter(types=("visit", "factory")), TWO),
        (Filter(types=("factory", "visit", "factory")), TWO),
        (Filter(types=("visit", "factory"), statuses=("draft",)), f"{TWO} AND status = 'draft'"),
        (Filter(types=("visit", "factory"), in_conflict=True), f"{TWO} AND conflicts > 0"),
        (Filter(types=("visit", "factory"), scope="area:nowhere"), "0"),
        (Filter(types=("visit", "factory"), search="นํ้า"), f"{TWO} AND title LIKE '%น้ำ%'"),
        (Filter(), "1"),
    ],
)
def test_several_kinds_come_in_one_order(
    reader: sqlite3.Connection, wanted: Filter, where: str
) -> None:
    assert list(listing.rows_of(reader, wanted)) == expected(reader, where)


def test_nothing_is_sorted_anew_for_several_kinds(reader: sqlite3.Connection) -> None:
    sql, values = listing._merged(Filter(types=("visit", "factory")))
    plan = [row["detail"] for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert not any("TEMP B-TREE" in step for step in plan), plan
