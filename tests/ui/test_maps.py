"""Lines, areas and maps: taps, fingers, keys, typed positions, tiles without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


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


def named(root: Any, name: str) -> Any:
    from mobile.ui.automation import walk

    return next(each for each in walk(root) if getattr(each, "automation_id", "") == name)


def texts(root: Any) -> str:
    from mobile.ui.automation import texts_of, walk

    return "\n".join(text for widget in walk(root) for text in texts_of(widget))


def test_corners_are_tapped_measured_taken_back_and_cleared(window: Any):
    frame, told = framed(window, "geoshape")
    frame.input.open_map()
    window.pump(3)
    view = frame.input.map
    for dx, dy in ((-60, -40), (60, -40), (0, 60)):
        window.tap(view.to_window(view.center_x + dx, view.center_y + dy))
    assert [len(each or ()) for each in told] == [3]
    assert "ไร่" in texts(frame)
    window.tap(named(frame, "q:undo"))
    assert told[-1] is None
    assert "ต้องมีอีก 1 จุด" in texts(frame)
    assert len(view.line) == 2


def test_a_place_of_the_receiver_is_one_point_more(window: Any):
    frame, told = framed(window, "geotrace")
    asked: list[int] = []
    frame.input.bind(on_locate=lambda *_: asked.append(1))
    window.tap(named(frame, "q:here"))
    frame.input.located({"lat": "12.5", "lon": "101.2", "accuracy": "4"})
    frame.input.located({"lat": "12.6", "lon": "101.2", "accuracy": "4"})
    assert asked == [1]
    assert len(told[-1]) == 2
    assert "เมตร" in texts(frame)


def test_positions_may_be_typed_where_there_is_no_receiver(window: Any):
    frame, told = framed(window, "geotrace")
    window.tap(named(frame, "q:type"))
    window.pump(3)
    window.tap(frame.input.field)
    window.type("12.5, 101.2; 12.6, 101.3")
    frame.input.read_now()
    assert [place["lat"] for place in told[-1]] == ["12.5", "12.6"]


def test_two_fingers_stretch_the_map_about_the_place_between_them(window: Any):
    from mobile.ui.widgets.map_view import MapView
    from tests.support.window_harness import Touch

    view = window.show(MapView())
    picked: list[Any] = []
    view.bind(on_pick=lambda *_: picked.append(1))
    before, scale = view.at(640, 400), view.scale
    one, other = Touch(540, 400), Touch(740, 400)
    one.touch_down()
    other.touch_down()
    one.touch_move(440, 400)
    other.touch_move(840, 400)
    one.touch_up()
    other.touch_up()
    window.pump(2)
    assert view.scale == pytest.approx(2 * scale, rel=0.05)
    assert view.at(640, 400) == pytest.approx(before, abs=0.05)
    assert picked == []


def test_raster_tiles_lie_over_the_drawn_provinces(window: Any, tmp_path: Path):
    from mobile.services.map_tiles import MapTiles
    from mobile.services.worker import AtOnce
    from mobile.ui.gallery_inputs import sample_map
    from mobile.ui.widgets.map_view import MapView

    view = MapView(MapTiles(sample_map(tmp_path), AtOnce()))
    window.show(view)
    view.look_at(12.6814, 101.2816, 20_000)
    window.pump(4)
    picture = window.shot(tmp_path / "map.png")
    colours = {picture.getpixel((x, y)) for x in range(300, 900, 40) for y in range(200, 700, 40)}
    assert (0xE9, 0xE4, 0xD4) in colours
    assert view.named == "ตัวอย่างเมืองระยอง"
    view.look_at(18.8, 98.9, 20_000)  # where the file has nothing: the provinces
    window.pump(4)
    picture = window.shot(tmp_path / "map.png")
    assert picture.getpixel((500, 300)) == (0xEE, 0xF0, 0xE8)


def test_arrows_move_the_map_and_enter_picks_its_middle(window: Any):
    from mobile.ui.widgets.map_view import MapView

    view = window.show(MapView())
    picked: list[Any] = []
    view.bind(on_pick=lambda _, lat, lon: picked.append((lat, lon)))
    east = view.centre[0]
    assert view.press_key("right")
    assert view.centre[0] > east
    assert view.press_key("+")
    assert view.press_key("enter")
    assert picked == [pytest.approx(view.at(*view.center))]
