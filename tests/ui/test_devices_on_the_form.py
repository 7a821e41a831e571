"""New questions on the form itself: a device gives the answer, or words say how without it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mobile.device.desktop import FolderFiles
from mobile.device.ports import Equipment, Lack
from mobile.presenters.form_entry import FormPresenter
from tests.support.filling_desk import filling_navigation
from tests.support.forms import both, document, group, question
from tests.support.tablets import AREA, Desk


class Microphone:
    """Gives a little sound at once."""

    suffix = ".aac"

    def __init__(self) -> None:
        self.lack: Lack | None = None

    def start(self, path: Path, quality: str = "normal") -> Lack | None:
        if self.lack is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"\xff\xf1" + b"sound" * 20)
        return self.lack

    def pause(self) -> None:
        """Holds."""

    def resume(self) -> None:
        """Goes on."""

    def stop(self) -> None:
        """Ends."""

    def level(self) -> float:
        return 0.5


CHOICES = {"yn": [{"name": name, "label": both(name)} for name in ("yes", "no", "some")]}
FORM = document(
    group(
        "s",
        question("sound", "audio"),
        question("film", "video"),
        question("paper", "file"),
        question("code", "barcode"),
        question("shot", "image", appearance="annotate", parameters={"max-pixels": "300"}),
        question("where", "geopoint"),
        question("plot", "geoshape"),
        question("level", "range", parameters={"start": "0", "end": "1", "step": "0.1"}),
        question("order", "rank", choices="yn"),
        question("mood", "select_one", choices="yn", appearance="likert"),
    ),
    form="devices",
    choices=CHOICES,
)


class Screen:
    """The form on the screen, and a finger."""

    def __init__(self, window: Any, home: Path) -> None:
        self.window, self.microphone = window, Microphone()
        folder = home / "camera"
        folder.mkdir()
        Image.new("RGB", (800, 600), "#88AA99").save(folder / "a.jpg")
        (folder / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"film" * 20)
        self.codes: list[str] = ["8850123456789"]
        files = FolderFiles(folder, lambda _: self.codes)
        equipment = Equipment(self.microphone, files, files, files)
        self.desk = Desk(home, equipment=equipment)
        self.desk.start()
        self.desk.enrol()
        self.desk.publish(FORM)
        self.desk.sign_in()
        self.open(FormPresenter(self.desk.app).begin("devices", AREA))

    def open(self, presenter: Any) -> None:
        """A new app before the person, with this form open."""
        self.navigation = filling_navigation(self.desk)
        self.window.show(self.navigation)
        self.presenter = presenter
        self.navigation.open("form", presenter=presenter)
        self.settle()

    def settle(self) -> None:
        self.window.pump(4)
        page = getattr(self.navigation.screen, "page", None)
        if page is not None:
            self.window.wait(lambda: not page.building)
        self.window.pump(4)

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
            if isinstance(above, ScrollView) and above.children[0].height > above.height:
                above.scroll_to(widget, padding=60, animate=False)
                self.window.pump(3)
            above = above.parent
        self.window.tap(widget)
        self.settle()

    def value(self, key: str) -> Any:
        from mobile.presenters.form_views import QuestionView

        items = self.presenter.state.items
        return next(i.value for i in items if isinstance(i, QuestionView) and i.key == f"s/{key}")

    def texts(self) -> str:
        from mobile.ui.automation import texts_of, walk

        return "\n".join(text for widget in walk(self.navigation) for text in texts_of(widget))

    def wait(self, condition: Callable[[], bool]) -> None:
        self.window.wait(condition, frames=600)

    def let_pass(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.window.wait(lambda: time.monotonic() > end, frames=100_000)


@pytest.fixture
def screen(window: Any, tmp_path: Path) -> Iterator[Screen]:
    found = Screen(window, tmp_path)
    yield found
    found.presenter.on_change = None


def test_sound_is_recorded_and_stored_and_its_file_beside_it_goes(screen: Screen):
    screen.tap("input:s/sound:record")
    screen.let_pass(0.5)
    assert "กำลังบันทึกเสียง" in screen.texts()
    screen.tap("input:s/sound:stop")
    value = screen.value("sound")
    assert value["type"] == "audio/aac"
    assert screen.desk.app.attacher.path(value["sha256"]) is not None
    assert list((screen.desk.home / "recordings").iterdir()) == []
    assert "ฟัง" in screen.texts()


def test_sound_that_a_kill_cut_off_is_offered_where_it_belongs(screen: Screen):
    screen.tap("input:s/mood:no")
    screen.tap("input:s/sound:record")
    root = screen.presenter.state.root
    screen.desk.kill()
    screen.desk.start()
    screen.desk.sign_in()
    screen.open(FormPresenter(screen.desk.app).begin("devices", AREA))
    assert "มีเสียงที่บันทึกค้างไว้" not in screen.texts()  # of another record
    screen.open(FormPresenter(screen.desk.app).open(root))
    assert "มีเสียงที่บันทึกค้างไว้" in screen.texts()
    screen.tap("input:s/sound:keep_left")
    assert screen.value("sound")["type"] == "audio/aac"
    assert list((screen.desk.home / "recordings").iterdir()) == []


def test_without_a_microphone_the_words_say_to_choose_a_file(screen: Screen):
    screen.microphone.lack = Lack("none")
    screen.tap("input:s/sound:record")
    assert "ไม่มีไมโครโฟน เลือกไฟล์เสียงแทน" in screen.texts()
    assert screen.value("sound") is None


def test_a_film_and_a_file_are_answers(screen: Screen):
    screen.tap("input:s/film:on_take")
    assert screen.value("film")["type"] == "video/mp4"
    screen.tap("input:s/paper:on_pick")
    sheet = screen.find("files")
    finder = next(w for w in sheet.walk() if type(w).__name__ == "TypeAhead")
    finder.dispatch("on_choose", finder.list.source[0])
    screen.settle()
    assert screen.value("paper")["name"] in ("a.jpg", "film.mp4")


def test_a_code_is_scanned_and_one_that_cannot_be_read_is_typed(screen: Screen):
    screen.tap("input:s/code:on_scan")
    assert screen.value("code") == "8850123456789"
    screen.codes.clear()
    screen.tap("input:s/code:on_scan")
    assert "อ่านรหัสบนรูปไม่ได้" in screen.texts()
    assert screen.find("input:s/code:text").focus


def test_a_photo_is_as_small_as_the_form_says_and_can_be_drawn_on(screen: Screen):
    screen.tap("input:s/shot:on_take")
    before = screen.value("shot")
    path = screen.desk.app.attacher.path(before["sha256"])
    assert path is not None
    with Image.open(path) as picture:
        assert max(picture.size) == 300
    screen.tap("input:s/shot:on_draw_on")
    picture_widget = screen.find("annotator:picture")
    start = picture_widget.to_window(*picture_widget.center)
    screen.window.drag(start, (60, 40))
    screen.tap("annotator:done")
    after = screen.value("shot")
    assert after["sha256"] != before["sha256"]
    assert screen.desk.app.attacher.path(before["sha256"]) is not None


def test_a_place_is_sought_until_it_is_exact_enough_or_taken_before(screen: Screen):
    place = {"lat": "12.5", "lon": "101.2", "accuracy": "60"}
    screen.desk.place.set_here(place)
    screen.tap("input:s/where:here")
    assert "คลาดเคลื่อน 60 เมตร" in screen.texts()
    assert screen.value("where") is None
    screen.tap("input:s/where:on_take")
    assert screen.value("where") == place
    screen.tap("input:s/where:here")
    screen.desk.place.set_here({**place, "accuracy": "3"})
    screen.wait(lambda: screen.value("where")["accuracy"] == "3")
    assert "ตำแหน่งแม่นยำ" in screen.texts()


def test_without_a_receiver_the_words_say_what_to_do(screen: Screen):
    screen.tap("input:s/where:here")
    assert "ไม่มีเครื่องรับ GPS ปักบนแผนที่ หรือพิมพ์พิกัด" in screen.texts()


def test_corners_come_from_the_receiver_one_by_one(screen: Screen):
    for lat, lon in ((12.5, 101.2), (12.6, 101.2), (12.6, 101.3)):
        screen.desk.place.set_here({"lat": str(lat), "lon": str(lon), "accuracy": "4"})
        screen.tap("input:s/plot:here")
    assert len(screen.value("plot")) == 3
    assert "ไร่" in screen.texts()


def test_a_scale_an_order_and_a_likert_line_are_stored(screen: Screen):
    screen.tap("input:s/level:more")
    screen.tap("input:s/level:more")
    screen.tap("input:s/order:some:up")
    screen.tap("input:s/mood:no")
    assert screen.value("level") == "0.1"
    assert screen.value("order") == ["yes", "some", "no"]
    assert screen.value("mood") == "no"
