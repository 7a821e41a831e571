"""Builds what the tablet draws with: its text faces, its icon face, its base map.

The results are checked in, so that neither a tablet nor a test needs the sources; run this again
when an icon is added or a source gets a new version:

    python mobile/packaging/build_assets.py fonts PATH_TO_SARABUN_FILES
    python mobile/packaging/build_assets.py icons PATH_TO_materialdesignicons-webfont.ttf
    python mobile/packaging/build_assets.py shapes PROVINCES.geojson
    python mobile/packaging/build_assets.py mbtiles PROVINCES.geojson OUT.mbtiles

Sources: Sarabun from the Python package `fontpkg-sarabun` 1.0 (its folder `files`), Material
Design Icons from the npm package `@mdi/font` 7.4.47 (its folder `fonts`), provinces from
`shared/forms/codebooks/provinces.geojson`.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import runpy
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ASSETS: Final = Path(__file__).resolve().parent.parent / "assets"
FACES: Final = ("Regular", "Bold", "Italic")

# Sarabun's own metrics (1000 units an em) are smaller than a consonant with two marks above or
# below: lines of different text get different heights and rows jitter. These hold all but the rare
# double-lower stack.
ASCENT: Final = 1300
DESCENT: Final = -420

# The map's colours are those of mobile/ui/widgets/map_view.py: land, its borders, water.
LAND: Final = (238, 240, 232)
BORDER: Final = (150, 164, 158)
WATER: Final = (219, 231, 236)
TILE: Final = 256
ZOOMS: Final = range(4, 9)
# A generous box round the country (degrees east and north): west, south, east, north.
BOUNDS: Final = (96.0, 5.0, 107.0, 21.0)

Ring = list[tuple[float, float]]


def build_fonts(source: Path) -> None:
    """Write the text faces with raised metrics; everything else of the face stays as it was."""
    from fontTools.ttLib import TTFont

    for face in FACES:
        font = TTFont(source / f"Sarabun-{face}.ttf")
        font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = ASCENT, DESCENT, 0
        os2 = font["OS/2"]
        os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap = ASCENT, DESCENT, 0
        os2.usWinAscent, os2.usWinDescent = ASCENT, -DESCENT
        font.save(ASSETS / "fonts" / f"Sarabun-{face}.ttf")


def build_icons(source: Path) -> None:
    """Write the icon face: only the code points that `mobile/ui/icons.py` names."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    icons = runpy.run_path(str(ASSETS.parent / "ui" / "icons.py"))["ICONS"]
    font = TTFont(source)
    cutter = subset.Subsetter(subset.Options(glyph_names=False, hinting=False, notdef_outline=True))
    cutter.populate(unicodes=[ord(character) for character in icons.values()])
    cutter.subset(font)
    # The source says of every icon that its ink begins at the very left; drawn by that word each
    # stands off its middle by its own blank.
    target = ASSETS / "fonts" / "MaterialDesignIcons-subset.ttf"
    font.save(target)
    font = TTFont(target)
    for name in font.getGlyphOrder():
        glyph, (advance, _) = font["glyf"][name], font["hmtx"][name]
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))
    font.save(target)


def rings(geojson: dict[str, Any]) -> Iterator[Ring]:
    """Every ring of every polygon, as (longitude, latitude) pairs in degrees."""
    for feature in geojson["features"]:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"]
        for polygon in [polygons] if geometry["type"] == "Polygon" else polygons:
            for ring in polygon:
                yield [(float(point[0]), float(point[1])) for point in ring]


def build_shapes(source: Path) -> None:
    """Write the map's outlines and triangles: cutting them on a tablet would take seconds.

    `mobile/ui/map_shapes.py` has the format and its reader.
    """
    from kivy.graphics.tesselator import TYPE_POLYGONS, WINDING_ODD, Tesselator

    from mobile.ui.map_shapes import Shape, to_map, write_shapes

    shapes: list[Shape] = []
    for ring in rings(json.loads(source.read_text(encoding="utf-8"))):
        outline = [part for point in ring for part in to_map(*point)]
        cutter = Tesselator()
        cutter.add_contour(outline)
        assert cutter.tesselate(WINDING_ODD, TYPE_POLYGONS, 3)
        places: dict[tuple[float, float], int] = {}
        indices = [
            places.setdefault((corners[at], corners[at + 1]), len(places))
            for corners, _ in cutter.meshes
            for at in range(0, len(corners), 4)
        ]
        shapes.append(Shape(outline, [part for place in places for part in place], indices))
    target = ASSETS / "map" / "provinces.shapes"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(write_shapes(shapes))


