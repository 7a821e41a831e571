"""Filling a record on the screen: what a person taps and types, over real presenters and stores."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.filling_desk import (
    DISPUTED,
    EVENT,
    RETURNED,
    filling_desk,
    filling_navigation,
    form_on,
    new_form,
)
from tests.support.tablets import AREA, Desk, ready_desk


def texts(root: Any) -> list[str]:
    from mobile.ui.automation import texts_of, walk

    return [text for widget in walk(root) for text in texts_of(widget)]


class Hands:
    """A person before the window: finds by automation id, taps, types, waits for pauses."""

    def __init__(self, window: Any, desk: Desk) -> None:
        self.window, self.desk = window, desk
        self.navigation = filling_navigation(desk)
        window.show(self.navigation)
        self.navigation.open("home")

    def open(self, presenter: Any) -> Any:
        self.navigation.open("form", presenter=presenter)
        self.settle()
        return self.navigation.screen

    def settle(self) -> None:
        """Until the page is built and placed."""
        self.window.pump(4)
        page = getattr(self.navigation.screen, "page", None)
        if page is not None:
            self.window.wait(lambda: not page.building)
        self.window.pump(4)

    def has(self, name: str) -> bool:
        from mobile.ui.automation import walk

        return any(getattr(w, "automation_id", "") == name for w in walk(self.navigation))

    def find(self, name: str) -> Any:
        from mobile.ui.automation import walk

        for widget in walk(self.navigation):
            if getattr(widget, "automation_id", "") == name:
                return widget
        raise AssertionError(f"no {name} on the screen")

    def tap(self, name: str) -> None:
        from kivy.uix.scrollview import ScrollView

        widget = self.find(name)
        above = widget.parent
        while above is not None and above is not above.parent:
            longer = isinstance(above, ScrollView) and (
                above.children[0].height > above.height or above.children[0].width > above.width
            )
            if longer:
                above.scroll_to(widget, padding=60, animate=False)
                self.window.pump(3)
            above = above.parent
        self.window.tap(widget)
        self.settle()

    def type(self, name: str, text: str) -> None:
        """Type into a field and let the pause pass that ends typing."""
        self.tap(name)
        self.find(name).focus = True
        self.window.type(text)
        self.pause()

    def pause(self, seconds: float = 0.8) -> None:
        end = time.monotonic() + seconds
        self.window.wait(lambda: time.monotonic() > end, frames=100_000)

    def texts(self) -> list[str]:
        return texts(self.navigation)


@pytest.fixture
def hands(window: Any, tmp_path: Path) -> Hands:
    """A small form on a tablet."""
    return Hands(window, ready_desk(tmp_path))


@pytest.fixture
def product(window: Any, tmp_path: Path) -> Hands:
    """The product's forms with believable records."""
    return Hands(window, filling_desk(tmp_path))


def begin(hands: Hands) -> Any:
    """A new small visit on its second page."""
    from mobile.presenters.form_entry import FormPresenter

    presenter = FormPresenter(hands.desk.app).begin("visit", AREA)
    hands.open(presenter)
    return presenter


def test_a_typed_answer_is_marked_saved_and_is_there_after_the_power_was_cut(hands: Hands):
    presenter = begin(hands)
    hands.type("input:site/fac_name:text", "โรงน้ำแข็งบ้านค้ำคูณ")
    assert "บันทึกแล้ว" in texts(hands.find("question:site/fac_name"))
    root = presenter.state.root
    hands.desk.kill()
    hands.desk.start()
    hands.desk.sign_in()
    assert hands.desk.app.browser.states(root)[root].value("site/fac_name") == "โรงน้ำแข็งบ้านค้ำคูณ"


def test_what_is_being_typed_is_kept_when_the_page_is_left_before_the_pause(hands: Hands):
    presenter = begin(hands)
    hands.tap("input:site/fac_name:text")
    hands.window.type("กข")
    hands.tap("tab:visit")
    hands.tap("tab:site")
    assert presenter.state.record_title == "กข"
    assert hands.find("input:site/fac_name").value == "กข"


def test_a_question_that_becomes_relevant_comes_in_below_and_the_others_stay_as_drawn(
    hands: Hands,
):
    begin(hands)
    hands.tap("tab:visit")
    smell, people = hands.find("question:visit/smell"), hands.find("question:visit/people")
    assert not hands.has("question:visit/smell_text")
    hands.tap("input:visit/smell:yes")
    grid = smell.parent.parent
    drawn = [child.content.automation_id for child in reversed(grid.children)]
    assert drawn.index("question:visit/smell_text") == drawn.index("question:visit/smell") + 1
    assert hands.find("question:visit/smell") is smell
    assert hands.find("question:visit/people") is people
    hands.tap("input:visit/smell:no")
    assert not hands.has("question:visit/smell_text")


