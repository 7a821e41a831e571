"""Scales, orders, maps, sound, drawing: a thumb and a keyboard do what the words say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

FILE = {"sha256": "a" * 64, "name": "เสียง.aac", "size": 10, "type": "audio/aac"}
PH = {"start": "0", "end": "14", "step": "0.1"}


def framed(window: Any, kind: str, **wish: Any) -> tuple[Any, list[Any]]:
    from mobile.ui.widgets.field_frame import FieldFrame
    from mobile.ui.widgets.inputs.making import Wish, input_for
    from mobile.ui.widgets.layout import Page

    frame = FieldFrame(input_for(Wish("q", kind, **wish)), label="คำถาม")
    told: list[Any] = []
    frame.bind(on_answer=lambda _, value: told.append(value))
    page = Page()
    page.column.add_widget(frame)
    window.show(page)
    return frame, told


def options(*labels: str) -> list[Any]:
    from mobile.ui.widgets.inputs.option_buttons import Option

    return [Option(f"c{at}", label) for at, label in enumerate(labels)]


def named(root: Any, name: str) -> Any:
    from mobile.ui.automation import walk

    return next(each for each in walk(root) if getattr(each, "automation_id", "") == name)


def texts(root: Any) -> str:
    from mobile.ui.automation import texts_of, walk

    return "\n".join(text for widget in walk(root) for text in texts_of(widget))


# -- range ---------------------------------------------------------------------------------------


def test_a_scale_has_no_answer_until_it_is_touched_and_says_so(window: Any):
    frame, told = framed(window, "range", parameters=PH)
    assert frame.input.value is None
    assert frame.input.slider.share < 0
    assert "ยังไม่ได้ตอบ" in texts(frame)
    line = frame.input.slider
    window.tap(line.to_window(line.center_x, line.top - 28))
    assert told == ["7"]
    assert "ยังไม่ได้ตอบ" not in texts(frame)


def test_a_dragged_thumb_shows_each_value_and_answers_once_at_its_end(window: Any):
    frame, told = framed(window, "range", parameters=PH)
    line = frame.input.slider
    start = line.to_window(line.x + 20, line.top - 28)
    window.drag(start, (line.width * 0.5, 0))
    assert len(told) == 1
    assert 6.5 < float(told[0]) < 7.5
    assert len(told[0].partition(".")[2]) <= 1
    assert frame.input.field.text == told[0]


def test_a_finger_that_goes_across_the_line_to_scroll_answers_nothing(window: Any):
    frame, told = framed(window, "range", parameters=PH)
    line = frame.input.slider
    window.drag(line.to_window(line.center_x, line.top - 28), (4, -90))
    assert told == []
    assert frame.input.slider.share < 0


def test_steps_are_exact_and_stop_at_the_ends(window: Any):
    frame, told = framed(window, "range", parameters=PH)
    for _ in range(4):
        window.tap(frame.input.more)
    assert told == ["0", "0.1", "0.2", "0.3"]
    for _ in range(5):
        window.tap(frame.input.less)
    assert told[-1] == "0"


def test_a_scale_may_be_typed_and_cleared(window: Any):
    frame, told = framed(window, "range", parameters=PH)
    window.tap(frame.input.field)
    window.type("๗.๒")
    window.key("enter")
    window.tap(named(frame, "q:clear"))
    assert told == ["7.2", None]
    assert frame.input.slider.share < 0


def test_a_rating_is_a_tap_on_a_star_and_another_takes_it_back(window: Any):
    frame, told = framed(window, "range", parameters={"end": "5"}, appearance="rating")
    window.tap(frame.input.stars[3])
    window.tap(frame.input.stars[3])
    assert told == ["4", None]
    assert min(frame.input.stars[0].size) >= 48


def test_a_locked_scale_cannot_be_moved(window: Any):
    frame, told = framed(window, "range", parameters=PH)
    frame.set_value("7")
    frame.set_locked(True)
    window.pump(2)
    line = frame.input.slider
    window.tap(line.to_window(line.x + 20, line.top - 28))
    window.tap(frame.input.more)
    assert told == []


@pytest.mark.parametrize("appearance", ["", "vertical", "no-ticks", "picker", "rating"])
def test_every_shape_of_a_scale_has_thumb_high_targets(window: Any, appearance: str):
    from mobile.ui.automation import walk
    from mobile.ui.widgets.button import IconButton

    frame, _ = framed(window, "range", parameters={"end": "5"}, appearance=appearance)
    buttons = [each for each in walk(frame) if isinstance(each, IconButton)]
    assert buttons
    assert all(min(each.size) >= 48 for each in buttons)


# -- rank ----------------------------------------------------------------------------------------


def test_an_order_that_nobody_chose_is_no_answer(window: Any):
    frame, told = framed(window, "rank", options=options("น้ำ", "ฝุ่น", "กลิ่น"))
    assert "ยังไม่ได้จัดลำดับ" in texts(frame)
    window.tap(named(frame, "q:right"))
    assert told == [["c0", "c1", "c2"]]
    window.pump(2)
    window.tap(named(frame, "q:clear"))
    assert told[-1] is None


def test_arrows_move_a_line_up_and_down(window: Any):
    frame, told = framed(window, "rank", options=options("น้ำ", "ฝุ่น", "กลิ่น"))
    window.tap(frame.input.lines["c2"].up)
    window.tap(frame.input.lines["c2"].up)
    window.tap(frame.input.lines["c0"].down)
    assert told == [["c0", "c2", "c1"], ["c2", "c0", "c1"], ["c2", "c1", "c0"]]


def test_a_line_is_dragged_by_its_handle(window: Any):
    frame, told = framed(window, "rank", options=options("น้ำ", "ฝุ่น", "กลิ่น"))
    handle = frame.input.lines["c0"].handle
    window.drag(handle.to_window(*handle.center), (0, -2.2 * frame.input.lines["c0"].height))
    assert told == [["c1", "c2", "c0"]]


# -- choices -------------------------------------------------------------------------------------


def test_a_likert_scale_stands_in_one_line_of_equal_columns(window: Any):
    frame, told = framed(
        window,
        "select_one",
        options=options("น้อย", "กลาง", "มากที่สุดเท่าที่เคยเป็นมา"),
        appearance="likert",
    )
    buttons = frame.input.buttons
    assert len({each.y for each in buttons}) == len({each.width for each in buttons}) == 1
    window.tap(buttons[2])
    assert told == ["c2"]


def test_a_closed_choice_opens_and_closes_after_the_choice(window: Any):
    frame, told = framed(window, "select_one", options=options("น้ำ", "ฝุ่น"), appearance="minimal")
    window.tap(frame.input.opener)
    window.tap(frame.input.chooser.buttons[1])
    assert told == ["c1"]
    assert frame.input.chooser.parent is None
    assert "ฝุ่น" in texts(frame)


def test_columns_are_as_many_as_the_form_says(window: Any):
    frame, _ = framed(
        window, "select_multiple", options=options("ก", "ข", "ค", "ง"), appearance="columns-2"
    )
    assert len({each.x for each in frame.input.buttons}) == 2


def test_a_month_is_its_first_day_and_a_year_its_first_of_january(window: Any):
    for appearance, texts_typed, stored in (
        ("month-year", ("ส.ค.", "2568"), "2025-08-01"),
        ("year", ("2568",), "2025-01-01"),
    ):
        frame, told = framed(window, "date", appearance=appearance)
        for part, text in zip(frame.input.parts, texts_typed, strict=True):
            window.tap(part)
            window.type(text)
        window.key("enter")
        assert told == [stored]


def test_a_counter_counts_and_never_below_nothing(window: Any):
    frame, told = framed(window, "integer", appearance="counter")
    less, more = frame.input.steps
    for button in (more, more, less, less, less):
        window.tap(button)
    assert told == [1, 2, 1, 0]


def test_thousands_have_commas_while_nobody_types(window: Any):
    frame, told = framed(window, "integer", appearance="thousands-sep")
    frame.set_value(1234567)
    assert frame.input.field.text == "1,234,567"
    window.tap(frame.input.field)
    assert frame.input.field.text == "1234567"
    assert told == []


# -- places --------------------------------------------------------------------------------------


def test_the_accuracy_of_a_place_is_a_word_a_sign_and_a_colour(window: Any):
    frame, _ = framed(window, "geopoint", parameters={"warning-accuracy": "50"})
    seen = set()
    for metres, word in (("4", "แม่นยำ"), ("30", "พอใช้"), ("80", "ไม่แม่นยำ")):
        frame.set_value({"lat": "12.5", "lon": "101.2", "accuracy": metres})
        window.pump(2)
        assert word in texts(frame)
        seen.add((frame.input._grade_icon.name, tuple(frame.input._grade.fill)))
    assert len(seen) == 3


# -- sound ---------------------------------------------------------------------------------------


class Recorder:
    """A recorder whose state a test sets."""

    def __init__(self) -> None:
        from mobile.presenters.recording import RecordingState

        self.state, self.on_change = RecordingState(), None
        self.acts: list[str] = []

    def show(self, **state: Any) -> None:
        from mobile.presenters.recording import RecordingState

        self.state = RecordingState(**state)
        assert self.on_change is not None
        self.on_change()

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self.acts.append(name)


def test_sound_is_recorded_paused_and_kept_by_a_thumb(window: Any):
    frame, _ = framed(window, "audio")
    recorder = Recorder()
    frame.input.use(recorder)
    window.pump(2)
    window.tap(named(frame, "q:record"))
    recorder.show(phase="recording", seconds=65.0, level=0.5)
    window.pump(2)
    assert "1:05" in texts(frame)
    window.tap(named(frame, "q:pause"))
    recorder.show(phase="paused", seconds=65.0)
    window.pump(2)
    window.tap(named(frame, "q:resume"))
    window.tap(named(frame, "q:stop"))
    recorder.show()
    assert [act for act in recorder.acts if act != "tick"] == [
        "look", "start", "pause", "resume", "stop",
    ]  # fmt: skip


def test_what_a_kill_left_is_offered_at_the_question(window: Any):
    frame, _ = framed(window, "audio")
    recorder = Recorder()
    frame.input.use(recorder)
    recorder.show(left=1)
    window.pump(2)
    window.tap(named(frame, "q:keep_left"))
    assert recorder.acts[-1] == "keep_left"


# -- drawing -------------------------------------------------------------------------------------


def test_marks_are_drawn_taken_back_and_handed_on(window: Any, tmp_path: Path):
    from PIL import Image

    from mobile.ui.widgets.annotator import Annotator

    path = tmp_path / "a.png"
    Image.new("RGB", (400, 300), "#88AA99").save(path)
    annotator = window.show(Annotator(path))
    done: list[Any] = []
    annotator.bind(on_done=lambda _, marks: done.append(marks))
    x, y = annotator.picture.to_window(*annotator.picture.center)
    window.drag((x, y), (80, 40))
    window.tap(named(annotator, "annotator:arrow"))
    window.drag((x, y), (-80, 40))
    window.tap(named(annotator, "annotator:words"))
    window.pump(3)
    annotator.words.text = "ท่อรั่ว"
    x, y = annotator.picture.to_window(*annotator.picture.center)
    window.tap((x, y))
    assert [mark.kind for mark in annotator.picture.marks] == ["line", "arrow", "words"]
    assert annotator.picture.marks[2].stamp is not None
    window.tap(named(annotator, "annotator:undo"))
    window.tap(named(annotator, "annotator:done"))
    assert [[mark.kind for mark in marks] for marks in done] == [["line", "arrow"]]


def test_words_on_a_picture_stand_upright(window: Any, tmp_path: Path):
    """A T has its bar at its head: most ink is in its upper lines."""
    from PIL import Image

    from mobile.services.annotate import with_marks
    from mobile.ui.widgets.annotator import Annotator

    path = tmp_path / "a.jpg"
    Image.new("RGB", (800, 600), "#FFFFFF").save(path)
    annotator = window.show(Annotator(path))
    annotator.picture.colour, annotator.picture.words = "#14211F", "TTTTTT"
    annotator.picture._put_words((0.2, 0.5))
    import io

    found = Image.open(io.BytesIO(with_marks(path.read_bytes(), annotator.picture.marks)))
    grey = found.convert("L")
    lines = [sum(grey.getpixel((x, y)) < 128 for x in range(800)) for y in range(600)]
    inked = [count for count in lines if count]
    assert inked
    assert sum(inked[: len(inked) // 4]) > 1.3 * sum(inked[-len(inked) // 4 :])


def test_guidance_is_behind_a_button(window: Any):
    frame, _ = framed(window, "text")
    frame.set_guidance("ดูที่มุมขวาบน")
    window.pump(2)
    assert "ดูที่มุมขวาบน" not in texts(frame)
    window.tap(named(frame, "field:q:more"))
    window.pump(2)
    assert "ดูที่มุมขวาบน" in texts(frame)


# -- listening -----------------------------------------------------------------------------------


class Sound:
    """Kivy's sound, as far as it is asked."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self.ends: list[Any] = []

    def bind(self, on_stop: Any) -> None:
        self.ends.append(on_stop)

    def play(self) -> None:
        self.acts.append("play")

    def stop(self) -> None:
        self.acts.append("stop")

    def unload(self) -> None:
        self.acts.append("unload")


def test_one_sound_plays_at_a_time_and_its_end_is_told_once(window: Any):
    from mobile.ui.sounds import Player

    made: list[Sound] = []
    player = Player(lambda _: made.append(Sound()) or made[-1])
    ended: list[str] = []
    assert player.play(Path("a.wav"), lambda: ended.append("a"))
    assert player.play(Path("b.wav"), lambda: ended.append("b"))
    assert ended == ["a"]
    made[1].ends[0]()
    made[1].ends[0]()
    player.stop()
    assert ended == ["a", "b"]
    assert made[0].acts == ["play", "stop", "unload"]


def test_a_sound_that_the_machine_cannot_play_is_told(window: Any):
    from mobile.ui.sounds import Player

    def broken(_: Path) -> Any:
        raise RuntimeError

    for load in (lambda _: None, broken):
        assert not Player(load).play(Path("a.xyz"), lambda: None)
