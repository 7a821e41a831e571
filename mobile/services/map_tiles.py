"""Raster maps without a network: tiles out of MBTiles files, decoded beside the thread that draws.

An MBTiles file is a SQLite database (MBTiles 1.3): it comes from elsewhere, so it is opened for
reading only, its tiles are measured before they are decoded, and whatever is wrong with it means
"no tile here", never a crash. Where it has no tile the drawn map of the provinces shows through.
"""

from __future__ import annotations

import io
import math
import sqlite3
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image

from mobile.services.worker import Jobs

TILE_PIXELS: Final = 256
TILE_BYTES_MAX: Final = 2 * 1024 * 1024
TILE_SIDE_MAX: Final = 1_024
ZOOM_MOST: Final = 22
FILES_MAX: Final = 8
FORMATS: Final = ("PNG", "JPEG", "WEBP")
STEP_INSTRUCTIONS: Final = 100_000  # of SQLite, between two looks at how long a query takes
STEPS_MAX: Final = 500


class TileKey(NamedTuple):
    """A tile of the world: zoom, column from the west, row from the north."""

    zoom: int
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded tile: RGB bytes, the lowest row first, as textures have them."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Tile:
    """What became of a tile that was asked for: `read` is False when nobody wanted it any more."""

    read: bool
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of tiles. `bounds` are west, south, east, north in degrees."""

    path: Path
    least_zoom: int
    most_zoom: int
    bounds: tuple[float, float, float, float]
    name: str

    def covers(self, key: TileKey) -> bool:
        """Whether the file may have this tile."""
        if not self.least_zoom <= key.zoom <= self.most_zoom:
            return False
        west, south, east, north = self.bounds
        left, top = degrees_of(key.zoom, key.column, key.row)
        right, bottom = degrees_of(key.zoom, key.column + 1, key.row + 1)
        return left < east and right > west and bottom < north and top > south


def degrees_of(zoom: int, column: int, row: int) -> tuple[float, float]:
    """Longitude and latitude of a tile's north-west corner (web Mercator)."""
    count = 2**zoom
    longitude = column / count * 360.0 - 180.0
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / count))))
    return longitude, latitude


class MapTiles:
    """The tiles of a folder of .mbtiles files. `ask` never waits; `jobs` have their own thread.

    Only what is wanted just now is read: a tile that was asked for and scrolled away before its
    turn costs nothing.
    """

    def __init__(self, folder: Path | None, jobs: Jobs) -> None:
        self._folder, self._jobs = folder, jobs
        self._sheets: tuple[Sheet, ...] | None = None
        self._open: dict[Path, sqlite3.Connection] = {}
        self._wanted: frozenset[TileKey] = frozenset()
        self._steps = 0

    # -- on the thread that draws --------------------------------------------------------------

    def begin(self, done: Callable[[Sequence[Sheet]], None]) -> None:
        """Find the files; `done` with what there is, finest zoom first."""
        self._jobs.submit(self.sheets, done, lambda _: done(()))

    def want(self, keys: frozenset[TileKey]) -> None:
        """From now on only these tiles are worth reading."""
        self._wanted = keys

    def ask(self, key: TileKey, done: Callable[[Tile], None]) -> None:
        """Read and decode a tile, unless nobody wants it any more when its turn comes."""
        self._jobs.submit(lambda: self._asked(key), done, lambda _: done(Tile(True)))

    def _asked(self, key: TileKey) -> Tile:
        return Tile(True, self.tile(key)) if key in self._wanted else Tile(False)

    # -- on the thread that reads --------------------------------------------------------------

    def sheets(self) -> tuple[Sheet, ...]:
        """The files that can be read, looked at once."""
        if self._sheets is None:
            found: list[Sheet] = []
            if self._folder is not None and self._folder.is_dir():
                for path in sorted(self._folder.glob("*.mbtiles"))[:FILES_MAX]:
                    sheet = self._sheet(path)
                    if sheet is not None:
                        found.append(sheet)
            self._sheets = tuple(sorted(found, key=lambda each: -each.most_zoom))
        return self._sheets

    def tile(self, key: TileKey) -> Pixels | None:
        """One tile, decoded; None when no file has it or it cannot be read."""
        for sheet in self.sheets():
            if sheet.covers(key):
                pixels = _decoded(self._read(sheet.path, key))
                if pixels is not None:
                    return pixels
        return None

    def close(self) -> None:
        """Let go of the files of this thread."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _connection(self, path: Path) -> sqlite3.Connection:
        """A connection for one query; it is broken off when the query goes on for too long."""
        self._steps = 0
        if path not in self._open:
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,  # only closed elsewhere
            )
            connection.set_progress_handler(self._too_long, STEP_INSTRUCTIONS)
            self._open[path] = connection
        return self._open[path]

    def _too_long(self) -> int:
        self._steps += 1
        return int(self._steps > STEPS_MAX)

    def _sheet(self, path: Path) -> Sheet | None:
        try:
            rows = self._connection(path).execute(
                "select name, value from metadata where length(value) < 10000 limit 200"
            )
            facts = {str(name): str(value) for name, value in rows}
            zooms = self._connection(path).execute(
                "select min(zoom_level), max(zoom_level) from tiles"
            )
            least, most = zooms.fetchone()
            bounds = _bounds(facts.get("bounds", ""))
            if least is None or facts.get("format", "png") not in ("png", "jpg", "jpeg", "webp"):
                return None
            most = min(int(most), ZOOM_MOST)
            return Sheet(path, max(0, int(least)), most, bounds, facts.get("name", path.stem))
        except (sqlite3.Error, ValueError, TypeError):
            return None

    def _read(self, path: Path, key: TileKey) -> bytes | None:
        flipped = 2**key.zoom - 1 - key.row  # MBTiles counts rows from the south
        try:
            found = self._connection(path).execute(
                "select tile_data from tiles where zoom_level = ? and tile_column = ?"
                " and tile_row = ? and length(tile_data) <= ?",
                (key.zoom, key.column, flipped, TILE_BYTES_MAX),
            )
            row = found.fetchone()
        except sqlite3.Error:
            return None
        return bytes(row[0]) if row is not None and isinstance(row[0], bytes) else None


def _bounds(text: str) -> tuple[float, float, float, float]:
    parts = [float(part) for part in text.split(",")] if text else []
    if len(parts) != 4 or not all(math.isfinite(part) for part in parts):
        return (-180.0, -85.06, 180.0, 85.06)
    return (parts[0], parts[1], parts[2], parts[3])


def _decoded(data: bytes | None) -> Pixels | None:
    """The pixels of an encoded tile, upside down as textures are."""
    if not data:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(data), formats=list(FORMATS))
            if max(image.size) > TILE_SIDE_MAX:
                return None
            image = image.convert("RGB").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return Pixels(image.width, image.height, image.tobytes())
