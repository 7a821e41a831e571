"""Buttons, bars, dialogs, tabs, navigation: a person's taps do what they say."""

from __future__ import annotations

from typing import Any

import pytest


def texts(root: Any) -> list[str]:
    from mobile.ui.automation import texts_of, walk

    return [text for widget in walk(root) for text in texts_of(widget)]


def test_a_tap_on_a_button_presses_it_and_a_disabled_one_does_not(window: Any):
    from mobile.ui.widgets.button import PrimaryButton

    pressed: list[int] = []
    button = PrimaryButton(text="บันทึก", on_release=lambda *_: pressed.append(1))
    window.show(button)
    window.tap(button)
    assert pressed == [1]
    button.disabled = True
    window.tap(button)
    assert pressed == [1]


@pytest.mark.parametrize("step", [0, 1, 2])
def test_targets_are_large_enough_for_a_finger(window: Any, step: int):
    from mobile.ui.look import look
    from mobile.ui.widgets.button import IconButton, PrimaryButton, SecondaryButton, TextButton

    look.change(text_step=step)
    assert PrimaryButton(text="ส่ง").height >= 56
    assert SecondaryButton(text="ส่ง").height >= 48
    assert TextButton(text="ส่ง").height >= 48
    assert min(IconButton("more").size) >= 48


def test_a_button_too_narrow_for_its_word_shortens_it(window: Any):
    from mobile.ui.widgets.button import SecondaryButton

    button = SecondaryButton(text="ขอรหัสลงทะเบียนจากผู้ดูแลระบบ", size_hint_x=None, width=120)
    button.size_hint = (None, None)
    window.show(button)
    button.size_hint_x, button.width = 1, 120
    window.pump(2)
    assert button.label.texture_size[0] <= button.width


@pytest.mark.parametrize(
    "state", ["draft", "waiting", "submitted", "returned", "approved", "conflict"]
)
def test_a_state_chip_says_its_state_in_words(window: Any, state: str):
    from mobile.ui.strings import tr
    from mobile.ui.widgets.state_chip import StateChip

    chip = window.show(StateChip(state))
    assert texts(chip) == [tr(f"chip.{state}")]


def test_a_dialog_keeps_touches_from_the_page_and_tells_its_answer(window: Any):
    from mobile.ui.navigation import Navigation
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.button import PrimaryButton
    from mobile.ui.widgets.dialog import Dialog

    heard: list[str] = []
    screen = Screen("home.title")
    screen.set_body(PrimaryButton(text="หน้า", on_release=lambda *_: heard.append("page")))
    root = Navigation()
    root.register("page", lambda: screen)
    root.open("page")
    window.show(root)
    dialog = Dialog(title="ลบหรือไม่", text="ลบแล้วกู้คืนได้")
    dialog.bind(on_accept=lambda *_: heard.append("yes"))
    root.show_above(dialog)
    window.pump(4)
    window.tap(dialog.accept)
    assert heard == ["yes"]
    assert dialog.parent is None
    window.tap(screen.body.children[0])
    assert heard == ["yes", "page"]


def test_back_closes_the_dialog_first_and_then_the_screen(window: Any):
    from mobile.ui.navigation import ESCAPE, Navigation
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.dialog import Dialog

    root = Navigation()
    for name in ("home", "list"):
        root.register(name, lambda name=name: Screen(automation_id=name))
    root.open("home")
    root.open("list")
    window.show(root)
    root.show_above(Dialog(title="x", text="y"))
    assert root.handle_key(None, ESCAPE)
    assert root.name == "list"
    assert root.handle_key(None, ESCAPE)
    assert root.name == "home"
    assert not root.handle_key(None, ESCAPE)


def test_a_screen_is_entered_with_its_parameters_each_time_it_is_shown(window: Any):
    from mobile.ui.navigation import Navigation
    from mobile.ui.screen import Screen

    entered: list[Any] = []

    class Listed(Screen):
        def entering(self, record: str) -> None:
            entered.append(record)

    root = Navigation()
    root.register("record", Listed)
    root.register("other", Screen)
    window.show(root)
    root.open("record", record="a")
    root.open("other")
    root.back()
    assert entered == ["a", "a"]
    assert root.depth == 1


