"""Scales, orders, sound, files, codes and maps for the gallery, in all their states."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

MAP_BOX: Final = (12.6, 101.1, 12.8, 101.4)
PLOT: Final = ((12.6820, 101.2800), (12.6826, 101.2822), (12.6812, 101.2830), (12.6805, 101.2808))


def _said(thai: str, english: str) -> str:
    from mobile.ui.look import look

    return thai if look.language == "th" else english


def _frame(key: str, kind: str, thai: str, english: str, **wish: Any) -> Any:
    from mobile.ui.widgets.field_frame import FieldFrame
    from mobile.ui.widgets.inputs.making import Wish, input_for

    return FieldFrame(input_for(Wish(key, kind, **wish)), label=_said(thai, english))


def _screen(frames: Sequence[Any]) -> Any:
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.layout import FieldGrid, Page

    screen, page, grid = Screen("home.title"), Page(), FieldGrid()
    for frame in frames:
        grid.add_widget(frame)
    page.column.add_widget(grid)
    screen.set_body(page)
    return screen


def _options(thai: str, english: str, pictures: Sequence[str] = ()) -> list[Any]:
    from mobile.ui.widgets.inputs.option_buttons import Option

    words = _said(thai, english).split("|")
    shown = list(pictures) + [""] * len(words)
    return [Option(f"c{at}", word, shown[at]) for at, word in enumerate(words)]


def scales() -> Any:
    """Range in every shape, counters, big numbers."""
    ends = {"start": "0", "end": "14", "step": "0.5"}
    empty = _frame("r0", "range", "ระดับกลิ่นที่ได้รับ", "Smell", parameters={"start": "0", "end": "10"})
    answered = _frame("r1", "range", "ค่าความเป็นกรดด่าง", "pH", parameters=ends, unit="pH")
    answered.set_value("7.5")
    wrong = _frame("r2", "range", "ค่าความเป็นกรดด่าง", "pH", parameters=ends)
    wrong.set_value("15")
    wrong.set_problem(_said("ต้องอยู่ระหว่าง 0 ถึง 14 แก้ตัวเลข", "Must be 0 to 14. Change it"))
    locked = _frame("r3", "range", "คะแนนความสะอาด", "Cleanliness", parameters={"end": "5"})
    locked.set_value("4")
    locked.set_locked(True)
    labels = _options("ไม่พอใจเลย|เฉย ๆ|พอใจมาก", "Not at all|Neither|Very")
    named = [type(labels[0])(name, o.label) for name, o in zip("135", labels, strict=True)]
    ticks = {"start": "1", "end": "5", "tick_labelset": "x"}
    words = _frame("r4", "range", "ความพึงพอใจ", "Satisfaction", parameters=ticks, options=named)
    words.set_value("3")
    upright = _frame("r5", "range", "ระดับน้ำในบ่อ", "Level", parameters=ends, appearance="vertical")
    upright.set_value("9")
    picker = _frame("r6", "range", "จำนวนจุดระบาย", "Outlets", appearance="picker")
    stars = _frame(
        "r7", "range", "ให้คะแนนการจัดงาน", "Rate it", parameters={"end": "5"}, appearance="rating"
    )
    stars.set_value("4")
    counter = _frame("n1", "integer", "นับคนเข้างาน", "Heads", appearance="counter", unit="คน")
    counter.set_value(42)
    big = _frame(
        "n2", "integer", "ปริมาณการผลิตต่อปี", "Production", appearance="thousands-sep", unit="ตัน"
    )
    big.set_value(1234567)
    month = _frame("d1", "date", "เดือนที่เริ่มเดินเครื่อง", "Month", appearance="month-year")
    month.set_value("2024-03-01")
    year = _frame("d2", "date", "ปีที่ได้ใบอนุญาต", "Year", appearance="year buddhist")
    year.set_value("2015-01-01")
    return _screen(
        [empty, answered, wrong, locked, words, upright, picker, stars, counter, big, month, year]
    )


def orders() -> Any:
    """Rank, likert, table, columns, closed lists, pictures as choices, guidance, media."""
    from mobile.ui.widgets.label_media import LabelMedia

    picture = _picture()
    problems = _options("น้ำเสีย|ฝุ่นและควัน|กลิ่นรบกวนในเวลากลางคืน|เสียงดัง", "Water|Dust|Smell|Noise")
    unranked = _frame("k0", "rank", "เรียงปัญหาจากหนักที่สุด", "Worst first", options=problems)
    ranked = _frame("k1", "rank", "เรียงปัญหาจากหนักที่สุด", "Worst first", options=problems)
    ranked.set_value(["c2", "c0", "c3", "c1"])
    steps = _options(
        "ไม่เห็นด้วยอย่างยิ่ง|ไม่เห็นด้วย|เฉย ๆ|เห็นด้วย|เห็นด้วยอย่างยิ่ง", "Not at all|No|Neither|Yes|Very"
    )
    likert = _frame(
        "l0", "select_one", "โรงงานรับฟังชุมชน", "It listens", options=steps, appearance="likert"
    )
    likert.set_value("c3")
    table = _frame(
        "l1",
        "select_one",
        "โรงงานแจ้งข่าวทันเวลา",
        "It tells",
        options=steps,
        appearance="list-nolabel",
    )
    closed = _frame(
        "m0", "select_one", "แหล่งน้ำหลัก", "Source", options=problems, appearance="minimal"
    )
    chosen = _frame(
        "m1", "select_multiple", "ปัญหาที่พบ", "Found", options=problems, appearance="minimal"
    )
    chosen.set_value(["c0", "c2"])
    columns = _frame(
        "m2", "select_multiple", "ปัญหาที่พบ", "Found", options=problems, appearance="columns-2"
    )
    seen = _options("ท่อระบาย|บ่อบำบัด|ลานกอง", "Pipe|Pond|Yard", ["a", "b", "c"])
    pictured = _frame(
        "p0", "select_one", "จุดที่ตรวจ", "Place", options=seen, thumbnail=lambda _: picture
    )
    pictured.set_value("c1")
    said = _frame("g0", "text", "เลขที่ใบอนุญาตระบายน้ำ", "Licence number", appearance="numbers")
    said.set_guidance(_said("ดูที่มุมขวาบนของใบอนุญาต ถ้าไม่มีให้ถามผู้จัดการ", "Upper right corner"))
    said.set_media(
        LabelMedia(picture="a", sound="b", film_name="how-to-read.mp4", thumbnail=lambda _: picture)
    )
    frames = [unranked, ranked, likert, table, closed, chosen, columns, pictured, said]
    return _screen(frames)


def recordings() -> Any:
    """Sound in every state, films, files, codes, drawings."""
    from dataclasses import replace

    from mobile.presenters.observed import Words
    from mobile.presenters.recording import RecordingState

    file = {"sha256": "0" * 64, "name": "สัมภาษณ์ผู้ใหญ่บ้าน.aac", "size": 1_250_000, "type": "audio/aac"}
    states = [
        RecordingState("recording", 65.0, 0.6),
        RecordingState("paused", 130.0, said=Words("sound.interrupted")),
        RecordingState(left=1),
        RecordingState(said=Words("sound.lack_denied")),
    ]
    frames = []
    for at, state in enumerate(states):
        frame = _frame(f"a{at}", "audio", "เสียงสัมภาษณ์", "Interview")
        frame.input.use(_Still(replace(state)))
        frames.append(frame)
    answered = _frame("a9", "audio", "เสียงสัมภาษณ์", "Interview")
    answered.input.use(_Still(RecordingState()))
    answered.set_value(file)
    film = _frame("v0", "video", "วิดีโอจุดระบาย", "Film")
    kept = _frame("v1", "video", "วิดีโอจุดระบาย", "Film")
    kept.set_value({**file, "name": "จุดระบาย.mp4", "size": 24_000_000})
    kept.set_locked(True)
    plain = _frame("f0", "file", "เอกสารประกอบ", "Document")
    code = _frame("b0", "barcode", "รหัสถังเก็บของเสีย", "Code of the drum")
    code.set_value("8850123456789")
    photo = _frame(
        "i0", "image", "รูปจุดระบาย", "Outlet", appearance="annotate", thumbnail=lambda _: _picture()
    )
    photo.set_value({**file, "name": "จุดระบาย.jpg", "type": "image/jpeg"})
    drawing = _frame("i1", "image", "แผนผังโรงงาน", "Sketch", appearance="draw")
    drawing.input.pad.show([[(0.2, 0.3), (0.8, 0.3), (0.8, 0.7), (0.2, 0.7), (0.2, 0.3)]])
    return _screen([*frames, answered, film, kept, plain, code, photo, drawing])


def maps() -> Any:
    """Places, lines and areas on a raster map, with accuracy in words."""
    from mobile.presenters.fixes import Search, demands_of
    from mobile.services.map_tiles import MapTiles
    from mobile.services.worker import AtOnce

    tiles = MapTiles(sample_map(Path(tempfile.mkdtemp(prefix="samruat-map-"))), AtOnce())
    place = _frame("p1", "geopoint", "ตำแหน่ง", "Place", tiles=tiles, appearance="maps")
    place.set_value({"lat": "12.6814", "lon": "101.2816", "accuracy": "4"})
    place.input.map.look_at(12.6814, 101.2816, 60_000)
    poor = _frame("p2", "geopoint", "ตำแหน่ง", "Place")
    poor.set_value({"lat": "12.6814", "lon": "101.2816", "accuracy": "340"})
    looking = _frame("p3", "geopoint", "ตำแหน่ง", "Place")
    search = Search(demands_of({}))
    search.take({"lat": "12.68", "lon": "101.28", "accuracy": "38"})
    looking.input.searching(search)
    corners = [{"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"} for lat, lon in PLOT]
    plot = _frame("s1", "geoshape", "แปลงที่ดิน", "Plot", tiles=tiles)
    plot.set_value(corners)
    plot.input.open_map()
    plot.input.map.look_at(12.6816, 101.2819, 50_000)
    line = _frame("s2", "geotrace", "แนวท่อระบาย", "Pipe")
    line.set_value(corners[:3])
    begun = _frame("s3", "geoshape", "แปลงที่ดิน", "Plot")
    return _screen([place, poor, looking, plot, line, begun])


def drawing() -> Any:
    """A photo that somebody draws on."""
    from mobile.services.annotate import Mark
    from mobile.ui.navigation import Navigation
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.annotator import Annotator

    root = Navigation()
    root.register("empty", lambda: Screen("home.title"))
    root.open("empty")
    annotator = Annotator(_picture())
    annotator.picture.marks = [
        Mark("arrow", ((0.2, 0.2), (0.45, 0.5)), "#C4150C"),
        Mark("line", ((0.6, 0.3), (0.7, 0.5), (0.8, 0.3), (0.6, 0.3)), "#FFFFFF"),
    ]
    annotator.picture.tool, annotator.picture.words = "words", _said("ท่อรั่วที่นี่", "Leaks here")
    from kivy.clock import Clock

    Clock.schedule_once(lambda _: annotator.picture._put_words((0.45, 0.85)))
    annotator.words.text = annotator.picture.words
    root.show_above(annotator)
    return root


class _Still:
    """A recorder at one state, for a picture of it."""

    def __init__(self, state: Any) -> None:
        self.state, self.on_change = state, None

    def look(self) -> None:
        """Nothing was left behind."""

    def tick(self) -> None:
        """Time stands."""

    def pause(self) -> None:
        """Nothing goes on."""

    resume = stop = keep_left = drop_left = pause


def _picture() -> Path:
    """A landscape in a few colours."""
    from PIL import Image, ImageDraw

    path = Path(tempfile.gettempdir()) / "samruat-gallery.png"
    image = Image.new("RGB", (800, 600), "#9CC3D5")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 380, 800, 600), fill="#6E7F4F")
    pen.rectangle((260, 250, 430, 400), fill="#8A8378")
    pen.rectangle((330, 120, 360, 260), fill="#6B645B")
    pen.ellipse((480, 430, 720, 540), fill="#4C6A78")
    image.save(path)
    return path


def sample_map(folder: Path) -> Path:
    """A small raster map (zooms 10 to 16 round one place), drawn here; returns its folder."""
    import math

    from PIL import Image, ImageDraw

    database = sqlite3.connect(folder / "sample.mbtiles")
    database.executescript(
        "create table metadata (name text, value text);"
        "create table tiles (zoom_level integer, tile_column integer, tile_row integer,"
        " tile_data blob, primary key (zoom_level, tile_column, tile_row))"
    )
    south, west, north, east = MAP_BOX
    facts = {"name": _said("ตัวอย่างเมืองระยอง", "Rayong sample"), "format": "png"}
    facts["bounds"] = f"{west},{south},{east},{north}"
    database.executemany("insert into metadata values (?, ?)", facts.items())
    for zoom in range(10, 17):
        count = 2**zoom
        column = int((101.2816 + 180) / 360 * count)
        angle = math.radians(12.6814)
        row = int((1 - math.asinh(math.tan(angle)) / math.pi) / 2 * count)
        for x in range(column - 2, column + 3):
            for y in range(row - 2, row + 3):
                image = Image.new("RGB", (256, 256), "#E9E4D4" if (x + y) % 2 else "#E3EAD6")
                pen = ImageDraw.Draw(image)
                pen.line((0, 90, 256, 150), fill="#F6C66B", width=9)
                pen.line((120, 0, 150, 256), fill="#FFFFFF", width=6)
                pen.rectangle((30, 170, 90, 220), fill="#CFC3AE")
                out = io.BytesIO()
                image.save(out, "PNG")
                values = (zoom, x, count - 1 - y, out.getvalue())
                database.execute("insert or replace into tiles values (?, ?, ?, ?)", values)
    database.commit()
    database.close()
    return folder


PAGES: dict[str, Callable[[], Any]] = {
    "scales": scales,
    "orders": orders,
    "recordings": recordings,
    "maps": maps,
    "drawing": drawing,
}
