"""Without a finger: tab walks over what can be operated, enter and arrows operate it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def walker(window: Any) -> Iterator[Any]:
    from kivy.core.window import Window

    from mobile.ui.keys import KeyWalker
    from mobile.ui.navigation import Navigation

    found = KeyWalker(Navigation())
    Window.bind(on_key_down=found.handle, on_touch_down=found.leave)
    yield found
    Window.unbind(on_key_down=found.handle, on_touch_down=found.leave)


def show(window: Any, walker: Any, *frames: Any) -> Any:
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.layout import Page

    screen, page = Screen("home.title"), Page()
    for frame in frames:
        page.column.add_widget(frame)
    screen.set_body(page)
    root = walker._root
    root.register("page", lambda: screen)
    root.open("page")
    window.show(root)
    return page


def frame(kind: str, key: str = "q", **wish: Any) -> Any:
    from mobile.ui.widgets.field_frame import FieldFrame
    from mobile.ui.widgets.inputs.making import Wish, input_for

    return FieldFrame(input_for(Wish(key, kind, **wish)), label="คำถาม")


def options() -> list[Any]:
    from mobile.ui.widgets.inputs.option_buttons import Option

    return [Option("a", "มี"), Option("b", "ไม่มี")]


def until(window: Any, walker: Any, name: str) -> None:
    for _ in range(40):
        window.key("tab")
        if getattr(walker.here, "automation_id", "") == name:
            return
    raise AssertionError(f"tab never came to {name}")


def test_an_option_is_chosen_with_tab_and_enter(window: Any, walker: Any):
    choice = frame("select_one", options=options())
    show(window, walker, choice)
    until(window, walker, "q:b")
    window.key("enter")
    assert choice.input.value == "b"


def test_a_thumb_on_a_line_goes_by_arrows(window: Any, walker: Any):
    scale = frame("range", parameters={"start": "0", "end": "5"})
    show(window, walker, scale)
    until(window, walker, "q:slider")
    window.key("right")
    window.key("right")
    assert scale.input.value == "1"
    window.key("left")
    assert scale.input.value == "0"


def test_tab_goes_into_a_field_and_out_of_it_again(window: Any, walker: Any):
    text, choice = frame("text", "t"), frame("select_one", options=options())
    show(window, walker, text, choice)
    until(window, walker, "t:text")
    assert text.input.field.focus
    window.type("ก")
    window.key("tab")
    assert not text.input.field.focus
    assert walker.here.automation_id == "q:a"
    window.key("tab", "shift")
    assert text.input.field.focus
    assert text.input.field.text == "ก"


def test_what_is_locked_is_passed_over(window: Any, walker: Any):
    locked, open_one = frame("select_one", "l", options=options()), frame("acknowledge")
    show(window, walker, locked, open_one)
    locked.set_locked(True)
    window.pump(2)
    names = [each.automation_id for each in walker.operable()]
    assert "q:tick" in names
    assert not [name for name in names if name.startswith("l:")]


def test_a_sheet_above_the_page_has_the_keys_for_itself(window: Any, walker: Any):
    from mobile.ui.widgets.dialog import Dialog

    heard: list[int] = []
    show(window, walker, frame("acknowledge"))
    dialog = Dialog(title="ลบหรือไม่", text="ลบแล้วกู้คืนได้")
    dialog.bind(on_accept=lambda *_: heard.append(1))
    walker._root.show_above(dialog)
    window.pump(4)
    until(window, walker, "dialog_accept")
    window.key("enter")
    assert heard == [1]


def test_a_finger_takes_the_ring_away(window: Any, walker: Any):
    show(window, walker, frame("acknowledge"))
    window.key("tab")
    assert walker.here is not None
    window.tap((5, 5))
    assert walker.here is None


def test_what_was_made_anew_is_found_by_its_name(window: Any, walker: Any):
    photo = frame("image")
    show(window, walker, photo)
    until(window, walker, "q:on_take")
    photo.set_value({"sha256": "0" * 64, "name": "ก.jpg", "size": 1, "type": "image/jpeg"})
    window.pump(2)
    window.key("tab")
    assert walker.here.automation_id == "q:on_pick"