def test_tabs_tell_progress_and_problems_in_words(window: Any):
    from mobile.ui.widgets.section_tabs import Section, SectionTabs

    tabs = SectionTabs()
    tabs.show([Section("a", "น้ำทิ้ง", 3, 8, 2), Section("b", "ของเสีย", 5, 5)], "a")
    window.show(tabs)
    assert texts(tabs) == ["น้ำทิ้ง", "3/8", "แก้ 2", "ของเสีย", "5/5"]
    chosen: list[str] = []
    tabs.bind(on_choose=lambda _, key: chosen.append(key))
    window.tap(tabs._row.children[0])
    assert chosen == ["b"]


def test_the_page_scrolls_to_the_field_that_is_typed_into(window: Any):
    from mobile.ui.widgets.layout import Page
    from mobile.ui.widgets.text_input import ThaiTextInput

    page = Page()
    fields = [ThaiTextInput() for _ in range(40)]
    for field in fields:
        page.column.add_widget(field)
    window.show(page)
    fields[-1].focus = True
    window.pump(6)
    bottom = fields[-1].to_window(*fields[-1].pos)[1]
    assert 0 <= bottom < page.height


def test_two_columns_stand_side_by_side_only_where_there_is_room(window: Any):
    from mobile.ui.look import look
    from mobile.ui.widgets.label import ThaiLabel
    from mobile.ui.widgets.layout import FieldGrid, Page

    page, grid = Page(), FieldGrid()
    for _ in range(2):
        grid.add_widget(ThaiLabel("คำถาม"))
    page.column.add_widget(grid)
    window.show(page)
    second, first = grid.children
    wide = page.width >= 1200
    assert (first.y == second.y) is wide
    look.change(text_step=2)
    window.pump(3)
    assert first.y > second.y


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("step", [0, 2])
def test_every_page_of_the_gallery_builds_and_nothing_leaves_the_window(
    window: Any, language: str, step: int
):
    from mobile.ui.automation import walk
    from mobile.ui.gallery import PAGES
    from mobile.ui.look import look
    from mobile.ui.widgets.label import ThaiLabel

    look.change(language=language, text_step=step)
    for name, make in PAGES.items():
        root = window.show(make())
        window.pump(4)
        for widget in walk(root):
            if isinstance(widget, ThaiLabel) and widget.text and widget.width > 1:
                assert widget.texture_size[0] <= widget.width + 1, (name, widget.text)
                assert widget.texture_size[1] <= widget.height + 1, (name, widget.text)


def test_a_question_is_made_of_few_widgets_while_there_is_nothing_to_say(window: Any):
    from mobile.ui.automation import walk
    from mobile.ui.widgets.field_frame import FieldFrame
    from mobile.ui.widgets.inputs.making import Wish, input_for

    frame = FieldFrame(input_for(Wish("q", "text")), label="คำถาม")
    window.show(frame)
    assert len(list(walk(frame))) == 4  # itself, its words, its input, the field
    frame.set_problem("แก้ไขค่า")
    window.pump(2)
    assert len(list(walk(frame))) == 7
    frame.set_problem("")
    window.pump(2)
    assert len(list(walk(frame))) == 4


def test_rows_and_columns_settle_in_the_frame_they_are_shown_in(window: Any):
    from mobile.ui.widgets.label import ThaiLabel
    from mobile.ui.widgets.layout import Column, Row

    column, row = Column(size_hint_x=None, width=300), Row()
    words = ThaiLabel("กรุณาตรวจสอบค่าความเป็นกรดด่างของน้ำทิ้งก่อนระบายออกนอกโรงงานให้ครบถ้วนทุกจุด")
    row.add_widget(ThaiLabel("–", size_hint_x=None, width=40))
    row.add_widget(words)
    column.add_widget(row)
    column.add_widget(ThaiLabel("ต่อ"))
    column.settle()  # no frame has passed
    assert words.width == 300 - 40 - row.spacing
    assert row.height == words.height > 2 * words.line_pixels
    assert column.height == row.height + column.spacing + column.children[0].height
    column.pos = (50, 70)
    assert row.x == 50
    assert column.children[0].y == 70


def test_a_column_shares_what_is_left_among_those_that_stretch(window: Any):
    from kivy.uix.widget import Widget

    from mobile.ui.widgets.layout import Column

    column = Column(size_hint=(1, 1), spacing=0)
    low, high = Widget(size_hint_y=None, height=100), Widget()
    column.add_widget(low)
    column.add_widget(high)
    window.show(column)
    assert high.height == column.height - 100
    column.remove_widget(low)
    window.pump(2)
    assert high.height == column.height
