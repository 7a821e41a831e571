"""Thai is shaped, measured and broken right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

SENTENCE = (
    "กรุณาตรวจสอบค่าความเป็นกรดด่างของน้ำทิ้งก่อนระบายออกนอกโรงงานให้ครบถ้วนทุกจุด"
    "ตามที่กำหนดไว้ในใบอนุญาต และแจ้งเจ้าหน้าที่ (สำนักงาน) ภายใน 30 วัน ๆ ละครั้ง"
)
WORDS = ("น้ำ", "ค้ำ", "เปี๊ยก", "ปู่", "ที่ปั้น", "กตัญญู", "ฐาน", "น้ำทิ้งที่ปั้น", "Abc 12.5", "ก")
NEVER_FIRST = set("ะัาำิีึืฺุูๅๆ็่้๊๋์ํ๎ฯ")
NEVER_LAST = set("เแโใไ")


def test_joined_segments_are_the_text(window: Any):
    from mobile.ui.text import segments

    assert "".join(segments(SENTENCE)) == SENTENCE


@pytest.mark.parametrize("width", [60, 120, 200, 333, 500])
def test_no_line_begins_with_a_mark_or_ends_with_a_leading_vowel(window: Any, width: int):
    from mobile.ui.text import wrap

    lines = wrap(SENTENCE, width, lambda text: 9.0 * len(text)).split("\n")
    assert len(lines) > 1
    for line in lines:
        assert line[0] not in NEVER_FIRST
        assert line[-1] not in NEVER_LAST


@given(st.text(alphabet="กขงานี่้ำเแุูั๊ํ ๆฯab1.(\u200b\n", max_size=60), st.integers(20, 300))
def test_wrapping_loses_nothing_but_blanks_at_breaks(text: str, width: int):
    from mobile.ui.text import wrap

    def bare(some: str) -> str:
        return "".join(some.replace("\u200b", "").split())

    assert bare(wrap(text, width, lambda piece: 9.0 * len(piece))) == bare(text)


def test_words_of_the_programme_are_not_cut(window: Any):
    from mobile.ui.text import segments

    for word in ("เจ้าหน้าที่", "ใบอนุญาต", "โรงงาน"):
        assert any(word in piece for piece in segments(SENTENCE)), word


def test_shortening_keeps_letters_whole_and_fits(window: Any):
    from mobile.ui.text import clusters, shorten

    def measure(text: str) -> float:
        return 9.0 * len(text)

    for width in range(20, 400, 17):
        short = shorten(SENTENCE, width, measure)
        assert measure(short) <= max(width, 9)
        assert clusters(SENTENCE)[: len(clusters(short[:-1]))] == clusters(short[:-1])


@pytest.mark.parametrize("size", [16, 18, 26, 40])
def test_a_text_is_measured_as_it_is_drawn(window: Any, size: int):
    from kivy.core.text import Label as CoreLabel

    from mobile.ui.painting import width_of

    for word in WORDS:
        label = CoreLabel(text=word, font_size=size, font_name="Sarabun", font_script_name="Thai")
        label.refresh()
        assert label.texture.width == width_of(word, size)


def test_every_line_is_equally_high_whatever_marks_it_holds(window: Any):
    from mobile.ui.painting import text_texture

    assert len({text_texture(word, 32).height for word in WORDS}) == 1


def test_a_label_draws_all_its_ink_inside_its_box(window: Any):
    """The first and last rows of pixels of a drawn text are empty: nothing was cut off."""
    from mobile.ui.painting import text_texture

    for word in ("เปี๊ยก", "ปู่ญฐ", "น้ำค้ำ"):
        texture = text_texture(word, 32)
        rows = [
            texture.pixels[at : at + 4 * texture.width]
            for at in range(0, len(texture.pixels), 4 * texture.width)
        ]
        inked = [number for number, row in enumerate(rows) if any(row[3::4])]
        assert inked[0] > 0
        assert inked[-1] < len(rows) - 1


def test_a_label_is_as_high_as_its_lines_and_follows_the_text_size(window: Any):
    from mobile.ui.look import look
    from mobile.ui.widgets.label import ThaiLabel
    from mobile.ui.widgets.layout import Column

    column = Column(width=400, size_hint_x=None)
    label = ThaiLabel(SENTENCE)
    column.add_widget(label)
    window.show(column)
    small = label.height
    assert small >= 3 * label.line_pixels
    assert label.texture_size[0] <= 400
    look.change(text_step=2)
    window.pump(3)
    assert label.height > small
    assert label.texture_size[0] <= 400
    assert label.text == SENTENCE


def test_a_label_follows_the_language(window: Any):
    from mobile.ui.look import look
    from mobile.ui.widgets.label import ThaiLabel

    label = window.show(ThaiLabel(text_key="chip.draft"))
    assert label.text == "ร่าง"
    look.change(language="en")
    assert label.text == "Draft"


def test_the_cursor_steps_over_a_letter_with_its_marks(window: Any):
    from mobile.ui.widgets.text_input import ThaiTextInput

    field = window.show(ThaiTextInput(text="ที่ปั้น"))
    field.focus = True
    field.cursor = (0, 0)
    stops = []
    for _ in range(3):
        field.do_cursor_movement("cursor_right")
        stops.append(field.cursor[0])
    assert stops == [3, 6, 7]
    field.do_cursor_movement("cursor_left")
    field.do_cursor_movement("cursor_left")
    assert field.cursor[0] == 3


def test_backspace_takes_back_one_mark_at_a_time(window: Any):
    from mobile.ui.widgets.text_input import ThaiTextInput

    field = window.show(ThaiTextInput())
    field.focus = True
    window.type("ที่")
    window.key("backspace")
    assert field.text == "ที"


def test_a_long_answer_wraps_at_words_and_keeps_its_text(window: Any):
    from mobile.ui.widgets.layout import Column
    from mobile.ui.widgets.text_input import ThaiTextInput

    column = Column(width=300, size_hint_x=None)
    field = ThaiTextInput(text=SENTENCE, multiline=True, least_lines=3)
    column.add_widget(field)
    window.show(column)
    assert field.text == SENTENCE
    assert len(field._lines) > 3
    assert all(line[0] not in NEVER_FIRST for line in field._lines if line)
