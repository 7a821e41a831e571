"""The map's shapes as the build cut them: outlines and triangles in map units, and their file.

A map unit is a thousandth of a turn of the earth (about 40 km at the equator) in Web Mercator,
from `ORIGIN`; numbers stay small enough for the 32-bit floats of a graphics card.

The file: for each shape three arrays (outline, vertices: 32-bit floats x, y; indices: 16-bit), each
behind its length as a 32-bit number; all little-endian.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

SHAPES: Final = Path(__file__).resolve().parent.parent / "assets" / "map" / "provinces.shapes"
ORIGIN: Final = (101.0, 13.2)  # degrees east, north
UNITS: Final = 1000.0
CODES: Final = ("f", "f", "H")


class Shape(NamedTuple):
    """A polygon: its outline and triangle corners as x, y, x, y ..., and indices of corners."""

    outline: Sequence[float]
    vertices: Sequence[float]
    indices: Sequence[int]


def to_map(longitude: float, latitude: float) -> tuple[float, float]:
    """Map units east and north of `ORIGIN`."""
    return (
        (longitude - ORIGIN[0]) / 360 * UNITS,
        (_north(latitude) - _north(ORIGIN[1])) / (2 * math.pi) * UNITS,
    )


def to_earth(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude in degrees of a point in map units."""
    north = y / UNITS * 2 * math.pi + _north(ORIGIN[1])
    latitude = math.degrees(2 * math.atan(math.exp(north)) - math.pi / 2)
    return ORIGIN[0] + x / UNITS * 360, latitude


def _north(latitude: float) -> float:
    bounded = math.radians(min(85.0, max(-85.0, latitude)))
    return math.log(math.tan(math.pi / 4 + bounded / 2))


def write_shapes(shapes: Sequence[Shape]) -> bytes:
    """The file of some shapes."""
    parts: list[bytes] = []
    for shape in shapes:
        for code, numbers in zip(CODES, shape, strict=True):
            packed = array(code, numbers)
            if sys.byteorder == "big":
                packed.byteswap()
            parts += [struct.pack("<I", len(packed)), packed.tobytes()]
    return b"".join(parts)


def read_shapes(data: bytes) -> Iterator[Shape]:
    """The shapes of a file."""
    at = 0
    while at < len(data):
        arrays = []
        for code in CODES:
            (count,) = struct.unpack_from("<I", data, at)
            numbers = array(code)
            numbers.frombytes(data[at + 4 : at + 4 + count * numbers.itemsize])
            if sys.byteorder == "big":
                numbers.byteswap()
            arrays.append(numbers)
            at += 4 + count * numbers.itemsize
        yield Shape(*arrays)


@cache
def provinces() -> tuple[Shape, ...]:
    """The provinces, read once."""
    return tuple(read_shapes(SHAPES.read_bytes()))
