"""Raster tiles on a map: the textures in view, kept while they are near, coarser ones meanwhile.

A tile that is not read yet is shown by a piece of the tile above it, so the map is never empty
while it moves. Nothing here reads a file: `MapTiles` does, on its own thread.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

from kivy.graphics import Color, InstructionGroup, Rectangle
from kivy.graphics.texture import Texture

from mobile.services.map_tiles import TILE_PIXELS, MapTiles, Sheet, Tile, TileKey
from mobile.ui.map_shapes import ORIGIN, UNITS, to_map

KEPT: Final = 160  # textures: 40 MB
DRAWN_MAX: Final = 120
MISSING_MAX: Final = 5_000
COARSER: Final = 5  # zooms that a piece may come from
WEST, NORTH = to_map(-180.0, 0.0)[0], to_map(ORIGIN[0], 0.0)[1] + UNITS / 2


class TileLayer:
    """Draws into `group`; `changed()` is called when a tile has come."""

    def __init__(self, tiles: MapTiles, changed: Callable[[], None]) -> None:
        self.group = InstructionGroup()
        self._tiles, self._changed = tiles, changed
        self._sheets: Sequence[Sheet] = ()
        self._kept: OrderedDict[TileKey, Texture | None] = OrderedDict()
        self._asked: set[TileKey] = set()
        self._missing: set[TileKey] = set()
        tiles.begin(self._found)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the maps that are there."""
        return tuple(sheet.name for sheet in self._sheets)

    def draw(self, box: tuple[float, float, float, float], centre: Any, scale: float) -> None:
        """Fill the widget's box (x, y, width, height) at a centre in map units and a scale."""
        if not self._sheets:
            return
        keys = self._in_view(box, centre, scale)
        wanted = [self._there(key) for key in keys]
        self._tiles.want(frozenset(wanted))
        for key in wanted:
            self._ask(key)
        self.group.clear()
        self.group.add(Color(1, 1, 1, 1))
        middle_x, middle_y = box[0] + box[2] / 2, box[1] + box[3] / 2
        for key in keys:
            found = self._best(key)
            if found is None:
                continue
            texture, coords = found
            side = UNITS / 2**key.zoom
            left, top = WEST + key.column * side, NORTH - key.row * side
            x0 = round(middle_x + (left - centre[0]) * scale)
            x1 = round(middle_x + (left + side - centre[0]) * scale)
            y1 = round(middle_y + (top - centre[1]) * scale)
            y0 = round(middle_y + (top - side - centre[1]) * scale)
            self.group.add(
                Rectangle(texture=texture, tex_coords=coords, pos=(x0, y0), size=(x1 - x0, y1 - y0))
            )

    def _in_view(self, box: Any, centre: Any, scale: float) -> list[TileKey]:
        most = max(sheet.most_zoom for sheet in self._sheets)
        least = min(sheet.least_zoom for sheet in self._sheets)
        wanted = round(math.log2(max(1e-9, scale * UNITS / TILE_PIXELS)))
        zoom = max(0, min(most, wanted))
        if zoom < least:
            return []
        side = UNITS / 2**zoom
        half_x, half_y = box[2] / 2 / scale, box[3] / 2 / scale
        columns = range(
            math.floor((centre[0] - half_x - WEST) / side),
            math.floor((centre[0] + half_x - WEST) / side) + 1,
        )
        rows = range(
            math.floor((NORTH - centre[1] - half_y) / side),
            math.floor((NORTH - centre[1] + half_y) / side) + 1,
        )
        last = 2**zoom
        found = [
            TileKey(zoom, column, row)
            for row in rows
            for column in columns
            if 0 <= row < last and 0 <= column < last
        ]
        here_x, here_y = (centre[0] - WEST) / side, (NORTH - centre[1]) / side
        found.sort(key=lambda k: abs(k.column + 0.5 - here_x) + abs(k.row + 0.5 - here_y))
        return found[:DRAWN_MAX]

    def _best(self, key: TileKey) -> tuple[Texture, tuple[float, ...]] | None:
        """The tile's texture, or the piece of a coarser one that covers it."""
        for up in range(COARSER + 1):
            coarse = TileKey(key.zoom - up, key.column >> up, key.row >> up)
            if coarse.zoom < 0:
                return None
            texture = self._kept.get(coarse)
            if texture is not None:
                self._kept.move_to_end(coarse)
                part = 1 / 2**up
                left = (key.column - (coarse.column << up)) * part
                top = 1 - (key.row - (coarse.row << up)) * part
                right, bottom = left + part, top - part
                return texture, (left, bottom, right, bottom, right, top, left, top)
        return None

    def _there(self, key: TileKey) -> TileKey:
        """The tile, or the finest above it that is not known to be missing."""
        while key in self._missing and key.zoom > 0:
            key = TileKey(key.zoom - 1, key.column >> 1, key.row >> 1)
        return key

    def _ask(self, key: TileKey) -> None:
        if key in self._kept or key in self._asked or key in self._missing:
            return
        self._asked.add(key)
        self._tiles.ask(key, lambda tile: self._came(key, tile))

    def _came(self, key: TileKey, tile: Tile) -> None:
        self._asked.discard(key)
        pixels = tile.pixels
        if pixels is None:
            if tile.read:
                if len(self._missing) > MISSING_MAX:
                    self._missing.clear()
                self._missing.add(key)
                self._changed()
            return
        texture = Texture.create(size=(pixels.width, pixels.height), colorfmt="rgb")
        texture.blit_buffer(pixels.data, colorfmt="rgb", bufferfmt="ubyte")
        self._kept[key] = texture
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self._changed()

    def _found(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = sheets
        self._changed()
