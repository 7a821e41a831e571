"""Raster maps: tiles out of MBTiles files; whatever is wrong with a file means "no tile here"."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import pytest
from PIL import Image

from mobile.services.map_tiles import MapTiles, Tile, TileKey, degrees_of
from mobile.services.worker import AtOnce


def png(colour: str = "#336699", side: int = 256) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()


def make(
    folder: Path, name: str = "a", *, facts: dict[str, str] | None = None, **tile: object
) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.mbtiles"
    database = sqlite3.connect(path)
    database.executescript(
        "create table metadata (name text, value text);"
        "create table tiles (zoom_level integer, tile_column integer, tile_row integer,"
        " tile_data blob, primary key (zoom_level, tile_column, tile_row))"
    )
    database.executemany(
        "insert into metadata values (?, ?)", (facts or {"name": "ระยอง", "format": "png"}).items()
    )
    values = {"zoom": 3, "column": 6, "row": 4, "data": png(), **tile}
    database.execute("insert into tiles values (:zoom, :column, :row, :data)", values)
    database.commit()
    database.close()
    return folder


def test_a_tile_is_read_with_its_rows_from_the_north_and_stands_upside_down(tmp_path: Path) -> None:
    image = Image.new("RGB", (256, 256), "#000000")
    image.putpixel((0, 0), (255, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    tiles = MapTiles(make(tmp_path, data=out.getvalue()), AtOnce())
    found = tiles.tile(TileKey(3, 6, 2**3 - 1 - 4))
    assert found is not None
    assert (found.width, found.height) == (256, 256)
    assert found.data[-256 * 3 : -256 * 3 + 3] == b"\xff\0\0"  # its first line is the last one
    assert tiles.tile(TileKey(3, 6, 4)) is None


def test_the_files_of_a_folder_are_named_finest_first(tmp_path: Path) -> None:
    make(tmp_path, "coarse")
    make(tmp_path, "fine", facts={"name": "ละเอียด", "bounds": "100,12,102,14"}, zoom=9)
    (tmp_path / "junk.mbtiles").write_bytes(b"no database at all")
    (tmp_path / "empty.mbtiles").write_bytes(b"")
    found = MapTiles(tmp_path, AtOnce()).sheets()
    assert [sheet.name for sheet in found] == ["ละเอียด", "ระยอง"]


def test_without_a_folder_there_is_no_map_and_no_trouble(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "nothing"):
        tiles = MapTiles(folder, AtOnce())
        assert tiles.sheets() == ()
        assert tiles.tile(TileKey(3, 6, 3)) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        png()[:40],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        png(side=2048),
        "text",
        None,
    ],
    ids=["empty", "text", "cut", "zeros", "huge", "string", "null"],
)
def test_a_bad_tile_is_no_tile(tmp_path: Path, data: object) -> None:
    tiles = MapTiles(make(tmp_path, data=data), AtOnce())
    assert tiles.tile(TileKey(3, 6, 3)) is None


@pytest.mark.parametrize(
    "facts", [{"format": "pbf"}, {"bounds": "a,b,c,d"}, {"bounds": "nan,1,2,3"}]
)
def test_a_file_of_another_kind_or_with_odd_facts_does_no_harm(
    tmp_path: Path, facts: dict[str, str]
) -> None:
    tiles = MapTiles(make(tmp_path, facts=facts), AtOnce())
    assert len(tiles.sheets()) == (1 if "nan" in str(facts) else 0)


def test_what_nobody_wants_any_more_is_not_read(tmp_path: Path) -> None:
    tiles = MapTiles(make(tmp_path), AtOnce())
    got: list[Tile] = []
    key = TileKey(3, 6, 3)
    tiles.ask(key, got.append)
    tiles.want(frozenset({key}))
    tiles.ask(key, got.append)
    assert got[0] == Tile(False)
    assert got[1].read
    assert got[1].pixels is not None
    tiles.close()


def test_a_tile_knows_where_it_is() -> None:
    assert degrees_of(0, 0, 0) == pytest.approx((-180, 85.0511), abs=1e-3)
    assert degrees_of(1, 1, 1) == pytest.approx((0, 0))