def test_what_cannot_be_read_stays_as_typed_and_is_listed_before_handing_in(hands: Hands):
    begin(hands)
    hands.tap("tab:visit")
    hands.type("input:visit/people:text", "abc")
    hands.tap("tab:site")
    hands.tap("submit")
    listed = texts(hands.find("problems"))
    assert any("people" in text for text in listed)
    at = next(n for n in range(9) if "people" in texts(hands.find(f"problem:{n}")))
    hands.tap(f"problem:{at}")
    assert hands.find("input:visit/people").field.text == "abc"
    assert any("จำนวนเต็ม" in text for text in texts(hands.find("question:visit/people")))


def test_a_complete_record_is_handed_in_after_one_question_and_leads_back(hands: Hands):
    presenter = begin(hands)
    presenter.answer(presenter.state.root, "site/fac_name", "ก")
    presenter.answer(presenter.state.root, "visit/day", "2026-09-20")
    hands.settle()
    hands.tap("submit")
    assert any("แก้ไขไม่ได้จนกว่า" in text for text in texts(hands.find("submit_dialog")))
    hands.tap("dialog_accept")
    assert hands.navigation.name == "home"
    line = hands.desk.app.browser.line(presenter.state.root)
    assert line is not None
    assert line.status == "submitted"


def test_a_soft_problem_is_passed_by_a_reason_typed_beside_it(hands: Hands):
    presenter = begin(hands)
    hands.tap("tab:visit")
    hands.type("input:visit/people:text", "250")
    hands.type("reason:visit/people", "เพิ่มกะ")
    root = presenter.state.root
    state = hands.desk.app.browser.states(root)[root]
    assert state.value("visit/people?reason") == "เพิ่มกะ"
    assert hands.has("reason:visit/people")


def test_a_row_is_a_page_of_its_own_and_its_line_says_what_was_answered(hands: Hands):
    presenter = begin(hands)
    hands.tap("tab:found")
    hands.tap("add:found/findings")
    hands.type("input:fact:text", "น้ำล้น")
    hands.tap("done")
    assert "น้ำล้น" in texts(hands.find("row:0"))
    hands.tap("delete:0")
    hands.type("delete_reason", "ซ้ำ")
    hands.tap("dialog_accept")
    assert not hands.has("row:0")
    assert presenter.state.focus == ""


def test_the_back_key_leaves_the_row_and_then_the_form(hands: Hands):
    begin(hands)
    hands.tap("tab:found")
    hands.tap("add:found/findings")
    assert hands.navigation.back()
    hands.settle()
    assert hands.navigation.name == "form"
    assert hands.has("tab:found")
    assert hands.navigation.back()
    assert hands.navigation.name == "home"


def test_another_language_says_the_page_anew_and_keeps_the_answers(hands: Hands):
    from mobile.ui.look import look

    begin(hands)
    hands.type("input:site/fac_name:text", "ก")
    look.change(language="en")
    hands.settle()
    assert "Saved" in texts(hands.find("question:site/fac_name"))
    assert hands.find("input:site/fac_name").value == "ก"


def test_a_long_page_is_built_over_several_frames_what_is_seen_first_comes_first(product: Hands):
    presenter = new_form(product.desk, "insp")
    product.navigation.open("form", presenter=presenter)
    product.window.pump(2)
    page = product.navigation.screen.page
    presenter.go("site")
    product.window.pump(1)
    assert page.building
    assert product.has("question:site/factory")
    product.settle()
    assert not page.building
    wanted = [item.key for item in presenter.state.items if item.kind == "question"]
    assert all(product.has(f"question:{key}") for key in wanted)


def test_a_comment_leads_to_its_question_which_is_open_while_others_are_locked(product: Hands):
    product.navigation.open("returned")
    product.settle()
    assert any("ขอให้ตรวจสอบเวลาออก" in text for text in product.texts())
    product.tap("returned:0:1")
    product.settle()
    assert "ระบุตำแหน่งที่พบและปริมาณโดยประมาณ" in texts(product.find("question:f_desc"))
    assert not product.find("question:f_desc").locked
    product.navigation.back()
    product.settle()
    product.tap("tab:visit")
    assert not product.find("question:visit/times/t_out").locked
    assert product.find("question:visit/visit_date").locked
    assert "เวลาออกก่อนเวลาเข้า โปรดตรวจสอบกับสมุดบันทึกหน้าประตู" in product.texts()


