"""Draws a person's marks on a photograph: lines, arrows, and words that the screen has shaped.

Coordinates are 0 to 1 from the picture's lower left corner, as fingers gave them. Thai words come
as pixels: only the screen's text engine places tone marks right, so it draws them and this only
lays them on.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image, ImageDraw, ImageOps

from shared.errors import InvalidInput

Point = tuple[float, float]
MARKS_MAX: Final = 300
POINTS_MAX: Final = 20_000
STAMP_SIDE_MAX: Final = 2_000
PEN_SHARE: Final = 0.006  # of the longer side
QUALITY: Final = 88


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: a `line` through points, an `arrow` from the first to the last, `words` whose
    stamp stands with its lower left corner at the first point. `colour` as #RRGGBB."""

    kind: Literal["line", "arrow", "words"]
    points: tuple[Point, ...]
    colour: str = "#8C1D18"
    words: str = ""
    stamp: tuple[int, int, bytes] | None = None  # width, height, RGBA from the top
    share: float = 0.0  # the stamp's width as a share of the picture's


def with_marks(data: bytes, marks: Sequence[Mark]) -> bytes:
    """The picture with its marks, as a JPEG of the same size. Raises InvalidInput.

    `data` is a picture of ours: small enough, checked when it was taken in.
    """
    if len(marks) > MARKS_MAX or sum(len(mark.points) for mark in marks) > POINTS_MAX:
        raise InvalidInput("too many marks on a picture", fields=["marks"])
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    pen = ImageDraw.Draw(picture)
    width = max(3, round(max(picture.size) * PEN_SHARE))
    for mark in marks:
        spots = [_spot(point, picture.size) for point in mark.points]
        if not spots:
            continue
        if mark.kind == "words":
            _lay(picture, mark, spots[0])
        elif mark.kind == "arrow" and len(spots) > 1:
            _arrow(pen, spots[0], spots[-1], mark.colour, width)
        else:
            _line(pen, spots, mark.colour, width)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _spot(point: Point, size: tuple[int, int]) -> Point:
    x, y = (min(1.0, max(0.0, part)) for part in point)
    return x * (size[0] - 1), (1 - y) * (size[1] - 1)


def _line(pen: ImageDraw.ImageDraw, spots: list[Point], colour: str, width: int) -> None:
    if len(spots) > 1:
        pen.line(spots, fill=colour, width=width, joint="curve")
    for x, y in (spots[0], spots[-1]):
        half = width / 2
        pen.ellipse((x - half, y - half, x + half, y + half), fill=colour)


def _arrow(pen: ImageDraw.ImageDraw, start: Point, end: Point, colour: str, width: int) -> None:
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    head = width * 5
    neck = end[0] - head * 0.8 * math.cos(angle), end[1] - head * 0.8 * math.sin(angle)
    pen.line([start, neck], fill=colour, width=width)
    corners = [end]
    for turn in (math.radians(152), math.radians(-152)):
        corners.append(
            (end[0] + head * math.cos(angle + turn), end[1] + head * math.sin(angle + turn))
        )
    pen.polygon(corners, fill=colour)


def _lay(picture: Image.Image, mark: Mark, spot: Point) -> None:
    if mark.stamp is None:
        return
    wide, high, pixels = mark.stamp
    sound = 0 < wide <= STAMP_SIDE_MAX and 0 < high <= STAMP_SIDE_MAX
    if not sound or len(pixels) != wide * high * 4:
        raise InvalidInput("words on a picture that are no picture", fields=["marks"])
    stamp = Image.frombytes("RGBA", (wide, high), pixels)
    width = max(1, min(picture.width, round(mark.share * picture.width)))
    stamp = stamp.resize((width, max(1, round(high * width / wide))))
    inked = Image.new("RGBA", stamp.size, mark.colour)
    place = round(spot[0]), round(spot[1]) - stamp.height
    picture.paste(inked, place, stamp.getchannel("A"))
