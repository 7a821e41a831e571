"""What was cleared or removed comes back, as long as the form is open; long lists stay lazy."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.form_views import LINES_SHOWN
from mobile.presenters.home import HomePresenter
from mobile.store.shown import live_rows, shown_states
from tests.support.tablets import AREA, Desk, a_dot_id, item, ready_desk, rows_item, state_of

VISIT = a_dot_id(600)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = ready_desk(tmp_path)
    made.receives(AREA, state_of("visit", {"visit/smell": "yes"}, record=VISIT))
    return made


def opened(desk: Desk) -> FormPresenter:
    form = HomePresenter(desk.app).open(VISIT)
    form.go("visit")
    return form


def titles(form: FormPresenter) -> list[str]:
    return [line.title.th for line in rows_item(form, "found/findings").rows]


def filled_rows(form: FormPresenter, count: int) -> list[str]:
    form.go("found")
    made = []
    for number in range(count):
        row = form.add_row(VISIT, "found/findings")
        assert row is not None
        form.answer(row, "fact", f"ข้อ {number}")
        made.append(row)
    return made


def test_a_cleared_answer_can_be_taken_back_even_after_another_page(desk: Desk) -> None:
    form = opened(desk)
    form.clear(VISIT, "visit/smell")
    assert item(form, "visit/smell").cleared.th == "ใช่"
    form.go("site")
    form.go("visit")
    assert item(form, "visit/smell").cleared.en == "Yes"
    assert form.undo_clear(VISIT, "visit/smell")
    shown = item(form, "visit/smell")
    assert (shown.value, bool(shown.cleared)) == ("yes", False)
    assert not form.undo_clear(VISIT, "visit/smell")


def test_a_text_deleted_letter_by_letter_comes_back_whole(desk: Desk) -> None:
    form = opened(desk)
    for text in ("กลิ่น", "กลิ่นแรง", "กลิ่นแ", "กล"):
        form.type_text(VISIT, "visit/note_text", text)
    form.type_text(VISIT, "visit/note_text", "")
    assert item(form, "visit/note_text").cleared.th == "กลิ่นแรง"


def test_the_taken_back_answer_is_saved_as_any_other(desk: Desk) -> None:
    form = opened(desk)
    form.clear(VISIT, "visit/smell")
    form.undo_clear(VISIT, "visit/smell")
    form.leave()
    state = shown_states(desk.app.database.reader(), VISIT)[VISIT]
    assert state.value("visit/smell") == "yes"
    assert not state.conflicts()


def test_a_removed_row_comes_back_to_its_place_with_all_that_was_in_it(desk: Desk) -> None:
    form = opened(desk)
    rows = filled_rows(form, 3)
    photo = form.add_row(rows[1], "photos")
    assert photo is not None
    value = {"sha256": "a" * 64, "name": "x.jpg", "size": 3, "type": "image/jpeg"}
    form.answer(photo, "photo", value)  # type: ignore[arg-type]
    form.go("found")
    assert form.delete_row(rows[1], "ผิด")
    assert titles(form) == ["ข้อ 0", "ข้อ 2"]
    removed = rows_item(form, "found/findings").removed
    assert [(row, title.th) for row, title in removed] == [(rows[1], "ข้อ 1")]
    form.go("visit")
    form.go("found")
    assert form.restore_row(rows[1])
    assert titles(form) == ["ข้อ 0", "ข้อ 1", "ข้อ 2"]
    form.enter(rows[1])
    assert len(rows_item(form, "photos").rows) == 1
    form.leave()
    states = shown_states(desk.app.database.reader(), VISIT)
    assert [s.record for s in live_rows(states, VISIT)] == [rows[0], rows[1], rows[2], photo]


def test_a_row_that_never_was_saved_comes_back_as_it_was(desk: Desk) -> None:
    form = opened(desk)
    form.go("found")
    row = form.add_row(VISIT, "found/findings")
    assert row is not None
    assert form.delete_row(row)
    assert form.restore_row(row)
    assert not form.restore_row(row)
    form.answer(row, "fact", "ท่อรั่ว")
    form.leave()
    states = shown_states(desk.app.database.reader(), VISIT)
    assert states[row].value("fact") == "ท่อรั่ว"


def test_only_the_first_lines_of_a_long_repeat_are_made(desk: Desk) -> None:
    desk.receives(
        AREA,
        *(
            state_of(
                "visit/findings",
                {"fact": f"ข้อ {n}"},
                record=a_dot_id(10_000 + n),
                parent=VISIT,
                root=VISIT,
            )
            for n in range(60)
        ),
    )
    form = HomePresenter(desk.app).open(VISIT)
    form.go("found")
    lines = rows_item(form, "found/findings").rows
    assert len(lines) == 60
    assert lines[59].title.th == "ข้อ 59"
    assert [line.title.th for line in lines[:2]] == ["ข้อ 0", "ข้อ 1"]
    before = rows_item(form, "found/findings")
    form.answer(a_dot_id(10_000 + LINES_SHOWN), "fact", "อื่น")
    assert rows_item(form, "found/findings").rows == before.rows
    form.answer(a_dot_id(10_000), "fact", "อื่น")
    assert rows_item(form, "found/findings").rows != before.rows
