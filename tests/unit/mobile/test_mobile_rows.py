"""The fast list of a roster: one line adds a row, earlier people are offered, heads are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobile.presenters.home import HomePresenter
from mobile.presenters.rows import RowsPresenter
from tests.support.forms import both, calculate, document, group, question, repeat
from tests.support.tablets import AREA, Desk, a_dot_id, ready_desk, state_of

EARLIER = a_dot_id(800)


def gathering() -> dict[str, object]:
    return document(
        group("core", question("title", required="true()", shown_as="title")),
        group(
            "people",
            repeat(
                "roster",
                group(
                    "p_name",
                    question("p_first", required="true()", personal="P", shown_as="title"),
                    question("p_last", personal="P", shown_as="title"),
                    merge="atomic",
                ),
                question("p_org", required="true()", personal="P", shown_as="line"),
                question("p_age", "integer"),
                question("p_news", "select_one", choices="yn", default="no"),
                appearance="fast-list",
            ),
            calculate("cnt_all", "count(${roster})"),
            question("headcnt", "integer"),
        ),
        form="gather",
        title=both("กิจกรรม"),
    )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = ready_desk(tmp_path)
    made.publish(gathering())
    person = {"p_name": {"p_first": "สมหญิง", "p_last": "ใจดี"}, "p_org": "บ้านหนองน้ำใส"}
    made.receives(
        AREA,
        state_of("gather", {"core/title": "เวทีก่อน"}, record=EARLIER),
        state_of(
            "gather/roster",
            person,
            record=a_dot_id(801),
            parent=EARLIER,
            root=EARLIER,
            form="gather",
        ),
    )
    return made


def roster(desk: Desk) -> tuple[RowsPresenter, str]:
    form = HomePresenter(desk.app).begin("gather")
    form.answer(form.state.root, "core/title", "เวทีใหม่")
    found = form.rows(form.state.root, "people/roster")
    assert found is not None
    return found, form.state.root


def test_one_line_adds_a_row_as_one_save_with_its_first_values(desk: Desk) -> None:
    rows, root = roster(desk)
    assert [q.key for q in rows.state.quick] == ["p_name/p_first", "p_name/p_last", "p_org"]
    rows.set("p_name/p_first", "สมชาย")
    assert rows.type_text("p_org", "โรงน้ำตาล")
    row = rows.add()
    assert row is not None
    assert (rows.state.count, rows.row(0).title.th, rows.row(0).second.th) == (
        1,
        "สมชาย",
        "โรงน้ำตาล",
    )
    assert [q.value for q in rows.state.quick] == [None, None, None]
    desk.app.capture.seal(root)
    (own,) = desk.app.browser.own_changes(root)
    writes = own.change.records[-1].writes
    assert writes["p_name"].value == {"p_first": "สมชาย"}
    assert writes["p_news"].value == "no"
    assert writes["p_name"].salt is not None


def test_an_empty_line_adds_nothing_and_says_so(desk: Desk) -> None:
    rows, _ = roster(desk)
    assert rows.add() is None
    assert rows.state.problem is not None
    assert rows.state.count == 0


def test_people_of_earlier_records_are_offered_while_typing(desk: Desk) -> None:
    rows, _ = roster(desk)
    rows.suggest("หนองนํ้าใส สมหญิง")
    (found,) = rows.state.suggestions
    assert (found.title, found.second) == ("สมหญิง ใจดี", "บ้านหนองน้ำใส")
    rows.take(found)
    assert rows.state.quick[2].value == "บ้านหนองน้ำใส"
    assert rows.add() is not None
    assert rows.row(0).title.th == "สมหญิง ใจดี"
    rows.suggest("ไม่มีใคร")
    assert rows.state.suggestions == ()


def test_heads_are_counted_and_rows_are_found_by_name(desk: Desk) -> None:
    rows, _ = roster(desk)
    for name in ("สมชาย", "สมหญิง", "มานะ"):
        rows.set("p_name/p_first", name)
        rows.set("p_org", "โรงน้ำตาล")
        rows.add()
    assert {label.th: number for label, number in rows.state.counts}["cnt_all"] == "3"
    rows.find("สม")
    assert (rows.state.count, rows.state.total, len(rows)) == (2, 3, 2)
    row = rows.row(0).record
    assert rows.delete(row, "ซ้ำ")
    assert (rows.state.count, rows.state.total) == (1, 2)


def test_a_second_opening_shows_the_rows_in_the_order_they_were_added(desk: Desk) -> None:
    rows, root = roster(desk)
    names = [f"คนที่ {n}" for n in range(7)]
    for name in names:
        rows.set("p_name/p_first", name)
        rows.set("p_org", "ก")
        rows.add()
    form = HomePresenter(desk.app).open(root)
    again = form.rows(root, "people/roster")
    assert again is not None
    assert [again.row(n).title.th for n in range(len(again))] == names
    again.set("p_name/p_first", "คนสุดท้าย")
    again.set("p_org", "ก")
    again.add()
    form.leave()
    last = HomePresenter(desk.app).open(root).rows(root, "people/roster")
    assert last is not None
    assert [last.row(n).title.th for n in range(len(last))] == [*names, "คนสุดท้าย"]
