"""What the tablet draws with is there, complete, and what its build says."""

from __future__ import annotations

import json
import runpy
import sqlite3
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "mobile" / "assets" / "fonts"
BUILD = ROOT / "mobile" / "packaging" / "build_assets.py"


@pytest.mark.parametrize("face", ["Regular", "Bold", "Italic"])
def test_a_text_face_has_room_for_stacked_marks(face: str):
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / f"Sarabun-{face}.ttf") as font:
        assert (font["hhea"].ascent, font["hhea"].descent) == (1300, -420)
        known = font.getBestCmap()
    assert {*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C), *range(0x20, 0x7F)} <= set(known)


def test_every_word_of_the_catalogues_can_be_drawn():
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / "Sarabun-Regular.ttf") as font:
        known = set(font.getBestCmap()) | {0x0A, 0x200B}
    for language in ("th", "en"):
        words = json.loads((ROOT / "mobile/translations" / f"{language}.json").read_text("utf-8"))
        missing = {letter for text in words.values() for letter in text if ord(letter) not in known}
        assert missing == set()


def test_the_icon_face_has_exactly_the_icons_that_have_names():
    from fontTools.ttLib import TTFont

    from mobile.ui.icons import ICONS

    with TTFont(FONTS / "MaterialDesignIcons-subset.ttf") as font:
        assert set(font.getBestCmap()) == {ord(character) for character in ICONS.values()}


def test_every_face_has_its_licence_beside_it():
    for name in ("Sarabun-LICENSE.txt", "MaterialDesignIcons-LICENSE.txt"):
        assert (FONTS / name).stat().st_size > 500


def test_shapes_are_read_as_they_were_written():
    from mobile.ui.map_shapes import Shape, provinces, read_shapes, write_shapes

    one = Shape([0.5, 1.5, 2.0, 3.0], [0.0, 0.0, 1.0, 0.0, 0.0, 1.0], [0, 1, 2])
    found = list(read_shapes(write_shapes([one, one])))
    assert [[list(part) for part in shape] for shape in found] == [[list(part) for part in one]] * 2
    assert len(provinces()) >= 77
    for shape in provinces():
        assert max(shape.indices) < len(shape.vertices) // 2


def test_the_base_map_is_rendered_to_tiles_that_a_viewer_takes(tmp_path: Path):
    build = runpy.run_path(str(BUILD))
    target = tmp_path / "map.mbtiles"
    square = [[100, 13], [102, 13], [102, 15], [100, 15], [100, 13]]
    feature = {"geometry": {"type": "Polygon", "coordinates": [square]}}
    source = tmp_path / "one.geojson"
    source.write_text(json.dumps({"features": [feature]}), "utf-8")
    written = build["build_mbtiles"](source, target)
    database = sqlite3.connect(target)
    try:
        metadata = dict(database.execute("select name, value from metadata"))
        tiles = database.execute("select zoom_level, tile_data from tiles").fetchall()
    finally:
        database.close()
    assert metadata["format"] == "png"
    assert len(tiles) == written > 0
    assert {zoom for zoom, _ in tiles} == set(range(4, 9))
    assert all(data.startswith(b"\x89PNG") for _, data in tiles)
