"""Long forms and long repeats on the screen: pages made ready, lists searched, acts taken back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.filling_desk import filling_navigation
from tests.support.long_form import ROOT, long_desk, row_id_of
from tests.support.tablets import Desk


class Reader:
    """A person before a long record."""

    def __init__(self, window: Any, desk: Desk) -> None:
        from mobile.presenters.form_entry import FormPresenter

        self.window = window
        self.navigation = filling_navigation(desk)
        window.show(self.navigation)
        self.navigation.open("home")
        self.presenter = FormPresenter(desk.app).open(ROOT)
        self.navigation.open("form", presenter=self.presenter)
        self.built()

    @property
    def page(self) -> Any:
        return self.navigation.screen.page

    def built(self) -> None:
        self.window.pump(2)
        self.window.wait(lambda: not self.page.building)
        self.window.pump(2)

    def quiet(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.window.wait(lambda: time.monotonic() > end, frames=1_000_000)

    def find(self, name: str) -> Any:
        from mobile.ui.automation import walk

        found = (w for w in walk(self.navigation) if getattr(w, "automation_id", "") == name)
        return next(found, None)

    def words(self, name: str) -> str:
        from mobile.ui.automation import texts_of, walk

        return " | ".join(text for w in walk(self.find(name)) for text in texts_of(w))

    def tap(self, name: str) -> None:
        widget = self.find(name)
        assert widget is not None, name
        if self._on_page(widget):
            self.page.scroll_to(widget, padding=60, animate=False)
            self.window.pump(3)
        self.window.tap(widget)
        self.window.pump(2)

    def _on_page(self, widget: Any) -> bool:
        while widget is not None and widget is not widget.parent:
            if widget is self.page:
                return True
            widget = widget.parent
        return False


@pytest.fixture
def reader(window: Any, tmp_path: Path) -> Reader:
    return Reader(window, long_desk(tmp_path, 60))


def test_the_page_that_comes_next_is_ready_before_it_is_turned_to(reader: Reader) -> None:
    page = reader.page
    reader.window.wait(lambda: len(page._kept.get(("s1", ""), ())) >= 39, frames=100_000)
    ready = dict(page._kept["s1", ""])
    reader.presenter.go("s1")
    reader.built()
    assert page._built[("question", ROOT, "s1/q40")] is ready[("question", ROOT, "s1/q40")]
    assert "ข้อ 40" in reader.words("question:s1/q40")


def test_a_page_that_was_left_stands_as_it_was_with_what_changed_meanwhile(reader: Reader) -> None:
    before = reader.find("question:s0/q0")
    reader.presenter.go("s1")
    reader.built()
    reader.presenter.answer(ROOT, "s0/q0", "ข")
    reader.presenter.go("s0")
    reader.built()
    assert reader.find("question:s0/q0") is before
    assert reader.find("input:s0/q0").value == "ข"


def test_a_cleared_answer_comes_back_by_one_tap_after_another_page(reader: Reader) -> None:
    reader.presenter.clear(ROOT, "s0/q1")
    reader.presenter.go("s1")
    reader.built()
    reader.presenter.go("s0")
    reader.built()
    assert "5" in reader.words("form.cleared:s0/q1")
    notice = reader.find("form.cleared:s0/q1")
    reader.page.scroll_to(notice, animate=False)
    reader.window.pump(3)
    button = next(w for w in notice.walk() if getattr(w, "automation_id", "") == "notice_action")
    reader.window.tap(button)
    assert reader.find("input:s0/q1").value == 5
    assert reader.find("form.cleared:s0/q1") is None


def test_a_long_repeat_is_a_list_that_is_searched_and_rows_are_opened_one_at_a_time(
    reader: Reader,
) -> None:
    reader.presenter.go("lists")
    reader.built()
    assert reader.find("row:4") is not None
    assert reader.find("row:5") is None
    reader.tap("open:lists/people")
    screen = reader.navigation.screen
    assert len(screen.source) == 60
    assert screen.list.rows_made < 20
    screen.presenter.find("คนที่ 57")
    reader.window.pump(3)
    assert [screen.source.line(0).title.th, len(screen.source)] == ["คนที่ 57", 1]
    reader.window.tap(screen.list.to_window(screen.list.center_x, screen.list.top - 20))
    reader.built()
    assert reader.presenter.state.focus == row_id_of(57)


def test_only_rows_with_something_to_put_right_are_shown_when_asked(reader: Reader) -> None:
    reader.presenter.answer(row_id_of(33), "age", 999)
    reader.presenter.go("lists")
    reader.built()
    reader.tap("open:lists/people")
    screen = reader.navigation.screen
    reader.window.pump(3)
    button = reader.find("rows_only_wrong")
    assert "(1)" in button.text
    reader.window.tap(button)
    assert [screen.source.line(0).title.th, len(screen.source)] == ["คนที่ 33", 1]


def test_all_problems_of_a_long_record_are_listed_and_each_is_one_tap_away(reader: Reader) -> None:
    screen = reader.navigation.screen
    for number in range(60):
        reader.presenter.answer(row_id_of(number), "sex", None)
    screen._check()
    reader.window.pump(3)
    shown = reader.find("problems_list")
    titles = [found.title for found in shown.source]
    at = next(n for n, title in enumerate(titles) if "คนที่ 31" in title)
    shown.dispatch("on_choose", at, shown.source[at])
    reader.built()
    assert reader.presenter.state.focus == row_id_of(31)


def test_a_newer_version_is_offered_in_words_and_what_has_no_place_is_kept_aside(
    window: Any, tmp_path: Path
) -> None:
    from tests.support.long_form import long_form

    desk = long_desk(tmp_path, 3)
    desk.publish(long_form(2))
    reader = Reader(window, desk)
    assert "รุ่น 2" in reader.words("form_move")
    reader.navigation.screen._show_move()
    reader.window.pump(3)
    assert "ข้อ 1 ปริมาณ" in reader.words("move_dialog")
    reader.window.tap(reader.find("dialog_accept"))
    reader.built()
    assert reader.presenter.state.version == 2
    assert reader.find("question:s0/q1") is None
    assert "1 คำตอบ" in reader.words("form_aside")
    reader.navigation.screen._show_aside()
    reader.window.pump(6)
    assert "5" in reader.find("aside_list").source[0].title
