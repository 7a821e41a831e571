"""Every input obeys: set shows and tells nobody, a person's answer is told once, a lock holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

FILE = {"sha256": "a" * 64, "name": "จุดระบาย.jpg", "size": 10, "type": "image/jpeg"}
OTHER = {**FILE, "sha256": "b" * 64}
HERE, THERE, BEYOND = (
    {"lat": "12.5", "lon": "101.25"},
    {"lat": "12.6", "lon": "101.25", "accuracy": "4"},
    {"lat": "12.6", "lon": "101.35"},
)
VALUES: dict[str, tuple[Any, Any]] = {
    "text": ("โรงงานน้ำแข็ง", "ปู่เปี๊ยก"),
    "barcode": ("885", "886"),
    "integer": (12, 13),
    "decimal": ("12.50", "7.2"),
    "date": ("2025-08-15", "2025-08-16"),
    "time": ("13:30", "08:00"),
    "dateTime": ("2025-08-15T13:30:00+07:00", "2025-08-16T08:00:00+07:00"),
    "select_one": ("a", "b"),
    "select_multiple": (["a"], ["a", "b"]),
    "range": ("5", "7"),
    "rank": (["b", "a"], ["a", "b"]),
    "reference": ("f1", "f2"),
    "acknowledge": ("OK", None),
    "geopoint": ({"lat": "12.5", "lon": "101.25"}, {"lat": "13", "lon": "100", "accuracy": "8"}),
    "image": (FILE, OTHER),
    "signature": (FILE, OTHER),
    "geotrace": ([HERE, THERE], [HERE, THERE, HERE]),
    "geoshape": ([HERE, THERE, BEYOND], [THERE, HERE, BEYOND]),
    "audio": (FILE, OTHER),
    "video": (FILE, OTHER),
    "file": (FILE, OTHER),
    "references": (["f1"], ["f1", "f2"]),
    "note": (None, None),
    "calculate": ("6.25", "3.75"),
}


def make(kind: str, **wish: Any) -> Any:
    from mobile.ui.widgets.inputs.choice import Option
    from mobile.ui.widgets.inputs.making import Wish, input_for

    options = [Option("a", "มี"), Option("b", "ไม่มี")]
    return input_for(
        Wish(
            "q",
            kind,
            **{"options": options, "now": lambda: datetime(2025, 8, 15, 9, 5, tzinfo=UTC), **wish},
        )
    )


def framed(window: Any, kind: str, **wish: Any) -> tuple[Any, list[Any]]:
    from mobile.ui.widgets.field_frame import FieldFrame
    from mobile.ui.widgets.layout import Page

    frame = FieldFrame(make(kind, **wish), label="คำถาม")
    told: list[Any] = []
    frame.bind(on_answer=lambda _, value: told.append(value))
    page = Page()
    page.column.add_widget(frame)
    window.show(page)
    return frame, told


def test_there_is_an_input_for_every_type_that_a_form_of_ours_may_have():
    from shared.forms.question_types import TYPES

    assert set(TYPES) - set(VALUES) == {"hidden", "metadata"}  # which nobody sees


@pytest.mark.parametrize("kind", VALUES)
def test_setting_a_value_shows_it_and_tells_nobody(window: Any, kind: str):
    frame, told = framed(window, kind)
    for value in (*VALUES[kind], None):
        frame.set_value(value)
        window.pump(40)  # longer than the pause in typing
        assert frame.input.value == value
    assert told == []


@pytest.mark.parametrize("kind", VALUES)
def test_an_answer_is_told_once_and_not_again_when_unchanged(window: Any, kind: str):
    frame, told = framed(window, kind)
    value = VALUES[kind][0]
    frame.input.answer(value)
    frame.input.answer(value)
    assert told == ([] if value is None else [value])


@pytest.mark.parametrize("kind", VALUES)
def test_a_locked_input_takes_no_answer(window: Any, kind: str):
    frame, told = framed(window, kind)
    frame.set_value(VALUES[kind][0])
    frame.set_locked(True)
    frame.input.answer(VALUES[kind][1])
    window.pump(2)
    assert told == []
    assert frame.input.value == VALUES[kind][0]
    frame.set_locked(False)
    window.pump(2)


@pytest.mark.parametrize("kind", VALUES)
def test_a_problem_stands_at_the_question(window: Any, kind: str):
    from mobile.ui.automation import texts_of, walk

    frame, _ = framed(window, kind)
    frame.set_problem("เกินค่ามาตรฐาน วัดซ้ำ")
    window.pump(2)
    shown = [text for widget in walk(frame) for text in texts_of(widget)]
    assert "เกินค่ามาตรฐาน วัดซ้ำ" in shown
    frame.set_problem("")
    window.pump(2)
    assert "เกินค่ามาตรฐาน วัดซ้ำ" not in [text for widget in walk(frame) for text in texts_of(widget)]


def test_typed_thai_numerals_are_stored_as_arabic(window: Any):
    frame, told = framed(window, "decimal")
    window.tap(frame.input.field)
    window.type("๑๒.๕๐")
    window.key("enter")
    assert told == ["12.50"]


def test_an_answer_is_given_when_typing_pauses(window: Any):
    frame, told = framed(window, "text")
    window.tap(frame.input.field)
    window.type("น้ำ")
    assert told == []
    window.wait(lambda: told, frames=6000)
    assert told == ["น้ำ"]


def test_what_is_no_number_says_what_to_type_and_keeps_the_answer(window: Any):
    frame, told = framed(window, "integer")
    frame.set_value(5)
    window.tap(frame.input.field)
    window.type("x")
    window.key("enter")
    assert told == []
    assert frame.input.value == 5
    assert "จำนวนเต็ม" in frame.problem_text
    window.tap(frame.input.field)
    window.key("backspace")
    window.key("enter")
    assert frame.problem_text == ""


def test_a_date_is_typed_in_the_buddhist_era_and_read_back_in_words(window: Any):
    frame, told = framed(window, "date")
    for part, text in zip(frame.input.parts, ("15", "ส.ค.", "2568"), strict=True):
        window.tap(part)
        window.type(text)
    window.key("enter")
    assert told[-1] == "2025-08-15"
    assert frame.input._readback.text == "วันศุกร์ที่ 15 สิงหาคม 2568"


def test_today_is_one_tap(window: Any):
    frame, told = framed(window, "date")
    window.tap(frame.input._quick[0])
    assert told == ["2025-08-15"]


def test_an_option_is_chosen_by_a_tap_and_taken_back_by_another(window: Any):
    frame, told = framed(window, "select_one")
    first, second = frame.input.buttons
    window.tap(first)
    window.tap(second)
    window.tap(second)
    assert told == ["a", "b", None]
    assert first.height >= 56


def test_several_options_keep_the_order_of_the_list(window: Any):
    frame, told = framed(window, "select_multiple")
    first, second = frame.input.buttons
    window.tap(second)
    window.tap(first)
    assert told == [["b"], ["a", "b"]]


def test_more_than_seven_options_are_searched(window: Any):
    from mobile.ui.widgets.inputs.choice import ListInput, Option

    options = [Option(f"p{number}", f"จังหวัดที่ {number}") for number in range(77)]
    frame, told = framed(window, "select_one", options=options)
    assert isinstance(frame.input, ListInput)
    finder = frame.input._finder
    window.tap(finder.field.input)
    window.type("๔๒")
    window.wait(lambda: len(finder.list.source) == 1, frames=2000)
    finder.list.settle()
    window.pump(3)
    window.tap(finder.list)
    top = finder.list.to_window(finder.list.center_x, finder.list.top - 20)
    if not told:
        window.tap(top)
    assert told == ["p42"]


def test_a_place_is_picked_on_the_map(window: Any):
    frame, told = framed(window, "geopoint")
    frame.input.open_map()
    window.pump(3)
    window.tap(frame.input.map)
    assert len(told) == 1
    assert 5 < float(told[0]["lat"]) < 21
    assert 97 < float(told[0]["lon"]) < 106
    assert frame.input.map.pin is not None


def test_the_map_knows_where_a_point_is():
    from mobile.ui.map_shapes import to_earth, to_map

    for latitude, longitude in ((13.7563, 100.5018), (6.5, 101.3), (20.4, 99.9)):
        x, y = to_map(longitude, latitude)
        assert to_earth(x, y) == pytest.approx((longitude, latitude), abs=1e-9)


def test_a_signature_is_strokes_from_nought_to_one_and_a_picture(window: Any):
    from mobile.ui.signature_png import signature_png

    frame, _ = framed(window, "signature")
    drawn: list[Any] = []
    frame.input.bind(on_drawn=lambda _, strokes: drawn.append([list(each) for each in strokes]))
    pad = frame.input.pad
    start = pad.to_window(pad.x + pad.width * 0.2, pad.center_y)
    window.drag(start, (pad.width * 0.5, 0))
    window.tap(frame.input._use)
    assert len(drawn) == 1
    points = drawn[0][0]
    assert points[0] == pytest.approx((0.2, 0.5), abs=0.02)
    assert points[-1] == pytest.approx((0.7, 0.5), abs=0.02)
    picture = signature_png(drawn[0])
    assert picture == signature_png(drawn[0])
    assert picture.startswith(b"\x89PNG")


def test_a_type_that_is_not_known_is_said_plainly(window: Any):
    from mobile.ui.automation import texts_of, walk

    frame, _ = framed(window, "hologram")
    shown = " ".join(text for widget in walk(frame) for text in texts_of(widget))
    assert "hologram" in shown


def test_last_times_answer_is_one_tap_away(window: Any):
    from mobile.ui.automation import texts_of, walk

    frame, _ = framed(window, "decimal")
    asked: list[int] = []
    frame.bind(on_same_as_before=lambda *_: asked.append(1))
    frame.set_previous("7.2")
    window.pump(3)
    button = next(each for each in walk(frame) if "เหมือนครั้งก่อน" in texts_of(each))
    window.tap(button)
    assert asked == [1]