def to_world(longitude: float, latitude: float, zoom: int) -> tuple[float, float]:
    """Web Mercator: pixels from the world's north-west corner at `zoom`."""
    size = TILE * 2**zoom
    sine = math.sin(math.radians(latitude))
    return (
        (longitude + 180) / 360 * size,
        (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size,
    )


def build_mbtiles(source: Path, target: Path) -> int:
    """Draw the provinces as raster tiles (MBTiles 1.3, PNG, zooms 4 to 8); how many were written.

    Tiles that are all water are left out: a viewer draws the same colour where it finds none.
    """
    from PIL import Image, ImageDraw

    land = list(rings(json.loads(source.read_text(encoding="utf-8"))))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    database = sqlite3.connect(target)
    database.executescript(
        "create table metadata (name text primary key, value text);"
        "create table tiles (zoom_level integer, tile_column integer, tile_row integer,"
        " tile_data blob, primary key (zoom_level, tile_column, tile_row)) without rowid;"
    )
    metadata = {
        "name": "samruat-provinces",
        "format": "png",
        "type": "baselayer",
        "bounds": ",".join(str(value) for value in BOUNDS),
        "minzoom": str(ZOOMS.start),
        "maxzoom": str(ZOOMS.stop - 1),
        "attribution": "Made with Natural Earth",
    }
    database.executemany("insert into metadata values (?, ?)", metadata.items())
    written = 0
    for zoom in ZOOMS:
        shapes = [[to_world(*point, zoom) for point in ring] for ring in land]
        west, north = to_world(BOUNDS[0], BOUNDS[3], zoom)
        east, south = to_world(BOUNDS[2], BOUNDS[1], zoom)
        for column in range(int(west // TILE), int(east // TILE) + 1):
            for row in range(int(north // TILE), int(south // TILE) + 1):
                image = Image.new("RGB", (TILE, TILE), WATER)
                pen = ImageDraw.Draw(image)
                if _draw_tile(pen, shapes, column * TILE, row * TILE):
                    encoded = io.BytesIO()
                    image.quantize(16).save(encoded, "PNG", optimize=True)
                    flipped = 2**zoom - 1 - row  # MBTiles counts rows from the south
                    database.execute(
                        "insert into tiles values (?, ?, ?, ?)",
                        (zoom, column, flipped, encoded.getvalue()),
                    )
                    written += 1
    database.commit()
    database.close()
    return written


def _draw_tile(pen: Any, shapes: list[Ring], left: float, top: float) -> bool:
    """Draw what touches the tile whose corner is (left, top); whether anything did."""
    drawn = False
    for shape in shapes:
        xs, ys = [x for x, _ in shape], [y for _, y in shape]
        if max(xs) < left or min(xs) > left + TILE or max(ys) < top or min(ys) > top + TILE:
            continue
        moved = [(x - left, y - top) for x, y in shape]
        pen.polygon(moved, fill=LAND)
        pen.line([*moved, moved[0]], fill=BORDER, width=1)
        drawn = True
    return drawn


def main() -> None:
    """Read the command line and build what it names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="what", required=True)
    for name in ("fonts", "icons", "shapes"):
        commands.add_parser(name).add_argument("source", type=Path)
    tiles = commands.add_parser("mbtiles")
    tiles.add_argument("source", type=Path)
    tiles.add_argument("target", type=Path)
    asked = parser.parse_args()
    if asked.what == "fonts":
        build_fonts(asked.source)
    elif asked.what == "icons":
        build_icons(asked.source)
    elif asked.what == "shapes":
        build_shapes(asked.source)
    else:
        build_mbtiles(asked.source, asked.target)


if __name__ == "__main__":
    main()