def test_a_person_is_added_to_the_roster_in_one_line_and_found_again(product: Hands):
    product.open(form_on(product.desk, EVENT))
    product.tap("tab:people")
    product.tap("open:people/roster")
    screen = product.navigation.screen
    assert "120" in texts(product.find("counts"))
    product.type("quick:p_name/p_first:text", "ค้ำคูณ2")
    product.tap("suggestion:0")
    product.tap("rows_add")
    assert "121" in texts(product.find("counts"))
    assert len(screen.source) == 121
    assert screen.source[120].title.startswith("121. ")
    product.type("rows_search_text", "ค้ำคูณ2")
    assert (
        len(screen.source)
        == len([n for n in range(120) if str(n).startswith("2") and n % 4 == 2]) + 1
    )
    product.tap("row:0")
    assert product.navigation.name == "form"
    assert product.find("input:p_name/p_first").value == "น้ำผึ้ง"
    product.tap("done")
    assert product.navigation.name == "rows"


def test_a_wrong_line_is_deleted_after_a_question(product: Hands):
    product.open(form_on(product.desk, EVENT))
    product.tap("tab:people")
    product.tap("open:people/roster")
    product.tap("rows_delete")
    product.tap("row:1")
    assert any("ปิยะวัฒน์" in text for text in texts(product.find("delete_dialog")))
    product.tap("dialog_accept")
    assert len(product.navigation.screen.source) == 119


def test_a_conflict_is_settled_with_one_tap_and_the_other_value_is_told_to_stay(product: Hands):
    product.navigation.open("conflict", root=DISPUTED)
    product.settle()
    told = product.texts()
    assert "มาลี ศรีสุวรรณวัฒนา" in told
    assert "สมชาย ใจดี (คุณ)" in told
    product.tap("settle:0:1")
    state = product.desk.app.browser.states(DISPUTED)[DISPUTED]
    assert len(state.conflicts()) == 1
    assert any("ยังอยู่ในประวัติ" in text for text in product.texts())
    product.tap("settle:0:0")
    assert product.desk.app.browser.disputed(DISPUTED) == []
    assert "ไม่มีค่าที่ขัดกันแล้ว" in product.texts()


def test_history_says_who_when_and_what(product: Hands):
    product.navigation.open("history", root=DISPUTED)
    product.settle()
    told = product.texts()
    assert "สรุปผล" in told
    assert "20 ก.ย. 2569" in told
    assert any(text.startswith("มาลี ศรีสุวรรณวัฒนา · ") for text in told)


SCREENS: dict[str, Callable[[Hands], Any]] = {
    "visit": lambda h: h.open(form_on(h.desk, RETURNED)),
    "site": lambda h: (h.open(form_on(h.desk, RETURNED)), h.tap("tab:site")),
    "checks": lambda h: (h.open(form_on(h.desk, RETURNED)), h.tap("tab:safety"), h.tap("row:0")),
    "returned": lambda h: h.navigation.open("returned"),
    "conflict": lambda h: h.navigation.open("conflict", root=DISPUTED),
    "history": lambda h: h.navigation.open("history", root=DISPUTED),
    "roster": lambda h: (
        h.open(form_on(h.desk, EVENT)),
        h.tap("tab:people"),
        h.tap("open:people/roster"),
    ),
}


@pytest.mark.parametrize(("language", "step"), [("th", 2), ("en", 2)])
def test_no_word_of_any_screen_is_cut_at_the_largest_text(product: Hands, language: str, step: int):
    from mobile.ui.automation import walk
    from mobile.ui.look import look
    from mobile.ui.widgets.label import ThaiLabel

    look.change(language=language, text_step=step)
    for name, show in SCREENS.items():
        show(product)
        product.settle()
        for widget in walk(product.navigation):
            if isinstance(widget, ThaiLabel) and widget.text and widget.width > 1:
                assert widget.texture_size[0] <= widget.width + 1, (name, widget.text)
                assert widget.texture_size[1] <= widget.height + 1, (name, widget.text)
        while product.navigation.depth > 1:
            product.navigation.back()
            product.window.pump(2)
